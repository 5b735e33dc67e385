//! The forms of the vocabularies: SKOS in RDF, under the IRIs that are published for the concepts. The feed of a concept
//! is the data sets that have it.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::atom::{Entry, Feed, id_of_address};
use super::datasets::publisher;
use super::lists::{address, page_of, slice};
use super::providers::feed_of;
use super::reply::Pages;
use super::{Form, Reply, csv};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::LangText;
use crate::rdf::listing::{Brief, Listing, Relation, Writing};
use crate::rdf::namespaces::skos;
use crate::rdf::{Graph, concepts};
use crate::vocab::{Concept, SchemeInfo, Vocabulary};
use crate::web::api::v1::terms as machine;
use crate::web::fault::Fault;
use crate::web::pages::terms as page;
use crate::web::state::Web;

/// `GET /terms.{form}`.
pub async fn schemes_by_suffix(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let form = super::named(&path, "/terms")?;
    schemes(&web, &http, form)
}

/// `GET /terms/{scheme}.{form}`.
pub async fn scheme_by_suffix(
    web: Data<Web>,
    path: Path<(String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (name, suffix) = path.into_inner();
    let form = super::named(&suffix, &format!("/terms/{name}"))?;
    scheme(&web, page::find_scheme(&name)?, form, &http)
}

/// `GET /terms/{scheme}/{code}.{form}`.
pub async fn concept_by_suffix(
    web: Data<Web>,
    path: Path<(String, String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (scheme, code, suffix) = path.into_inner();
    let form = super::named(&suffix, &format!("/terms/{scheme}/{code}"))?;
    let id = page::find_concept(&web, &scheme, &code)?;
    concept(&web, &id, form, &http).await
}

/// The list of vocabularies in a form.
///
/// # Errors
/// 400 for a wrong page.
pub fn schemes(web: &Web, http: &HttpRequest, form: Form) -> Result<HttpResponse, Fault> {
    let vocabulary = web.catalogue.vocabulary();
    let all = vocabulary.schemes();
    let (current, last) = page_of(http, all.len())?;
    let pages = Pages::new(web, current, last, |number| address("/terms", "", number));
    let shown = slice(all, current);
    let own = pages.own();
    let at = |info: &SchemeInfo| web.site.absolute(&format!("/terms/{}", info.scheme));
    let reply = match form {
        Form::Json => {
            let links = pages.json(|page| Form::Json.address(page));
            let schemes: Vec<_> = shown.iter().map(|info| machine::scheme_json(&vocabulary, info)).collect();
            Reply::json(web, &own, &json!({ "total": all.len(), "schemes": schemes, "links": links }))
        }
        Form::Csv => {
            let rows = shown.iter().map(|info| {
                let concepts = vocabulary.concepts(info.scheme).count();
                vec![info.scheme.to_string(), info.iri.clone(), info.title.clone(), concepts.to_string(), at(info)]
            });
            Reply::new(web, form, &own, csv::table("vocabulary,iri,title,concepts,page", rows))
        }
        Form::Atom => {
            let entry = |info: &SchemeInfo| Entry {
                id: id_of_address(&info.iri),
                title: info.title.clone(),
                updated: web.started,
                page: at(info),
                summary: info.description.clone().unwrap_or_default(),
                ..Entry::default()
            };
            let entries = shown.iter().map(entry).collect();
            Reply::new(web, form, &own, feed(web, "/terms", "vocabularies", &pages, entries))
        }
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let listing = Listing {
                iri: web.site.absolute("/terms"),
                title: format!("{}: vocabularies", web.site.name),
                description: "Every coded value of a data set is read as a concept of one of these vocabularies."
                    .to_owned(),
                publisher: publisher(web),
                total: u64::try_from(all.len()).unwrap_or(u64::MAX),
                view: pages.view(),
            };
            let mut writing = Writing::begin(&listing);
            let english = |text: &String| LangText { lang: Some("en".to_owned()), text: text.clone() };
            for info in shown {
                let brief = Brief {
                    iri: Some(info.iri.clone()),
                    title: Some(english(&info.title)),
                    description: info.description.as_ref().map(english),
                    page: at(info),
                    modified: None,
                };
                writing.brief(Relation::Resource, skos::CONCEPT_SCHEME, &brief);
            }
            Reply::graph(web, form, &own, &writing.finish())
        }
    };
    Ok(reply.paged(&pages, form).send())
}

/// A feed of something that changes only when the hub is started with other vocabularies.
fn feed(web: &Web, path: &str, name: &str, pages: &Pages<'_>, entries: Vec<Entry>) -> Vec<u8> {
    let feed = Feed {
        id: id_of_address(&web.site.absolute(path)),
        title: format!("{}: {name}", web.site.name),
        updated: web.started,
        author: publisher(web),
        links: pages.feed(),
        entries,
    };
    feed.write()
}

fn page_about(web: &Web, concept: &Concept) -> String {
    web.site.absolute(&format!("/terms/{}", concept.id))
}

/// A vocabulary in a form, held to the concepts that `?q=` names. It is one thing: only its feed has pages.
///
/// # Errors
/// 400 for a wrong page of the feed.
pub fn scheme(web: &Web, scheme: Scheme, form: Form, http: &HttpRequest) -> Result<HttpResponse, Fault> {
    let vocabulary = web.catalogue.vocabulary();
    let filter = page::filter_of(http);
    let wanted: Vec<&Concept> =
        vocabulary.concepts(scheme).filter(|concept| page::is_wanted(concept, &filter)).collect();
    let query = match filter.as_str() {
        "" => String::new(),
        filter => url::form_urlencoded::Serializer::new(String::new()).append_pair("q", filter).finish(),
    };
    let path = format!("/terms/{scheme}");
    let own = address(&path, &query, 1);
    let reply = match form {
        Form::Json => Reply::json(web, &own, &machine::concepts_json(&vocabulary, scheme, &wanted)),
        Form::Csv => Reply::new(web, form, &own, concept_table(web, &vocabulary, &wanted)),
        Form::Atom => {
            let (current, last) = page_of(http, wanted.len())?;
            let pages = Pages::new(web, current, last, |number| address(&path, &query, number));
            let entry = |concept: &&Concept| Entry {
                id: uuid::Uuid::new_v5(&id_of_address(&web.site.absolute(&path)), concept.id.code().as_bytes()),
                title: concept.label().to_owned(),
                updated: web.started,
                page: page_about(web, concept),
                summary: concept.definition.clone().unwrap_or_default(),
                ..Entry::default()
            };
            let entries = slice(&wanted, current).iter().map(entry).collect();
            let body = feed(web, &path, scheme.as_str(), &pages, entries);
            return Ok(Reply::new(web, form, &pages.own(), body).paged(&pages, form).send());
        }
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let mut graph = Graph::new();
            if let Some(info) = vocabulary.schemes().iter().find(|info| info.scheme == scheme) {
                concepts::add_scheme(&mut graph, &vocabulary, info, &web.site.absolute(&path));
            }
            for concept in wanted {
                concepts::add_concept(&mut graph, &vocabulary, concept, &page_about(web, concept));
            }
            Reply::graph(web, form, &own, &graph)
        }
    };
    Ok(reply.send())
}

