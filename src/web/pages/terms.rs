//! Vocabularies: the concepts that values are read as, with the data sets that have them.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::{Facet, SearchRequest};
use crate::vocab::{Concept, Vocabulary};
use crate::web::catalogue;
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::facts::{Fact, FactValue};
use crate::web::view::{numbers, text};

/// Data sets listed on a concept's page.
const SHOWN: usize = 12;
/// Characters of a filter that are read.
const MAX_FILTER_CHARACTERS: usize = 100;
/// Deepest level of a tree that is drawn.
const MAX_DEPTH: usize = 6;

/// All vocabularies.
#[derive(Template)]
#[template(path = "terms/schemes.html")]
pub struct SchemesPage {
    layout: Layout,
    rows: Vec<SchemeRow>,
    forms: Vec<(&'static str, String)>,
}

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
    rows: Vec<ConceptRow>,
    total: String,
    forms: Vec<(&'static str, String)>,
}

/// One concept.
#[derive(Template)]
#[template(path = "terms/concept.html")]
pub struct ConceptPage {
    layout: Layout,
    label: String,
    scheme_title: String,
    definition: String,
    facts: Vec<Fact>,
    broader: Vec<(String, String)>,
    narrower: Vec<(String, String)>,
    total: Option<String>,
    list_href: String,
    datasets: Vec<(String, String)>,
    forms: Vec<(&'static str, String)>,
}

framed!(SchemesPage, SchemePage, ConceptPage);

struct SchemeRow {
    href: String,
    title: String,
    about: String,
    concepts: String,
}

struct ConceptRow {
    href: String,
    label: String,
    synonyms: String,
    depth: usize,
    count: String,
    count_href: String,
}

/// The facet that filters by a scheme.
fn facet_of(scheme: Scheme) -> Option<Facet> {
    Facet::ALL.into_iter().find(|facet| facet.scheme() == Some(scheme))
}

/// The data sets that have a concept, of every subject kind; `None` where lists cannot be filtered by its vocabulary.
#[must_use]
pub fn datasets_with(id: &ConceptId) -> Option<SearchRequest> {
    let facet = facet_of(id.scheme())?;
    let request = SearchRequest::default().with(facet, id.code());
    Some(if facet == Facet::SubjectKind { request } else { request.with_all_subject_kinds() })
}

/// The vocabulary of a name in an address.
///
/// # Errors
/// 404 where there is none.
pub fn find_scheme(name: &str) -> Result<Scheme, Fault> {
    name.parse().map_err(|_| catalogue::missing("vocabulary", name, "/terms").into())
}

/// The concept of an address.
///
/// # Errors
/// 404 where there is none.
pub fn find_concept(web: &Web, scheme: &str, code: &str) -> Result<ConceptId, Fault> {
    let known =
        ConceptId::new(find_scheme(scheme)?, code).ok().filter(|id| web.catalogue.vocabulary().concept(id).is_some());
    known.ok_or_else(|| match code.rsplit_once('.') {
        // A code may have dots; what follows the last one of an unknown code is taken for an ending.
        Some((before, ending)) => formats::no_such_form(ending, &format!("/terms/{scheme}/{before}")),
        None => catalogue::missing("concept", code, &format!("/terms/{scheme}")).into(),
    })
}

/// What a list of concepts is held to, from `?q=`.
#[must_use]
pub fn filter_of(http: &HttpRequest) -> String {
    url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, value)| value.trim().chars().take(MAX_FILTER_CHARACTERS).collect())
        .unwrap_or_default()
}

/// Whether a concept is one of those that a filter names by a label or a code.
#[must_use]
pub fn is_wanted(concept: &Concept, filter: &str) -> bool {
    let filter = filter.to_lowercase();
    filter.is_empty()
        || concept.labels().any(|label| label.text.to_lowercase().contains(&filter))
        || concept.id.code().contains(&filter)
}

