//! Machine forms of data sets and series, by suffix or `Accept`. RDF forms serve the harmonised HealthDCAT-AP Release 8
//! graph with the provider's IRI as subject and our page as its `dcat:CatalogRecord`; `?profile=source` serves the
//! source's own statements.

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::Datelike as _;
use serde_json::{Value as Json, json};

use crate::domain::dataset::{Profile, shown};
use crate::error::{ErrorKind, UserError};
use crate::rdf::media::Format;
use crate::rdf::{Graph, parse, profile, write};
use crate::web::catalogue::{Found, PublishedDataset, PublishedSeries};
use crate::web::fault::Fault;
use crate::web::negotiate;
use crate::web::page::CachePolicy;
use crate::web::pages::{dataset::title_of, population};
use crate::web::state::Web;
use crate::web::view::numbers;

/// A machine form of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The canonical record.
    Json,
    /// RDF as JSON-LD 1.1.
    JsonLd,
    /// RDF as Turtle.
    Turtle,
    /// RDF as RDF/XML.
    RdfXml,
    /// RDF as N-Triples.
    NTriples,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 5] = [Form::Json, Form::JsonLd, Form::Turtle, Form::RdfXml, Form::NTriples];

    /// Suffix without its dot.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::JsonLd => "jsonld",
            Form::Turtle => "ttl",
            Form::RdfXml => "rdf",
            Form::NTriples => "nt",
        }
    }

    /// Media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Form::Json => "application/json",
            Form::JsonLd => "application/ld+json",
            Form::Turtle => "text/turtle",
            Form::RdfXml => "application/rdf+xml",
            Form::NTriples => "application/n-triples",
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Form::Json => "JSON",
            Form::JsonLd => "JSON-LD",
            Form::Turtle => "Turtle",
            Form::RdfXml => "RDF/XML",
            Form::NTriples => "N-Triples",
        }
    }

    /// The RDF format; none for JSON.
    const fn rdf(self) -> Option<Format> {
        match self {
            Form::Json => None,
            Form::JsonLd => Some(Format::JsonLd),
            Form::Turtle => Some(Format::Turtle),
            Form::RdfXml => Some(Format::RdfXml),
            Form::NTriples => Some(Format::NTriples),
        }
    }
}

/// What the last part of an address asks for: the slug, and the form by suffix, else by `Accept`; `None` is the page.
///
/// # Errors
/// 404 for a suffix that is not offered, naming those that are; 406 when `Accept` allows none.
pub fn chosen<'a>(name: &'a str, http: &HttpRequest) -> Result<(&'a str, Option<Form>), Fault> {
    if let Some((slug, suffix)) = name.split_once('.') {
        let form =
            Form::ALL.into_iter().find(|form| form.suffix() == suffix).ok_or_else(|| no_such_form(slug, suffix))?;
        return Ok((slug, Some(form)));
    }
    let accept = http.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut offered = vec!["text/html"];
    offered.extend(Form::ALL.iter().map(|form| form.media_type()));
    match negotiate::best(accept, &offered) {
        Some("text/html") => Ok((name, None)),
        Some(media_type) => Ok((name, Form::ALL.into_iter().find(|form| form.media_type() == media_type))),
        None => Err(UserError::new(
            ErrorKind::NotAcceptable,
            format!("None of the forms asked for is offered. Offered are {}.", offered.join(", ")),
        )
        .into()),
    }
}

fn no_such_form(slug: &str, suffix: &str) -> Fault {
    let offered: Vec<&str> = Form::ALL.iter().map(|form| form.suffix()).collect();
    UserError::new(
        ErrorKind::NotFound,
        format!("Nothing is offered with the ending \u{201c}.{suffix}\u{201d}. Offered are .{}.", offered.join(", .")),
    )
    .way("The page", slug.to_owned())
    .into()
}

