//! One vocabulary: its tree, folded by branch where it is large, or the concepts that contain what is asked for.
//!
//! Policy: what is shown is in the address (`q`, `under`, `page`), so every view can be sent to a colleague.

use std::collections::HashMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use super::{counts, datasets_with, facet_of, filter_of, filter_text, find_scheme, is_wanted};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::Facet;
use crate::vocab::{Concept, Vocabulary};
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::paging::{PageLink, Paging, pages};
use crate::web::view::{numbers, text};

/// Deepest level of a tree that is drawn.
const MAX_DEPTH: usize = 6;
/// Levels of a branch that are drawn where the tree is folded.
const FOLDED_DEPTH: usize = 1;
/// Concepts from which on a tree is folded.
const FOLDED_FROM: usize = 300;
/// Rows of one page.
const ROWS: usize = 200;

/// One vocabulary.
#[derive(Template)]
#[template(path = "terms/scheme.html")]
pub struct SchemePage {
    layout: Layout,
    title: String,
    about: String,
    scheme: &'static str,
    filter: String,
    counted: bool,
    /// The concepts above the branch that is shown, topmost first, and the branch itself.
    branch: Vec<(String, String)>,
    rows: Vec<ConceptRow>,
    found: String,
    total: String,
    paging: Paging,
    forms: Vec<(&'static str, String)>,
}

framed!(SchemePage);

struct ConceptRow {
    href: String,
    label: String,
    synonyms: String,
    imported: bool,
    depth: usize,
    /// How many narrower concepts are folded away, and where they are shown; empty: none.
    folded: String,
    folded_href: String,
    count: String,
    count_href: String,
}

/// What the address asks for.
#[derive(Default)]
struct Asked {
    filter: String,
    under: Option<ConceptId>,
    page: usize,
}

impl Asked {
    fn read(scheme: Scheme, query: &str) -> Self {
        let mut asked = Self { page: 1, ..Self::default() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "q" => asked.filter = filter_text(&value),
                "under" => asked.under = ConceptId::new(scheme, value.trim()).ok(),
                "page" => asked.page = value.trim().parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        asked
    }

    fn address(&self, scheme: Scheme, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.filter.is_empty() {
            query.append_pair("q", &self.filter);
        }
        if let Some(under) = &self.under {
            query.append_pair("under", under.code());
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { format!("/terms/{scheme}") } else { format!("/terms/{scheme}?{query}") }
    }
}

/// `GET /terms/{scheme}?q=&under=&page=`: the page, or the form that `Accept` asks for.
pub async fn scheme(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let scheme = find_scheme(formats::without_suffix(&path, "/terms")?)?;
    let filter = filter_of(&http);
    let own = match filter.as_str() {
        "" => format!("/terms/{scheme}"),
        filter => format!("/terms/{scheme}?q={}", text::query_value(filter)),
    };
    if let Some(form) = formats::accepted(&http, &own)? {
        return formats::terms::scheme(&web, scheme, form, &http);
    }
    let vocabulary = web.catalogue.vocabulary();
    let mut asked = Asked::read(scheme, http.query_string());
    asked.under = asked.under.filter(|id| vocabulary.concept(id).is_some());
    let facet = facet_of(scheme);
    let counts = match facet {
        Some(facet) => counts(&web, facet).await?,
        None => HashMap::new(),
    };
    let total = vocabulary.concepts(scheme).count();
    let mut listing =
        Listing { vocabulary: &vocabulary, facet, counts: &counts, fold: total > FOLDED_FROM, rows: Vec::new() };
    listing.fill(scheme, &asked);
    let found = listing.rows.len();
    let last = pages(found, ROWS);
    let page = asked.page.min(last);
    let rows = listing.rows.into_iter().skip((page - 1) * ROWS).take(ROWS).collect();
    let info = vocabulary.schemes().iter().find(|info| info.scheme == scheme);
    let title = info.map_or_else(|| scheme.to_string(), |info| info.title.clone());
    let layout = web
        .layout(title.clone())
        .under("terms")
        .crumb("Vocabularies", "/terms")
        .here(title.clone())
        .at(&asked.address(scheme, page));
    let (layout, forms) = formats::offer(layout, &own);
    let shown = SchemePage {
        layout,
        forms,
        title,
        about: info.and_then(|info| info.description.clone()).unwrap_or_default(),
        scheme: scheme.as_str(),
        branch: branch(&vocabulary, asked.under.as_ref()),
        counted: facet.is_some(),
        found: numbers::group_len(found),
        total: numbers::group_len(total),
        paging: Paging::new(page, last, |number| asked.address(scheme, number)),
        filter: asked.filter,
        rows,
    };
    Ok(Page::new(shown).respond_to(&http))
}

/// The way down to a branch: each concept with the address of its own branch. Where several ways lead there, the first.
fn branch(vocabulary: &Vocabulary, under: Option<&ConceptId>) -> Vec<(String, String)> {
    let mut way = Vec::new();
    let mut at = under.cloned();
    while let Some(id) = at.filter(|_| way.len() < MAX_DEPTH * 4) {
        way.push((vocabulary.label(&id).to_owned(), branch_href(&id)));
        at = vocabulary.broader(&id).first().cloned();
    }
    way.reverse();
    way
}

pub(super) fn branch_href(id: &ConceptId) -> String {
    let under: String = url::form_urlencoded::byte_serialize(id.code().as_bytes()).collect();
    format!("/terms/{}?under={under}", id.scheme())
}

/// A tree written out top down, or a list of what contains the text.
struct Listing<'a> {
    vocabulary: &'a Vocabulary,
    facet: Option<Facet>,
    counts: &'a HashMap<String, u64>,
    fold: bool,
    rows: Vec<ConceptRow>,
}

impl Listing<'_> {
    fn fill(&mut self, scheme: Scheme, asked: &Asked) {
        let vocabulary = self.vocabulary;
        if !asked.filter.is_empty() {
            for concept in vocabulary.concepts(scheme).filter(|concept| is_wanted(concept, &asked.filter)) {
                self.push(concept, 0, false);
            }
            return;
        }
        match &asked.under {
            Some(under) => {
                for concept in vocabulary.narrower(under).iter().filter_map(|id| vocabulary.concept(id)) {
                    self.add(concept, 0);
                }
            }
            None => {
                for concept in vocabulary.concepts(scheme).filter(|concept| concept.broader.is_empty()) {
                    self.add(concept, 0);
                }
            }
        }
    }

