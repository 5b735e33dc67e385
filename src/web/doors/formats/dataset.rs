//! The forms of one data set. Its table is what it publishes about its subjects; its feed is its versions.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value as Json, json};

use super::atom::{Entry, Feed, id_of};
use super::{Form, Reply, answer, atom, cite, csv, profile};
use crate::domain::dataset::shown;
use crate::rdf::profile::{Contents, RecordPage};
use crate::web::catalogue::{self, Found, PublishedDataset};
use crate::web::fault::Fault;
use crate::web::pages::{dataset as page, population};
use crate::web::state::Web;
use crate::web::view::{dates, numbers};

/// Characters of a description in a feed.
pub(super) const SUMMARY: usize = 600;

/// `GET /datasets/{slug}.{form}`.
pub async fn by_suffix(web: Data<Web>, path: Path<(String, String)>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (slug, suffix) = path.into_inner();
    let form = super::named(&suffix, &format!("/datasets/{slug}"))?;
    show(&web, &page::find(&web, &slug).await?, form, &http).await
}

/// `GET /datasets/{slug}.bib` and `.ris`: citations.
pub async fn citation(web: Data<Web>, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (slug, suffix) = path.into_inner();
    let found = match web.catalogue.dataset(&slug).await? {
        Found::Here(found) => *found,
        Found::Gone(since) => return Err(catalogue::gone("data set", since, "/datasets").into()),
        Found::Missing => return Err(catalogue::missing("data set", &slug, "/datasets").into()),
    };
    Ok(match suffix.as_str() {
        "ris" => answer("application/x-research-info-systems", cite::ris(&web, &found).into_bytes()),
        _ => answer("application/x-bibtex", cite::bibtex(&web, &found).into_bytes()),
    })
}

/// The form of a data set.
///
/// # Errors
/// An unknown profile; ours, when the record cannot be written.
pub async fn show(web: &Web, found: &PublishedDataset, form: Form, http: &HttpRequest) -> Result<HttpResponse, Fault> {
    let served = profile::asked(http)?;
    let record = &found.record;
    let page = format!("/datasets/{}", record.slug);
    let reply = match form {
        Form::Json => Reply::json(web, &page, &dataset_json(web, found)),
        Form::Csv => Reply::new(web, form, &page, tallies(web, found)).modified(record.changed),
        Form::Atom => Reply::new(web, form, &page, versions(web, found)),
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let quads = if served.needs_source() { web.catalogue.source_graph(record).await? } else { String::new() };
            let about = RecordPage {
                iri: web.site.absolute(&page),
                listed: record.published_at,
                modified: Some(record.changed),
            };
            let contents = Contents::Dataset(&found.dataset);
            let graph =
                served.graph(contents, &web.catalogue.vocabulary(), Some(about), &quads).map_err(Fault::internal)?;
            Reply::graph(web, form, &page, &graph).modified(record.changed).profiled(web, form, &page, served)
        }
    };
    Ok(reply.send())
}

/// The canonical data set with its addresses, as the API gives it.
#[must_use]
pub fn dataset_json(web: &Web, found: &PublishedDataset) -> Json {
    let record = &found.record;
    let path = format!("/datasets/{}", record.slug);
    json!({
        "slug": record.slug.as_str(),
        "page": web.site.absolute(&path),
        "provider": {
            "slug": found.provider.slug.as_str(),
            "name": found.provider.name,
            "country": found.provider.country,
            "simulated": found.provider.simulated,
        },
        "series": found.series.iter().map(|(slug, title)| json!({ "slug": slug, "title": title })).collect::<Vec<_>>(),
        "source": found.source.name,
        "profile": record.profile().ok(),
        "version": record.version,
        "first_harvested": record.first_seen,
        "changed": record.changed,
        "published": record.published_at,
        "repairs": found.repairs,
        "completeness": crate::domain::quality::completeness(&found.dataset),
        "dataset": found.dataset,
    })
}

fn tallies(web: &Web, found: &PublishedDataset) -> Vec<u8> {
    let rows = found.dataset.tallies.iter().map(|tally| {
        vec![
            population::key(tally.dimension).to_owned(),
            population::label(&web.catalogue.vocabulary(), tally),
            tally.value.concept.as_ref().map(ToString::to_string).unwrap_or_default(),
            tally.subjects.value.to_string(),
            numbers::precision_word(tally.subjects.precision).to_owned(),
        ]
    });
    csv::table("dimension,value,code,subject_entries,precision", rows)
}

fn versions(web: &Web, found: &PublishedDataset) -> Vec<u8> {
    let language = web.site.language.as_str();
    let record = &found.record;
    let title = page::title_of(&found.dataset, record.slug.as_str(), language);
    let address = web.site.absolute(&format!("/datasets/{}", record.slug));
    let id = id_of(record.data_set_id.as_str());
    let entries = found
        .versions
        .iter()
        .map(|version| Entry {
            id: uuid::Uuid::new_v5(&id, format!("version/{}", version.version).as_bytes()),
            title: format!("{title}, version {} of its metadata", version.version),
            updated: version.created,
            published: Some(version.created),
            page: address.clone(),
            summary: format!("Taken over from {} on {}.", found.source.name, dates::day(version.created)),
            author: found.provider.name.clone(),
            categories: Vec::new(),
        })
        .collect();
    let feed = Feed {
        id: uuid::Uuid::new_v5(&id, b"versions"),
        title: shown(&found.dataset.titles, language).map_or(title.clone(), |text| text.text.clone()),
        updated: record.changed,
        author: found.provider.name.clone(),
        links: vec![
            ("self", atom::MEDIA_TYPE, Form::Atom.address(&address)),
            ("alternate", "text/html", address.clone()),
        ],
        entries,
    };
    feed.write()
}
