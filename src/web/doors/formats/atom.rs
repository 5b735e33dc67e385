//! Feeds in the Atom format (RFC 4287), paged after RFC 5005.
//!
//! Policy: an entry's id is made from an identifier that never changes, never from its address; text is plain text, so
//! nothing that a provider writes is markup in somebody's feed reader; characters that XML 1.0 cannot hold are left out.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::web::view::dates;
use crate::web::view::text::escape;

/// Media type of a feed.
pub const MEDIA_TYPE: &str = "application/atom+xml;type=feed";

/// A feed.
pub struct Feed {
    /// Its permanent id.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// When anything in it last changed; without entries, since when it is offered.
    pub updated: DateTime<Utc>,
    /// Who answers for it.
    pub author: String,
    /// Relation, media type and absolute address of its links.
    pub links: Vec<(&'static str, &'static str, String)>,
    /// Entries in their order.
    pub entries: Vec<Entry>,
}

/// One entry of a feed.
#[derive(Default)]
pub struct Entry {
    /// Its permanent id.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// When it was first published here.
    pub published: Option<DateTime<Utc>>,
    /// Absolute address of its page.
    pub page: String,
    /// What it is about; empty: nothing is said.
    pub summary: String,
    /// Who made it; empty: the feed's author.
    pub author: String,
    /// Term and label of what it is filed under.
    pub categories: Vec<(String, String)>,
}

/// The id of something that is known by an address for ever (UUID version 5).
#[must_use]
pub fn id_of_address(address: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, address.as_bytes())
}

/// The id that a stored identifier is; one made from its text should it be no UUID.
#[must_use]
pub fn id_of(stored: &str) -> Uuid {
    Uuid::parse_str(stored).unwrap_or_else(|_| id_of_address(stored))
}

impl Feed {
    /// The document, UTF-8.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        xml.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
        element(&mut xml, "id", &self.id.urn().to_string());
        element(&mut xml, "title", &self.title);
        element(&mut xml, "updated", &dates::machine(self.updated));
        let _ = writeln!(xml, "<author><name>{}</name></author>", plain(&self.author));
        for (relation, media_type, address) in &self.links {
            let _ = writeln!(xml, "<link rel=\"{relation}\" type=\"{media_type}\" href=\"{}\"/>", plain(address));
        }
        for entry in &self.entries {
            entry.write(&mut xml);
        }
        xml.push_str("</feed>\n");
        xml.into_bytes()
    }
}

impl Entry {
    fn write(&self, xml: &mut String) {
        xml.push_str("<entry>\n");
        element(xml, "id", &self.id.urn().to_string());
        element(xml, "title", &self.title);
        element(xml, "updated", &dates::machine(self.updated));
        if let Some(published) = self.published {
            element(xml, "published", &dates::machine(published));
        }
        if !self.author.is_empty() {
            let _ = writeln!(xml, "<author><name>{}</name></author>", plain(&self.author));
        }
        let _ = writeln!(xml, "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>", plain(&self.page));
        for (term, label) in &self.categories {
            let _ = writeln!(xml, "<category term=\"{}\" label=\"{}\"/>", plain(term), plain(label));
        }
        if !self.summary.is_empty() {
            element(xml, "summary", &self.summary);
        }
        xml.push_str("</entry>\n");
    }
}

fn element(xml: &mut String, name: &str, text: &str) {
    let _ = writeln!(xml, "<{name}>{}</{name}>", plain(text));
}

/// The text escaped, without the characters that XML 1.0 cannot hold.
fn plain(text: &str) -> String {
    let allowed = |mark: &char| !matches!(mark, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    escape(&text.chars().filter(allowed).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let entry = Entry { title: "a\u{0}b </title> & \"c\" \u{1f}".into(), ..Entry::default() };
        let mut xml = String::new();
        entry.write(&mut xml);
        assert!(xml.contains("<title>ab &lt;/title&gt; &amp; &quot;c&quot; </title>"), "{xml}");
    }

    #[test]
    fn an_id_is_a_urn_that_does_not_change() {
        let stored = "0198a5d0-0000-7000-8000-000000000001";
        assert_eq!(id_of(stored).urn().to_string(), format!("urn:uuid:{stored}"));
        assert_eq!(id_of_address("https://a.example/"), id_of_address("https://a.example/"));
    }
}