    fn add(&mut self, concept: &Concept, depth: usize) {
        let deepest = if self.fold { FOLDED_DEPTH } else { MAX_DEPTH };
        self.push(concept, depth, depth >= deepest);
        if depth < deepest {
            for narrower in self.vocabulary.narrower(&concept.id) {
                if let Some(concept) = self.vocabulary.concept(narrower) {
                    self.add(concept, depth + 1);
                }
            }
        }
    }

    fn push(&mut self, concept: &Concept, depth: usize, folds: bool) {
        let count = self.counts.get(concept.id.code()).copied().unwrap_or(0);
        let synonyms: Vec<&str> = concept
            .alt_labels
            .iter()
            .chain(&concept.imported_labels)
            .take(4)
            .map(|label| label.text.as_str())
            .collect();
        let below = if folds { self.vocabulary.descendants(&concept.id).len() } else { 0 };
        self.rows.push(ConceptRow {
            href: format!("/terms/{}", concept.id),
            label: concept.label().to_owned(),
            synonyms: synonyms.join(", "),
            imported: !concept.embedded,
            depth,
            folded: if below > 0 { numbers::group_len(below) } else { String::new() },
            folded_href: branch_href(&concept.id),
            count: numbers::group(i64::try_from(count).unwrap_or(i64::MAX)),
            count_href: match self.facet {
                Some(_) if count > 0 => {
                    datasets_with(&concept.id).map(|request| request.address("/datasets")).unwrap_or_default()
                }
                _ => String::new(),
            },
        });
    }
}
