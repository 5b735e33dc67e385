//! Vocabularies for programs.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use crate::domain::concept::Scheme;
use crate::vocab::{Concept, SchemeInfo, Vocabulary};
use crate::web::fault::Fault;
use crate::web::pages::terms as page;
use crate::web::state::Web;

/// Every vocabulary.
#[utoipa::path(
    get, path = "/api/v1/terms", tag = "vocabularies",
    responses((status = 200, description = "`schemes` with their number of concepts", body = Object))
)]
pub async fn schemes(web: Data<Web>) -> Result<HttpResponse, Fault> {
    let vocabulary = web.catalogue.vocabulary();
    let schemes: Vec<Value> = vocabulary.schemes().iter().map(|info| scheme_json(&vocabulary, info)).collect();
    super::json(&json!({ "schemes": schemes }))
}

/// The concepts of a vocabulary.
#[utoipa::path(
    get, path = "/api/v1/terms/{scheme}", tag = "vocabularies",
    params(("scheme" = String, Path, description = "Name of the vocabulary", example = "modality")),
    responses((status = 200, description = "`concepts`", body = Object))
)]
pub async fn scheme(web: Data<Web>, path: Path<String>) -> Result<HttpResponse, Fault> {
    let scheme = page::find_scheme(&path)?;
    let vocabulary = web.catalogue.vocabulary();
    let all: Vec<&Concept> = vocabulary.concepts(scheme).collect();
    super::json(&concepts_json(&vocabulary, scheme, &all))
}

/// One concept.
#[utoipa::path(
    get, path = "/api/v1/terms/{scheme}/{code}", tag = "vocabularies",
    params(("scheme" = String, Path, description = "Name of the vocabulary", example = "modality"), ("code" = String, Path, description = "Code of the concept", example = "ct")),
    responses((status = 200, description = "Labels, broader and narrower concepts, codes", body = Object))
)]
pub async fn concept(web: Data<Web>, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (scheme, code) = path.into_inner();
    let vocabulary = web.catalogue.vocabulary();
    let id = page::find_concept(&web, &scheme, &code)?;
    let concept = vocabulary.concept(&id).ok_or_else(Fault::not_found)?;
    super::json(&concept_json(&vocabulary, concept))
}

/// A vocabulary in a list.
#[must_use]
pub fn scheme_json(vocabulary: &Vocabulary, info: &SchemeInfo) -> Value {
    json!({
        "scheme": info.scheme, "iri": info.iri, "title": info.title,
        "concepts": vocabulary.concepts(info.scheme).count(),
    })
}

/// Concepts of a vocabulary.
#[must_use]
pub fn concepts_json(vocabulary: &Vocabulary, scheme: Scheme, concepts: &[&Concept]) -> Value {
    let concepts: Vec<Value> = concepts.iter().map(|concept| concept_json(vocabulary, concept)).collect();
    json!({ "scheme": scheme, "concepts": concepts })
}

/// One concept.
#[must_use]
pub fn concept_json(vocabulary: &Vocabulary, concept: &Concept) -> Value {
    let texts = |labels: &[crate::domain::dataset::LangText]| {
        labels.iter().map(|label| json!({ "lang": label.lang, "text": label.text })).collect::<Vec<_>>()
    };
    json!({
        "id": concept.id,
        "iri": concept.iri,
        "label": concept.label(),
        "labels": texts(&concept.pref_labels),
        "synonyms": texts(&concept.alt_labels),
        "imported_synonyms": texts(&concept.imported_labels),
        "embedded": concept.embedded,
        "imports": concept.imports,
        "definition": concept.definition,
        "broader": concept.broader,
        "narrower": vocabulary.narrower(&concept.id),
        "codes": concept.notations.iter().map(|(system, code)| json!({ "system": system, "code": code })).collect::<Vec<_>>(),
        "exact_matches": concept.exact_matches,
        "sources": concept.sources,
    })
}
