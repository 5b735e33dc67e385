//! Identifiers and slugs (DESIGN §4a). Policy: one newtype per entity, so that a source's id can never be passed for a
//! record's; row ids are UUIDv7 text (RFC 9562 §5.7), internal and sortable by age; public addresses use slugs, which
//! are fixed when the thing is first seen and never given to another.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

/// A text that is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the identifier of {entity}: a UUID in lower-case hyphenated form was expected")]
pub struct IdError {
    entity: &'static str,
    text: String,
}

fn fresh(now: DateTime<Utc>) -> String {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos())).to_string()
}

fn checked(entity: &'static str, text: &str) -> Result<String, IdError> {
    match Uuid::try_parse(text) {
        Ok(uuid) if uuid.to_string() == text => Ok(text.to_owned()),
        _ => Err(IdError { entity, text: text.to_owned() }),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $entity:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A fresh identifier (UUIDv7) carrying the time `now`.
            #[must_use]
            pub fn fresh(now: DateTime<Utc>) -> Self {
                Self(fresh(now))
            }
            /// The identifier's text: 36 characters, lower case, hyphenated.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                checked($entity, text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

id!(
    /// Names an organisation: a provider, a committee, an operator.
    OrganisationId,
    "an organisation"
);
id!(
    /// Names a source: one address that an organisation's metadata is harvested from.
    SourceId,
    "a source"
);
id!(
    /// Names a record: what one source says about one data set or series.
    RecordId,
    "a record"
);
id!(
    /// Names a data set or series itself, across all sources that describe it: its permanent identity.
    DatasetId,
    "a data set"
);
id!(
    /// Names one harvest of a source.
    RunId,
    "a harvest run"
);
id!(
    /// Names a queued job.
    JobId,
    "a job"
);

impl RecordId {
    /// The name of the record's graph in the RDF store: `urn:uuid:…` (DESIGN §4).
    #[must_use]
    pub fn graph_name(&self) -> String {
        format!("urn:uuid:{}", self.0)
    }
}

/// Longest slug in characters; longer names are cut at a hyphen where there is one.
pub const MAX_SLUG_LENGTH: usize = 80;

/// The last part of a public address: `[a-z0-9-]`, 1 to [`MAX_SLUG_LENGTH`] characters, no hyphen at either end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// A text that is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a public name: 1 to 80 lower-case letters, digits and inner hyphens were expected")]
pub struct SlugError(String);

impl Slug {
    /// The slug of a name: letters folded to lower-case ASCII, every run of other characters one hyphen. `None` where
    /// nothing is left of the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut slug = String::with_capacity(name.len().min(MAX_SLUG_LENGTH));
        for character in name.chars() {
            match folded(character) {
                "" if character.is_ascii_alphanumeric() => slug.push(character.to_ascii_lowercase()),
                "" if slug.ends_with('-') || slug.is_empty() => {}
                "" => slug.push('-'),
                letters => slug.push_str(letters),
            }
            if slug.len() > 2 * MAX_SLUG_LENGTH {
                break;
            }
        }
        cut(slug.trim_matches('-')).map(Self)
    }

    /// The slug of something that a provider names: from its identifier where it has one that is not an address, else
    /// from the last part of its address (IRI), else `fallback`.
    #[must_use]
    pub fn of_provided(identifier: Option<&str>, iri: Option<&str>, fallback: &Slug) -> Self {
        let name = identifier.filter(|text| !text.contains("://"));
        let address = iri.or(identifier);
        name.and_then(Slug::from_name)
            .or_else(|| address.and_then(last_segment).and_then(Slug::from_name))
            .unwrap_or_else(|| fallback.clone())
    }

    /// The same slug with a number behind it, for the `number`th thing that would have had this name.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let room = MAX_SLUG_LENGTH.saturating_sub(suffix.len());
        let stem: String = self.0.chars().take(room).collect();
        Self(format!("{}{suffix}", stem.trim_end_matches('-')))
    }

    /// The slug's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The part of an address that names the thing: what follows the last `/`, `#` or `:` before any query.
fn last_segment(iri: &str) -> Option<&str> {
    let path = iri.split('?').next()?.trim_end_matches(['/', '#']);
    path.rsplit(['/', '#', ':']).find(|segment| !segment.is_empty())
}

fn cut(slug: &str) -> Option<String> {
    if slug.len() <= MAX_SLUG_LENGTH {
        return (!slug.is_empty()).then(|| slug.to_owned());
    }
    let head = slug.get(..MAX_SLUG_LENGTH)?;
    let whole_words = head.rfind('-').filter(|at| *at > MAX_SLUG_LENGTH / 2).and_then(|at| head.get(..at));
    Some(whole_words.unwrap_or(head).trim_end_matches('-').to_owned())
}

/// ASCII letters for the letters of European names; empty for everything else.
fn folded(character: char) -> &'static str {
    match character {
        'à'..='å' | 'À'..='Å' | 'ā' | 'Ā' | 'ă' | 'Ă' | 'ą' | 'Ą' => "a",
        'æ' | 'Æ' => "ae",
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' => "c",
        'ď' | 'Ď' | 'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'Ē' | 'ė' | 'Ė' | 'ę' | 'Ę' | 'ě' | 'Ě' => "e",
        'ģ' | 'Ģ' | 'ğ' | 'Ğ' => "g",
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'Ī' | 'į' | 'Į' | 'ı' | 'İ' => "i",
        'ķ' | 'Ķ' => "k",
        'ł' | 'Ł' | 'ļ' | 'Ļ' | 'ľ' | 'Ľ' => "l",
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ņ' | 'Ņ' | 'ň' | 'Ň' => "n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' | 'Ō' | 'ő' | 'Ő' => "o",
        'œ' | 'Œ' => "oe",
        'ř' | 'Ř' => "r",
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' | 'ș' | 'Ș' => "s",
        'ß' => "ss",
        'ť' | 'Ť' | 'ţ' | 'Ţ' | 'ț' | 'Ț' => "t",
        'þ' | 'Þ' => "th",
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'Ū' | 'ů' | 'Ů' | 'ű' | 'Ű' | 'ų' | 'Ų' => "u",
        'ý' | 'ÿ' | 'Ý' | 'Ÿ' => "y",
        'ź' | 'Ź' | 'ż' | 'Ż' | 'ž' | 'Ž' => "z",
        _ => "",
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = SlugError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let alphabet = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let bounded = !text.is_empty() && text.len() <= MAX_SLUG_LENGTH;
        if alphabet && bounded && !text.starts_with('-') && !text.ends_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slug(text: &str) -> Slug {
        text.parse().unwrap()
    }

    #[test]
    fn ids_are_sortable_by_age_and_never_equal() {
        let early = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let late = DateTime::from_timestamp(1_700_000_001, 0).unwrap();
        assert!(RecordId::fresh(early) < RecordId::fresh(late));
        assert_ne!(RecordId::fresh(early), RecordId::fresh(early));
    }

    #[test]
    fn an_id_in_another_spelling_is_refused() {
        let id = RecordId::fresh(DateTime::UNIX_EPOCH);
        assert_eq!(id.as_str().parse::<RecordId>().unwrap(), id);
        assert!(id.as_str().to_uppercase().parse::<RecordId>().is_err());
        assert!("7".parse::<SourceId>().unwrap_err().to_string().contains("a source"));
    }

    #[test]
    fn slugs_come_from_the_identifier_or_the_last_part_of_the_address() {
        let fallback = slug("data-set");
        let of = |identifier, iri| Slug::of_provided(identifier, iri, &fallback).to_string();
        assert_eq!(of(Some("TCGA-LUAD"), Some("https://a.example/dataset/9")), "tcga-luad");
        assert_eq!(of(None, Some("https://a.example/dataset/NSCLC_Radiomics/")), "nsclc-radiomics");
        assert_eq!(of(Some("https://a.example/dataset/x.y?z=1"), None), "x-y");
        assert_eq!(of(None, Some("urn:uuid:0190-ab")), "0190-ab");
        assert_eq!(of(Some("肺"), None), "data-set");
        assert_eq!(of(Some("Köln Łódź Größe"), None), "koln-lodz-grosse");
    }

    #[test]
    fn a_number_keeps_the_slug_within_its_length() {
        let long = Slug::from_name(&"ab-".repeat(60)).unwrap();
        assert!(long.numbered(12).as_str().len() <= MAX_SLUG_LENGTH);
        assert_eq!(slug("x").numbered(2).as_str(), "x-2");
    }

    proptest! {
        #[test]
        fn whatever_the_name_the_slug_is_well_formed(name in "\\PC{0,300}") {
            if let Some(made) = Slug::from_name(&name) {
                prop_assert_eq!(made.as_str().parse::<Slug>().unwrap(), made.clone());
                prop_assert!(made.numbered(7).as_str().parse::<Slug>().is_ok());
            }
        }

        #[test]
        fn a_slug_is_its_own_slug(text in "[a-z0-9]([a-z0-9]|-[a-z0-9]){0,30}") {
            let made = Slug::from_name(&text).unwrap();
            prop_assert_eq!(made.as_str(), text.as_str());
        }
    }
}
