//! The list of data sets: results, filters, and how the question was understood.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use super::filters::{self, Chip, FacetView, MeasureView};
use super::hits::HitView;
use crate::domain::search::{Facet, MAX_QUERY_CHARACTERS, Notice, PER_PAGE, SearchRequest, Sort};
use crate::search::{SearchPage, Understood, WordReading};
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{CachePolicy, Page, framed};
use crate::web::state::Web;
use crate::web::view::numbers;
use crate::web::view::paging::{self, PageLink, Paging};

/// Filters that a list without results offers to drop.
const WAYS_ON: usize = 6;

/// The results page.
#[derive(Template)]
#[template(path = "datasets/list.html")]
pub struct ResultsPage {
    layout: Layout,
    heading: String,
    query: String,
    total: u64,
    summary: String,
    notices: Vec<NoticeView>,
    understood: Vec<UnderstoodView>,
    only_words: Option<String>,
    relaxed: bool,
    suggestions: Vec<(String, String)>,
    chips: Vec<Chip>,
    clear_href: String,
    facets: Vec<FacetView>,
    measures: Vec<MeasureView>,
    sorts: Vec<SortView>,
    hidden_kinds: Option<(String, String)>,
    hits: Vec<HitView>,
    paging: Paging,
    ways_on: Vec<(String, String)>,
    forms: Vec<(&'static str, String)>,
    max_query: usize,
    too_long: bool,
    kept: Vec<(String, String)>,
}

framed!(ResultsPage);

struct NoticeView {
    message: String,
    remedy: Option<String>,
}

struct UnderstoodView {
    phrase: String,
    reading: String,
}

struct SortView {
    key: &'static str,
    title: &'static str,
    chosen: bool,
}

/// `GET /datasets`: the page, or the form that `Accept` asks for.
pub async fn list(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    if let Some(form) = formats::accepted(&http, "/datasets")? {
        return formats::datasets::list(&web, &http, form).await;
    }
    let (request, mut notices) = SearchRequest::parse(http.query_string());
    if notices.iter().any(Notice::asks_redirect) {
        return Ok(redirect(&request.address("/datasets")));
    }
    let _turn = web.turn().await?;
    let page = web.catalogue.search(&request).await?;
    let total = usize::try_from(page.total).unwrap_or(usize::MAX);
    let last = paging::pages(total, PER_PAGE);
    let current = usize::try_from(request.page()).unwrap_or(usize::MAX);
    if current > last {
        return Ok(redirect(&request.with_page(u32::try_from(last).unwrap_or(u32::MAX)).address("/datasets")));
    }
    notices.extend(page.notices.iter().cloned());
    let ways_on = if page.total == 0 { ways_on(&web, &request).await? } else { Vec::new() };
    let view = view(&web, &request, &page, &notices, ways_on, (current, last));
    Ok(Page::new(view).respond_to(&http))
}

fn redirect(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, CachePolicy::Never.header()))
        .finish()
}

fn view(
    web: &Web,
    request: &SearchRequest,
    page: &SearchPage,
    notices: &[Notice],
    ways_on: Vec<(String, String)>,
    (current, last): (usize, usize),
) -> ResultsPage {
    let count = numbers::counted(i64::try_from(page.total).unwrap_or(i64::MAX), "data set", "data sets");
    let heading = match request.query() {
        "" => count.clone(),
        query if query.chars().count() > MAX_QUERY_CHARACTERS => "The search text is too long".to_owned(),
        query => format!("{count} for \u{201c}{query}\u{201d}"),
    };
    let own = request.address("/datasets");
    let layout = web
        .layout(if current > 1 { format!("{heading}, page {current}") } else { heading.clone() })
        .under("datasets")
        .here("Data sets")
        .at(&own);
    let (mut layout, mut forms) = formats::offer(layout, &own);
    // People and their spreadsheets want the whole list; programs follow its pages.
    let whole = request.with_page(1).address("/datasets.csv");
    for form in layout.alternates.iter_mut().filter(|form| form.media_type == "text/csv") {
        form.href.clone_from(&whole);
    }
    for (_, href) in forms.iter_mut().filter(|(name, _)| *name == formats::Form::Csv.name()) {
        href.clone_from(&whole);
    }
    ResultsPage {
        layout,
        heading,
        query: request.query().to_owned(),
        total: page.total,
        summary: summary(page),
        notices: notices.iter().map(|notice| notice_view(notice, request)).collect(),
        understood: page.understood.iter().filter_map(understood).collect(),
        only_words: only_words(page, request),
        relaxed: page.relaxed,
        suggestions: suggestions(page, request),
        chips: filters::chips(&page.facets, request),
        clear_href: request.clear().address("/datasets"),
        facets: filters::facets(&page.facets, request),
        measures: filters::measures(request),
        sorts: sorts(request),
        hidden_kinds: hidden_kinds(page, request),
        hits: page.hits.iter().map(HitView::new).collect(),
        paging: Paging::new(current, last, |number| {
            request.with_page(u32::try_from(number).unwrap_or(u32::MAX)).address("/datasets")
        }),
        ways_on,
        forms,
        max_query: MAX_QUERY_CHARACTERS,
        too_long: request.query().chars().count() > MAX_QUERY_CHARACTERS,
        kept: kept(request),
    }
}

