//! Which addresses may be connected to. Rules after the IANA special-purpose address registries (RFC 6890 and its
//! successors): whatever is not reachable from the whole internet is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whether the address is one that the whole internet can reach. IPv4 addresses inside IPv6 ones (mapped, compatible,
/// NAT64, 6to4, Teredo) are judged by the address inside.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol_assignments = a == 192 && b == 0 && c == 0;
    let relay_anycast = a == 192 && b == 88 && c == 99;
    let benchmarking = a == 198 && (b == 18 || b == 19);
    let reserved = a >= 240;
    let this_network = a == 0;
    !(this_network
        || address.is_private()
        || shared
        || address.is_loopback()
        || address.is_link_local()
        || protocol_assignments
        || relay_anycast
        || address.is_documentation()
        || benchmarking
        || address.is_multicast()
        || reserved)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inside) = embedded_v4(address) {
        return is_public_v4(inside);
    }
    let [first, second, ..] = address.segments();
    let global_unicast = first & 0xe000 == 0x2000;
    let documentation = (first == 0x2001 && second == 0x0db8) || first & 0xfff0 == 0x3ff0;
    let protocol_assignments = first == 0x2001 && second < 0x0200;
    global_unicast && !documentation && !protocol_assignments
}

/// The IPv4 address that an IPv6 address stands for, if it stands for one.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = address.segments();
    let from_pair = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    let zero_prefix = [s0, s1, s2, s3, s4] == [0; 5];
    let mapped_or_compatible = zero_prefix && (s5 == 0xffff || s5 == 0) && s6 != 0;
    let translated = [s0, s1, s2, s3] == [0, 0, 0, 0] && s4 == 0xffff && s5 == 0;
    // Only the well-known prefix: addresses under that of local use (RFC 8215) are not global, whatever is in them.
    let nat64 = [s0, s1, s2, s3, s4, s5] == [0x64, 0xff9b, 0, 0, 0, 0];
    if mapped_or_compatible || translated || nat64 {
        Some(from_pair(s6, s7))
    } else if s0 == 0x2002 {
        Some(from_pair(s1, s2))
    } else if s0 == 0x2001 && s1 == 0 {
        Some(from_pair(!s6, !s7))
    } else {
        None
    }
}

/// Ports of other services than HTTP, which no browser asks either (WHATWG Fetch, "port blocking"): whoever writes such an
/// address wants us to talk to something else.
const FOREIGN_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// Why the address of a request is refused before anything is resolved; `None`: it may be resolved. Spellings such as
/// `http://2130706433/` and `http://0x7f.1/` arrive here already read as IPv4 addresses (WHATWG URL, host parsing).
#[must_use]
pub fn refused_url(url: &Url, allow_private: bool) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Some(format!("only http and https addresses are fetched, not {}:", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("an address must not carry a user name or a password".to_owned());
    }
    if let Some(port) = url.port().filter(|port| FOREIGN_PORTS.contains(port)) {
        return Some(format!("port {port} belongs to another service than the web"));
    }
    let refused = |address: IpAddr| {
        (!allow_private && !is_public(address)).then(|| format!("{address} is not a public internet address"))
    };
    match url.host() {
        None => Some("the address names no host".to_owned()),
        Some(Host::Ipv4(v4)) => refused(IpAddr::V4(v4)),
        Some(Host::Ipv6(v6)) => refused(IpAddr::V6(v6)),
        Some(Host::Domain(name)) => {
            let local = name.trim_end_matches('.').rsplit('.').next().is_some_and(|last| last == "localhost");
            (local && !allow_private).then(|| format!("{name} is not a public internet host"))
        }
    }
}

/// A host name whose addresses are not all public.
#[derive(Debug, thiserror::Error)]
#[error("{host} resolves to {address}, which is not a public internet address")]
pub(super) struct AddressRefused {
    pub(super) host: String,
    pub(super) address: IpAddr,
}

/// A host name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name {host} could not be resolved: {reason}")]
pub(super) struct NameUnknown {
    pub(super) host: String,
    pub(super) reason: String,
}

/// Resolves names with the system's resolver and hands out only addresses that were checked, so that the connection is
/// pinned to them: between check and connection there is no second look-up that could answer otherwise.
pub(super) struct GuardedResolver {
    pub(super) allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        let host: Arc<str> = name.as_str().into();
        Box::pin(async move {
            match tokio::net::lookup_host((&*host, 0)).await {
                Ok(found) => Ok(Box::new(checked(&host, found.collect(), allow_private)?.into_iter()) as Addrs),
                Err(error) => Err(NameUnknown { host: host.to_string(), reason: error.to_string() }.into()),
            }
        })
    }
}

/// The addresses of a host, when all of them may be asked. One that may not refuses them all: a name that stands for a
/// public and a private address at once is meant to pass a check and then lead inside.
fn checked(
    host: &str,
    found: Vec<SocketAddr>,
    allow_private: bool,
) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
    if found.is_empty() {
        return Err(NameUnknown { host: host.to_owned(), reason: "it has no address".to_owned() }.into());
    }
    match found.iter().map(SocketAddr::ip).find(|address| !allow_private && !is_public(*address)) {
        Some(address) => Err(AddressRefused { host: host.to_owned(), address }.into()),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(address: &str) -> bool {
        refused_url(&Url::parse(address).unwrap(), false).is_some()
    }

    #[test]
    fn every_spelling_of_an_internal_address_is_refused() {
        for address in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::10.0.0.1]/",
            "http://[64:ff9b:1::8.8.8.8]/",
            "http://[64:ff9b:1:7f00:0:100:8.8.8.8]/",
            "http://[::ffff:0:127.0.0.1]/",
            "http://①②⑦.0.0.1/",
            "http://127。0。0。1/",
            "http://0300.0250.1.1/",
            "http://0xA9FEA9FE/",
            "http://3232235777/",
            "http://127.0.0.1.:80/",
            "http://LOCALHOST/",
            "http://%6c%6f%63alhost/",
            "http://example.org:22/",
            "http://example.org:25/",
            "https://example.org:6667/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:0:0:0:0:80ff:fffe]/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[ff02::1]/",
            "http://localhost/",
            "http://localhost./",
            "http://fdp.localhost/",
            "http://user:secret@example.org/",
            "http://user@example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
        ] {
            assert!(refused(address), "{address} would have been fetched");
        }
    }

    #[test]
    fn a_name_with_one_address_inside_is_refused_whole() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let mixed = addresses(&["93.184.216.34:0", "10.0.0.7:0"]);
        let refusal = checked("rebind.example", mixed.clone(), false).unwrap_err().to_string();
        assert!(refusal.contains("rebind.example") && refusal.contains("10.0.0.7"), "{refusal}");
        assert_eq!(checked("rebind.example", mixed.clone(), true).unwrap(), mixed);
        let public = addresses(&["93.184.216.34:0", "[2606:2800:220:1::1]:0"]);
        assert_eq!(checked("good.example", public.clone(), false).unwrap(), public);
        assert!(checked("empty.example", Vec::new(), true).is_err());
    }

    #[test]
    fn public_addresses_pass() {
        for address in
            ["https://example.org/fdp", "http://93.184.216.34/", "http://[2606:2800:220:1::1]/", "http://100.63.0.1/"]
        {
            assert!(!refused(address), "{address} was refused");
        }
    }

    #[test]
    fn the_operator_can_open_private_networks_but_not_credentials() {
        assert_eq!(refused_url(&Url::parse("http://127.0.0.1:8080/").unwrap(), true), None);
        assert!(refused_url(&Url::parse("http://a:b@127.0.0.1/").unwrap(), true).is_some());
    }
}
