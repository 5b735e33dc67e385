//! The catalogue as the web floor sees it: one facade over the database and the two indexes. Only published records
//! come out; a record that was published once and is no longer is told apart from one that never was.

mod members;
mod spelling;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::db::organisations::{self, Organisation};
use crate::db::records::{self, Record, Version};
use crate::db::runs::{self, Run};
use crate::db::sources::{self, Source};
use crate::db::{Connection, DbError};
use crate::domain::concept::ConceptId;
use crate::domain::dataset::{Dataset, Repair, Series, shown};
use crate::domain::ids::{RecordId, Slug};
use crate::domain::lifecycle::{RecordKind, RecordState};
use crate::domain::search::SearchRequest;
use crate::error::{ErrorKind, UserError};
use crate::search::{Overview, SearchPage, Suggestion};
use crate::vocab::Vocabulary;

use members::{Membership, read_members};

pub use members::Member;
pub use spelling::Spelling;

/// Records read in one go while series are listed.
const BATCH: i64 = 500;
/// Characters of an outside text that an error repeats.
const QUOTED_CHARACTERS: usize = 80;

/// What stands at a slug.
pub enum Found<T> {
    /// Published.
    Here(Box<T>),
    /// Was published here once; nothing of its contents may be shown.
    Gone(Option<DateTime<Utc>>),
    /// Never published here.
    Missing,
}

/// A published data set with everything that its page shows.
pub struct PublishedDataset {
    /// The record as stored.
    pub record: Record,
    /// The canonical data set.
    pub dataset: Dataset,
    /// What was mended while reading.
    pub repairs: Vec<Repair>,
    /// Its provider.
    pub provider: Organisation,
    /// Its source.
    pub source: Source,
    /// The last harvest that confirmed it.
    pub confirmed: Option<Run>,
    /// Its versions, newest first.
    pub versions: Vec<Version>,
    /// Slug and title of the published series that it is part of.
    pub series: Vec<(String, String)>,
}

/// A published series with its members.
pub struct PublishedSeries {
    /// The record as stored.
    pub record: Record,
    /// The canonical series.
    pub series: Series,
    /// Its provider.
    pub provider: Organisation,
    /// Its members.
    pub members: Vec<Member>,
}

/// A provider with its sources.
pub struct PublishedProvider {
    /// The organisation.
    pub organisation: Organisation,
    /// Each source with its newest finished harvest.
    pub sources: Vec<(Source, Option<Run>)>,
}

/// The facade.
pub struct Catalogue {
    app: Arc<App>,
    membership: ArcSwapOption<Membership>,
}

