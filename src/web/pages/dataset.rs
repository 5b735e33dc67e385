//! The page of one data set.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use super::population;
use crate::domain::dataset::{Dataset, Distribution, Profile, Repair, Term, shown};
use crate::domain::quality::{self, Obligation, State};
use crate::domain::search::MAX_QUERY_CHARACTERS;
use crate::rdf::profile::Served;
use crate::vocab::{ModalityRole, Vocabulary};
use crate::web::catalogue::{self, Found, PublishedDataset};
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::chart::Bars;
use crate::web::view::facts::{Fact, FactValue, language_note, text_of};
use crate::web::view::{dates, numbers, rules, text};

/// Related data sets that are shown.
const RELATED: usize = 5;

/// The page of one data set.
#[derive(Template)]
#[template(path = "datasets/show.html")]
pub struct DatasetPage {
    layout: Layout,
    title: String,
    line: Vec<String>,
    warnings: Vec<String>,
    figures: Vec<Figure>,
    glance: Vec<Fact>,
    description_html: String,
    language_note: String,
    population: Vec<Bars>,
    population_facts: Vec<Fact>,
    imaging: Vec<Bars>,
    imaging_facts: Vec<Fact>,
    access: Vec<Fact>,
    score: u8,
    rules: String,
    gaps: Vec<Gap>,
    provenance: Vec<Fact>,
    repairs: Vec<Repair>,
    versions: Vec<VersionRow>,
    provider: FactValue,
    simulated: bool,
    series: Vec<(String, String)>,
    identifiers: Vec<(&'static str, String)>,
    downloads: Vec<(&'static str, String)>,
    citation: String,
    bibtex: String,
    related: Vec<(String, String, String)>,
    csv: String,
}

framed!(DatasetPage);

struct Figure {
    label: &'static str,
    value: String,
    note: &'static str,
    stated: bool,
}

struct Gap {
    label: &'static str,
    property: &'static str,
    obligation: &'static str,
    state: &'static str,
    points: u32,
}

struct VersionRow {
    number: String,
    taken_over: String,
    hash: String,
}

/// `GET /datasets/{slug}`: the page, or the form that a suffix or `Accept` asks for.
pub async fn show(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let slug = formats::without_suffix(&path, "/datasets")?;
    let found = find(&web, slug).await?;
    if let Some(form) = formats::accepted(&http, &format!("/datasets/{slug}"))? {
        return formats::dataset::show(&web, &found, form, &http).await;
    }
    let related = related(&web, &found).await?;
    Ok(Page::new(view(&web, &found, related)).respond_to(&http))
}

/// The published data set at a slug.
///
/// # Errors
/// 404 with the data sets that come nearest, 410 for one that was here; ours, when the database cannot be read.
pub async fn find(web: &Web, slug: &str) -> Result<PublishedDataset, Fault> {
    match web.catalogue.dataset(slug).await? {
        Found::Here(found) => Ok(*found),
        Found::Gone(since) => Err(catalogue::gone("data set", since, "/datasets").into()),
        Found::Missing => Err(not_here(web, slug).await.into()),
    }
}

/// The 404 with the data sets that come nearest.
async fn not_here(web: &Web, slug: &str) -> crate::error::UserError {
    let mut error = catalogue::missing("data set", slug, "/datasets");
    let words: String = slug.chars().take(MAX_QUERY_CHARACTERS).collect::<String>().replace('-', " ");
    for suggestion in web.catalogue.suggest(&words).await.unwrap_or_default().into_iter().take(RELATED) {
        error = error.way(suggestion.label, suggestion.address);
    }
    error
}

/// Data sets of the same provider or condition, with the reason.
async fn related(web: &Web, found: &PublishedDataset) -> Result<Vec<(String, String, String)>, Fault> {
    use crate::domain::search::{Facet, SearchRequest};
    let mut related: Vec<(String, String, String)> = Vec::new();
    let mut reasons: Vec<(String, SearchRequest)> = Vec::new();
    for concept in found.dataset.conditions.iter().filter_map(|term| term.concept.as_ref()).take(2) {
        let label = web.catalogue.vocabulary().label(concept).to_owned();
        reasons.push((format!("also {label}"), SearchRequest::default().with(Facet::Condition, concept.code())));
    }
    let same_provider = SearchRequest::default().with(Facet::Provider, found.provider.slug.as_str());
    reasons.push(("same provider".to_owned(), same_provider));
    for (reason, request) in reasons {
        for hit in web.catalogue.search(&request).await?.hits {
            let known = related.iter().any(|(_, href, _)| href.ends_with(&format!("/{}", hit.card.slug)));
            if hit.card.slug != found.record.slug.as_str() && !known && related.len() < RELATED {
                related.push((hit.card.title.text, format!("/datasets/{}", hit.card.slug), reason.clone()));
            }
        }
    }
    Ok(related)
}

fn view(web: &Web, found: &PublishedDataset, related: Vec<(String, String, String)>) -> DatasetPage {
    let (dataset, record) = (&found.dataset, &found.record);
    let current = web.catalogue.vocabulary();
    let (vocabulary, language) = (current.as_ref(), web.site.language.as_str());
    let title = text_of(&dataset.titles, language).unwrap_or_else(|| record.slug.to_string());
    let path = format!("/datasets/{}", record.slug);
    let description = text_of(&dataset.descriptions, language).unwrap_or_default();
    let layout = web
        .layout(title.clone())
        .under("datasets")
        .crumb("Data sets", "/datasets")
        .here(text::shorten(&title, 60))
        .at(&path)
        .about(text::shorten(&description, 160));
    let (layout, mut downloads) = formats::offer(layout, &path);
    for profile in Served::ALL.into_iter().skip(1) {
        downloads.push((profile.title(), format!("{path}.ttl?profile={profile}")));
    }
    downloads.push(("Citation for reference managers (RIS)", format!("{path}.ris")));
    downloads.push(("Citation for LaTeX (BibTeX)", format!("{path}.bib")));
    let completeness = quality::completeness(dataset);
    let gaps = completeness
        .gaps()
        .into_iter()
        .map(|check| Gap {
            label: check.label,
            property: check.property,
            obligation: obligation(check.obligation),
            state: if check.state == State::Missing { "not stated" } else { "stated, but not recognised" },
            points: completeness.points(check),
        })
        .collect();
    DatasetPage {
        line: head_line(found, vocabulary, language),
        warnings: warnings(dataset, vocabulary),
        figures: figures(dataset),
        glance: glance(dataset, vocabulary, language),
        description_html: text::safe_markdown(&description),
        language_note: language_note(&dataset.descriptions, language),
        population: population::charts(dataset, vocabulary, &population::POPULATION),
        population_facts: population_facts(dataset, vocabulary, language),
        imaging: population::charts(dataset, vocabulary, &population::IMAGING),
        imaging_facts: imaging_facts(dataset, vocabulary, language),
        access: access(dataset, vocabulary, language),
        score: completeness.score,
        rules: rules::line(&record.findings),
        gaps,
        provenance: provenance(found, language),
        repairs: found.repairs.clone(),
        versions: found
            .versions
            .iter()
            .map(|version| VersionRow {
                number: version.version.to_string(),
                taken_over: dates::moment(version.created),
                hash: version.graph_hash.chars().take(16).collect(),
            })
            .collect(),
        provider: FactValue {
            text: found.provider.name.clone(),
            href: format!("/providers/{}", found.provider.slug),
            note: String::new(),
        },
        simulated: found.provider.simulated,
        series: found.series.iter().map(|(slug, title)| (title.clone(), format!("/series/{slug}"))).collect(),
        identifiers: identifiers(web, found),
        downloads,
        citation: formats::citation(web, found),
        bibtex: formats::bibtex(web, found),
        related,
        csv: format!("{path}.csv"),
        layout,
        title,
    }
}

fn obligation(obligation: Obligation) -> &'static str {
    match obligation {
        Obligation::Mandatory => "mandatory",
        Obligation::Recommended => "recommended",
        Obligation::Optional => "optional",
    }
}

fn head_line(found: &PublishedDataset, vocabulary: &Vocabulary, language: &str) -> Vec<String> {
    let dataset = &found.dataset;
    let mut line = vec!["Data set".to_owned()];
    line.extend(dataset.version.as_ref().map(|version| format!("version {version}")));
    line.extend(dataset.tier.as_ref().map(|tier| FactValue::term(vocabulary, language, tier).text));
    let access = dataset.access_rights.as_ref().map(|rights| FactValue::term(vocabulary, language, rights).text);
    line.push(format!("access: {}", access.unwrap_or_else(|| "not stated".to_owned())));
    line
}

/// What must be seen before the numbers are read.
fn warnings(dataset: &Dataset, vocabulary: &Vocabulary) -> Vec<String> {
    let mut warnings = Vec::new();
    let kinds: Vec<_> = dataset.subject_kinds.iter().filter_map(|term| term.concept.as_ref()).collect();
    if !kinds.is_empty() && !kinds.iter().any(|kind| kind.code().starts_with("human")) {
        let labels: Vec<&str> = kinds.iter().map(|kind| vocabulary.label(kind)).collect();
        warnings.push(format!("Not human data: {}. Lists of human data leave it out.", labels.join(", ")));
    }
    if kinds.iter().any(|kind| kind.code() == "human-no-cancer") {
        warnings.push("Some or all subjects are without cancer, or were screened.".to_owned());
    }
    if dataset.derived {
        warnings.push(
            "A derived data set: it re-uses the subjects of other data sets, so they are not added to totals."
                .to_owned(),
        );
    }
    warnings
}

fn figures(dataset: &Dataset) -> Vec<Figure> {
    let counts = &dataset.counts;
    let figure = |label, count| Figure {
        label,
        value: numbers::count(count),
        note: numbers::precision_note(count),
        stated: count.is_some(),
    };
    let mut figures = vec![
        figure("Subject entries", counts.subjects),
        figure("Imaging studies", counts.studies),
        figure("Imaging series", counts.series),
        figure("Images", counts.images),
        Figure {
            label: "Size",
            value: numbers::size(counts.bytes),
            note: numbers::precision_note(counts.bytes),
            stated: counts.bytes.is_some(),
        },
    ];
    if counts.segmentations.is_some() {
        figures.push(figure("Segmentations", counts.segmentations));
    }
    figures
}

fn glance(dataset: &Dataset, vocabulary: &Vocabulary, language: &str) -> Vec<Fact> {
    let terms = |label, terms: &[Term]| Fact::new(label, FactValue::terms(vocabulary, language, terms));
    vec![
        terms("Condition", &dataset.conditions),
        terms("Tumour site", &dataset.topographies),
        terms("Body part imaged", &dataset.body_parts),
        terms("Who or what was imaged", &dataset.subject_kinds),
        terms("Type of data set", &dataset.types),
        terms("Collection method", &dataset.collection_methods),
        terms("Geographical coverage", &dataset.spatial),
        terms("Linked data", &dataset.linked_data),
        Fact::text("Years of the images", years(dataset)),
        terms("Theme", &dataset.themes),
        terms("Health category", &dataset.health_categories),
        Fact::new("Keywords", dataset.keywords.iter().map(|keyword| FactValue::plain(keyword.text.clone())).collect()),
    ]
}

fn years(dataset: &Dataset) -> Option<String> {
    match (dataset.first_image_year, dataset.last_image_year) {
        (Some(first), Some(last)) if first == last => Some(first.to_string()),
        (Some(first), Some(last)) => Some(format!("{first} to {last}")),
        (Some(first), None) => Some(format!("from {first}")),
        (None, Some(last)) => Some(format!("until {last}")),
        (None, None) => {
            let periods: Vec<String> = dataset.temporal.iter().map(dates::period).collect();
            (!periods.is_empty()).then(|| periods.join("; "))
        }
    }
}

fn population_facts(dataset: &Dataset, vocabulary: &Vocabulary, language: &str) -> Vec<Fact> {
    let range = match (dataset.min_age, dataset.max_age) {
        (Some(low), Some(high)) => Some(format!("{low} to {high} years")),
        (Some(low), None) => Some(format!("{low} years and over")),
        (None, Some(high)) => Some(format!("up to {high} years")),
        (None, None) => None,
    };
    vec![
        Fact::new("Sex", FactValue::terms(vocabulary, language, &dataset.sexes)),
        Fact::text("Age range", range),
        Fact::text("Median age", dataset.median_age.as_ref().map(|age| format!("{age} years"))),
        Fact::text("Population", text_of(&dataset.population_coverage, language)),
    ]
}

fn imaging_facts(dataset: &Dataset, vocabulary: &Vocabulary, language: &str) -> Vec<Fact> {
    let derived = |term: &Term| {
        let concept = term.concept.as_ref().and_then(|concept| vocabulary.concept(concept));
        concept.is_some_and(|concept| concept.role == Some(ModalityRole::Derived))
    };
    let (objects, acquired): (Vec<Term>, Vec<Term>) = dataset.modalities.iter().cloned().partition(derived);
    vec![
        Fact::new("Modality", FactValue::terms(vocabulary, language, &acquired)),
        Fact::new("Derived objects", FactValue::terms(vocabulary, language, &objects)),
        Fact::new("Equipment manufacturer", FactValue::terms(vocabulary, language, &dataset.manufacturers)),
        Fact::new("Annotation labels", FactValue::terms(vocabulary, language, &dataset.annotation_labels)),
        Fact::new("How annotations were made", FactValue::terms(vocabulary, language, &dataset.algorithm_types)),
    ]
}

fn access(dataset: &Dataset, vocabulary: &Vocabulary, language: &str) -> Vec<Fact> {
    let one = |term: &Option<Term>| {
        term.as_ref().map(|term| FactValue::term(vocabulary, language, term)).into_iter().collect::<Vec<_>>()
    };
    let over = |get: fn(&Distribution) -> Vec<Term>| dataset.distributions.iter().flat_map(get).collect::<Vec<Term>>();
    let mut rights = dataset.rights.clone();
    rights.extend(over(|distribution| distribution.rights.clone()));
    let mut licences: Vec<Term> = dataset.licence.iter().cloned().collect();
    licences.extend(over(|distribution| distribution.licence.iter().cloned().collect()));
    let mut addresses: Vec<FactValue> = Vec::new();
    for distribution in &dataset.distributions {
        for address in distribution.access_urls.iter().chain(&distribution.download_urls) {
            let value = FactValue::address(address);
            if !addresses.contains(&value) {
                addresses.push(value);
            }
        }
    }
    vec![
        Fact::new("Access rights", one(&dataset.access_rights)),
        Fact::new("Conditions of access and use", FactValue::terms(vocabulary, language, &rights)),
        Fact::new("Licence", FactValue::terms(vocabulary, language, &licences)),
        Fact::new("Where to get it or ask", addresses),
        Fact::new("Contact", dataset.contacts.iter().map(|contact| FactValue::contact(contact, language)).collect()),
        Fact::new("Data holder", agents(dataset.custodian.as_ref(), language)),
        Fact::new("Health data access body", agents(dataset.hdab.as_ref(), language)),
        Fact::new("Purposes", FactValue::terms(vocabulary, language, &dataset.purposes)),
        Fact::new("Legal basis", FactValue::terms(vocabulary, language, &dataset.legal_bases)),
        Fact::new("Personal data", FactValue::terms(vocabulary, language, &dataset.personal_data)),
    ]
}

fn agents(agent: Option<&crate::domain::dataset::Agent>, language: &str) -> Vec<FactValue> {
    agent.map(|agent| FactValue::agent(agent, language)).into_iter().collect()
}

fn provenance(found: &PublishedDataset, language: &str) -> Vec<Fact> {
    let (dataset, record) = (&found.dataset, &found.record);
    let addresses = |list: &[String]| list.iter().map(|address| FactValue::address(address)).collect::<Vec<_>>();
    let confirmed = found.confirmed.as_ref().and_then(|run| run.finished).map(dates::moment);
    vec![
        Fact::text("How the data came about", text_of(&dataset.provenance, language)),
        Fact::new("Publisher named in the metadata", agents(dataset.publisher.as_ref(), language)),
        Fact::new("Creators", dataset.creators.iter().map(|agent| FactValue::agent(agent, language)).collect()),
        Fact::text("Released", dataset.issued.as_ref().map(dates::published)),
        Fact::text("Last changed by the provider", dataset.modified.as_ref().map(dates::published)),
        Fact::new("Landing page", addresses(&dataset.landing_pages)),
        Fact::new("Publications", addresses(&dataset.is_referenced_by)),
        Fact::new("Documentation", addresses(&dataset.pages)),
        Fact::new("Made from", addresses(&dataset.sources)),
        Fact::text("Harvested from", Some(format!("{} ({})", found.source.name, found.source.protocol))),
        Fact::text("First harvested", Some(dates::moment(record.first_seen))),
        Fact::text("Metadata last changed here", Some(dates::moment(record.changed))),
        Fact::text("Last confirmed by its source", confirmed),
        Fact::text("Metadata profile", record.profile().ok().map(|profile| profile_name(profile).to_owned())),
    ]
}

/// A profile's name for people.
#[must_use]
pub const fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::DcatAp => "DCAT-AP",
        Profile::HealthDcatApPilot => "HealthDCAT-AP (pilot)",
        Profile::HealthDcatApR5 => "HealthDCAT-AP Release 5",
        Profile::HealthDcatApR7 => "HealthDCAT-AP Release 7",
        Profile::HealthDcatApR8 => "HealthDCAT-AP Release 8",
        Profile::Eucaim1 => "EUCAIM DCAT-AP 1.0",
        Profile::Eucaim2 => "EUCAIM DCAT-AP 2.0",
    }
}

fn identifiers(web: &Web, found: &PublishedDataset) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    all.extend(found.dataset.iri.clone().map(|iri| ("IRI", iri)));
    all.extend(found.dataset.identifiers.iter().map(|identifier| ("Identifier", identifier.clone())));
    all.extend(found.dataset.other_identifiers.iter().map(|other| ("Other identifier", other.notation.clone())));
    all.push(("This page", web.site.absolute(&format!("/datasets/{}", found.record.slug))));
    all
}

/// The title of a data set.
#[must_use]
pub fn title_of(dataset: &Dataset, slug: &str, language: &str) -> String {
    shown(&dataset.titles, language).map_or_else(|| slug.to_owned(), |title| title.text.clone())
}
