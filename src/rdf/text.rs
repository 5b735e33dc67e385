//! From the bytes of a document to text in UTF-8: unpacking, byte order marks, other encodings, single wrong bytes.
//!
//! Policy: what the bytes show wins over what the header says. A document that is packed (gzip) is unpacked up to the
//! limit of a document. UTF-16 and UTF-32 are recognised by their mark or by their pattern of zero bytes. A document
//! that is not UTF-8 is read as Windows-1252 (which has all of Latin-1) when its header or XML declaration says so, or
//! when none of its bytes beyond ASCII form UTF-8; otherwise only its wrong bytes are read so. Every one is reported.

use std::borrow::Cow;
use std::io::Read;

use super::parse::{Defect, ParseRefused};

/// Wrong bytes of one document that are named one by one; more are counted with the last.
const MAX_NAMED_BYTES: usize = 1_000;
/// How many bytes from the start are looked at to recognise UTF-16 without a mark.
const PATTERN: usize = 512;

/// A change to the bytes that was needed to read them as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where in the text; `None`: all of it.
    pub at: Option<usize>,
    /// What was changed.
    pub original: String,
    /// What it was read as.
    pub read_as: String,
    /// What is wrong, in plain words.
    pub message: String,
}

impl Change {
    /// The kind of defect, always the same.
    pub const DEFECT: Defect = Defect::Encoding;

    fn whole(original: &str, message: &str) -> Self {
        Self { at: None, original: original.to_owned(), read_as: "UTF-8".to_owned(), message: message.to_owned() }
    }
}

/// A document as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    /// Its text.
    pub text: Cow<'a, str>,
    /// What was needed to read it.
    pub changes: Vec<Change>,
}

/// Reads bytes as text of at most `max_bytes`.
///
/// # Errors
/// [`ParseRefused`] when it is packed and cannot be unpacked, or too large once it is.
pub fn decode<'a>(bytes: &'a [u8], media_type: Option<&str>, max_bytes: usize) -> Result<Text<'a>, ParseRefused> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return unpacked(&Cow::Borrowed(bytes), media_type);
    }
    let plain = gunzip(bytes, max_bytes)?;
    let mut text = unpacked(&Cow::Owned(plain), media_type)?;
    let note = Change::whole("gzip", "the document is packed with gzip and its header does not say so");
    text.changes.insert(0, note);
    Ok(text)
}

fn gunzip(bytes: &[u8], max_bytes: usize) -> Result<Vec<u8>, ParseRefused> {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut plain);
    if plain.len() > max_bytes {
        return Err(ParseRefused::TooLarge { bytes: plain.len(), limit: max_bytes });
    }
    match read {
        Ok(_) => Ok(plain),
        Err(error) => Err(ParseRefused::Packed { reason: error.to_string() }),
    }
}

fn unpacked<'a>(bytes: &Cow<'a, [u8]>, media_type: Option<&str>) -> Result<Text<'a>, ParseRefused> {
    if let Some((wide, skip)) = wide(bytes) {
        return wide_text(bytes.get(skip..).unwrap_or_default(), wide);
    }
    let skip = if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
    let text = match bytes {
        Cow::Borrowed(bytes) => {
            let bytes: &'a [u8] = bytes;
            str::from_utf8(bytes.get(skip..).unwrap_or_default()).map(Cow::Borrowed).ok()
        }
        Cow::Owned(bytes) => {
            str::from_utf8(bytes.get(skip..).unwrap_or_default()).map(|text| Cow::Owned(text.to_owned())).ok()
        }
    };
    Ok(match text {
        Some(text) => Text { text, changes: Vec::new() },
        None => single_bytes(bytes.get(skip..).unwrap_or_default(), media_type),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wide {
    Utf16Little,
    Utf16Big,
    Utf32,
}

/// The wide encoding that the bytes show, and how many bytes its mark takes.
fn wide(bytes: &[u8]) -> Option<(Wide, usize)> {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Some((Wide::Utf32, 4));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return Some((Wide::Utf16Little, 2));
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return Some((Wide::Utf16Big, 2));
    }
    let head = bytes.get(..bytes.len().min(PATTERN)).unwrap_or_default();
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let mostly = |count: usize| head.len() >= 8 && count.saturating_mul(10) >= head.len().saturating_mul(4);
    match (mostly(zeros(0)), mostly(zeros(1))) {
        (false, true) => Some((Wide::Utf16Little, 0)),
        (true, false) => Some((Wide::Utf16Big, 0)),
        _ => None,
    }
}

fn wide_text<'a>(bytes: &[u8], wide: Wide) -> Result<Text<'a>, ParseRefused> {
    if wide == Wide::Utf32 {
        return Err(ParseRefused::NotUtf8);
    }
    let units = bytes.chunks(2).map(|pair| match (pair.first(), pair.get(1)) {
        (Some(first), Some(second)) if wide == Wide::Utf16Little => u16::from_le_bytes([*first, *second]),
        (Some(first), Some(second)) => u16::from_be_bytes([*first, *second]),
        _ => 0xFFFD,
    });
    let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    let note = Change::whole("UTF-16", "the document is in UTF-16; RDF is exchanged in UTF-8");
    Ok(Text { text: Cow::Owned(text), changes: vec![note] })
}

/// Text in which at least one byte is not UTF-8.
fn single_bytes<'a>(bytes: &[u8], media_type: Option<&str>) -> Text<'a> {
    let charset = charset(bytes, media_type);
    if is_single_byte(charset.as_deref()) || !has_any_utf8(bytes) {
        let text: String = bytes.iter().map(|byte| windows_1252(*byte)).collect();
        let name = charset.unwrap_or_else(|| "Windows-1252".to_owned());
        let note = Change::whole(&name, "the document is not in UTF-8; it was read as Windows-1252 (Latin-1)");
        return Text { text: Cow::Owned(text), changes: vec![note] };
    }
    let mut text = String::with_capacity(bytes.len());
    let mut changes: Vec<Change> = Vec::new();
    let mut more = 0_usize;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let read = windows_1252(*byte);
            if changes.len() < MAX_NAMED_BYTES {
                let message = format!("the byte {byte:02X} is not UTF-8; it was read as {read:?}");
                let (original, read_as) = (format!("byte {byte:02X}"), read.to_string());
                changes.push(Change { at: Some(text.len()), original, read_as, message });
            } else {
                more = more.saturating_add(1);
            }
            text.push(read);
        }
    }
    if more > 0 {
        let message = format!("{more} more bytes are not UTF-8; they were read as Windows-1252");
        changes.push(Change { at: None, original: format!("{more} bytes"), read_as: String::new(), message });
    }
    Text { text: Cow::Owned(text), changes }
}

