//! The forms of the list of series and of one series. The table and the feed of a series are its data sets.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value as Json, json};

use super::atom::{Entry, Feed, id_of, id_of_address};
use super::datasets::publisher;
use super::lists::{LIST_PAGE, address, page_of, slice};
use super::reply::Pages;
use super::{Form, Reply, atom, csv, profile};
use crate::rdf::listing::{Listing, Relation, Writing};
use crate::rdf::profile::{Contents, RecordPage, Served, subject};
use crate::web::catalogue::PublishedSeries;
use crate::web::fault::Fault;
use crate::web::pages::series::{self as page, title};
use crate::web::state::Web;
use crate::web::view::facts::text_of;
use crate::web::view::{numbers, text};

/// `GET /series.{form}`.
pub async fn list_by_suffix(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let form = super::named(&path, "/series")?;
    list(&web, &http, form).await
}

/// `GET /series/{slug}.{form}`.
pub async fn by_suffix(web: Data<Web>, path: Path<(String, String)>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (slug, suffix) = path.into_inner();
    let form = super::named(&suffix, &format!("/series/{slug}"))?;
    show(&web, &page::find(&web, &slug).await?, form, &http).await
}

/// The list of series in a form.
///
/// # Errors
/// 400 for a wrong page; ours, when the database cannot be read.
pub async fn list(web: &Web, http: &HttpRequest, form: Form) -> Result<HttpResponse, Fault> {
    let mut all = web.catalogue.all_series().await?;
    if form == Form::Atom {
        all.sort_by_key(|found| std::cmp::Reverse(found.record.changed));
    } else {
        all.sort_by_cached_key(|found| (title(web, found).to_lowercase(), found.record.slug.to_string()));
    }
    let (current, last) = page_of(http, all.len())?;
    let pages = Pages::new(web, current, last, |number| address("/series", "", number));
    let shown = slice(&all, current);
    let own = pages.own();
    let reply = match form {
        Form::Json => {
            Reply::json(web, &own, &list_json(web, shown, all.len(), &pages, |page| Form::Json.address(page)))
        }
        Form::Csv => Reply::new(web, form, &own, table(web, shown)),
        Form::Atom => Reply::new(web, form, &own, feed(web, shown, &pages)),
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let listing = Listing {
                iri: web.site.absolute("/series"),
                title: format!("{}: series of data sets", web.site.name),
                description: "Series group the data sets of one project, programme or biobank.".to_owned(),
                publisher: publisher(web),
                total: u64::try_from(all.len()).unwrap_or(u64::MAX),
                view: pages.view(),
            };
            let mut writing = Writing::begin(&listing);
            for found in shown {
                let graph = graph(web, found, Served::default(), "")?;
                let page = web.site.absolute(&format!("/series/{}", found.record.slug));
                writing.whole(Relation::Dataset, &subject(found.series.iri.as_deref()), &graph, &page);
            }
            Reply::graph(web, form, &own, &writing.finish())
        }
    };
    Ok(reply.paged(&pages, form).send())
}

/// A page of the list as JSON; `path` makes addresses of pages for people into those of JSON.
pub fn list_json(
    web: &Web,
    shown: &[PublishedSeries],
    total: usize,
    pages: &Pages<'_>,
    path: impl Fn(&str) -> String,
) -> Json {
    let series: Vec<Json> = shown
        .iter()
        .map(|found| {
            json!({
                "slug": found.record.slug.as_str(),
                "title": title(web, found),
                "iri": found.series.iri,
                "provider": { "slug": found.provider.slug.as_str(), "name": found.provider.name },
                "datasets": found.members.len(),
                "changed": found.record.changed,
                "page": web.site.absolute(&format!("/series/{}", found.record.slug)),
                "api": web.site.absolute(&format!("/api/v1/series/{}", found.record.slug)),
            })
        })
        .collect();
    json!({ "total": total, "series": series, "links": pages.json(path) })
}

fn table(web: &Web, shown: &[PublishedSeries]) -> Vec<u8> {
    let rows = shown.iter().map(|found| {
        vec![
            found.record.slug.to_string(),
            title(web, found),
            found.provider.name.clone(),
            found.members.len().to_string(),
            found.series.iri.clone().unwrap_or_default(),
            web.site.absolute(&format!("/series/{}", found.record.slug)),
        ]
    });
    csv::table("slug,title,provider,data_sets,iri,page", rows)
}

