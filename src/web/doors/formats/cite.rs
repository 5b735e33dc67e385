//! Citations of a data set: as text, for LaTeX and for reference managers.

use chrono::Datelike as _;

use crate::domain::dataset::shown;
use crate::web::catalogue::PublishedDataset;
use crate::web::pages::dataset::title_of;
use crate::web::state::Web;

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

/// The citation for reference managers (RIS).
#[must_use]
pub fn ris(web: &Web, found: &PublishedDataset) -> String {
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
