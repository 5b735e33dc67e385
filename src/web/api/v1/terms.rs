//! Vocabularies for programs.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use crate::domain::concept::{ConceptId, Scheme};
use crate::vocab::{Concept, Vocabulary};
use crate::web::catalogue;
use crate::web::fault::Fault;
use crate::web::state::Web;

/// Every vocabulary.
#[utoipa::path(
    get, path = "/api/v1/terms", tag = "vocabularies",
    responses((status = 200, description = "`schemes` with their number of concepts", body = Object))
)]
pub async fn schemes(web: Data<Web>) -> Result<HttpResponse, Fault> {
    let vocabulary = web.catalogue.vocabulary();
    let schemes: Vec<Value> = vocabulary
        .schemes()
        .iter()
        .map(|info| {
            json!({
                "scheme": info.scheme, "iri": info.iri, "title": info.title,
                "concepts": vocabulary.concepts(info.scheme).count(),
            })
        })
        .collect();
    super::json(&json!({ "schemes": schemes }))
}

/// The concepts of a vocabulary.
#[utoipa::path(
    get, path = "/api/v1/terms/{scheme}", tag = "vocabularies",
    params(("scheme" = String, Path, description = "Name of the vocabulary")),
    responses((status = 200, description = "`concepts`", body = Object), (status = 404, description = "No such vocabulary"))
)]
pub async fn scheme(web: Data<Web>, path: Path<String>) -> Result<HttpResponse, Fault> {
    let name = path.into_inner();
    let scheme: Scheme = name.parse().map_err(|_| catalogue::missing("vocabulary", &name, "/terms"))?;
    let vocabulary = web.catalogue.vocabulary();
    let concepts: Vec<Value> = vocabulary.concepts(scheme).map(|concept| value(&vocabulary, concept)).collect();
    super::json(&json!({ "scheme": scheme, "concepts": concepts }))
}

/// One concept.
#[utoipa::path(
    get, path = "/api/v1/terms/{scheme}/{code}", tag = "vocabularies",
    params(("scheme" = String, Path, description = "Name of the vocabulary"), ("code" = String, Path, description = "Code of the concept")),
    responses((status = 200, description = "Labels, broader and narrower concepts, codes", body = Object), (status = 404, description = "No such concept"))
)]
pub async fn concept(web: Data<Web>, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (scheme, code) = path.into_inner();
    let vocabulary = web.catalogue.vocabulary();
    let id: Option<ConceptId> = format!("{scheme}/{code}").parse().ok();
    match id.as_ref().and_then(|id| vocabulary.concept(id)) {
        Some(concept) => super::json(&value(&vocabulary, concept)),
        None => Err(catalogue::missing("concept", &code, "/terms").into()),
    }
}

fn value(vocabulary: &Vocabulary, concept: &Concept) -> Value {
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
