//! Pages of a long list: which ones to offer, and where the one asked for lies outside.

/// Pages shown on each side of the current one.
const NEIGHBOURS: usize = 2;

/// One item of the row of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageLink {
    /// A page to go to.
    Page {
        /// Its number, from 1.
        number: usize,
        /// Its address.
        href: String,
    },
    /// The page that is shown.
    Current(usize),
    /// Some pages are left out here.
    Gap,
}

/// The row of pages under a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paging {
    /// Items in order.
    pub links: Vec<PageLink>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// How many pages so many items fill; an empty list has one page.
#[must_use]
pub fn pages(total: usize, size: usize) -> usize {
    total.div_ceil(size.max(1)).max(1)
}

impl Paging {
    /// The row for page `current` of `last`, each address made by `address`.
    #[must_use]
    pub fn new(current: usize, last: usize, address: impl Fn(usize) -> String) -> Self {
        if last <= 1 {
            return Self::default();
        }
        let near = current.saturating_sub(NEIGHBOURS)..=current.saturating_add(NEIGHBOURS);
        let mut links = Vec::new();
        let mut before = 0;
        for number in (1..=last).filter(|number| *number == 1 || *number == last || near.contains(number)) {
            if number > before + 1 {
                links.push(PageLink::Gap);
            }
            links.push(if number == current {
                PageLink::Current(number)
            } else {
                PageLink::Page { number, href: address(number) }
            });
            before = number;
        }
        Self {
            links,
            previous: (current > 1).then(|| address(current - 1)),
            next: (current < last).then(|| address(current + 1)),
        }
    }

    /// Whether there is more than one page.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        !self.links.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_has_one_page() {
        assert_eq!(pages(0, 20), 1);
        assert_eq!(pages(20, 20), 1);
        assert_eq!(pages(21, 20), 2);
    }

    #[test]
    fn far_pages_are_left_out_and_the_ends_stay() {
        let paging = Paging::new(10, 50, |number| format!("?page={number}"));
        assert_eq!(paging.links.first(), Some(&PageLink::Page { number: 1, href: "?page=1".into() }));
        assert_eq!(paging.links.iter().filter(|link| **link == PageLink::Gap).count(), 2);
        assert!(paging.links.contains(&PageLink::Current(10)));
        assert_eq!(paging.next.as_deref(), Some("?page=11"));
    }
}
