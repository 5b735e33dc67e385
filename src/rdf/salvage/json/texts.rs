//! Where a JSON text ends, and what its escapes mean (RFC 8259, section 7).

/// Bytes behind a text that are looked at to see whether it ends there.
const LOOK_BEHIND: usize = 1_024;

pub(super) fn window(text: &str, from: usize) -> &str {
    let mut end = text.len().min(from.saturating_add(LOOK_BEHIND));
    while !text.is_char_boundary(end) {
        end += 1;
    }
    text.get(from..end).unwrap_or_default()
}

/// Whether JSON can go on like this behind a text.
pub(super) fn goes_on(rest: &str) -> bool {
    let after_blank = rest.starts_with(char::is_whitespace);
    let rest = rest.trim_start();
    let mut marks = rest.chars();
    match marks.next() {
        None | Some(':' | '}' | ']') => true,
        Some(',') => {
            let next = marks.as_str().trim_start();
            next.is_empty()
                || next.starts_with(['"', '{', '[', '}', ']', '-', '/', ','])
                || next.starts_with(|mark: char| mark.is_ascii_digit())
                || ["true", "false", "null"].iter().any(|word| next.starts_with(word))
        }
        // A comma is missing: a member follows on its own line.
        Some('"') => after_blank || begins_member(rest),
        Some(_) => false,
    }
}

/// Whether a text begins with `"name":`.
pub(super) fn begins_member(rest: &str) -> bool {
    let Some(inner) = rest.strip_prefix('"') else { return false };
    let Some(end) = window(inner, 0).find(['"', '\n']) else { return false };
    let (name, after) = inner.split_at(end);
    !name.is_empty() && after.strip_prefix('"').is_some_and(|after| after.trim_start().starts_with(':'))
}

/// The character of an escape (RFC 8259, section 7) and its length with the backslash.
pub(super) fn escape(rest: &str) -> Option<(char, usize)> {
    let mark = rest.chars().nth(1)?;
    let plain = match mark {
        '"' | '\\' | '/' => mark,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let value = |from: usize| u32::from_str_radix(rest.get(from..from + 4)?, 16).ok();
            let first = value(2)?;
            if let Some(character) = char::from_u32(first) {
                return Some((character, 6));
            }
            let second = rest.get(6..8).filter(|mark| *mark == "\\u").and_then(|_| value(8));
            let pair = second.and_then(|second| {
                char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]).next()?.ok()
            });
            return Some(pair.map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12)));
        }
        _ => return None,
    };
    Some((plain, 2))
}
