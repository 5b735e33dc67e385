//! `Link` headers (RFC 8288): several links in one header, parameters in quotes, commas and semicolons inside of them.

use url::Url;

/// One link of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    target: String,
    relations: Vec<String>,
    anchor: Option<String>,
}

impl Link {
    /// The absolute target, when the link has the relation and is one of the document at `base`: a link with another
    /// anchor says something about another document (RFC 8288 §3.2).
    pub(super) fn target(&self, relation: &str, base: &Url) -> Option<String> {
        let is_of_document = self.anchor.as_ref().is_none_or(|anchor| {
            let mut named = base.join(anchor).ok();
            if let Some(named) = &mut named {
                named.set_fragment(None);
            }
            named.as_ref() == Some(base)
        });
        let has_relation = self.relations.iter().any(|one| one.eq_ignore_ascii_case(relation));
        (is_of_document && has_relation).then(|| base.join(&self.target).ok().map(String::from)).flatten()
    }
}

/// The links of a header, after the algorithm of RFC 8288 appendix B.2; what follows the first thing that is no link is
/// left out.
pub(super) fn parse(header: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let Some((target, after)) = rest.strip_prefix('<').and_then(|inside| inside.split_once('>')) else {
            return links;
        };
        let (parameters, after) = parameters(after);
        rest = after;
        // The first `rel` counts, further ones are ignored (RFC 8288 §3.3); so with `anchor`.
        let first = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let relations = first("rel").unwrap_or_default();
        links.push(Link {
            target: target.trim().to_owned(),
            relations: relations.split_ascii_whitespace().map(str::to_owned).collect(),
            anchor: first("anchor"),
        });
    }
}

/// The parameters of one link, their names in lower case, and what follows them.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.get(rest.find([';', ',']).unwrap_or(rest.len())..).unwrap_or_default();
        let Some(after) = rest.strip_prefix(';') else { return (found, rest) };
        let after = after.trim_start();
        let end = after.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | ';' | ',')).unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => (String::new(), after),
        };
        found.push((name.to_ascii_lowercase(), value));
        rest = after;
    }
}

/// A value, in quotes or without, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (value, after) = text.split_at(end);
        return (value.trim().to_owned(), after);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(header: &str) -> Option<String> {
        let base = Url::parse("https://fdp.example.org/catalog?page=0").unwrap();
        parse(header).iter().find_map(|link| link.target("next", &base))
    }

    #[test]
    fn the_next_page_is_found_in_every_legal_spelling() {
        for header in [
            "<?page=1>; rel=next",
            "<?page=1>;rel=\"next\"",
            "<?page=1> ; REL = \"Next\"",
            "<https://fdp.example.org/catalog?page=1>; rel=\"last next\"",
            "<?page=0>; rel=\"first\", <?page=1>; rel=\"next\"",
            "<?page=0>; title=\"a, <b>; rel=next\"; rel=first,<?page=1>; title=\"say \\\"hi\\\", you\"; rel=next",
            "<?page=1>; crossorigin; rel=next; rel=prev",
            ", ,<?page=1>; rel=next",
            "<?page=1>; anchor=\"#here\"; rel=next",
        ] {
            assert_eq!(next(header).as_deref(), Some("https://fdp.example.org/catalog?page=1"), "{header}");
        }
        assert_eq!(
            next("<?page=1&x=a,b;c>; rel=next").as_deref(),
            Some("https://fdp.example.org/catalog?page=1&x=a,b;c")
        );
    }

    #[test]
    fn what_is_no_next_page_of_this_document_is_not_followed() {
        for header in [
            "",
            "?page=1; rel=next",
            "<?page=1",
            "<?page=1>; rel=prev; rel=next",
            "<?page=1>; title=\"rel=next\"",
            "<?page=1>; rel=\"nextpage\"",
            "<?page=1>; anchor=\"https://other.example.org/\"; rel=next",
            "<?page=1>; rel",
        ] {
            assert_eq!(next(header), None, "{header}");
        }
    }
}