/// The encoding that the header or the XML declaration names, in lower case.
fn charset(bytes: &[u8], media_type: Option<&str>) -> Option<String> {
    let of = |text: &str, mark: &str| {
        let (_, rest) = text.split_once(mark)?;
        let rest = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
        let name: String = rest.chars().take_while(|mark| !matches!(mark, '"' | '\'' | ';' | '?' | ' ')).collect();
        (!name.is_empty()).then_some(name)
    };
    let header = media_type.map(str::to_ascii_lowercase).and_then(|header| of(&header, "charset"));
    header.or_else(|| {
        let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        head.trim_start().starts_with("<?xml").then(|| of(head.split("?>").next()?, "encoding")).flatten()
    })
}

fn is_single_byte(charset: Option<&str>) -> bool {
    matches!(
        charset,
        Some("iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "iso-8859-15" | "windows-1252" | "cp1252")
    )
}

/// Whether any bytes beyond ASCII form UTF-8.
fn has_any_utf8(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

/// The character of a byte in Windows-1252 (the table of the WHATWG Encoding Standard); the five bytes that it leaves
/// open are the replacement character.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
        '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
    ];
    let high = byte.checked_sub(0x80).and_then(|offset| HIGH.get(usize::from(offset)));
    high.copied().unwrap_or_else(|| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], media_type: Option<&str>) -> (String, usize) {
        let text = decode(bytes, media_type, 10_000).unwrap();
        (text.text.into_owned(), text.changes.len())
    }

    #[test]
    fn the_bytes_decide_the_encoding() {
        assert_eq!(read("\u{feff}é".as_bytes(), Some("text/turtle; charset=latin1")), ("é".to_owned(), 0));
        let little: Vec<u8> = "<a> <b> \"é\" .".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&little, None), ("<a> <b> \"é\" .".to_owned(), 1));
        let big: Vec<u8> = "\u{feff}<a> é".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&big, None), ("<a> é".to_owned(), 1));
        assert_eq!(read(b"caf\xE9 \x80", None), ("café €".to_owned(), 1));
        assert_eq!(read(b"caf\xC3\xA9 \xE9", Some("text/turtle; charset=ISO-8859-1")), ("cafÃ© é".to_owned(), 1));
    }

    #[test]
    fn one_wrong_byte_among_good_ones_is_named_with_its_place() {
        let text = decode(b"caf\xC3\xA9 \xFC", None, 100).unwrap();
        assert_eq!(text.text, "café ü");
        assert_eq!((text.changes.len(), text.changes[0].at), (1, Some(6)));
    }

    #[test]
    fn a_packed_document_is_unpacked_up_to_the_limit() {
        use std::io::Write as _;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![b' '; 1_000_000]).unwrap();
        let bomb = packer.finish().unwrap();
        assert!(bomb.len() < 2_000);
        assert!(matches!(decode(&bomb, None, 10_000), Err(ParseRefused::TooLarge { .. })));
        assert_eq!(decode(&bomb, None, 2_000_000).unwrap().text.len(), 1_000_000);
        assert!(matches!(decode(&bomb[..100], None, 2_000_000), Err(ParseRefused::Packed { .. })));
    }
}
