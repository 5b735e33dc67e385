//! The forms of a list of data sets, whatever it was searched and filtered for. The feed lists what was changed last
//! first; every other form keeps the order that was asked for.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::atom::{Entry, Feed, id_of, id_of_address};
use super::dataset::SUMMARY;
use super::reply::Pages;
use super::{Form, Reply, csv};
use crate::db::records::Record;
use crate::domain::concept::ConceptId;
use crate::domain::search::{MAX_PAGE, PER_PAGE, SearchRequest, Sort};
use crate::rdf::listing::{Listing, Relation, Writing};
use crate::rdf::profile::{Contents, RecordPage, Served, subject};
use crate::search::{Card, Labelled, SearchPage};
use crate::web::api::v1::datasets as machine;
use crate::web::fault::Fault;
use crate::web::state::Web;
use crate::web::view::{numbers, paging, text};

/// Columns of the table.
const COLUMNS: &str = "slug,title,provider,conditions,sites,modalities,subject_kinds,subject_entries,subject_precision,\
                       studies,series,images,bytes,derived,page";

/// `GET /datasets.{form}`.
pub async fn by_suffix(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let form = super::named(&path, "/datasets")?;
    list(&web, &http, form).await
}

/// The list in a form.
///
/// # Errors
/// 400 naming the parameter that cannot be understood; ours, when an engine cannot be read.
pub async fn list(web: &Web, http: &HttpRequest, form: Form) -> Result<HttpResponse, Fault> {
    let request = machine::strict(http.query_string())?;
    let _turn = web.turn().await?;
    match form {
        Form::Json => machine::results(web, &request, "/datasets", |page| Form::Json.address(page)).await,
        Form::Csv => {
            // Whole, as a spreadsheet wants it, unless a page is asked for.
            let is_paged = url::form_urlencoded::parse(http.query_string().as_bytes()).any(|(name, _)| name == "page");
            table(web, &request, is_paged).await
        }
        Form::Atom => {
            let title = format!("{}: {}", web.site.name, title(&request));
            let request = request.with_sort(Sort::Updated).with_page(request.page());
            feed(web, &request, title, |number| at(&request.with_sort(Sort::default()), number)).await
        }
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => catalogue(web, &request, form).await,
    }
}

fn at(request: &SearchRequest, number: usize) -> String {
    request.with_page(u32::try_from(number).unwrap_or(u32::MAX)).address("/datasets")
}

fn title(request: &SearchRequest) -> String {
    match (request.query(), request.is_restricted()) {
        ("", false) => "data sets".to_owned(),
        ("", true) => "data sets, filtered".to_owned(),
        (query, _) => format!("data sets for \u{201c}{}\u{201d}", text::shorten(query, 100)),
    }
}

/// Searches for a page of a list; a page after the last is refused.
async fn search(web: &Web, request: &SearchRequest) -> Result<(SearchPage, usize, usize), Fault> {
    let page = web.catalogue.search(request).await?;
    machine::understood(&page.notices)?;
    let last = last_page(page.total);
    let current = usize::try_from(request.page()).unwrap_or(usize::MAX);
    if current > last {
        return Err(super::lists::no_page(current, last));
    }
    Ok((page, current, last))
}

/// The last page that can be asked for of so many results.
pub fn last_page(total: u64) -> usize {
    let most = usize::try_from(MAX_PAGE).unwrap_or(usize::MAX);
    paging::pages(usize::try_from(total).unwrap_or(usize::MAX), PER_PAGE).min(most)
}

async fn catalogue(web: &Web, request: &SearchRequest, form: Form) -> Result<HttpResponse, Fault> {
    let (found, current, last) = search(web, request).await?;
    let pages = Pages::new(web, current, last, |number| at(request, number));
    let listing = Listing {
        iri: web.site.absolute(&at(request, 1)),
        title: format!("{}: {}", web.site.name, title(request)),
        description: "Data sets about cancer imaging with the metadata that their providers publish.".to_owned(),
        publisher: publisher(web),
        total: found.total,
        view: pages.view(),
    };
    let mut writing = Writing::begin(&listing);
    let slugs = found.hits.into_iter().map(|hit| hit.card.slug).collect();
    for (record, dataset) in web.catalogue.listed(slugs).await? {
        let page = web.site.absolute(&format!("/datasets/{}", record.slug));
        let about = RecordPage { iri: page.clone(), listed: record.published_at, modified: Some(record.changed) };
        let graph = Served::default()
            .graph(Contents::Dataset(&dataset), &web.catalogue.vocabulary(), Some(about), "")
            .map_err(Fault::internal)?;
        writing.whole(Relation::Dataset, &subject(dataset.iri.as_deref()), &graph, &page);
    }
    Ok(Reply::graph(web, form, &pages.own(), &writing.finish()).paged(&pages, form).send())
}