/// `GET /terms`: the page, or the form that `Accept` asks for.
pub async fn schemes(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    if let Some(form) = formats::accepted(&http, "/terms")? {
        return formats::terms::schemes(&web, &http, form);
    }
    let vocabulary = web.catalogue.vocabulary();
    let rows = vocabulary
        .schemes()
        .iter()
        .map(|info| SchemeRow {
            href: format!("/terms/{}", info.scheme),
            title: info.title.clone(),
            about: info.description.clone().unwrap_or_default(),
            concepts: numbers::group_len(vocabulary.concepts(info.scheme).count()),
        })
        .collect();
    let layout = web.layout("Vocabularies").under("terms").here("Vocabularies").at("/terms");
    let (layout, forms) = formats::offer(layout, "/terms");
    Ok(Page::new(SchemesPage { layout, rows, forms }).respond_to(&http))
}

/// `GET /terms/{scheme}?q=`: the page, or the form that `Accept` asks for.
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
    let facet = facet_of(scheme);
    let counts = match facet {
        Some(facet) => counts(&web, facet).await?,
        None => std::collections::HashMap::new(),
    };
    let mut rows = Vec::new();
    let tops: Vec<&Concept> =
        vocabulary.concepts(scheme).filter(|concept| concept.broader.is_empty() || !filter.is_empty()).collect();
    let mut listing = Listing { vocabulary, filter: filter.clone(), facet, counts: &counts, rows: &mut rows };
    for concept in tops {
        listing.add(concept, 0);
    }
    let info = vocabulary.schemes().iter().find(|info| info.scheme == scheme);
    let title = info.map_or_else(|| scheme.to_string(), |info| info.title.clone());
    let layout = web
        .layout(title.clone())
        .under("terms")
        .crumb("Vocabularies", "/terms")
        .here(title.clone())
        .at(&format!("/terms/{scheme}"));
    let (layout, forms) = formats::offer(layout, &own);
    let page = Page::new(SchemePage {
        layout,
        forms,
        title,
        about: info.and_then(|info| info.description.clone()).unwrap_or_default(),
        scheme: scheme.as_str(),
        filter,
        counted: facet.is_some(),
        total: numbers::group_len(vocabulary.concepts(scheme).count()),
        rows,
    });
    Ok(page.respond_to(&http))
}

/// Data sets for each value of a facet, every subject kind.
async fn counts(web: &Web, facet: Facet) -> Result<std::collections::HashMap<String, u64>, Fault> {
    let page = web.catalogue.search(&SearchRequest::default().with_all_subject_kinds()).await?;
    let values = page.facets.into_iter().filter(|result| result.facet == facet).flat_map(|result| result.values);
    Ok(values.map(|value| (value.value, value.count)).collect())
}

/// A tree written out top down.
struct Listing<'a> {
    vocabulary: &'a Vocabulary,
    filter: String,
    facet: Option<Facet>,
    counts: &'a std::collections::HashMap<String, u64>,
    rows: &'a mut Vec<ConceptRow>,
}

impl Listing<'_> {
    fn add(&mut self, concept: &Concept, depth: usize) {
        if is_wanted(concept, &self.filter) {
            let count = self.counts.get(concept.id.code()).copied().unwrap_or(0);
            let synonyms: Vec<&str> = concept.alt_labels.iter().take(4).map(|label| label.text.as_str()).collect();
            self.rows.push(ConceptRow {
                href: format!("/terms/{}", concept.id),
                label: concept.label().to_owned(),
                synonyms: synonyms.join(", "),
                depth,
                count: numbers::group(i64::try_from(count).unwrap_or(i64::MAX)),
                count_href: match self.facet {
                    Some(_) if count > 0 => {
                        datasets_with(&concept.id).map(|request| request.address("/datasets")).unwrap_or_default()
                    }
                    _ => String::new(),
                },
            });
        }
        if self.filter.is_empty() && depth < MAX_DEPTH {
            for narrower in self.vocabulary.narrower(&concept.id) {
                if let Some(concept) = self.vocabulary.concept(narrower) {
                    self.add(concept, depth + 1);
                }
            }
        }
    }
}

