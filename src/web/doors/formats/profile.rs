//! Which profile a reader asks for: `?profile=`, else `Accept-Profile` (W3C Content Negotiation by Profile), else the
//! usual one. What is not known is refused with the names of what is.

use actix_web::HttpRequest;

use crate::error::{ErrorKind, UserError};
use crate::rdf::profile::Served;
use crate::web::fault::Fault;
use crate::web::negotiate::{pieces, thousandths};

/// Profiles of an `Accept-Profile` header that are read.
const MAX_PROFILES: usize = 20;
/// Characters of an outside text that an error repeats.
const QUOTED_CHARACTERS: usize = 80;

/// The profile asked for.
///
/// # Errors
/// 400 for an unknown `profile` parameter, 406 when `Accept-Profile` names none that is offered; both name the known.
pub fn asked(http: &HttpRequest) -> Result<Served, Fault> {
    let by_name = url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, _)| name == "profile")
        .map(|(_, value)| value.into_owned());
    if let Some(name) = by_name {
        // An IRI is a name as good as the short one.
        let by_iri = Served::ALL.into_iter().find(|profile| profile.iri() == name);
        return by_iri.map_or_else(|| name.parse().map_err(|_| unknown(&name)), Ok);
    }
    let lines: Vec<String> = http
        .headers()
        .get_all("accept-profile")
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    if lines.is_empty() { Ok(Served::default()) } else { best(&lines.join(",")) }
}

fn best(header: &str) -> Result<Served, Fault> {
    let mut best: Option<(u16, Served)> = None;
    let mut named = 0;
    for item in pieces(header, ',').into_iter().filter(|item| !item.is_empty()).take(MAX_PROFILES) {
        named += 1;
        let mut parts = pieces(item, ';').into_iter();
        let iri = parts.next().unwrap_or_default().trim_matches(['<', '>', '"']);
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1_000, thousandths);
        let known = Served::ALL.into_iter().find(|profile| profile.iri() == iri || profile.key() == iri);
        if let Some(profile) = known.filter(|_| weight > 0 && best.is_none_or(|(before, _)| weight > before)) {
            best = Some((weight, profile));
        }
    }
    match best {
        Some((_, profile)) => Ok(profile),
        None if named == 0 => Ok(Served::default()),
        None => Err(UserError::new(
            ErrorKind::NotAcceptable,
            format!("None of the profiles asked for in Accept-Profile is offered here. Offered are {}.", offered()),
        )
        .field("Accept-Profile")
        .into()),
    }
}

fn offered() -> String {
    Served::ALL.map(|profile| format!("{} <{}>", profile.key(), profile.iri())).join(", ")
}

fn unknown(name: &str) -> Fault {
    let shown: String = name.chars().take(QUOTED_CHARACTERS).collect();
    let keys = Served::ALL.map(Served::key).join(", profile=");
    UserError::new(
        ErrorKind::BadRequest,
        format!("There is no profile \u{201c}{shown}\u{201d}. Use one of profile={keys}."),
    )
    .field("profile")
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightiest_known_profile_is_taken() {
        let header = format!("<urn:other>, <{}>;q=0.4, <{}>;q=0.9", Served::Source.iri(), Served::DcatAp3.iri());
        assert_eq!(best(&header).ok(), Some(Served::DcatAp3));
        assert_eq!(best("").ok(), Some(Served::R8));
        assert_eq!(best("<urn:other>").err().map(|fault| fault.0.kind), Some(ErrorKind::NotAcceptable));
    }
}
