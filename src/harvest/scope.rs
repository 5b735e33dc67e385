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
        let mut url = Url::parse(&address).ok()?;
        let own = Url::parse(&self.client_base).ok()?;
        let same_host = url.host_str() == own.host_str();
        if same_host && url.port_or_known_default() == own.port_or_known_default() && url.scheme() == own.scheme() {
            return Some(address);
        }
        // A name that begins with `http:` at a source on `https:` is no other place. It is asked for encrypted.
        if same_host && url.port().is_none() && own.port().is_none() && is_web(&url) && is_web(&own) {
            return url.set_scheme("https").ok().map(|()| url.into());
        }
        self.allowed.iter().any(|host| is_host(&url, host)).then_some(address)
    }

    /// The same source at the address that its root redirects to, where that is another one.
    #[must_use]
    pub fn moved_to(&self, root: &str) -> Option<Self> {
        let base = root.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        (base != self.client_base).then(|| Self { client_base: base.to_owned(), ..self.clone() })
    }

    /// The IRI of what is served at this address.
    #[must_use]
    pub fn iri_of(&self, address: &str) -> String {
        moved(address, &self.client_base, &self.persistent_base).unwrap_or_else(|| address.to_owned())
    }

    /// Hosts that redirects may lead to: the source's own and those that the operator allowed. The name that the source
    /// gives itself opens no door: it is the source's word, not the operator's.
    #[must_use]
    pub fn redirect_hosts(&self) -> Vec<String> {
        host_key(&self.client_base).into_iter().chain(self.allowed.iter().cloned()).collect()
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
    let is = |own: &str| own.eq_ignore_ascii_case(host);
    url.host_str().is_some_and(is) || host_key(url.as_str()).as_deref().is_some_and(is)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
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

    #[test]
    fn http_names_of_a_source_on_https_are_its_own_and_are_asked_for_encrypted() {
        let scope = Scope::new("https://fdp.example.org/fdp", Vec::new());
        let asked = |iri: &str| scope.address_of(iri);
        assert_eq!(asked("http://fdp.example.org/dataset/a").as_deref(), Some("https://fdp.example.org/dataset/a"));
        assert_eq!(asked("ftp://fdp.example.org/dataset/a"), None);
        let plain = Scope::new("http://fdp.example.org/fdp", Vec::new());
        let upward = plain.address_of("https://fdp.example.org/dataset/a");
        assert_eq!(upward.as_deref(), Some("https://fdp.example.org/dataset/a"), "never downward");
    }

    #[test]
    fn the_name_that_a_source_gives_itself_opens_no_door() {
        let mut scope = Scope::new("https://fdp.example.org/", vec!["mirror.example.org".to_owned()]);
        scope.call_itself("http://10.0.0.7:9200/");
        assert_eq!(scope.redirect_hosts(), ["fdp.example.org:443", "mirror.example.org"]);
        assert_eq!(scope.address_of("http://10.0.0.7:9200/x").as_deref(), Some("https://fdp.example.org/x"));
    }

    #[test]
    fn a_source_that_moved_is_known_by_the_address_its_root_leads_to() {
        let scope = Scope::new("http://127.0.0.1:9007/old", Vec::new());
        assert!(scope.moved_to("http://127.0.0.1:9007/old/").is_none());
        let moved = scope.moved_to("http://127.0.0.1:9007/new/?lang=en").unwrap();
        assert_eq!(moved.iri_of("http://127.0.0.1:9007/new/dataset/a"), "http://127.0.0.1:9007/old/dataset/a");
    }
}
