//! Descriptions are hostile input: shown as text, or as the safe part of Markdown, always escaped.
//!
//! Policy: paragraphs, lists, emphasis, code and http(s) links survive. Raw HTML, images, and any other kind of link
//! become the characters that were typed. Nothing that a provider writes can load, run or restyle anything.

use std::fmt::Write as _;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Longest description that is laid out; the rest is said to be cut and stands whole in the machine forms.
pub const DESCRIPTION_LIMIT: usize = 20_000;

/// The characters with the five that matter to HTML replaced.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A description laid out as safe HTML.
#[must_use]
pub fn safe_markdown(source: &str) -> String {
    let shown: String = source.chars().take(DESCRIPTION_LIMIT).collect();
    let cut = shown.len() < source.len();
    let mut html = String::with_capacity(shown.len() + 64);
    for event in Parser::new_ext(&shown, Options::empty()) {
        write_event(&mut html, &event);
    }
    if cut {
        html.push_str("<p class=\"muted\">The description is cut here; the machine forms carry it whole.</p>");
    }
    html
}

fn write_event(html: &mut String, event: &Event<'_>) {
    match event {
        Event::Start(tag) => open(html, tag),
        Event::End(tag) => close(html, *tag),
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => html.push_str(&escape(text)),
        Event::Code(code) => {
            let _ = write!(html, "<code>{}</code>", escape(code));
        }
        Event::SoftBreak => html.push('\n'),
        Event::HardBreak => html.push_str("<br>"),
        Event::Rule => html.push_str("<hr>"),
        _ => {}
    }
}

fn open(html: &mut String, tag: &Tag<'_>) {
    match tag {
        Tag::Paragraph | Tag::HtmlBlock => html.push_str("<p>"),
        // The page has its own headings: a description cannot add to its outline.
        Tag::Heading { .. } => html.push_str("<p><strong>"),
        Tag::List(Some(_)) => html.push_str("<ol>"),
        Tag::List(None) => html.push_str("<ul>"),
        Tag::Item => html.push_str("<li>"),
        Tag::Emphasis => html.push_str("<em>"),
        Tag::Strong => html.push_str("<strong>"),
        Tag::BlockQuote(_) => html.push_str("<blockquote>"),
        Tag::CodeBlock(_) => html.push_str("<pre><code>"),
        Tag::Link { dest_url, .. } => {
            if is_web_address(dest_url) {
                let _ = write!(html, "<a href=\"{}\" rel=\"nofollow noopener ugc\">", escape(dest_url));
            } else {
                html.push_str("<a>");
            }
        }
        _ => {}
    }
}

fn close(html: &mut String, tag: TagEnd) {
    html.push_str(match tag {
        TagEnd::Paragraph | TagEnd::HtmlBlock => "</p>",
        TagEnd::Heading(_) => "</strong></p>",
        TagEnd::List(true) => "</ol>",
        TagEnd::List(false) => "</ul>",
        TagEnd::Item => "</li>",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        TagEnd::BlockQuote(_) => "</blockquote>",
        TagEnd::CodeBlock => "</code></pre>",
        TagEnd::Link => "</a>",
        _ => "",
    });
}

/// Whether the address may become a link: http or https, with no control characters or spaces in it.
#[must_use]
pub fn is_web_address(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://"))
        && !address.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// The beginning of a text, cut at a word, for lists.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= limit {
        return flat;
    }
    let cut: String = flat.chars().take(limit).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    format!("{}\u{2026}", whole_words.trim_end_matches([',', ';', ':', '.']))
}

/// Percent-encodes a value for a query string.
#[must_use]
pub fn query_value(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_description_is_only_text() {
        let html = safe_markdown(
            "<script>alert(1)</script> [x](javascript:alert(1)) ![i](https://evil.example/p.gif) <img src=x onerror=y>",
        );
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("<img"), "{html}");
        assert!(!html.contains("href=\"javascript"), "{html}");
    }

    #[test]
    fn ordinary_markdown_is_laid_out() {
        let html = safe_markdown("# Aim\n\nTwo *scans*:\n\n- CT\n- MR\n\n[paper](https://doi.org/10.1/x)");
        assert!(html.contains("<strong>Aim</strong>"));
        assert!(html.contains("<li>CT</li>"));
        assert!(html.contains("href=\"https://doi.org/10.1/x\""));
        assert!(!html.contains("<h1"));
    }

    #[test]
    fn a_text_is_cut_at_a_word() {
        assert_eq!(shorten("one two three", 20), "one two three");
        assert_eq!(shorten("one two three", 9), "one two\u{2026}");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(is_web_address("https://doi.org/10.1/x"));
        assert!(!is_web_address("javascript:alert(1)"));
        assert!(!is_web_address("https://a b"));
    }
}