/// Who publishes the catalogue: the operator, else the site itself.
pub fn publisher(web: &Web) -> String {
    if web.site.operator.is_empty() { web.site.name.clone() } else { web.site.operator.clone() }
}

async fn table(web: &Web, request: &SearchRequest, is_paged: bool) -> Result<HttpResponse, Fault> {
    if is_paged {
        let (found, current, last) = search(web, request).await?;
        let pages = Pages::new(web, current, last, |number| at(request, number));
        let body = rows(web, found.hits.iter().map(|hit| &hit.card));
        return Ok(Reply::new(web, Form::Csv, &pages.own(), body).paged(&pages, Form::Csv).send());
    }
    let found = web.catalogue.search_all(request).await?;
    machine::understood(&found.notices)?;
    let body = rows(web, found.hits.iter().map(|hit| &hit.card));
    Ok(Reply::new(web, Form::Csv, &request.address("/datasets"), body).send())
}

/// Data sets as a table.
pub fn rows<'a>(web: &Web, cards: impl IntoIterator<Item = &'a Card>) -> Vec<u8> {
    csv::table(COLUMNS, cards.into_iter().map(|card| cells(web, card)))
}

fn cells(web: &Web, card: &Card) -> Vec<String> {
    let join = |values: &[Labelled]| values.iter().map(|value| value.label.as_str()).collect::<Vec<_>>().join("; ");
    let number =
        |count: Option<crate::domain::dataset::Count>| count.map(|count| count.value.to_string()).unwrap_or_default();
    let counts = &card.counts;
    vec![
        card.slug.clone(),
        card.title.text.clone(),
        card.provider.name.clone(),
        join(&card.conditions),
        join(&card.topographies),
        join(&card.modalities),
        join(&card.subject_kinds),
        number(counts.subjects),
        counts.subjects.map_or("not stated", |count| numbers::precision_word(count.precision)).to_owned(),
        number(counts.studies),
        number(counts.series),
        number(counts.images),
        number(counts.bytes),
        card.derived.to_string(),
        web.site.absolute(&format!("/datasets/{}", card.slug)),
    ]
}

/// A feed of the data sets that a request finds; `address` gives the page for people of each page of it.
///
/// # Errors
/// 400 for a page after the last; ours, when an engine cannot be read.
pub async fn feed(
    web: &Web,
    request: &SearchRequest,
    title: String,
    address: impl Fn(usize) -> String,
) -> Result<HttpResponse, Fault> {
    let (found, current, last) = search(web, request).await?;
    let pages = Pages::new(web, current, last, &address);
    let slugs = found.hits.iter().map(|hit| hit.card.slug.clone()).collect();
    let records: Vec<Record> = web.catalogue.listed(slugs).await?.into_iter().map(|(record, _)| record).collect();
    let entries: Vec<Entry> = records
        .iter()
        .filter_map(|record| {
            let hit = found.hits.iter().find(|hit| hit.card.slug == record.slug.as_str())?;
            Some(entry(web, record, &hit.card))
        })
        .collect();
    let feed = Feed {
        id: id_of_address(&web.site.absolute(&address(1))),
        title,
        updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(web.started),
        author: publisher(web),
        links: pages.feed(),
        entries,
    };
    Ok(Reply::new(web, Form::Atom, &pages.own(), feed.write()).paged(&pages, Form::Atom).send())
}

fn entry(web: &Web, record: &Record, card: &Card) -> Entry {
    let filed = card.conditions.iter().chain(&card.topographies).chain(&card.modalities);
    let categories = filed
        .map(|value| {
            let term = value.concept.as_ref().map_or_else(|| value.label.clone(), ConceptId::to_string);
            (term, value.label.clone())
        })
        .collect();
    let description = card.description.as_ref().map(|text| text.text.as_str()).unwrap_or_default();
    Entry {
        id: id_of(record.data_set_id.as_str()),
        title: card.title.text.clone(),
        updated: record.changed,
        published: record.published_at,
        page: web.site.absolute(&format!("/datasets/{}", card.slug)),
        summary: text::shorten(description, SUMMARY),
        author: card.provider.name.clone(),
        categories,
    }
}
