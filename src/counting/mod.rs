//! Bitmap counting, shared by search facets and nodes.
//!
//! Rows are numbered from 0; each has any number of values out of a sorted list. Counting how many rows of a set have
//! each value is done in whichever of two ways is cheaper: broad sets intersect one bitmap a value, narrow ones walk
//! their own rows (measured: the cross-over lies near a tenth of the rows). Both give the same numbers.

use std::ops::Range;

use roaring::RoaringBitmap;

/// A set smaller than one row in this many is walked row by row.
const NARROW: u64 = 10;

/// Which rows have which values.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    values: Vec<String>,
    bitmaps: Vec<RoaringBitmap>,
    /// Row `r` has the values `entries[starts[r]..starts[r + 1]]`.
    starts: Vec<usize>,
    entries: Vec<u32>,
}

impl Counter {
    /// A counter over the sorted, distinct values. Each row lists the indexes of its values; indexes beyond the list
    /// and repeats within a row are left out.
    #[must_use]
    pub fn build<Row>(values: Vec<String>, rows: impl IntoIterator<Item = Row>) -> Self
    where
        Row: IntoIterator<Item = u32>,
    {
        debug_assert!(values.is_sorted());
        let mut counter =
            Self { bitmaps: vec![RoaringBitmap::new(); values.len()], values, starts: vec![0], entries: Vec::new() };
        for (row, indexes) in (0_u32..).zip(rows) {
            for index in indexes {
                let new =
                    slot(index).and_then(|at| counter.bitmaps.get_mut(at)).is_some_and(|bitmap| bitmap.insert(row));
                if new {
                    counter.entries.push(index);
                }
            }
            counter.starts.push(counter.entries.len());
        }
        counter
    }

    /// The values, sorted.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        u64::try_from(self.starts.len().saturating_sub(1)).unwrap_or(u64::MAX)
    }

    /// The rows that have the value; `None` when no row has it.
    #[must_use]
    pub fn rows_with(&self, value: &str) -> Option<&RoaringBitmap> {
        let index = self.values.binary_search_by(|known| known.as_str().cmp(value)).ok()?;
        self.bitmaps.get(index)
    }

    /// The indexes of the values that begin with the prefix.
    #[must_use]
    pub fn range(&self, prefix: &str) -> Range<usize> {
        let start = self.values.partition_point(|value| value.as_str() < prefix);
        let length = self.values.iter().skip(start).take_while(|value| value.starts_with(prefix)).count();
        start..start + length
    }

    /// How many rows of the set have each value of the range, in the order of the range.
    #[must_use]
    pub fn count(&self, set: &RoaringBitmap, range: Range<usize>) -> Vec<u64> {
        if set.len().saturating_mul(NARROW) < self.rows() {
            self.count_by_rows(set, &range)
        } else {
            self.count_by_bitmaps(set, range)
        }
    }

    fn count_by_bitmaps(&self, set: &RoaringBitmap, range: Range<usize>) -> Vec<u64> {
        self.bitmaps.get(range).unwrap_or_default().iter().map(|bitmap| bitmap.intersection_len(set)).collect()
    }

    fn count_by_rows(&self, set: &RoaringBitmap, range: &Range<usize>) -> Vec<u64> {
        let mut counts = vec![0; range.len()];
        for row in set {
            for &index in self.values_of(row) {
                let place = slot(index).and_then(|at| at.checked_sub(range.start));
                if let Some(count) = place.and_then(|at| counts.get_mut(at)) {
                    *count += 1;
                }
            }
        }
        counts
    }

    /// The indexes of the row's values; none for a row that is not there.
    #[must_use]
    pub fn values_of(&self, row: u32) -> &[u32] {
        let bounds = slot(row).and_then(|row| self.starts.get(row..)?.first_chunk::<2>());
        bounds.and_then(|&[start, end]| self.entries.get(start..end)).unwrap_or_default()
    }
}

fn slot(index: u32) -> Option<usize> {
    usize::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(count: u32) -> Vec<String> {
        (0..count).map(|n| format!("v{n:02}")).collect()
    }

    #[test]
    fn counts_the_rows_of_a_set_by_value() {
        let values = ["modality/ct", "modality/mr", "sex/female"].map(str::to_owned).to_vec();
        let counter = Counter::build(values, [vec![0, 2], vec![0, 1], vec![], vec![1, 1, 7]]);
        let set = RoaringBitmap::from_iter([1, 2, 3]);
        assert_eq!(counter.range("modality/"), 0..2);
        assert_eq!(counter.count(&set, counter.range("modality/")), [1, 2]);
        assert_eq!(counter.rows_with("sex/female").map(RoaringBitmap::len), Some(1));
        assert_eq!(counter.rows_with("sex/male"), None);
        assert_eq!(counter.values_of(3), [1]);
        assert_eq!(counter.values_of(4), [0_u32; 0]);
    }

    proptest! {
        #[test]
        fn both_ways_of_counting_agree(
            rows in prop::collection::vec(prop::collection::vec(0_u32..12, 0..6), 0..80),
            set in prop::collection::btree_set(0_u32..80, 0..80),
            from in 0_usize..12, to in 0_usize..=12,
        ) {
            let counter = Counter::build(names(12), rows);
            let set: RoaringBitmap = set.into_iter().filter(|&row| u64::from(row) < counter.rows()).collect();
            let range = from.min(to)..to;
            prop_assert_eq!(counter.count_by_bitmaps(&set, range.clone()), counter.count_by_rows(&set, &range));
        }
    }
}
