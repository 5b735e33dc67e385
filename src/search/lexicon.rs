//! The words that occur in the catalogue, for spelling and for words still being typed.
//!
//! Policy: a word that occurs is never replaced. A word that does not is read as the nearest words that do: one slip
//! from five letters on, two from eight on, the first letter kept unless the word is long.

use std::collections::BTreeMap;
use std::sync::Arc;

use tantivy::SegmentReader;
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

/// The words of one segment, which never change.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<Word>);

#[derive(Debug)]
struct Word {
    text: Box<str>,
    /// Data sets that have it.
    frequency: u32,
    shape: Shape,
}

/// What tells at once that two words are far apart.
#[derive(Debug, Clone, Copy)]
struct Shape {
    letters: usize,
    /// A bit for each letter that occurs. One slip changes at most two of them.
    mask: u64,
}

impl Shape {
    fn of(word: &str) -> Self {
        let bit = |letter: char| 1_u64 << (u32::from(letter) % u64::BITS);
        word.chars().fold(Self { letters: 0, mask: 0 }, |shape, letter| Self {
            letters: shape.letters + 1,
            mask: shape.mask | bit(letter),
        })
    }

    fn may_be_within(self, slips: usize, other: Self) -> bool {
        let differing = usize::try_from((self.mask ^ other.mask).count_ones()).unwrap_or(usize::MAX);
        self.letters.abs_diff(other.letters) <= slips && differing <= 2 * slips
    }
}

impl Words {
    /// The words of the segment's field that holds every text as written.
    pub(super) fn read(segment: &SegmentReader, field: Field) -> Result<Arc<Self>, SearchError> {
        let index = segment.inverted_index(field)?;
        let mut terms = index.terms().stream()?;
        let mut words = Vec::with_capacity(index.terms().num_terms());
        while let Some((word, info)) = terms.next() {
            if let Ok(word) = std::str::from_utf8(word) {
                words.push(Word { text: word.into(), frequency: info.doc_freq, shape: Shape::of(word) });
            }
        }
        Ok(Arc::new(Self(words)))
    }

    fn frequency(&self, word: &str) -> u64 {
        let found = self.0.binary_search_by(|known| (*known.text).cmp(word)).ok();
        found.and_then(|at| self.0.get(at)).map_or(0, |word| u64::from(word.frequency))
    }
}

/// Words, folded, with the number of data sets that have them: those of all segments.
#[derive(Debug, Default)]
pub(super) struct Lexicon(Vec<Arc<Words>>);

impl Lexicon {
    /// The lexicon of these segments.
    pub(super) fn of(segments: Vec<Arc<Words>>) -> Self {
        Self(segments)
    }

    /// How many data sets have the folded word.
    pub(super) fn frequency(&self, word: &str) -> u64 {
        self.0.iter().map(|words| words.frequency(word)).sum()
    }

    /// The most frequent words that begin with the folded prefix and are longer.
    pub(super) fn completions(&self, prefix: &str) -> Vec<&str> {
        if prefix.chars().count() < SHORTEST_PREFIX {
            return Vec::new();
        }
        let mut frequencies: BTreeMap<&str, u64> = BTreeMap::new();
        for words in &self.0 {
            let start = words.0.partition_point(|word| *word.text <= *prefix);
            for word in words.0.iter().skip(start).take_while(|word| word.text.starts_with(prefix)) {
                *frequencies.entry(&word.text).or_default() += u64::from(word.frequency);
            }
        }
        let mut found: Vec<_> = frequencies.into_iter().map(|(word, frequency)| (frequency, word)).collect();
        found.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
        found.truncate(MOST_COMPLETIONS);
        found.into_iter().map(|(_, word)| word).collect()
    }

    /// The nearest known words, nearest and then most frequent first; none for short words, numbers and codes.
    pub(super) fn corrections(&self, word: &str) -> Vec<&str> {
        let shape = Shape::of(word);
        let slips = match shape.letters {
            TWO_SLIPS.. => 2,
            ONE_SLIP.. => 1,
            _ => return Vec::new(),
        };
        if word.chars().any(|letter| letter.is_ascii_digit()) {
            return Vec::new();
        }
        let first = word.chars().next();
        let near = |known: &Word| {
            let comparable = shape.may_be_within(slips, known.shape)
                && known.shape.letters + 1 >= ONE_SLIP
                && (slips == 2 || known.text.chars().next() == first);
            let distance = if comparable { strsim::osa_distance(word, &known.text) } else { usize::MAX };
            (distance <= slips).then_some(distance)
        };
        let mut distances: BTreeMap<&str, usize> = BTreeMap::new();
        for known in self.0.iter().flat_map(|words| &words.0) {
            if let Some(distance) = near(known) {
                distances.insert(&known.text, distance);
            }
        }
        let nearest = distances.values().min().copied();
        let mut found: Vec<(u64, &str)> = distances
            .into_iter()
            .filter(|(_, distance)| Some(*distance) == nearest)
            .map(|(word, _)| (self.frequency(word), word))
            .collect();
        found.sort_unstable_by(|(often, one), (often2, other)| often2.cmp(often).then(one.cmp(other)));
        found.truncate(MOST_CORRECTIONS);
        found.into_iter().map(|(_, word)| word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let mut words: Vec<Word> = [
            ("breast", 40),
            ("beast", 1),
            ("brain", 12),
            ("glioblastoma", 9),
            ("prostate", 20),
            ("prostatic", 2),
            ("ct", 90),
        ]
        .map(|(word, frequency)| Word { text: word.into(), frequency, shape: Shape::of(word) })
        .into();
        words.sort_by(|one, other| one.text.cmp(&other.text));
        Lexicon::of(vec![Arc::new(Words(words))])
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
    fn a_word_in_several_segments_counts_in_all_of_them() {
        let one = || lexicon().0.remove(0);
        let both = Lexicon::of(vec![one(), one()]);
        assert_eq!(both.frequency("breast"), 80);
        assert_eq!(both.corrections("brest"), ["breast"]);
        assert_eq!(both.completions("pros"), ["prostate", "prostatic"]);
    }

    proptest::proptest! {
        /// The shape may only leave out what is too far away.
        #[test]
        fn words_within_two_slips_have_like_shapes(one in "[a-h]{4,9}", other in "[a-h]{4,9}") {
            let slips = strsim::osa_distance(&one, &other);
            proptest::prop_assert!(slips > 2 || Shape::of(&one).may_be_within(slips, Shape::of(&other)));
        }
    }

    #[test]
    fn beginnings_give_the_most_frequent_words_first() {
        assert_eq!(lexicon().completions("pros"), ["prostate", "prostatic"]);
        assert!(lexicon().completions("p").is_empty());
        assert_eq!(lexicon().frequency("ct"), 90);
    }
}
