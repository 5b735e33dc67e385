//! Vocabularies: the concepts that values are read as, with the data sets that have them.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::{Facet, SearchRequest};
use crate::vocab::{Concept, Vocabulary};
use crate::web::catalogue;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::facts::{Fact, FactValue};
use crate::web::view::numbers;

/// Data sets listed on a concept's page.
const SHOWN: usize = 12;
/// Deepest level of a tree that is drawn.
const MAX_DEPTH: usize = 6;

/// All vocabularies.
#[derive(Template)]
#[template(path = "terms/schemes.html")]
pub struct SchemesPage {
    layout: Layout,
    rows: Vec<SchemeRow>,
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

/// The address of the data sets that have a concept, of every subject kind.
fn datasets_with(facet: Facet, code: &str) -> SearchRequest {
    let request = SearchRequest::default().with(facet, code);
    if facet == Facet::SubjectKind { request } else { request.with_all_subject_kinds() }
}

/// `GET /terms`.
pub async fn schemes(web: Data<Web>) -> Page<SchemesPage> {
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
    let layout = web.layout("Vocabularies").under("terms").here("Vocabularies").at("/terms").alternate(
        "application/json",
        "JSON",
        "/api/v1/terms",
    );
    Page::new(SchemesPage { layout, rows })
}

/// `GET /terms/{scheme}?q=`.
pub async fn scheme(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<Page<SchemePage>, Fault> {
    let name = path.into_inner();
    let scheme: Scheme = name.parse().map_err(|_| catalogue::missing("vocabulary", &name, "/terms"))?;
    let vocabulary = web.catalogue.vocabulary();
    let filter = url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, value)| value.trim().chars().take(100).collect::<String>())
        .unwrap_or_default();
    let facet = facet_of(scheme);
    let counts = match facet {
        Some(facet) => counts(&web, facet).await?,
        None => std::collections::HashMap::new(),
    };
    let mut rows = Vec::new();
    let tops: Vec<&Concept> =
        vocabulary.concepts(scheme).filter(|concept| concept.broader.is_empty() || !filter.is_empty()).collect();
    let mut listing = Listing { vocabulary, filter: filter.to_lowercase(), facet, counts: &counts, rows: &mut rows };
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
        .at(&format!("/terms/{scheme}"))
        .alternate("application/json", "JSON", format!("/api/v1/terms/{scheme}"));
    Ok(Page::new(SchemePage {
        layout,
        title,
        about: info.and_then(|info| info.description.clone()).unwrap_or_default(),
        scheme: scheme.as_str(),
        filter,
        counted: facet.is_some(),
        total: numbers::group_len(vocabulary.concepts(scheme).count()),
        rows,
    }))
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
        let is_wanted = self.filter.is_empty()
            || concept.labels().any(|label| label.text.to_lowercase().contains(&self.filter))
            || concept.id.code().contains(&self.filter);
        if is_wanted {
            let count = self.counts.get(concept.id.code()).copied().unwrap_or(0);
            let synonyms: Vec<&str> = concept.alt_labels.iter().take(4).map(|label| label.text.as_str()).collect();
            self.rows.push(ConceptRow {
                href: format!("/terms/{}", concept.id),
                label: concept.label().to_owned(),
                synonyms: synonyms.join(", "),
                depth,
                count: numbers::group(i64::try_from(count).unwrap_or(i64::MAX)),
                count_href: match self.facet {
                    Some(facet) if count > 0 => datasets_with(facet, concept.id.code()).address("/datasets"),
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

/// `GET /terms/{scheme}/{code}`.
pub async fn concept(web: Data<Web>, path: Path<(String, String)>) -> Result<Page<ConceptPage>, Fault> {
    let (scheme, code) = path.into_inner();
    let vocabulary = web.catalogue.vocabulary();
    let id: Option<ConceptId> = format!("{scheme}/{code}").parse().ok();
    let Some(concept) = id.as_ref().and_then(|id| vocabulary.concept(id)) else {
        return Err(catalogue::missing("concept", &code, "/terms").into());
    };
    let facet = facet_of(concept.id.scheme());
    let mut total = None;
    let mut list_href = String::new();
    let mut datasets = Vec::new();
    if let Some(facet) = facet {
        let request = datasets_with(facet, concept.id.code());
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
        .at(&format!("/terms/{}", concept.id))
        .alternate("application/json", "JSON", format!("/api/v1/terms/{}", concept.id));
    let links = |ids: &[ConceptId]| {
        ids.iter().map(|id| (vocabulary.label(id).to_owned(), format!("/terms/{id}"))).collect::<Vec<_>>()
    };
    Ok(Page::new(ConceptPage {
        layout,
        scheme_title,
        definition: concept.definition.clone().unwrap_or_default(),
        facts: facts(vocabulary, concept),
        broader: links(&concept.broader),
        narrower: links(vocabulary.narrower(&concept.id)),
        total,
        list_href,
        datasets,
        label,
    }))
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
