//! Which addresses belong to a source, and where its persistent names are served.

use url::Url;

/// The addresses of one source.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Where the source is asked: `http://127.0.0.1:9007`, without a slash at its end.
    client_base: String,
    /// The name it gives itself: `https://node07.example.org`, without a slash at its end.
    persistent_base: String,
    /// Further hosts (`host` or `host:port`) that the operator allowed.
    allowed: Vec<String>,
}

impl Scope {
    /// The scope of a source that is asked at `address`.
    #[must_use]
    pub fn new(address: &str, allowed: Vec<String>) -> Self {
        let base = address.trim_end_matches('/').to_owned();
        Self { client_base: base.clone(), persistent_base: base, allowed }
    }

    /// Learns the name that the source gives itself.
    pub fn call_itself(&mut self, persistent: &str) {
        persistent.trim_end_matches('/').clone_into(&mut self.persistent_base);
    }

    /// Where the thing with this IRI is asked for; `None`: on another host, not followed.
    #[must_use]
    pub fn address_of(&self, iri: &str) -> Option<String> {
        let address = moved(iri, &self.persistent_base, &self.client_base)
            .or_else(|| moved(iri, &origin(&self.persistent_base)?, &origin(&self.client_base)?))
            .unwrap_or_else(|| iri.to_owned());
        let url = Url::parse(&address).ok()?;
        let own = Url::parse(&self.client_base).ok()?;
        let same_place = url.host_str() == own.host_str() && url.port_or_known_default() == own.port_or_known_default();
        (same_place || self.allowed.iter().any(|host| is_host(&url, host))).then_some(address)
    }

    /// The IRI of what is served at this address.
    #[must_use]
    pub fn iri_of(&self, address: &str) -> String {
        moved(address, &self.client_base, &self.persistent_base).unwrap_or_else(|| address.to_owned())
    }

    /// Hosts that redirects may lead to beside the source's own.
    #[must_use]
    pub fn redirect_hosts(&self) -> Vec<String> {
        let own = [&self.client_base, &self.persistent_base].into_iter().filter_map(|base| host_key(base));
        own.chain(self.allowed.iter().cloned()).collect()
    }
}

fn moved(address: &str, from: &str, to: &str) -> Option<String> {
    let rest = address.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with(['/', '?', '#'])).then(|| format!("{to}{rest}"))
}

fn origin(base: &str) -> Option<String> {
    let url = Url::parse(base).ok()?;
    Some(url.origin().ascii_serialization())
}

fn host_key(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

fn is_host(url: &Url, host: &str) -> bool {
    url.host_str() == Some(host) || host_key(url.as_str()).as_deref() == Some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persistent_names_are_asked_for_where_the_source_answers() {
        let mut scope = Scope::new("http://127.0.0.1:9007/", Vec::new());
        scope.call_itself("https://node07.example.org/");
        assert_eq!(
            scope.address_of("https://node07.example.org/dataset/a").as_deref(),
            Some("http://127.0.0.1:9007/dataset/a")
        );
        assert_eq!(scope.iri_of("http://127.0.0.1:9007/dataset/a"), "https://node07.example.org/dataset/a");
        assert_eq!(
            scope.address_of("http://127.0.0.1:9007/dataset/a").as_deref(),
            Some("http://127.0.0.1:9007/dataset/a")
        );
    }

    #[test]
    fn foreign_hosts_are_followed_only_where_the_operator_says_so() {
        let scope = Scope::new("https://fdp.example.org/fdp", Vec::new());
        assert_eq!(scope.address_of("https://other.example.org/dataset/a"), None);
        assert_eq!(scope.address_of("https://fdp.example.org:8443/dataset/a"), None);
        assert_eq!(scope.address_of("https://fdp.example.org.evil.example/dataset/a"), None);
        let open = Scope::new("https://fdp.example.org/fdp", vec!["other.example.org".to_owned()]);
        assert!(open.address_of("https://other.example.org/dataset/a").is_some());
    }
}
