//! What the indexes are given for a record.

use std::collections::HashMap;

use crate::db::organisations::Organisation;
use crate::db::records::{self, Record};
use crate::db::{Connection, DbError, organisations, sources};
use crate::domain::dataset::{Dataset, shown};
use crate::domain::ids::SourceId;
use crate::domain::lifecycle::RecordKind;
use crate::domain::quality::completeness;
use crate::rdf::Graph;
use crate::rdf::profile::{RecordPage, Target, write_dataset, write_series};
use crate::search::{Entry, ProviderBrief};
use crate::vocab::Vocabulary;

/// Language of titles in search entries where there is none in English.
const FALLBACK_LANGUAGE: &str = "en";

/// Makes search entries; remembers providers and series between records of one batch.
#[derive(Debug, Default)]
pub(super) struct EntryMaker {
    providers: HashMap<SourceId, ProviderBrief>,
    series: HashMap<String, Option<(String, String)>>,
}

impl EntryMaker {
    /// The search entry of a published data set's leading record.
    pub(super) fn entry(&mut self, connection: &mut Connection, record: &Record) -> Result<Entry, DbError> {
        let dataset = record.dataset()?;
        let provider = self.provider(connection, &record.source_id)?;
        let series = self.series_of(connection, &dataset)?;
        let completeness = completeness(&dataset).score;
        Ok(Entry {
            slug: record.slug.to_string(),
            record_id: record.id.to_string(),
            dataset,
            series,
            provider,
            profile: record.profile()?,
            published_at: record.published_at.unwrap_or(record.first_seen),
            changed_at: record.changed,
            completeness,
        })
    }

    fn provider(&mut self, connection: &mut Connection, source: &SourceId) -> Result<ProviderBrief, DbError> {
        if let Some(known) = self.providers.get(source) {
            return Ok(known.clone());
        }
        let owner = sources::get(connection, source)?.organisation_id;
        let brief = brief(organisations::get(connection, &owner)?);
        self.providers.insert(source.clone(), brief.clone());
        Ok(brief)
    }

    fn series_of(&mut self, connection: &mut Connection, dataset: &Dataset) -> Result<Vec<(String, String)>, DbError> {
        let mut found = Vec::new();
        for iri in dataset.series.iter().filter_map(|reference| reference.iri.as_deref()) {
            if !self.series.contains_key(iri) {
                let record = records::published_by_iri(connection, RecordKind::Series, iri)?;
                let named = record.map(|record| named(&record)).transpose()?;
                self.series.insert(iri.to_owned(), named);
            }
            found.extend(self.series.get(iri).cloned().flatten());
        }
        Ok(found)
    }
}

fn named(record: &Record) -> Result<(String, String), DbError> {
    let series = record.series()?;
    let title = shown(&series.titles, FALLBACK_LANGUAGE).map_or_else(|| record.slug.to_string(), |t| t.text.clone());
    Ok((record.slug.to_string(), title))
}

fn brief(organisation: Organisation) -> ProviderBrief {
    ProviderBrief {
        slug: organisation.slug.to_string(),
        name: organisation.name,
        country: organisation.country,
        simulated: organisation.simulated,
    }
}

/// The graph of a published record: harmonised, with our page as its catalogue record where our address is known.
pub(super) fn graph(record: &Record, vocabulary: &Vocabulary, public_url: Option<&str>) -> Result<Graph, DbError> {
    let room = match record.kind {
        RecordKind::Dataset => "datasets",
        RecordKind::Series => "series",
    };
    let record_page = public_url.map(|base| RecordPage {
        iri: format!("{base}/{room}/{}", record.slug),
        listed: record.published_at,
        modified: Some(record.changed),
    });
    let target = Target { record_page, ..Target::full() };
    Ok(match record.kind {
        RecordKind::Dataset => write_dataset(&record.dataset()?, vocabulary, &target),
        RecordKind::Series => write_series(&record.series()?, vocabulary, &target),
    })
}
