//! Series: groups of data sets, such as a project's or a biobank's.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::domain::dataset::Count;
use crate::rdf::profile::Served;
use crate::web::catalogue::{self, Found, Member, PublishedSeries};
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::facts::{Fact, FactValue, text_of};
use crate::web::view::{dates, numbers, text};

/// Characters of a description in the list.
const SHORT: usize = 180;

/// All series.
#[derive(Template)]
#[template(path = "series/list.html")]
pub struct SeriesListPage {
    layout: Layout,
    heading: String,
    items: Vec<SeriesItem>,
    forms: Vec<(&'static str, String)>,
}

/// One series.
#[derive(Template)]
#[template(path = "series/show.html")]
pub struct SeriesPage {
    layout: Layout,
    title: String,
    provider: String,
    provider_href: String,
    description_html: String,
    figures: Vec<(&'static str, String)>,
    facts: Vec<Fact>,
    members: Vec<MemberRow>,
    derived: usize,
    downloads: Vec<(&'static str, String)>,
}

framed!(SeriesListPage, SeriesPage);

struct SeriesItem {
    href: String,
    title: String,
    line: String,
    description: String,
}

struct MemberRow {
    href: String,
    title: String,
    subjects: String,
    studies: String,
    images: String,
    derived: bool,
}

/// `GET /series`: the page, or the form that `Accept` asks for.
pub async fn list(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    if let Some(form) = formats::accepted(&http, "/series")? {
        return formats::series::list(&web, &http, form).await;
    }
    let mut all = web.catalogue.all_series().await?;
    all.sort_by_key(|found| title(&web, found).to_lowercase());
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let items = all.iter().map(|found| item(&web, found)).collect();
    let layout = web.layout("Series").under("series").here("Series").at("/series").about("Groups of data sets.");
    let (layout, forms) = formats::offer(layout, "/series");
    let heading = format!("{} series of data sets", numbers::group(total));
    Ok(Page::new(SeriesListPage { layout, heading, items, forms }).respond_to(&http))
}

/// `GET /series/{slug}`: the page, or the form that a suffix or `Accept` asks for.
pub async fn show(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let slug = formats::without_suffix(&path, "/series")?;
    let found = find(&web, slug).await?;
    match formats::accepted(&http, &format!("/series/{slug}"))? {
        Some(form) => formats::series::show(&web, &found, form, &http).await,
        None => Ok(Page::new(view(&web, &found)).respond_to(&http)),
    }
}

/// The published series at a slug.
///
/// # Errors
/// 404, and 410 for one that was here; ours, when the database cannot be read.
pub async fn find(web: &Web, slug: &str) -> Result<PublishedSeries, Fault> {
    match web.catalogue.series(slug).await? {
        Found::Here(found) => Ok(*found),
        Found::Gone(since) => Err(catalogue::gone("series", since, "/series").into()),
        Found::Missing => Err(catalogue::missing("series", slug, "/series").into()),
    }
}

/// The title of a series; its slug where it has none.
#[must_use]
pub fn title(web: &Web, found: &PublishedSeries) -> String {
    text_of(&found.series.titles, &web.site.language).unwrap_or_else(|| found.record.slug.to_string())
}

fn item(web: &Web, found: &PublishedSeries) -> SeriesItem {
    let members = i64::try_from(found.members.len()).unwrap_or(i64::MAX);
    SeriesItem {
        href: format!("/series/{}", found.record.slug),
        title: title(web, found),
        line: format!("{} \u{b7} {}", numbers::counted(members, "data set", "data sets"), found.provider.name),
        description: text_of(&found.series.descriptions, &web.site.language)
            .map(|description| text::shorten(&description, SHORT))
            .unwrap_or_default(),
    }
}

/// The sum of a count over members that do not re-use the subjects of others, and what it leaves out.
fn sum(members: &[Member], count: fn(&Member) -> Option<Count>) -> String {
    let own: Vec<&Member> = members.iter().filter(|member| !member.derived).collect();
    let total: i64 = own.iter().filter_map(|member| count(member)).map(|count| count.value).sum();
    let missing = own.iter().filter(|member| count(member).is_none()).count();
    match (own.len() == missing, missing) {
        (true, _) => "not stated".to_owned(),
        (false, 0) => numbers::group(total),
        (false, missing) => format!("at least {} ({missing} not stated)", numbers::group(total)),
    }
}

fn view(web: &Web, found: &PublishedSeries) -> SeriesPage {
    let current = web.catalogue.vocabulary();
    let (series, language, vocabulary) = (&found.series, web.site.language.as_str(), current.as_ref());
    let title = title(web, found);
    let path = format!("/series/{}", found.record.slug);
    let layout = web.layout(title.clone()).under("series").crumb("Series", "/series").here(title.clone()).at(&path);
    let (layout, mut downloads) = formats::offer(layout, &path);
    for profile in Served::ALL.into_iter().skip(1) {
        downloads.push((profile.title(), format!("{path}.ttl?profile={profile}")));
    }
    let periods = series.temporal.iter().map(dates::period).map(FactValue::plain).collect();
    let facts = vec![
        Fact::new("Publisher", series.publisher.iter().map(|agent| FactValue::agent(agent, language)).collect()),
        Fact::new("Contact", series.contacts.iter().map(|contact| FactValue::contact(contact, language)).collect()),
        Fact::new("Geographical coverage", FactValue::terms(vocabulary, language, &series.spatial)),
        Fact::new("Period", periods),
        Fact::text("Released", series.issued.as_ref().map(dates::published)),
        Fact::text("Last changed by the provider", series.modified.as_ref().map(dates::published)),
        Fact::new("Website", series.landing_pages.iter().map(|page| FactValue::address(page)).collect()),
        Fact::text("IRI", series.iri.clone()),
    ];
    SeriesPage {
        title,
        provider: found.provider.name.clone(),
        provider_href: format!("/providers/{}", found.provider.slug),
        description_html: text::safe_markdown(&text_of(&series.descriptions, language).unwrap_or_default()),
        figures: vec![
            ("Data sets", numbers::group_len(found.members.len())),
            ("Subject entries", sum(&found.members, |member| member.counts.subjects)),
            ("Imaging studies", sum(&found.members, |member| member.counts.studies)),
            ("Images", sum(&found.members, |member| member.counts.images)),
        ],
        facts,
        members: found.members.iter().map(member_row).collect(),
        derived: found.members.iter().filter(|member| member.derived).count(),
        downloads,
        layout,
    }
}

fn member_row(member: &Member) -> MemberRow {
    MemberRow {
        href: format!("/datasets/{}", member.slug),
        title: member.title.clone(),
        subjects: numbers::count(member.counts.subjects),
        studies: numbers::count(member.counts.studies),
        images: numbers::count(member.counts.images),
        derived: member.derived,
    }
}
