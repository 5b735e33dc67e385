//! How deeply a document nests, found by reading its bytes once before any parser sees them.
//!
//! Policy: parsers may recurse, so a document that nests deeper than the limit is refused before parsing. The scan
//! understands strings, IRIs and comments well enough never to count a bracket inside them.

/// The deepest nesting of `{` and `[` in a JSON document.
#[must_use]
pub fn json(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in bytes {
        match (in_string, *byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (true | false, _) => {}
        }
    }
    deepest
}

/// The deepest nesting of `[`, `(`, `{` and `<<` in a document of the Turtle family.
#[must_use]
pub fn turtle(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut rest) = (0_usize, 0_usize, bytes);
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'#' => skip_past(after, b"\n"),
            b'"' => skip_string(rest, b"\"\"\"", b'"'),
            b'\'' => skip_string(rest, b"'''", b'\''),
            b'<' if after.first() == Some(&b'<') => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
                after.get(1..).unwrap_or_default()
            }
            b'<' => skip_past(after, b">"),
            b'[' | b'(' | b'{' => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
                after
            }
            b']' | b')' | b'}' => {
                depth = depth.saturating_sub(1);
                after
            }
            b'\\' => after.get(1..).unwrap_or_default(),
            _ => after,
        };
    }
    deepest
}

/// The deepest nesting of elements in an XML document.
#[must_use]
pub fn xml(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut rest) = (0_usize, 0_usize, bytes);
    while let Some((first, after)) = rest.split_first() {
        if *first != b'<' {
            rest = after;
        } else if rest.starts_with(b"<!--") {
            rest = skip_past(after, b"-->");
        } else if rest.starts_with(b"<![CDATA[") {
            rest = skip_past(after, b"]]>");
        } else {
            let end = tag_end(after);
            let tag = after.get(..end).unwrap_or_default();
            if tag.starts_with(b"/") {
                depth = depth.saturating_sub(1);
            } else if !tag.ends_with(b"/") && !tag.starts_with(b"?") && !tag.starts_with(b"!") {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            rest = after.get(end..).unwrap_or_default();
        }
    }
    deepest
}

/// Where a tag ends; a `>` inside a value does not end it.
fn tag_end(bytes: &[u8]) -> usize {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, *byte) {
            (Some(open), byte) if open == byte => quote = None,
            // In what is no start tag an apostrophe opens nothing.
            (None, mark @ (b'"' | b'\'')) if bytes.get(at.wrapping_sub(1)) == Some(&b'=') => quote = Some(mark),
            (None, b'>') => return at,
            _ => {}
        }
    }
    bytes.iter().position(|byte| *byte == b'>').unwrap_or(bytes.len())
}

/// What follows the first occurrence of the mark; nothing when there is none.
fn skip_past<'a>(bytes: &'a [u8], mark: &[u8]) -> &'a [u8] {
    bytes
        .windows(mark.len())
        .position(|window| window == mark)
        .and_then(|at| bytes.get(at.saturating_add(mark.len())..))
        .unwrap_or_default()
}

fn skip_string<'a>(bytes: &'a [u8], long: &[u8], quote: u8) -> &'a [u8] {
    let (opening, is_long) = if bytes.starts_with(long) { (long.len(), true) } else { (1, false) };
    let mut rest = bytes.get(opening..).unwrap_or_default();
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'\\' => after.get(1..).unwrap_or_default(),
            _ if is_long && rest.starts_with(long) => return rest.get(long.len()..).unwrap_or_default(),
            _ if !is_long && (*first == quote || *first == b'\n') => return after,
            _ => after,
        };
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(json(br#"{"a": ["[[[[", {"b": "\"{{"}]}"#), 3);
        assert_eq!(turtle(br#"<http://x/(((> a [ b "((((" , '''[[[' ''' ] . # [[[["#), 1);
        assert_eq!(turtle(b"_:a b <<( c d <<( e f g )>> )>> ."), 4);
        assert_eq!(turtle(b"<http://unfinished"), 0);
        assert_eq!(xml(b"<?xml version='1.0'?><!-- <a><b> --><a><b/><c><d>t</d></c></a>"), 3);
        assert_eq!(xml(b"<a><b t=\"1 > 0\"/><b t='>'/></a>"), 1);
    }
}
