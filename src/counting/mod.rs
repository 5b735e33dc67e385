//! Bitmap counting, shared by search facets and nodes.
//!
//! Rows are numbered from 0; each has any number of values out of a sorted list. Counting how many rows of a set have
//! each value is done in whichever way is cheapest by an estimate of its work: broad sets intersect one bitmap a value,
//! narrow ones walk their own rows, and sets that leave out little are counted by what they leave out. All ways give
//! the same numbers.

use std::ops::Range;

use roaring::RoaringBitmap;

/// Rows in a block of a bitmap.
const BLOCK: u64 = 65_536;
/// Work of intersecting two full blocks, in units of counting one value of one row.
const BLOCK_WORK: u64 = 500;

/// Which rows have which values.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    values: Vec<String>,
    bitmaps: Vec<RoaringBitmap>,
    /// Row `r` has the values `entries[starts[r]..starts[r + 1]]`.
    starts: Vec<usize>,
    entries: Vec<u32>,
    /// Estimated work of intersecting the bitmaps of all values before this one.
    work: Vec<u64>,
}

/// A set of rows with the counts of every value in it, by which sets inside it are counted.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    rows: RoaringBitmap,
    counts: Vec<u64>,
}

impl Whole {
    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &RoaringBitmap {
        &self.rows
    }

    /// How many of the rows have each value, in the order of the values.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }
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
        let mut counter = Self {
            bitmaps: vec![RoaringBitmap::new(); values.len()],
            values,
            starts: vec![0],
            entries: Vec::new(),
            work: Vec::new(),
        };
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
        counter.estimate();
        counter
    }

    fn estimate(&mut self) {
        let full = self.rows().div_ceil(BLOCK).saturating_mul(BLOCK_WORK);
        let mut sum = 0_u64;
        self.work = vec![0];
        for bitmap in &self.bitmaps {
            sum = sum.saturating_add(bitmap.len().min(full));
            self.work.push(sum);
        }
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
        let after = self.values.get(start..).unwrap_or_default();
        start..start + after.partition_point(|value| value.starts_with(prefix))
    }

    /// The indexes of all values.
    #[must_use]
    pub fn all(&self) -> Range<usize> {
        0..self.values.len()
    }

    /// The rows with the counts of every value in them.
    #[must_use]
    pub fn whole(&self, rows: RoaringBitmap) -> Whole {
        let everything = rows.len() == self.rows();
        let counts = if everything {
            self.bitmaps.iter().map(RoaringBitmap::len).collect()
        } else {
            self.count(&rows, self.all())
        };
        Whole { rows, counts }
    }

    /// How many rows of the set have each value of the range, in the order of the range.
    #[must_use]
    pub fn count(&self, set: &RoaringBitmap, range: Range<usize>) -> Vec<u64> {
        if self.work_by_rows(set.len(), &range) < self.work_by_bitmaps(&range) {
            self.count_by_rows(set, &range)
        } else {
            self.count_by_bitmaps(set, range)
        }
    }

    /// [`Counter::count`] of a set inside a whole: where the set leaves out few of its rows, those are counted.
    #[must_use]
    pub fn count_within(&self, whole: &Whole, set: &RoaringBitmap, range: Range<usize>) -> Vec<u64> {
        let left_out = whole.rows.len().saturating_sub(set.len());
        let direct = self.work_by_rows(set.len(), &range).min(self.work_by_bitmaps(&range));
        if self.work_by_rows(left_out, &range) >= direct {
            return self.count(set, range);
        }
        let all = whole.counts.get(range.clone()).unwrap_or_default();
        if left_out == 0 {
            return all.to_vec();
        }
        let absent = self.count_by_rows(&(&whole.rows - set), &range);
        all.iter().zip(absent).map(|(all, absent)| all.saturating_sub(absent)).collect()
    }

    /// Walking a row looks at all its values, whatever the range.
    fn work_by_rows(&self, rows: u64, range: &Range<usize>) -> u64 {
        let entries = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        let per_row = entries / self.rows().max(1) + 1;
        if range.is_empty() { 0 } else { rows.saturating_mul(per_row) }
    }

    fn work_by_bitmaps(&self, range: &Range<usize>) -> u64 {
        let before = |at: usize| self.work.get(at).or(self.work.last()).copied().unwrap_or(0);
        before(range.end).saturating_sub(before(range.start))
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
        fn every_way_of_counting_agrees(
            rows in prop::collection::vec(prop::collection::vec(0_u32..12, 0..6), 0..80),
            set in prop::collection::btree_set(0_u32..80, 0..80),
            dead in prop::collection::btree_set(0_u32..80, 0..20),
            from in 0_usize..12, to in 0_usize..=12,
        ) {
            let counter = Counter::build(names(12), rows);
            let alive: RoaringBitmap =
                (0..80).filter(|row| u64::from(*row) < counter.rows() && !dead.contains(row)).collect();
            let set: RoaringBitmap = set.into_iter().filter(|&row| alive.contains(row)).collect();
            let range = from.min(to)..to;
            let by_rows = counter.count_by_rows(&set, &range);
            prop_assert_eq!(&counter.count_by_bitmaps(&set, range.clone()), &by_rows);
            prop_assert_eq!(&counter.count(&set, range.clone()), &by_rows);
            let whole = counter.whole(alive);
            prop_assert_eq!(&counter.count_within(&whole, &set, range.clone()), &by_rows);
            prop_assert_eq!(&counter.count_within(&whole, whole.rows(), range.clone()), &whole.counts()[range]);
        }
    }
}
