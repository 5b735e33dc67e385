//! The request itself: parsing, the canonical address, and the requests that links lead to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use url::form_urlencoded;

use super::facet::{ANY, Facet};
use super::notice::Notice;
use super::range::{Measure, Span};

/// Longest query text that is run, in characters.
pub const MAX_QUERY_CHARACTERS: usize = 500;
/// Results on a page.
pub const PER_PAGE: usize = 12;
/// Last page that can be asked for: deeper reading is for the exports.
pub const MAX_PAGE: u32 = 1_000;
/// Most values of one facet in a request.
pub const MAX_VALUES: usize = 50;
/// Characters of an outside text that a notice repeats.
const QUOTED_CHARACTERS: usize = 80;

/// Whether a data set needs one or all of a facet's chosen values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Match {
    /// At least one.
    #[default]
    Any,
    /// Every one.
    All,
}

/// The order of results; ties are broken by slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Sort {
    /// Best match first; without a query, most subject entries first.
    #[default]
    Relevance,
    /// Title, A to Z.
    Title,
    /// Most subject entries first.
    Subjects,
    /// Most images first.
    Images,
    /// Largest first.
    Size,
    /// Last changed first.
    Updated,
    /// Newest in the catalogue first.
    Newest,
    /// Most complete metadata first.
    Completeness,
}

impl Sort {
    /// Every order.
    pub const ALL: [Sort; 8] = [
        Sort::Relevance,
        Sort::Title,
        Sort::Subjects,
        Sort::Images,
        Sort::Size,
        Sort::Updated,
        Sort::Newest,
        Sort::Completeness,
    ];
    /// Its value in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Sort::Relevance => "relevance",
            Sort::Title => "title",
            Sort::Subjects => "subjects",
            Sort::Images => "images",
            Sort::Size => "size",
            Sort::Updated => "updated",
            Sort::Newest => "newest",
            Sort::Completeness => "completeness",
        }
    }
    /// What it is called on a page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Sort::Relevance => "Relevance",
            Sort::Title => "Title",
            Sort::Subjects => "Most subjects",
            Sort::Images => "Most images",
            Sort::Size => "Largest",
            Sort::Updated => "Last changed",
            Sort::Newest => "Newest here",
            Sort::Completeness => "Most complete",
        }
    }
}

/// What somebody looks for. Every value is in canonical form; two equal requests have one address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SearchRequest {
    query: String,
    values: BTreeMap<Facet, BTreeSet<String>>,
    all: BTreeSet<Facet>,
    spans: BTreeMap<Measure, Span>,
    sort: Sort,
    /// Zero-based, so that the default is the first page.
    page_index: u32,
}

