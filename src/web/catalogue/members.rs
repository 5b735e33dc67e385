//! Which data sets are part of which series.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::BATCH;
use crate::db::records::{self, Record};
use crate::db::{Connection, DbError};
use crate::domain::dataset::{Counts, shown};
use crate::domain::lifecycle::RecordKind;

/// A data set in a series.
#[derive(Debug, Clone)]
pub struct Member {
    /// Slug of the data set.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its counts.
    pub counts: Counts,
    /// Whether it re-uses the subjects of others.
    pub derived: bool,
    /// When its metadata last changed here.
    pub changed: DateTime<Utc>,
    /// Id of the data set across sources.
    pub data_set: String,
    /// IRI of the series.
    series: String,
}

/// Members of all series at one state of the index.
pub(super) struct Membership {
    pub(super) cursor: Option<i64>,
    pub(super) members: HashMap<String, Vec<Member>>,
}

/// The members of every series, by its IRI and then by title.
pub(super) fn read_members(
    connection: &mut Connection,
    language: &str,
) -> Result<HashMap<String, Vec<Member>>, DbError> {
    let mut members: HashMap<String, Vec<Member>> = HashMap::new();
    let mut after = None;
    loop {
        let batch = records::published(connection, RecordKind::Dataset, after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id.clone());
        for record in batch {
            for member in members_of(&record, language)? {
                members.entry(member.series.clone()).or_default().push(member);
            }
        }
    }
    for list in members.values_mut() {
        list.sort_by_key(|member| member.title.to_lowercase());
    }
    Ok(members)
}

fn members_of(record: &Record, language: &str) -> Result<Vec<Member>, DbError> {
    let dataset = record.dataset()?;
    let title = shown(&dataset.titles, language).map_or_else(|| record.slug.to_string(), |title| title.text.clone());
    let iris = dataset.series.iter().filter_map(|reference| reference.iri.clone());
    Ok(iris
        .map(|series| Member {
            slug: record.slug.to_string(),
            title: title.clone(),
            counts: dataset.counts.clone(),
            derived: dataset.derived,
            changed: record.changed,
            data_set: record.data_set_id.to_string(),
            series,
        })
        .collect())
}
