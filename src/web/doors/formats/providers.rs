//! The forms of the list of providers and of one provider. In RDF a provider is a catalogue of its own within ours; its
//! table and its feed are its data sets.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::atom::{Entry, Feed, id_of, id_of_address};
use super::datasets::{self, publisher};
use super::lists::{address, page_of, slice};
use super::reply::Pages;
use super::{Form, Reply, csv};
use crate::db::organisations::Organisation;
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::LangText;
use crate::domain::search::{Facet, SearchRequest, Sort};
use crate::rdf::listing::{Brief, Listing, Relation, View, Writing};
use crate::rdf::namespaces::dcat;
use crate::search::{Card, Overview};
use crate::web::api::v1::providers as machine;
use crate::web::catalogue::{self, PublishedProvider};
use crate::web::fault::Fault;
use crate::web::state::Web;
use crate::web::view::numbers;

/// `GET /providers.{form}`.
pub async fn list_by_suffix(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let form = super::named(&path, "/providers")?;
    list(&web, &http, form).await
}

/// `GET /providers/{slug}.{form}`.
pub async fn by_suffix(web: Data<Web>, path: Path<(String, String)>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (slug, suffix) = path.into_inner();
    let form = super::named(&suffix, &format!("/providers/{slug}"))?;
    let found = web.catalogue.provider(&slug).await?;
    let found = found.ok_or_else(|| catalogue::missing("provider", &slug, "/providers"))?;
    show(&web, &found, form, &http).await
}

/// The country code that the list is held to, from `?country=`.
#[must_use]
pub fn country_of(http: &HttpRequest) -> Option<String> {
    url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, value)| name == "country" && !value.is_empty())
        .map(|(_, value)| value.to_lowercase())
}

/// The list of providers in a form.
///
/// # Errors
/// 400 for a wrong page; ours, when an engine cannot be read.
pub async fn list(web: &Web, http: &HttpRequest, form: Form) -> Result<HttpResponse, Fault> {
    let country = country_of(http);
    let overview = web.catalogue.overview().await?;
    let mut all = web.catalogue.providers().await?;
    all.retain(|organisation| country.is_none() || organisation.country == country);
    if form == Form::Atom {
        all.sort_by_key(|organisation| std::cmp::Reverse(organisation.changed));
    }
    let (current, last) = page_of(http, all.len())?;
    let query = country.as_ref().map_or_else(String::new, |code| {
        url::form_urlencoded::Serializer::new(String::new()).append_pair("country", code).finish()
    });
    let pages = Pages::new(web, current, last, |number| address("/providers", &query, number));
    let shown = slice(&all, current);
    let own = pages.own();
    let reply = match form {
        Form::Json => {
            let providers: Vec<_> = shown.iter().map(|one| machine::with_share(web, one, &overview)).collect();
            let links = pages.json(|page| Form::Json.address(page));
            Reply::json(web, &own, &json!({ "total": all.len(), "providers": providers, "links": links }))
        }
        Form::Csv => Reply::new(web, form, &own, table(web, shown, &overview)),
        Form::Atom => Reply::new(web, form, &own, feed(web, shown, &overview, &pages)),
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let listing = Listing {
                iri: web.site.absolute(&address("/providers", &query, 1)),
                title: format!("{}: providers", web.site.name),
                description: "Organisations that publish metadata about their imaging data here.".to_owned(),
                publisher: publisher(web),
                total: u64::try_from(all.len()).unwrap_or(u64::MAX),
                view: pages.view(),
            };
            let mut writing = Writing::begin(&listing);
            for organisation in shown {
                writing.brief(Relation::Catalogue, dcat::CATALOG, &brief(web, organisation));
            }
            Reply::graph(web, form, &own, &writing.finish())
        }
    };
    Ok(reply.paged(&pages, form).send())
}

/// The provider's catalogue: its page here is its name.
fn brief(web: &Web, organisation: &Organisation) -> Brief {
    let page = web.site.absolute(&format!("/providers/{}", organisation.slug));
    Brief {
        iri: Some(page.clone()),
        title: Some(LangText { lang: None, text: organisation.name.clone() }),
        description: Some(LangText { lang: Some("en".to_owned()), text: about(&organisation.name) }),
        page,
        modified: None,
    }
}

fn about(name: &str) -> String {
    format!("Data sets about cancer imaging that {name} publishes.")
}

fn share(overview: &Overview, organisation: &Organisation) -> (u64, i64) {
    let share = overview.by_provider.iter().find(|share| share.slug == organisation.slug.as_str());
    share.map_or((0, 0), |share| (share.datasets, share.subjects))
}