fn feed(web: &Web, shown: &[PublishedSeries], pages: &Pages<'_>) -> Vec<u8> {
    let entries: Vec<Entry> = shown
        .iter()
        .map(|found| Entry {
            // The same series from two providers is two entries, each with a page of its own.
            id: id_of(found.record.id.as_str()),
            title: title(web, found),
            updated: found.record.changed,
            published: found.record.published_at,
            page: web.site.absolute(&format!("/series/{}", found.record.slug)),
            summary: text::shorten(
                &text_of(&found.series.descriptions, &web.site.language).unwrap_or_default(),
                super::dataset::SUMMARY,
            ),
            author: found.provider.name.clone(),
            categories: Vec::new(),
        })
        .collect();
    let feed = Feed {
        id: id_of_address(&web.site.absolute("/series")),
        title: format!("{}: series of data sets", web.site.name),
        updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(web.started),
        author: publisher(web),
        links: pages.feed(),
        entries,
    };
    feed.write()
}

fn graph(web: &Web, found: &PublishedSeries, served: Served, quads: &str) -> Result<crate::rdf::Graph, Fault> {
    let record = &found.record;
    let about = RecordPage {
        iri: web.site.absolute(&format!("/series/{}", record.slug)),
        listed: record.published_at,
        modified: Some(record.changed),
    };
    served
        .graph(Contents::Series(&found.series), &web.catalogue.vocabulary(), Some(about), quads)
        .map_err(Fault::internal)
}

/// The form of a series.
///
/// # Errors
/// An unknown profile; ours, when the record cannot be written.
pub async fn show(web: &Web, found: &PublishedSeries, form: Form, http: &HttpRequest) -> Result<HttpResponse, Fault> {
    let served = profile::asked(http)?;
    let page = format!("/series/{}", found.record.slug);
    let reply = match form {
        Form::Json => Reply::json(web, &page, &series_json(web, found)),
        Form::Csv => Reply::new(web, form, &page, members(web, found)),
        Form::Atom => Reply::new(web, form, &page, member_feed(web, found, &page)),
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let quads =
                if served.needs_source() { web.catalogue.source_graph(&found.record).await? } else { String::new() };
            Reply::graph(web, form, &page, &graph(web, found, served, &quads)?)
                .modified(found.record.changed)
                .profiled(web, form, &page, served)
        }
    };
    Ok(reply.send())
}

/// The canonical series with its members, as the API gives it.
#[must_use]
pub fn series_json(web: &Web, found: &PublishedSeries) -> Json {
    json!({
        "slug": found.record.slug.as_str(),
        "page": web.site.absolute(&format!("/series/{}", found.record.slug)),
        "provider": { "slug": found.provider.slug.as_str(), "name": found.provider.name },
        "datasets": found.members.iter().map(|member| json!({ "slug": member.slug, "title": member.title })).collect::<Vec<_>>(),
        "series": found.series,
    })
}

fn members(web: &Web, found: &PublishedSeries) -> Vec<u8> {
    let number =
        |count: Option<crate::domain::dataset::Count>| count.map(|count| count.value.to_string()).unwrap_or_default();
    let rows = found.members.iter().map(|member| {
        let subjects = member.counts.subjects;
        vec![
            member.slug.clone(),
            member.title.clone(),
            number(subjects),
            subjects.map_or("not stated", |count| numbers::precision_word(count.precision)).to_owned(),
            number(member.counts.studies),
            number(member.counts.images),
            member.derived.to_string(),
            web.site.absolute(&format!("/datasets/{}", member.slug)),
        ]
    });
    csv::table("slug,title,subject_entries,subject_precision,studies,images,derived,page", rows)
}

fn member_feed(web: &Web, found: &PublishedSeries, page: &str) -> Vec<u8> {
    let mut members: Vec<_> = found.members.iter().collect();
    members.sort_by_key(|member| std::cmp::Reverse(member.changed));
    let entries: Vec<Entry> = members
        .into_iter()
        .take(LIST_PAGE)
        .map(|member| Entry {
            id: id_of(&member.data_set),
            title: member.title.clone(),
            updated: member.changed,
            page: web.site.absolute(&format!("/datasets/{}", member.slug)),
            ..Entry::default()
        })
        .collect();
    let address = web.site.absolute(page);
    let feed = Feed {
        id: uuid::Uuid::new_v5(&id_of(found.record.data_set_id.as_str()), b"members"),
        title: title(web, found),
        updated: entries
            .iter()
            .map(|entry| entry.updated)
            .max()
            .unwrap_or(found.record.changed)
            .max(found.record.changed),
        author: found.provider.name.clone(),
        links: vec![
            ("self", atom::MEDIA_TYPE, Form::Atom.address(&address)),
            ("alternate", "text/html", address.clone()),
        ],
        entries,
    };
    feed.write()
}