/// `GET /terms/{scheme}/{code}`: the page, or the form that `Accept` asks for.
pub async fn concept(web: Data<Web>, path: Path<(String, String)>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (scheme, code) = path.into_inner();
    let id = find_concept(&web, &scheme, &code)?;
    if let Some(form) = formats::accepted(&http, &format!("/terms/{id}"))? {
        return formats::terms::concept(&web, &id, form, &http).await;
    }
    let vocabulary = web.catalogue.vocabulary();
    let concept = vocabulary.concept(&id).ok_or_else(Fault::not_found)?;
    let mut total = None;
    let mut list_href = String::new();
    let mut datasets = Vec::new();
    if let Some(request) = datasets_with(&id) {
        let page = web.catalogue.search(&request).await?;
        total = Some(numbers::counted(i64::try_from(page.total).unwrap_or(i64::MAX), "data set", "data sets"));
        list_href = request.address("/datasets");
        datasets = page
            .hits
            .into_iter()
            .take(SHOWN)
            .map(|hit| (hit.card.title.text, format!("/datasets/{}", hit.card.slug)))
            .collect();
    }
    let label = concept.label().to_owned();
    let info = vocabulary.schemes().iter().find(|info| info.scheme == concept.id.scheme());
    let scheme_title = info.map_or_else(|| scheme.clone(), |info| info.title.clone());
    let layout = web
        .layout(format!("{label}: {scheme_title}"))
        .under("terms")
        .crumb("Vocabularies", "/terms")
        .crumb(scheme_title.clone(), format!("/terms/{scheme}"))
        .here(label.clone())
        .at(&format!("/terms/{id}"));
    let (layout, forms) = formats::offer(layout, &format!("/terms/{id}"));
    let links = |ids: &[ConceptId]| {
        ids.iter().map(|id| (vocabulary.label(id).to_owned(), format!("/terms/{id}"))).collect::<Vec<_>>()
    };
    let page = Page::new(ConceptPage {
        layout,
        forms,
        scheme_title,
        definition: concept.definition.clone().unwrap_or_default(),
        facts: facts(vocabulary, concept),
        broader: links(&concept.broader),
        narrower: links(vocabulary.narrower(&concept.id)),
        total,
        list_href,
        datasets,
        label,
    });
    Ok(page.respond_to(&http))
}

fn facts(vocabulary: &Vocabulary, concept: &Concept) -> Vec<Fact> {
    let texts = |labels: &[crate::domain::dataset::LangText]| {
        labels
            .iter()
            .map(|label| FactValue {
                text: label.text.clone(),
                href: String::new(),
                note: label.lang.clone().filter(|lang| lang != "en").unwrap_or_default(),
            })
            .collect::<Vec<_>>()
    };
    let codes = concept
        .notations
        .iter()
        .map(|(system, code)| FactValue { text: code.clone(), href: String::new(), note: system.clone() })
        .collect();
    let addresses = |list: &[String]| list.iter().map(|iri| FactValue::address(iri)).collect::<Vec<_>>();
    vec![
        Fact::new("Labels", texts(&concept.pref_labels)),
        Fact::new("Synonyms", texts(&concept.alt_labels)),
        Fact::new("Codes", codes),
        Fact::new("Same as", addresses(&concept.exact_matches)),
        Fact::new("Where the codes come from", concept.sources.iter().map(|iri| source(vocabulary, iri)).collect()),
        Fact::text("IRI", Some(concept.iri.clone())),
    ]
}

/// A source of codes by its title, leading to where it can be read.
fn source(vocabulary: &Vocabulary, iri: &str) -> FactValue {
    let Some(info) = vocabulary.source(iri) else { return FactValue::address(iri) };
    FactValue {
        text: info.title.clone(),
        href: info.pages.first().cloned().unwrap_or_default(),
        note: info.licence.clone().unwrap_or_default(),
    }
}