fn table(web: &Web, shown: &[Organisation], overview: &Overview) -> Vec<u8> {
    let rows = shown.iter().map(|organisation| {
        let (datasets, subjects) = share(overview, organisation);
        vec![
            organisation.slug.to_string(),
            organisation.name.clone(),
            organisation.country.clone().unwrap_or_default(),
            organisation.homepage.clone().unwrap_or_default(),
            organisation.simulated.to_string(),
            datasets.to_string(),
            subjects.to_string(),
            web.site.absolute(&format!("/providers/{}", organisation.slug)),
        ]
    });
    csv::table("slug,name,country,homepage,simulated,data_sets,subject_entries,page", rows)
}

fn feed(web: &Web, shown: &[Organisation], overview: &Overview, pages: &Pages<'_>) -> Vec<u8> {
    let entries: Vec<Entry> = shown
        .iter()
        .map(|organisation| {
            let (datasets, _) = share(overview, organisation);
            let count = i64::try_from(datasets).unwrap_or(i64::MAX);
            Entry {
                id: id_of(organisation.id.as_str()),
                title: organisation.name.clone(),
                updated: organisation.changed,
                published: Some(organisation.created),
                page: web.site.absolute(&format!("/providers/{}", organisation.slug)),
                summary: format!("{} here.", numbers::counted(count, "data set", "data sets")),
                ..Entry::default()
            }
        })
        .collect();
    let feed = Feed {
        id: id_of_address(&web.site.absolute("/providers")),
        title: format!("{}: providers", web.site.name),
        updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(web.started),
        author: publisher(web),
        links: pages.feed(),
        entries,
    };
    feed.write()
}

/// The form of a provider.
///
/// # Errors
/// 400 for a wrong page of the feed; ours, when an engine cannot be read.
pub async fn show(web: &Web, found: &PublishedProvider, form: Form, http: &HttpRequest) -> Result<HttpResponse, Fault> {
    let organisation = &found.organisation;
    let page = format!("/providers/{}", organisation.slug);
    let request = SearchRequest::default().with(Facet::Provider, organisation.slug.as_str()).with_all_subject_kinds();
    let reply = match form {
        Form::Json => Reply::json(web, &page, &machine::provider_json(web, found)),
        Form::Csv => {
            let found = web.catalogue.search_all(&request).await?;
            Reply::new(web, form, &page, datasets::rows(web, found.hits.iter().map(|hit| &hit.card)))
        }
        Form::Atom => return feed_of(web, &request, http, &page, &organisation.name).await,
        Form::JsonLd | Form::Turtle | Form::RdfXml | Form::NTriples => {
            let found = web.catalogue.search_all(&request).await?;
            let own = web.site.absolute(&page);
            let listing = Listing {
                iri: own.clone(),
                title: organisation.name.clone(),
                description: about(&organisation.name),
                publisher: String::new(),
                total: found.total,
                view: View { own: own.clone(), first: own.clone(), previous: None, next: None, last: own.clone() },
            };
            let mut writing = Writing::begin(&listing);
            let country = organisation.country.as_deref().and_then(|code| ConceptId::new(Scheme::Country, code).ok());
            let country = country.map(|id| web.catalogue.vocabulary().concept_iri(&id));
            let agent = format!("{own}#organisation");
            writing.publisher(&agent, &organisation.name, organisation.homepage.as_deref(), country.as_deref());
            for hit in &found.hits {
                writing.brief(Relation::Dataset, dcat::DATASET, &brief_of(web, &hit.card));
            }
            Reply::graph(web, form, &page, &writing.finish())
        }
    };
    Ok(reply.send())
}

fn brief_of(web: &Web, card: &Card) -> Brief {
    Brief {
        iri: card.iri.clone(),
        title: Some(card.title.clone()),
        description: card.description.clone(),
        page: web.site.absolute(&format!("/datasets/{}", card.slug)),
        modified: Some(card.changed_at),
    }
}

/// A feed of the data sets of something that has a page of its own, `?page=` of it.
///
/// # Errors
/// 400 for a wrong page; ours, when an engine cannot be read.
pub async fn feed_of(
    web: &Web,
    request: &SearchRequest,
    http: &HttpRequest,
    page: &str,
    name: &str,
) -> Result<HttpResponse, Fault> {
    let number = page_number(http)?;
    let request = request.with_sort(Sort::Updated).with_page(number);
    datasets::feed(web, &request, format!("{}: {name}", web.site.name), |number| address(page, "", number)).await
}

fn page_number(http: &HttpRequest) -> Result<u32, Fault> {
    let query = url::form_urlencoded::parse(http.query_string().as_bytes()).find(|(name, _)| name == "page");
    let text = query.map_or_else(|| "1".to_owned(), |(_, value)| value.into_owned());
    let only = url::form_urlencoded::Serializer::new(String::new()).append_pair("page", &text).finish();
    crate::web::api::v1::datasets::strict(&only).map(|request| request.page())
}