impl Catalogue {
    /// The facade over the app's engines.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self { app, membership: ArcSwapOption::empty() }
    }

    /// Now, by the app's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// The vocabularies.
    #[must_use]
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        self.app.vocabulary.current()
    }

    /// Answers a search.
    ///
    /// # Errors
    /// Ours, when the index cannot be read.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchPage, UserError> {
        let (engine, request) = (Arc::clone(&self.app.search), request.clone());
        blocking(move || engine.search(&request).map_err(UserError::internal)).await
    }

    /// The whole catalogue at a glance.
    ///
    /// # Errors
    /// Ours, when the index cannot be read.
    pub async fn overview(&self) -> Result<Overview, UserError> {
        let engine = Arc::clone(&self.app.search);
        blocking(move || engine.overview().map_err(UserError::internal)).await
    }

    /// Everything that matches, in order, up to the index's cap for exports.
    ///
    /// # Errors
    /// Ours, when the index cannot be read.
    pub async fn search_all(&self, request: &SearchRequest) -> Result<SearchPage, UserError> {
        let (engine, request) = (Arc::clone(&self.app.search), request.clone());
        blocking(move || engine.all(&request).map_err(UserError::internal)).await
    }

    /// How many data sets match, and slug and title of the first `most`.
    ///
    /// # Errors
    /// Ours, when the index cannot be read.
    pub async fn first_cards(
        &self,
        request: &SearchRequest,
        most: usize,
    ) -> Result<(u64, Vec<(String, String)>), UserError> {
        let (engine, request) = (Arc::clone(&self.app.search), request.clone());
        let page = blocking(move || engine.first(&request, most).map_err(UserError::internal)).await?;
        let cards = page.hits.into_iter().map(|hit| (hit.card.slug, hit.card.title.text));
        Ok((page.total, cards.collect()))
    }

    /// How the published data sets at these slugs write a concept, the most frequent spelling first.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn spellings(&self, concept: &ConceptId, slugs: Vec<String>) -> Result<Vec<Spelling>, UserError> {
        let concept = concept.to_string();
        let documents = self
            .read(move |connection| {
                let mut documents = Vec::with_capacity(slugs.len());
                for slug in &slugs {
                    let record = records::by_slug(connection, RecordKind::Dataset, slug)?;
                    documents.extend(record.filter(|record| record.state.is_visible()).map(|record| record.document));
                }
                Ok(documents)
            })
            .await?;
        blocking(move || Ok(spelling::count(&documents, &concept))).await
    }

    /// Suggestions for the beginning of a search.
    ///
    /// # Errors
    /// Ours, when the index cannot be read.
    pub async fn suggest(&self, prefix: &str) -> Result<Vec<Suggestion>, UserError> {
        let (engine, prefix) = (Arc::clone(&self.app.search), prefix.to_owned());
        blocking(move || engine.suggest(&prefix).map_err(UserError::internal)).await
    }

    /// The data set at a slug.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn dataset(&self, slug: &str) -> Result<Found<PublishedDataset>, UserError> {
        if !is_slug(slug) {
            return Ok(Found::Missing);
        }
        let (slug, language) = (slug.to_owned(), self.app.config.branding.language.clone());
        self.read(move |connection| {
            let Some(record) = records::by_slug(connection, RecordKind::Dataset, &slug)? else {
                return Ok(Found::Missing);
            };
            match visibility(&record) {
                Visibility::Published => {
                    read_dataset(connection, record, &language).map(|it| Found::Here(Box::new(it)))
                }
                Visibility::Gone => Ok(Found::Gone(record.gone_at)),
                Visibility::Hidden => Ok(Found::Missing),
            }
        })
        .await
    }

    /// The published data sets at these slugs, in this order; what was taken back since the index was read is left out.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn listed(&self, slugs: Vec<String>) -> Result<Vec<(Record, Dataset)>, UserError> {
        self.read(move |connection| {
            let mut listed = Vec::with_capacity(slugs.len());
            for slug in &slugs {
                if let Some(record) = records::by_slug(connection, RecordKind::Dataset, slug)?
                    && matches!(visibility(&record), Visibility::Published)
                {
                    let dataset = record.dataset()?;
                    listed.push((record, dataset));
                }
            }
            Ok(listed)
        })
        .await
    }

    /// The series at a slug.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn series(&self, slug: &str) -> Result<Found<PublishedSeries>, UserError> {
        if !is_slug(slug) {
            return Ok(Found::Missing);
        }
        let membership = self.members().await?;
        let slug = slug.to_owned();
        self.read(move |connection| {
            let Some(record) = records::by_slug(connection, RecordKind::Series, &slug)? else {
                return Ok(Found::Missing);
            };
            match visibility(&record) {
                Visibility::Published => {}
                Visibility::Gone => return Ok(Found::Gone(record.gone_at)),
                Visibility::Hidden => return Ok(Found::Missing),
            }
            let source = sources::get(connection, &record.source_id)?;
            let provider = organisations::get(connection, &source.organisation_id)?;
            let series = record.series()?;
            let members = record.iri.as_ref().and_then(|iri| membership.members.get(iri)).cloned().unwrap_or_default();
            Ok(Found::Here(Box::new(PublishedSeries { record, series, provider, members })))
        })
        .await
    }

    /// Every published series with its number of members, by title.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn all_series(&self) -> Result<Vec<PublishedSeries>, UserError> {
        let membership = self.members().await?;
        self.read(move |connection| {
            let mut all = Vec::new();
            let mut after = None;
            loop {
                let batch = records::published(connection, RecordKind::Series, after.as_ref(), BATCH)?;
                let Some(last) = batch.last() else { break };
                after = Some(last.id.clone());
                for record in batch {
                    let source = sources::get(connection, &record.source_id)?;
                    let provider = organisations::get(connection, &source.organisation_id)?;
                    let series = record.series()?;
                    let members =
                        record.iri.as_ref().and_then(|iri| membership.members.get(iri)).cloned().unwrap_or_default();
                    all.push(PublishedSeries { record, series, provider, members });
                }
            }
            Ok(all)
        })
        .await
    }

    /// Every provider, by name.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn providers(&self) -> Result<Vec<Organisation>, UserError> {
        self.read(|connection| {
            let mut all = organisations::list(connection)?;
            all.sort_by_key(|organisation| organisation.name.to_lowercase());
            Ok(all)
        })
        .await
    }

    /// The provider at a slug.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn provider(&self, slug: &str) -> Result<Option<PublishedProvider>, UserError> {
        if !is_slug(slug) {
            return Ok(None);
        }
        let slug = slug.to_owned();
        self.read(move |connection| {
            let Some(organisation) = organisations::by_slug(connection, &slug)? else { return Ok(None) };
            let mut all = Vec::new();
            for source in sources::of_organisation(connection, &organisation.id)? {
                let newest = runs::newest(connection, &source.id, 1)?.into_iter().next();
                all.push((source, newest));
            }
            Ok(Some(PublishedProvider { organisation, sources: all }))
        })
        .await
    }

    /// The statements of a published record as its source made them: canonical N-Quads.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn source_graph(&self, record: &Record) -> Result<String, UserError> {
        let id = record.id.clone();
        self.read(move |connection| records::source_graph(connection, &id)).await
    }

    /// The pages of the published data sets and series among these IRIs, by IRI; the name of a record's graph
    /// (`urn:uuid:…`) leads to its record's page.
    ///
    /// # Errors
    /// Ours, when the database cannot be read.
    pub async fn pages_of(&self, iris: Vec<String>) -> Result<HashMap<String, String>, UserError> {
        self.read(move |connection| {
            let mut pages = HashMap::new();
            for iri in iris {
                if let Some(page) = page_of(connection, &iri)? {
                    pages.insert(iri, page);
                }
            }
            Ok(pages)
        })
        .await
    }

    /// Whether the database and both indexes answer; the names of those that do not.
    pub async fn ailing(&self) -> Vec<&'static str> {
        let mut ailing = Vec::new();
        let known = self.read(|connection| records::count_published(connection, RecordKind::Dataset)).await;
        if known.is_err() {
            ailing.push("database");
        }
        let (search, rdf) = (Arc::clone(&self.app.search), Arc::clone(&self.app.rdf));
        if blocking(move || search.cursor().map_err(UserError::internal)).await.is_err() {
            ailing.push("search");
        }
        if blocking(move || rdf.cursor().map_err(UserError::internal)).await.is_err() {
            ailing.push("rdf");
        }
        ailing
    }

    async fn read<T, F>(&self, work: F) -> Result<T, UserError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, DbError> + Send + 'static,
    {
        self.app.db.read(work).await.map_err(|error| match error {
            DbError::Busy => {
                UserError::busy("The database is busy. Try again in a few seconds.", std::time::Duration::from_secs(3))
            }
            other => UserError::internal(other),
        })
    }

    /// Members of all series: kept until the index moves on.
    async fn members(&self) -> Result<Arc<Membership>, UserError> {
        let engine = Arc::clone(&self.app.search);
        let cursor = blocking(move || engine.cursor().map_err(UserError::internal)).await?;
        if let Some(known) = self.membership.load_full().filter(|known| known.cursor == cursor) {
            return Ok(known);
        }
        let language = self.app.config.branding.language.clone();
        let members = self.read(move |connection| read_members(connection, &language)).await?;
        let fresh = Arc::new(Membership { cursor, members });
        self.membership.store(Some(Arc::clone(&fresh)));
        Ok(fresh)
    }
}

