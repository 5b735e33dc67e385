//! Providers: the organisations that own the sources.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use super::hits::HitView;
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::{Facet, SearchRequest};
use crate::web::catalogue;
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::{dates, numbers, text};

/// All providers.
#[derive(Template)]
#[template(path = "providers/list.html")]
pub struct ProvidersPage {
    layout: Layout,
    heading: String,
    filtered: bool,
    forms: Vec<(&'static str, String)>,
    rows: Vec<ProviderRow>,
}

/// One provider.
#[derive(Template)]
#[template(path = "providers/show.html")]
pub struct ProviderPage {
    layout: Layout,
    name: String,
    country: String,
    simulated: bool,
    homepage: String,
    datasets: String,
    subjects: String,
    sources: Vec<SourceRow>,
    hits: Vec<HitView>,
    list_href: String,
    forms: Vec<(&'static str, String)>,
}

framed!(ProvidersPage, ProviderPage);

struct ProviderRow {
    href: String,
    name: String,
    country: String,
    simulated: bool,
    datasets: String,
    subjects: String,
}

struct SourceRow {
    name: String,
    protocol: String,
    state: String,
    last: String,
}

/// `GET /providers?country=`: the page, or the form that `Accept` asks for.
pub async fn list(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    if let Some(form) = formats::accepted(&http, "/providers")? {
        return formats::providers::list(&web, &http, form).await;
    }
    let wanted = formats::providers::country_of(&http);
    let overview = web.catalogue.overview().await?;
    let rows: Vec<ProviderRow> = web
        .catalogue
        .providers()
        .await?
        .into_iter()
        .filter(|organisation| wanted.is_none() || organisation.country == wanted)
        .map(|organisation| {
            let share = overview.by_provider.iter().find(|share| share.slug == organisation.slug.as_str());
            ProviderRow {
                href: format!("/providers/{}", organisation.slug),
                country: country_name(&web, organisation.country.as_deref()),
                simulated: organisation.simulated,
                datasets: share.map_or(0, |share| share.datasets).to_string(),
                subjects: numbers::group(share.map_or(0, |share| share.subjects)),
                name: organisation.name,
            }
        })
        .collect();
    let total = numbers::counted(i64::try_from(rows.len()).unwrap_or(i64::MAX), "provider", "providers");
    let heading = match &wanted {
        None => total,
        Some(code) => format!("{total} in {}", country_name(&web, Some(code))),
    };
    let layout = web.layout(heading.clone()).under("providers").here("Providers").at("/providers");
    let own = match &wanted {
        None => "/providers".to_owned(),
        Some(code) => format!("/providers?country={}", text::query_value(code)),
    };
    let (layout, forms) = formats::offer(layout, &own);
    Ok(Page::new(ProvidersPage { layout, heading, filtered: wanted.is_some(), rows, forms }).respond_to(&http))
}

/// `GET /providers/{slug}`: the page, or the form that `Accept` asks for.
pub async fn show(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let slug = formats::without_suffix(&path, "/providers")?;
    let Some(found) = web.catalogue.provider(slug).await? else {
        return Err(catalogue::missing("provider", slug, "/providers").into());
    };
    if let Some(form) = formats::accepted(&http, &format!("/providers/{slug}"))? {
        return formats::providers::show(&web, &found, form, &http).await;
    }
    let request = SearchRequest::default().with(Facet::Provider, slug).with_all_subject_kinds();
    let page = web.catalogue.search(&request).await?;
    let organisation = found.organisation;
    let sources = found
        .sources
        .iter()
        .map(|(source, run)| SourceRow {
            name: source.name.clone(),
            protocol: source.protocol.clone(),
            state: source.state.to_string(),
            last: match run.as_ref().map(|run| run.finished) {
                Some(Some(finished)) => dates::moment(finished),
                Some(None) => "running now".to_owned(),
                None => "not harvested so far".to_owned(),
            },
        })
        .collect();
    let path = format!("/providers/{slug}");
    let layout = web
        .layout(organisation.name.clone())
        .under("providers")
        .crumb("Providers", "/providers")
        .here(organisation.name.clone())
        .at(&path);
    let (layout, forms) = formats::offer(layout, &path);
    let page = Page::new(ProviderPage {
        layout,
        forms,
        country: country_name(&web, organisation.country.as_deref()),
        simulated: organisation.simulated,
        homepage: organisation.homepage.filter(|page| text::is_web_address(page)).unwrap_or_default(),
        datasets: numbers::counted(i64::try_from(page.total).unwrap_or(i64::MAX), "data set", "data sets"),
        subjects: numbers::group(page.totals.all.subjects.value),
        sources,
        hits: page.hits.iter().map(|hit| HitView::of_card(&hit.card)).collect(),
        list_href: request.address("/datasets"),
        name: organisation.name,
    });
    Ok(page.respond_to(&http))
}

fn country_name(web: &Web, code: Option<&str>) -> String {
    let Some(code) = code else { return "not stated".to_owned() };
    match ConceptId::new(Scheme::Country, code) {
        Ok(id) => web.catalogue.vocabulary().label(&id).to_owned(),
        Err(_) => code.to_uppercase(),
    }
}
