//! One concept: everything that meets in it.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use super::scheme::branch_href;
use super::{datasets_with, find_concept};
use crate::domain::concept::ConceptId;
use crate::domain::dataset::LangText;
use crate::vocab::{Concept, Vocabulary};
use crate::web::catalogue::Spelling;
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::facts::{Fact, FactValue};
use crate::web::view::numbers;

/// Data sets listed on a concept's page.
const SHOWN: usize = 12;
/// Narrower concepts listed on a concept's page.
const NARROWER_SHOWN: usize = 60;
/// Data sets whose spellings are looked at.
const SPELLINGS_OF: usize = 200;
/// Spellings that are listed.
const SPELLINGS_SHOWN: usize = 40;

/// One concept.
#[derive(Template)]
#[template(path = "terms/concept.html")]
pub struct ConceptPage {
    layout: Layout,
    label: String,
    scheme_title: String,
    definition: String,
    origin: String,
    facts: Vec<Fact>,
    broader: Vec<(String, String)>,
    higher: Vec<(String, String)>,
    narrower: Vec<(String, String)>,
    /// How many concepts are below, at any depth; empty: none.
    below: String,
    branch_href: String,
    more_narrower: String,
    total: Option<String>,
    list_href: String,
    datasets: Vec<(String, String)>,
    spellings: Vec<Spelling>,
    spellings_of: String,
    more_spellings: String,
    forms: Vec<(&'static str, String)>,
}

framed!(ConceptPage);

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
    let mut spellings = Vec::new();
    let mut spellings_of = String::new();
    if let Some(request) = datasets_with(&id) {
        let (count, cards) = web.catalogue.first_cards(&request, SPELLINGS_OF).await?;
        total = Some(numbers::counted(i64::try_from(count).unwrap_or(i64::MAX), "data set", "data sets"));
        list_href = request.address("/datasets");
        spellings = web.catalogue.spellings(&concept.id, cards.iter().map(|(slug, _)| slug.clone()).collect()).await?;
        let looked_at = numbers::group_len(cards.len());
        let all = u64::try_from(cards.len()).is_ok_and(|looked_at| looked_at >= count);
        spellings_of =
            if all { "all of these data sets".to_owned() } else { format!("the first {looked_at} of these data sets") };
        datasets = cards.into_iter().take(SHOWN).map(|(slug, title)| (title, format!("/datasets/{slug}"))).collect();
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
    let higher: Vec<ConceptId> =
        vocabulary.ancestors(&concept.id).into_iter().filter(|id| !concept.broader.contains(id)).collect();
    let narrower = vocabulary.narrower(&concept.id);
    let below = vocabulary.descendants(&concept.id).len();
    let hidden = spellings.len().saturating_sub(SPELLINGS_SHOWN);
    spellings.truncate(SPELLINGS_SHOWN);
    let more = |count: usize| if count > 0 { numbers::group_len(count) } else { String::new() };
    let shown = ConceptPage {
        layout,
        forms,
        scheme_title,
        definition: concept.definition.clone().unwrap_or_default(),
        origin: origin(&vocabulary, concept),
        facts: facts(&vocabulary, concept),
        broader: links(&concept.broader),
        higher: links(&higher),
        narrower: links(narrower.get(..NARROWER_SHOWN.min(narrower.len())).unwrap_or_default()),
        below: more(below),
        branch_href: branch_href(&concept.id),
        more_narrower: more(narrower.len().saturating_sub(NARROWER_SHOWN)),
        total,
        list_href,
        datasets,
        spellings,
        spellings_of,
        more_spellings: more(hidden),
        label,
    };
    Ok(Page::new(shown).respond_to(&http))
}

/// Whether the concept is of the vocabulary itself or was imported.
fn origin(vocabulary: &Vocabulary, concept: &Concept) -> String {
    let titles: Vec<&str> = vocabulary
        .imports()
        .iter()
        .filter(|import| concept.imports.contains(&import.name))
        .map(|import| import.title.as_str())
        .collect();
    match (concept.embedded, titles.is_empty()) {
        (true, true) => "Part of the Atlas's own vocabulary.".to_owned(),
        (true, false) => {
            format!("Part of the Atlas's own vocabulary; synonyms and codes also from {}.", titles.join(", "))
        }
        (false, _) => format!("Imported by this hub from {}.", titles.join(", ")),
    }
}

fn facts(vocabulary: &Vocabulary, concept: &Concept) -> Vec<Fact> {
    let text = |label: &LangText, note: String| FactValue { text: label.text.clone(), href: String::new(), note };
    let language = |label: &LangText| label.lang.clone().filter(|lang| lang != "en").unwrap_or_default();
    let texts = |labels: &[LangText]| labels.iter().map(|label| text(label, language(label))).collect::<Vec<_>>();
    let mut synonyms = texts(&concept.alt_labels);
    synonyms.extend(concept.imported_labels.iter().map(|label| text(label, "imported".to_owned())));
    let codes = concept
        .notations
        .iter()
        .map(|(system, code)| FactValue { text: code.clone(), href: String::new(), note: system.clone() })
        .collect();
    let addresses = |list: &[String]| list.iter().map(|iri| FactValue::address(iri)).collect::<Vec<_>>();
    vec![
        Fact::new("Labels", texts(&concept.pref_labels)),
        Fact::new("Synonyms", synonyms),
        Fact::new("Other spellings that are read", texts(&concept.hidden_labels)),
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