/// Everything of the request except its text, order and page: carried by the search and sort forms.
fn kept(request: &SearchRequest) -> Vec<(String, String)> {
    let canonical = request.with_query("").with_sort(Sort::default()).to_string();
    url::form_urlencoded::parse(canonical.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .filter(|(name, _)| name != "sort" && name != "q")
        .collect()
}

/// The sums over the list in a sentence.
fn summary(page: &SearchPage) -> String {
    let all = &page.totals.all;
    if page.total == 0 {
        return String::new();
    }
    let mut words = format!(
        "{} subject entries and {} studies in them, as published, not de-duplicated",
        numbers::group(all.subjects.value),
        numbers::group(all.studies.value)
    );
    if all.subjects.not_stated > 0 {
        let without = i64::try_from(all.subjects.not_stated).unwrap_or(i64::MAX);
        words.push_str(&format!("; {} without a stated number", numbers::group(without)));
    }
    words.push('.');
    words
}

fn notice_view(notice: &Notice, request: &SearchRequest) -> NoticeView {
    let remedy = match notice {
        Notice::UnknownValue { .. } | Notice::QueryTooLong { .. } => Some(notice.remedy(request).address("/datasets")),
        _ => None,
    };
    NoticeView { message: notice.message(), remedy }
}

fn understood(part: &Understood) -> Option<UnderstoodView> {
    let reading = match &part.reading {
        WordReading::Concepts { concepts } => {
            let names: Vec<String> = concepts
                .iter()
                .map(|concept| match concept.narrower {
                    0 => concept.label.clone(),
                    narrower => format!("{} (+{narrower} narrower)", concept.label),
                })
                .collect();
            format!("or {}", names.join(" or "))
        }
        WordReading::Word | WordReading::Prefix => return None,
        WordReading::Phrase => "as an exact phrase".to_owned(),
        WordReading::Excluded => "left out".to_owned(),
        WordReading::Corrected { typed } => format!("in place of \u{201c}{typed}\u{201d}, which no data set has"),
        WordReading::Optional => "not needed, being too common".to_owned(),
    };
    Some(UnderstoodView { phrase: part.phrase.clone(), reading })
}

/// The search for the words alone, offered when concepts were searched with them: quotation marks say so.
fn only_words(page: &SearchPage, request: &SearchRequest) -> Option<String> {
    let has_concepts = page.understood.iter().any(|part| matches!(part.reading, WordReading::Concepts { .. }));
    if !has_concepts || request.query().contains('"') {
        return None;
    }
    Some(request.with_query(&format!("\"{}\"", request.query())).address("/datasets"))
}

fn suggestions(page: &SearchPage, request: &SearchRequest) -> Vec<(String, String)> {
    page.suggestions.iter().map(|text| (text.clone(), request.with_query(text).address("/datasets"))).collect()
}

fn sorts(request: &SearchRequest) -> Vec<SortView> {
    Sort::ALL
        .into_iter()
        .map(|sort| SortView { key: sort.key(), title: sort.title(), chosen: sort == request.sort() })
        .collect()
}

fn hidden_kinds(page: &SearchPage, request: &SearchRequest) -> Option<(String, String)> {
    if page.hidden_not_human == 0 {
        return None;
    }
    let hidden = i64::try_from(page.hidden_not_human).unwrap_or(i64::MAX);
    let words = format!(
        "{} of animals, phantoms or simulated images {} hidden",
        numbers::counted(hidden, "data set", "data sets"),
        if hidden == 1 { "is" } else { "are" }
    );
    Some((words, request.with_all_subject_kinds().address("/datasets")))
}

/// Ways on from an empty list: each leads to a list that is not empty, and says how long it is.
async fn ways_on(web: &Web, request: &SearchRequest) -> Result<Vec<(String, String)>, Fault> {
    let mut candidates: Vec<(String, SearchRequest)> = Vec::new();
    if request.opens_on_human() {
        candidates
            .push(("Include animals, phantoms and simulated images".to_owned(), request.with_all_subject_kinds()));
    }
    let facets: Vec<Facet> = request.facets().collect();
    for facet in facets {
        candidates.push((format!("Drop the filter \u{201c}{}\u{201d}", facet.title()), request.without_facet(facet)));
    }
    if !request.query().is_empty() {
        candidates.push(("Keep the filters, drop the words".to_owned(), request.with_query("")));
        candidates.push(("Keep the words, drop every filter".to_owned(), request.clear()));
    }
    candidates.push(("Start again with all data sets".to_owned(), SearchRequest::default()));
    let mut ways = Vec::new();
    for (label, candidate) in candidates.into_iter().take(WAYS_ON) {
        let address = candidate.address("/datasets");
        let total = web.catalogue.search(&candidate).await?.total;
        if total > 0 && !ways.iter().any(|(_, known)| *known == address) {
            let shown = numbers::counted(i64::try_from(total).unwrap_or(i64::MAX), "data set", "data sets");
            ways.push((format!("{label}: {shown}"), address));
        }
    }
    Ok(ways)
}