fn concept_table(web: &Web, vocabulary: &Vocabulary, wanted: &[&Concept]) -> Vec<u8> {
    let rows = wanted.iter().map(|concept| {
        let synonyms: Vec<&str> = concept.alt_labels.iter().map(|label| label.text.as_str()).collect();
        let broader: Vec<&str> = concept.broader.iter().map(ConceptId::code).collect();
        vec![
            concept.id.code().to_owned(),
            concept.label().to_owned(),
            synonyms.join("; "),
            broader.join("; "),
            vocabulary.concept_iri(&concept.id),
            concept.definition.clone().unwrap_or_default(),
            page_about(web, concept),
        ]
    });
    csv::table("code,label,synonyms,broader,iri,definition,page", rows)
}

/// A concept in a form.
///
/// # Errors
/// 400 for a wrong page of the feed; 404 should the concept not be known; ours, when an engine cannot be read.
pub async fn concept(web: &Web, id: &ConceptId, form: Form, http: &HttpRequest) -> Result<HttpResponse, Fault> {
    let vocabulary = web.catalogue.vocabulary();
    let concept = vocabulary.concept(id).ok_or_else(Fault::not_found)?;
    let path = format!("/terms/{id}");
    let reply = match form {
        Form::Json => Reply::json(web, &path, &machine::concept_json(&vocabulary, concept)),
        Form::Csv => Reply::new(web, form, &path, names(concept)),
        Form::Atom => {
            return match page::datasets_with(id) {
                Some(request) => feed_of(web, &request, http, &path, concept.label()).await,
                None => {
                    let pages = Pages::new(web, 1, 1, |_| path.clone());
                    let body = feed(web, &path, concept.label(), &pages, Vec::new());
                    Ok(Reply::new(web, form, &path, body).send())
                }
            };
        }
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let mut graph = Graph::new();
            concepts::add_concept(&mut graph, &vocabulary, concept, &page_about(web, concept));
            Reply::graph(web, form, &path, &graph)
        }
    };
    Ok(reply.send())
}

/// A concept's names and codes, one a row.
fn names(concept: &Concept) -> Vec<u8> {
    let label = |kind: &'static str| {
        move |label: &LangText| vec![kind.to_owned(), label.lang.clone().unwrap_or_default(), label.text.clone()]
    };
    let mut rows: Vec<Vec<String>> = vec![vec!["iri".to_owned(), String::new(), concept.iri.clone()]];
    rows.extend(concept.pref_labels.iter().map(label("label")));
    rows.extend(concept.alt_labels.iter().map(label("synonym")));
    rows.extend(concept.notations.iter().map(|(system, code)| vec!["code".to_owned(), system.clone(), code.clone()]));
    rows.extend(concept.exact_matches.iter().map(|iri| vec!["same as".to_owned(), String::new(), iri.clone()]));
    rows.extend(concept.broader.iter().map(|id| vec!["broader".to_owned(), String::new(), id.code().to_owned()]));
    csv::table("what,language_or_system,value", rows)
}
