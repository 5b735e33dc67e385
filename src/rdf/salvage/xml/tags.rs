//! The tags of an XML document, found without a parser, so that a broken document can be cut into pieces.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    Start,
    Empty,
    End,
    /// A comment, CDATA, instruction or document type.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub kind: TagKind,
    pub name: &'a str,
    pub text: &'a str,
    pub range: Range<usize>,
}

impl Tag<'_> {
    pub fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(self.name)
    }
    pub fn about(&self) -> Option<&str> {
        attribute(self.text, "rdf:about").or_else(|| attribute(self.text, "about"))
    }
}

pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let is_whole = tag.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace));
        let rest = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|mark| is_whole && matches!(mark, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    })
}

/// The tags of a document, in order.
pub(super) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    let mut subset_may_end = true;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find('<')?;
        let rest = text.get(start..)?;
        let until = |mark: &str| rest.find(mark).map_or(rest.len(), |end| end + mark.len());
        let (kind, length) = if rest.starts_with("<!--") {
            (TagKind::Other, until("-->"))
        } else if rest.starts_with("<![CDATA[") {
            (TagKind::Other, until("]]>"))
        } else if rest.starts_with("<?") {
            (TagKind::Other, until("?>"))
        } else if rest.starts_with("<!") {
            (TagKind::Other, doctype_length(rest, &mut subset_may_end))
        } else if rest.starts_with("</") {
            (TagKind::End, until(">"))
        } else if rest.get(1..).is_some_and(|next| next.starts_with(is_name_start)) {
            let length = tag_length(rest);
            let is_empty = rest.get(..length).is_some_and(|tag| tag.ends_with("/>"));
            (if is_empty { TagKind::Empty } else { TagKind::Start }, length)
        } else {
            (TagKind::Other, 1)
        };
        at = start + length.max(1);
        let text = rest.get(..length.max(1))?;
        let name = text.trim_start_matches(['<', '/']);
        let name =
            name.split(|mark: char| mark.is_whitespace() || matches!(mark, '>' | '/')).next().unwrap_or_default();
        Some(Tag { kind, name, text, range: start..at })
    })
}

pub(super) fn is_name_start(mark: char) -> bool {
    mark.is_alphabetic() || mark == '_'
}

/// Length of a start tag; a `>` inside a value does not end it.
fn tag_length(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    // A value that is not closed: the tag ends with its line.
    rest.find('>').map_or(rest.len(), |end| end + 1)
}

/// Length of a document type. `subset_may_end` is set to false where no end of an inner part follows in the document, so
/// that it is not looked for again.
fn doctype_length(rest: &str, subset_may_end: &mut bool) -> usize {
    let head = rest.find('>').map_or(rest.len(), |end| end + 1);
    if *subset_may_end && rest.get(..head).is_some_and(|head| head.contains('[')) {
        let end = rest.find("]>");
        *subset_may_end = end.is_some();
        end.map_or(head, |end| end + 2)
    } else {
        head
    }
}