/// Whether a text from outside can be a public name at all; the database is never asked for anything else.
fn is_slug(text: &str) -> bool {
    text.parse::<Slug>().is_ok()
}

enum Visibility {
    Published,
    Gone,
    Hidden,
}

/// A tombstone is shown only for what was public before.
fn visibility(record: &Record) -> Visibility {
    match record.state {
        RecordState::Published => Visibility::Published,
        RecordState::Withdrawn | RecordState::Gone if record.published_at.is_some() => Visibility::Gone,
        _ => Visibility::Hidden,
    }
}

/// The page of what has this IRI or this graph name, where it is published.
fn page_of(connection: &mut Connection, iri: &str) -> Result<Option<String>, DbError> {
    let record = if let Some(id) = iri.strip_prefix("urn:uuid:") {
        let Ok(id) = id.parse::<RecordId>() else { return Ok(None) };
        match records::get(connection, &id) {
            Ok(record) => Some(record).filter(|record| matches!(visibility(record), Visibility::Published)),
            Err(DbError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        }
    } else {
        match records::published_by_iri(connection, RecordKind::Dataset, iri)? {
            Some(record) => Some(record),
            None => records::published_by_iri(connection, RecordKind::Series, iri)?,
        }
    };
    Ok(record.map(|record| match record.kind {
        RecordKind::Dataset => format!("/datasets/{}", record.slug),
        RecordKind::Series => format!("/series/{}", record.slug),
    }))
}

fn read_dataset(connection: &mut Connection, record: Record, language: &str) -> Result<PublishedDataset, DbError> {
    let dataset = record.dataset()?;
    let source = sources::get(connection, &record.source_id)?;
    let provider = organisations::get(connection, &source.organisation_id)?;
    let confirmed = runs::last_success(connection, &source.id)?;
    let mut versions = records::versions(connection, &record.id)?;
    versions.sort_by_key(|version| std::cmp::Reverse(version.version));
    let mut series = Vec::new();
    for iri in dataset.series.iter().filter_map(|reference| reference.iri.as_deref()) {
        if let Some(found) = records::published_by_iri(connection, RecordKind::Series, iri)? {
            let title = shown(&found.series()?.titles, language).map(|title| title.text.clone());
            series.push((found.slug.to_string(), title.unwrap_or_else(|| found.slug.to_string())));
        }
    }
    Ok(PublishedDataset { repairs: record.repairs()?, dataset, provider, source, confirmed, versions, series, record })
}

/// Runs blocking work on its own thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UserError> + Send + 'static,
) -> Result<T, UserError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(cause) => Err(UserError::internal(cause)),
    }
}

/// The error for a slug with nothing behind it, with ways on.
#[must_use]
pub fn missing(noun: &str, slug: &str, list: &str) -> UserError {
    let shown: String = slug.chars().take(QUOTED_CHARACTERS).collect();
    let words = shown.replace('-', " ");
    UserError::new(
        ErrorKind::NotFound,
        format!("There is no {noun} named \u{201c}{shown}\u{201d} here. The address may be mistyped or out of date."),
    )
    .way(
        format!("Search for \u{201c}{words}\u{201d}"),
        SearchRequest::default().with_query(&words).address("/datasets"),
    )
    .way(format!("All of the {noun} pages"), list)
}

/// The error for what was published here and is no longer: the tombstone.
#[must_use]
pub fn gone(noun: &str, since: Option<DateTime<Utc>>, list: &str) -> UserError {
    let since = since.map_or_else(String::new, |since| format!(" since {}", super::view::dates::day(since)));
    UserError::new(
        ErrorKind::Gone,
        format!(
            "This {noun} is no longer published{since}: its provider withdrew it or no longer lists it. Its address \
             stays reserved and will not be given to anything else."
        ),
    )
    .way("Search the catalogue", list)
    .way("Ask about it", "/help/contact")
}