/// The machine form of a data set.
///
/// # Errors
/// Ours, when the record cannot be written.
pub async fn dataset(
    web: &Web,
    found: &PublishedDataset,
    form: Form,
    http: &HttpRequest,
) -> Result<HttpResponse, Fault> {
    let Some(format) = form.rdf() else {
        return Ok(answer(form.media_type(), dataset_json(web, found).to_string().into_bytes()));
    };
    let graph = if asks_for_source(http)? {
        parse_source(&web.catalogue.source_graph(&found.record).await?)?
    } else {
        let page = profile::RecordPage {
            iri: web.site.absolute(&format!("/datasets/{}", found.record.slug)),
            listed: found.record.published_at,
            modified: Some(found.record.changed),
        };
        let target = profile::Target { profile: Profile::HealthDcatApR8, record_page: Some(page) };
        profile::write_dataset(&found.dataset, &web.catalogue.vocabulary(), &target)
    };
    Ok(answer(format.media_type(), write::serialise(&graph, format)))
}

/// The machine form of a series.
///
/// # Errors
/// Ours, when the record cannot be written.
pub async fn series(web: &Web, found: &PublishedSeries, form: Form, http: &HttpRequest) -> Result<HttpResponse, Fault> {
    let Some(format) = form.rdf() else {
        return Ok(answer(form.media_type(), series_json(web, found).to_string().into_bytes()));
    };
    let graph = if asks_for_source(http)? {
        parse_source(&web.catalogue.source_graph(&found.record).await?)?
    } else {
        let page = profile::RecordPage {
            iri: web.site.absolute(&format!("/series/{}", found.record.slug)),
            listed: found.record.published_at,
            modified: Some(found.record.changed),
        };
        let target = profile::Target { profile: Profile::HealthDcatApR8, record_page: Some(page) };
        profile::write_series(&found.series, &web.catalogue.vocabulary(), &target)
    };
    Ok(answer(format.media_type(), write::serialise(&graph, format)))
}

fn asks_for_source(http: &HttpRequest) -> Result<bool, Fault> {
    let asked = url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, _)| name == "profile")
        .map(|(_, value)| value.into_owned());
    match asked.as_deref() {
        None | Some("r8") => Ok(false),
        Some("source") => Ok(true),
        Some(other) => Err(UserError::new(
            ErrorKind::BadRequest,
            format!("There is no profile \u{201c}{other}\u{201d}: use profile=r8 or profile=source."),
        )
        .field("profile")
        .into()),
    }
}

fn parse_source(nquads: &str) -> Result<Graph, Fault> {
    let limits = parse::ParseLimits::default();
    let parsed = parse::parse(nquads.as_bytes(), Some("application/n-quads"), "urn:atlas:source", &limits);
    parsed.map(|parsed| parsed.graph).map_err(Fault::internal)
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

/// `GET /datasets/{slug}.csv|.bib|.ris`: distributions as a table, and citations.
pub async fn dataset_extra(web: Data<Web>, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (slug, suffix) = path.into_inner();
    let found = match web.catalogue.dataset(&slug).await? {
        Found::Here(found) => *found,
        Found::Gone(since) => return Err(crate::web::catalogue::gone("data set", since, "/datasets").into()),
        Found::Missing => return Err(crate::web::catalogue::missing("data set", &slug, "/datasets").into()),
    };
    Ok(match suffix.as_str() {
        "csv" => answer("text/csv; charset=utf-8", tallies_csv(&web, &found).into_bytes()),
        "ris" => answer("application/x-research-info-systems", ris(&web, &found).into_bytes()),
        _ => answer("application/x-bibtex", bibtex(&web, &found).into_bytes()),
    })
}

fn tallies_csv(web: &Web, found: &PublishedDataset) -> String {
    let mut csv = String::from("dimension,value,code,subject_entries,precision\r\n");
    for tally in &found.dataset.tallies {
        let code = tally.value.concept.as_ref().map(ToString::to_string).unwrap_or_default();
        let cells = [
            population::key(tally.dimension).to_owned(),
            population::label(&web.catalogue.vocabulary(), tally),
            code,
            tally.subjects.value.to_string(),
            numbers::precision_word(tally.subjects.precision).to_owned(),
        ];
        csv.push_str(&csv_row(&cells));
    }
    csv
}

/// A row of a CSV file (RFC 4180). Cells that a spreadsheet would run as a formula are disarmed.
#[must_use]
pub fn csv_row(cells: &[String]) -> String {
    let mut row = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            row.push(',');
        }
        let risky = cell.starts_with(['=', '+', '@', '\t']) || (cell.starts_with('-') && cell.parse::<f64>().is_err());
        let safe = if risky { format!("'{cell}") } else { cell.clone() };
        if safe.contains(['"', ',', '\n', '\r']) {
            row.push_str(&format!("\"{}\"", safe.replace('"', "\"\"")));
        } else {
            row.push_str(&safe);
        }
    }
    row.push_str("\r\n");
    row
}

