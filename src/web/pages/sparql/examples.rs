//! Queries to begin with, written for this catalogue. Each is a file: a line with its title, one with what it tells, then
//! the query. A test runs every one of them on the demonstration.

use crate::web::view::text;

/// An example as the page shows it.
pub struct Example {
    /// What it is about.
    pub title: &'static str,
    /// What its answer tells.
    pub about: &'static str,
    /// The query.
    pub query: &'static str,
}

impl Example {
    /// Where it is answered.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/sparql?query={}", text::query_value(self.query))
    }
}

/// The files.
const FILES: [&str; 15] = [
    include_str!("examples/01-largest.rq"),
    include_str!("examples/02-publishers.rq"),
    include_str!("examples/03-modalities.rq"),
    include_str!("examples/04-conditions.rq"),
    include_str!("examples/05-segmented.rq"),
    include_str!("examples/06-open.rq"),
    include_str!("examples/07-licences.rq"),
    include_str!("examples/08-recent.rq"),
    include_str!("examples/09-children.rq"),
    include_str!("examples/10-ages.rq"),
    include_str!("examples/11-manufacturers.rq"),
    include_str!("examples/12-readings.rq"),
    include_str!("examples/13-genomics.rq"),
    include_str!("examples/14-graph.rq"),
    include_str!("examples/15-properties.rq"),
];

/// Every example.
#[must_use]
pub fn all() -> Vec<Example> {
    FILES.iter().filter_map(|file| read(file)).collect()
}

fn read(file: &'static str) -> Option<Example> {
    let (title, rest) = file.strip_prefix("# ")?.split_once('\n')?;
    let (about, query) = rest.strip_prefix("# ")?.split_once('\n')?;
    Some(Example { title, about, query: query.trim_end() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_a_title_and_says_what_it_tells() {
        let examples = all();
        assert_eq!(examples.len(), FILES.len());
        for example in examples {
            assert!(!example.title.is_empty() && example.about.ends_with('.'), "{}", example.title);
            assert!(example.href().len() < 4_000, "{}", example.title);
        }
    }
}