impl SearchRequest {
    /// Reads the query part of an address (without `?`); what cannot be used is named by the notices.
    #[must_use]
    pub fn parse(query_string: &str) -> (Self, Vec<Notice>) {
        let mut reading = Reading::default();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            reading.parameter(&name, &value);
        }
        reading.finish()
    }

    /// The text to search for, spaces collapsed; may be longer than is run.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }
    /// The text to search for; `None` when it is too long to be run.
    #[must_use]
    pub fn runnable_query(&self) -> Option<&str> {
        (self.query.chars().count() <= MAX_QUERY_CHARACTERS).then_some(self.query.as_str())
    }
    /// The chosen values of the facet, in order.
    pub fn values(&self, facet: Facet) -> impl Iterator<Item = &str> {
        self.values.get(&facet).into_iter().flatten().map(String::as_str)
    }
    /// The facets with chosen values, in canonical order.
    pub fn facets(&self) -> impl Iterator<Item = Facet> + '_ {
        self.values.keys().copied()
    }
    /// Whether the value is chosen.
    #[must_use]
    pub fn has(&self, facet: Facet, value: &str) -> bool {
        self.values.get(&facet).is_some_and(|values| values.contains(value))
    }
    /// Whether one or all of the facet's values are needed.
    #[must_use]
    pub fn matching(&self, facet: Facet) -> Match {
        if self.all.contains(&facet) { Match::All } else { Match::Any }
    }
    /// The span of the measure, if bounded.
    #[must_use]
    pub fn span(&self, measure: Measure) -> Option<Span> {
        self.spans.get(&measure).copied()
    }
    /// The order of results.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }
    /// The page, from 1 to [`MAX_PAGE`].
    #[must_use]
    pub fn page(&self) -> u32 {
        self.page_index + 1
    }
    /// How many results come before this page.
    #[must_use]
    pub fn offset(&self) -> usize {
        usize::try_from(self.page_index).unwrap_or(usize::MAX).saturating_mul(PER_PAGE)
    }
    /// Whether the list is held to human data because no subject kind was chosen.
    #[must_use]
    pub fn opens_on_human(&self) -> bool {
        !self.values.contains_key(&Facet::SubjectKind)
    }
    /// Whether the query part of an address is this request's own.
    #[must_use]
    pub fn is_canonical(&self, query_string: &str) -> bool {
        self.to_string() == query_string
    }
    /// Whether anything but order and page was asked.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        !self.query.is_empty() || !self.values.is_empty() || !self.spans.is_empty()
    }

    /// The request with the value chosen too, on its first page. A value that cannot be one changes nothing.
    #[must_use]
    pub fn with(&self, facet: Facet, value: &str) -> Self {
        let mut request = self.first_page();
        if let Some(value) = facet.canonical_value(value) {
            request.insert(facet, value);
        }
        request
    }
    /// The request without the value, on its first page.
    #[must_use]
    pub fn without(&self, facet: Facet, value: &str) -> Self {
        let mut request = self.first_page();
        if let Some(values) = request.values.get_mut(&facet) {
            values.remove(value);
            if values.is_empty() {
                request.values.remove(&facet);
            }
        }
        request.normalise();
        request
    }
    /// The request with the value chosen or, if it was, not.
    #[must_use]
    pub fn toggled(&self, facet: Facet, value: &str) -> Self {
        if self.has(facet, value) { self.without(facet, value) } else { self.with(facet, value) }
    }
    /// The request with no value of the facet chosen.
    #[must_use]
    pub fn without_facet(&self, facet: Facet) -> Self {
        let mut request = self.first_page();
        request.values.remove(&facet);
        request.normalise();
        request
    }
    /// The request with one or all of the facet's values needed.
    #[must_use]
    pub fn with_match(&self, facet: Facet, matching: Match) -> Self {
        let mut request = self.first_page();
        match matching {
            Match::Any => request.all.remove(&facet),
            Match::All => request.all.insert(facet),
        };
        request.normalise();
        request
    }
    /// The request with the measure bounded, or not.
    #[must_use]
    pub fn with_span(&self, measure: Measure, span: Option<Span>) -> Self {
        let mut request = self.first_page();
        match span {
            Some(span) => request.spans.insert(measure, span),
            None => request.spans.remove(&measure),
        };
        request
    }
    /// The request with another text.
    #[must_use]
    pub fn with_query(&self, query: &str) -> Self {
        Self { query: collapse(query), ..self.first_page() }
    }
    /// The request in another order.
    #[must_use]
    pub fn with_sort(&self, sort: Sort) -> Self {
        Self { sort, ..self.first_page() }
    }
    /// The request at another page, held between 1 and [`MAX_PAGE`].
    #[must_use]
    pub fn with_page(&self, page: u32) -> Self {
        Self { page_index: page.clamp(1, MAX_PAGE) - 1, ..self.clone() }
    }
    /// The text alone: no facet, no range, usual order.
    #[must_use]
    pub fn clear(&self) -> Self {
        Self { query: self.query.clone(), ..Self::default() }
    }
    /// The request with the opening restriction to human data lifted.
    #[must_use]
    pub fn with_all_subject_kinds(&self) -> Self {
        self.without_facet(Facet::SubjectKind).with(Facet::SubjectKind, ANY)
    }
    /// The address on the path: `path` or `path?query`.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        let query = self.to_string();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn first_page(&self) -> Self {
        Self { page_index: 0, ..self.clone() }
    }

    /// Adds the canonical value; `false` when the facet is full.
    fn insert(&mut self, facet: Facet, value: String) -> bool {
        let values = self.values.entry(facet).or_default();
        let fits = values.contains(&value) || values.len() < MAX_VALUES;
        if fits {
            values.insert(value);
        }
        self.normalise();
        fits
    }

    /// Removes what does not change the answer: a match mode without two values, kinds beside "any".
    fn normalise(&mut self) {
        if let Some(kinds) = self.values.get_mut(&Facet::SubjectKind)
            && kinds.contains(ANY)
        {
            kinds.retain(|kind| kind == ANY);
        }
        let several =
            |facet: &Facet| facet.allows_all() && self.values.get(facet).is_some_and(|values| values.len() > 1);
        let all: BTreeSet<Facet> = self.all.iter().copied().filter(several).collect();
        self.all = all;
    }
}