/// An answer in a machine form.
#[must_use]
pub fn answer(media_type: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, CachePolicy::Revalidate.header()))
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(body)
}

struct Citation {
    authors: Vec<String>,
    year: Option<i32>,
    title: String,
    version: Option<String>,
    publisher: String,
    address: String,
}

fn parts(web: &Web, found: &PublishedDataset) -> Citation {
    let language = web.site.language.as_str();
    let dataset = &found.dataset;
    let name = |agent: &crate::domain::dataset::Agent| shown(&agent.names, language).map(|name| name.text.clone());
    let doi = dataset.landing_pages.iter().chain(dataset.iri.as_ref()).find(|address| address.contains("doi.org/"));
    let own = web.site.absolute(&format!("/datasets/{}", found.record.slug));
    let date = dataset.issued.as_ref().or(dataset.modified.as_ref()).and_then(|date| date.canonical);
    Citation {
        authors: dataset.creators.iter().filter_map(name).collect(),
        year: date.map(|date| match date {
            crate::domain::dataset::Date::Year(year) | crate::domain::dataset::Date::Month(year, _) => year,
            crate::domain::dataset::Date::Day(day) => day.year(),
            crate::domain::dataset::Date::Moment(moment) => moment.year(),
        }),
        title: title_of(dataset, found.record.slug.as_str(), language),
        version: dataset.version.clone(),
        publisher: dataset.publisher.as_ref().and_then(name).unwrap_or_else(|| found.provider.name.clone()),
        address: doi.cloned().unwrap_or(own),
    }
}

/// The citation as text.
#[must_use]
pub fn citation(web: &Web, found: &PublishedDataset) -> String {
    let parts = parts(web, found);
    let authors = if parts.authors.is_empty() { parts.publisher.clone() } else { parts.authors.join("; ") };
    let year = parts.year.map_or_else(|| "n.d.".to_owned(), |year| year.to_string());
    let version = parts.version.map(|version| format!(" (version {version})")).unwrap_or_default();
    format!("{authors} ({year}). {}{version} [data set]. {}. {}", parts.title, parts.publisher, parts.address)
}

/// The citation for LaTeX.
#[must_use]
pub fn bibtex(web: &Web, found: &PublishedDataset) -> String {
    let parts = parts(web, found);
    let plain = |text: &str| text.chars().filter(|c| !"{}\\%#$&_^~".contains(*c)).collect::<String>();
    let authors: Vec<String> = parts.authors.iter().map(|author| format!("{{{}}}", plain(author))).collect();
    let authors = if authors.is_empty() { format!("{{{}}}", plain(&parts.publisher)) } else { authors.join(" and ") };
    let year = parts.year.map(|year| format!("  year = {{{year}}},\n")).unwrap_or_default();
    let version = parts.version.map(|version| format!("  version = {{{}}},\n", plain(&version))).unwrap_or_default();
    format!(
        "@misc{{{},\n  author = {{{authors}}},\n  title = {{{}}},\n{year}{version}  publisher = {{{}}},\n  url = {{{}}}\n}}\n",
        found.record.slug,
        plain(&parts.title),
        plain(&parts.publisher),
        parts.address
    )
}

fn ris(web: &Web, found: &PublishedDataset) -> String {
    let parts = parts(web, found);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut lines = vec!["TY  - DATA".to_owned()];
    lines.extend(parts.authors.iter().map(|author| format!("AU  - {}", flat(author))));
    lines.push(format!("TI  - {}", flat(&parts.title)));
    lines.extend(parts.year.map(|year| format!("PY  - {year}")));
    lines.extend(parts.version.map(|version| format!("ET  - {}", flat(&version))));
    lines.push(format!("PB  - {}", flat(&parts.publisher)));
    lines.push(format!("UR  - {}", flat(&parts.address)));
    lines.push("ER  - ".to_owned());
    lines.join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_breaks_its_row() {
        let row = csv_row(&["=HYPERLINK(1)".into(), "a,\"b\"".into(), "-5".into(), "-x".into()]);
        assert_eq!(row, "'=HYPERLINK(1),\"a,\"\"b\"\"\",-5,'-x\r\n");
    }
}
