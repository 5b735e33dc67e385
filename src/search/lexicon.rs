//! The words that occur in the catalogue, for spelling and for words still being typed.
//!
//! Policy: a word that occurs is never replaced. A word that does not is read as the nearest words that do: one slip
//! from five letters on, two from eight on, the first letter kept unless the word is long.

use std::collections::BTreeMap;

use tantivy::Searcher;
use tantivy::schema::Field;

use super::SearchError;

/// From this many letters one slip is forgiven.
const ONE_SLIP: usize = 5;
/// From this many letters two slips are forgiven.
const TWO_SLIPS: usize = 8;
/// Letters of a prefix that is worth completing.
const SHORTEST_PREFIX: usize = 2;
/// Most words a prefix stands for.
const MOST_COMPLETIONS: usize = 30;
/// Most words a misspelt word is read as.
const MOST_CORRECTIONS: usize = 3;

/// Words, folded, with the number of data sets that have them.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    words: Vec<(String, u64)>,
}

impl Lexicon {
    /// The lexicon of the field that holds every text as written.
    pub(super) fn read(searcher: &Searcher, field: Field) -> Result<Self, SearchError> {
        let mut words: BTreeMap<String, u64> = BTreeMap::new();
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut terms = index.terms().stream()?;
            while let Some((word, info)) = terms.next() {
                if let Ok(word) = std::str::from_utf8(word) {
                    *words.entry(word.to_owned()).or_default() += u64::from(info.doc_freq);
                }
            }
        }
        Ok(Self { words: words.into_iter().collect() })
    }

    /// How many data sets have the folded word.
    pub(super) fn frequency(&self, word: &str) -> u64 {
        let found = self.words.binary_search_by(|(known, _)| known.as_str().cmp(word)).ok();
        found.and_then(|at| self.words.get(at)).map_or(0, |(_, frequency)| *frequency)
    }

    /// The most frequent words that begin with the folded prefix and are longer.
    pub(super) fn completions(&self, prefix: &str) -> Vec<&str> {
        if prefix.chars().count() < SHORTEST_PREFIX {
            return Vec::new();
        }
        let start = self.words.partition_point(|(word, _)| word.as_str() <= prefix);
        let words = self.words.iter().skip(start).take_while(|(word, _)| word.starts_with(prefix));
        let mut found: Vec<_> = words.map(|(word, frequency)| (*frequency, word.as_str())).collect();
        found.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
        found.truncate(MOST_COMPLETIONS);
        found.into_iter().map(|(_, word)| word).collect()
    }

    /// The nearest known words, nearest and then most frequent first; none for short words, numbers and codes.
    pub(super) fn corrections(&self, word: &str) -> Vec<&str> {
        let letters = word.chars().count();
        let slips = match letters {
            TWO_SLIPS.. => 2,
            ONE_SLIP.. => 1,
            _ => return Vec::new(),
        };
        if word.chars().any(|letter| letter.is_ascii_digit()) {
            return Vec::new();
        }
        let first = word.chars().next();
        let near = |(known, frequency): &'_ (String, u64)| {
            let length = known.chars().count();
            let comparable = length.abs_diff(letters) <= slips && (slips == 2 || known.chars().next() == first);
            let distance = if comparable { strsim::osa_distance(word, known) } else { usize::MAX };
            (distance <= slips && length + 1 >= ONE_SLIP).then_some((distance, *frequency))
        };
        let mut found: Vec<_> =
            self.words.iter().filter_map(|entry| near(entry).map(|rank| (rank, entry.0.as_str()))).collect();
        found.sort_unstable_by(|((near, often), one), ((near2, often2), other)| {
            near.cmp(near2).then(often2.cmp(often)).then(one.cmp(other))
        });
        let nearest = found.first().map(|((distance, _), _)| *distance);
        found.retain(|((distance, _), _)| Some(*distance) == nearest);
        found.truncate(MOST_CORRECTIONS);
        found.into_iter().map(|(_, word)| word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let mut words: Vec<(String, u64)> = [
            ("breast", 40),
            ("beast", 1),
            ("brain", 12),
            ("glioblastoma", 9),
            ("prostate", 20),
            ("prostatic", 2),
            ("ct", 90),
        ]
        .map(|(word, frequency)| (word.to_owned(), frequency))
        .into();
        words.sort();
        Lexicon { words }
    }

    #[test]
    fn slips_are_forgiven_by_length() {
        assert_eq!(lexicon().corrections("brest"), ["breast"]);
        assert_eq!(lexicon().corrections("glioblstma"), ["glioblastoma"]);
        assert_eq!(lexicon().corrections("porstate"), ["prostate"]);
        assert!(lexicon().corrections("ctx").is_empty());
        assert!(lexicon().corrections("c34567").is_empty());
        assert!(lexicon().corrections("pancreas").is_empty());
    }

    #[test]
    fn beginnings_give_the_most_frequent_words_first() {
        assert_eq!(lexicon().completions("pros"), ["prostate", "prostatic"]);
        assert!(lexicon().completions("p").is_empty());
        assert_eq!(lexicon().frequency("ct"), 90);
    }
}