impl fmt::Display for SearchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut address = form_urlencoded::Serializer::new(String::new());
        if !self.query.is_empty() {
            address.append_pair("q", &self.query);
        }
        for (facet, values) in &self.values {
            for value in values {
                address.append_pair(facet.key(), value);
            }
            if self.all.contains(facet) {
                address.append_pair(&format!("{}.match", facet.key()), "all");
            }
        }
        for (measure, span) in &self.spans {
            address.append_pair(measure.key(), &span.to_string());
        }
        if self.sort != Sort::default() {
            address.append_pair("sort", self.sort.key());
        }
        if self.page_index > 0 {
            address.append_pair("page", &self.page().to_string());
        }
        f.write_str(&address.finish())
    }
}

/// The two inputs of a range in a form.
#[derive(Default)]
struct Ends {
    from: String,
    to: String,
}

#[derive(Default)]
struct Reading {
    request: SearchRequest,
    ends: BTreeMap<String, Ends>,
    all: BTreeSet<Facet>,
    notices: Vec<Notice>,
}

impl Reading {
    fn parameter(&mut self, name: &str, value: &str) {
        // An empty field of a submitted form says nothing.
        if value.trim().is_empty() {
            return;
        }
        match name {
            "q" => self.request.query = collapse(value),
            "sort" => match Sort::ALL.into_iter().find(|sort| sort.key() == value) {
                Some(sort) => self.request.sort = sort,
                None => self.notices.push(Notice::UnknownSort { value: shorten(value) }),
            },
            "page" => match value.parse::<u32>() {
                Ok(page) if (1..=MAX_PAGE).contains(&page) => self.request.page_index = page - 1,
                _ => self.notices.push(Notice::PageCorrected { asked: shorten(value) }),
            },
            _ => self.named(name, value),
        }
    }

    fn named(&mut self, name: &str, value: &str) {
        let (key, part) = name.split_once('.').unwrap_or((name, ""));
        match (Facet::from_key(key), Measure::from_key(key), part) {
            (Some(facet), _, "") => self.facet_value(facet, value),
            (Some(facet), _, "match") => {
                if value == "all" {
                    self.all.insert(facet);
                } else if value != "any" {
                    self.notices.push(Notice::MalformedValue { facet, value: shorten(value) });
                }
            }
            (_, Some(measure), "") => self.span(measure, value),
            (Some(facet), _, "from" | "to") if facet.takes_spans() => self.end(key, part, value),
            (_, Some(_), "from" | "to") => self.end(key, part, value),
            _ => self.notices.push(Notice::UnknownParameter { name: shorten(name) }),
        }
    }

    fn facet_value(&mut self, facet: Facet, value: &str) {
        match facet.canonical_value(value) {
            Some(value) => {
                let notice = Notice::TooManyValues { facet };
                if !self.request.insert(facet, value) && !self.notices.contains(&notice) {
                    self.notices.push(notice);
                }
            }
            None => self.notices.push(Notice::MalformedValue { facet, value: shorten(value) }),
        }
    }

    fn span(&mut self, measure: Measure, value: &str) {
        match value.parse::<Span>() {
            Ok(span) => {
                self.request.spans.insert(measure, span);
            }
            Err(_) => self.notices.push(Notice::MalformedRange { measure, value: shorten(value) }),
        }
    }

    fn end(&mut self, key: &str, part: &str, value: &str) {
        let ends = self.ends.entry(key.to_owned()).or_default();
        value.trim().clone_into(if part == "from" { &mut ends.from } else { &mut ends.to });
    }

    fn finish(mut self) -> (SearchRequest, Vec<Notice>) {
        for (key, ends) in std::mem::take(&mut self.ends) {
            let value = format!("{}-{}", ends.from, ends.to);
            if let Some(facet) = Facet::from_key(&key) {
                self.facet_value(facet, &value);
            } else if let Some(measure) = Measure::from_key(&key) {
                self.span(measure, &value);
            }
        }
        self.request.all = std::mem::take(&mut self.all);
        self.request.normalise();
        let characters = self.request.query.chars().count();
        if characters > MAX_QUERY_CHARACTERS {
            self.notices.push(Notice::QueryTooLong { characters });
        }
        (self.request, self.notices)
    }
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(text: &str) -> String {
    text.chars().take(QUOTED_CHARACTERS).collect()
}
