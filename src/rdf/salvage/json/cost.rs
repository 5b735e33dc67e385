//! What the contexts of a JSON-LD document cost, told before they are opened.

/// Work that the contexts of one document may cause: bytes of context times the times they are taken in.
pub(in crate::rdf) const MAX_CONTEXT_WORK: usize = 1_000_000_000;

/// Bytes that a context named by its address counts for.
const KEPT_CONTEXT: usize = 10_000;

/// Objects that a document with contexts inside contexts is taken to have at least.
const FEWEST_OBJECTS: usize = 16;

/// How much work the contexts of a document cause: a context inside a context is taken in anew for every object that
/// it holds for, and every further one copies what held before. Counting ends where it is more than
/// [`MAX_CONTEXT_WORK`].
#[must_use]
pub(in crate::rdf) fn context_work(text: &str) -> usize {
    let (mut inside_until, mut largest, mut nested, mut count) = (0, 0_usize, 0_usize, 0_usize);
    let objects = text.bytes().filter(|byte| *byte == b'{').count();
    for (at, mark) in text.match_indices("\"@context\"") {
        let length =
            value_length(text.as_bytes().get(at + mark.len()..).unwrap_or_default()).max(KEPT_CONTEXT.min(text.len()));
        count = count.saturating_add(1);
        if at < inside_until {
            nested = nested.saturating_add(length);
            // Measuring contexts that lie in one another is work as well.
            if nested.saturating_mul(objects.max(FEWEST_OBJECTS)) > MAX_CONTEXT_WORK {
                return usize::MAX;
            }
        } else {
            inside_until = at + mark.len() + length;
            largest = largest.max(length);
        }
    }
    let again = count.saturating_sub(1).saturating_mul(largest);
    again.saturating_add(nested.saturating_mul(objects))
}

/// Bytes up to the end of the value that follows a colon.
fn value_length(bytes: &[u8]) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') if depth <= 1 => return at,
            (false, b'}' | b']') => depth -= 1,
            (false, b',') if depth == 0 => return at,
            _ => {}
        }
    }
    bytes.len()
}
