//! Which records are of one data set. Policy (DESIGN §4a): a record is (source, identity); the same IRI or DOI from two
//! sources is two records of one data set. Two records of one source are never one data set: a source that gives two of
//! them the same DOI cites a paper with it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::schema::{data_set, data_set_name, record};
use super::super::{Connection, DbError};
use crate::domain::ids::{DatasetId, RecordId, SourceId};
use crate::domain::lifecycle::{RecordKind, RecordState};

/// The data set that a new record of the source with these names belongs to, and whether it is a new one, led by the
/// record, because there is none.
pub(super) fn resolve(
    connection: &mut Connection,
    source: &SourceId,
    record_id: &RecordId,
    kind: RecordKind,
    names: &[String],
    now: DateTime<Utc>,
) -> Result<(DatasetId, bool), DbError> {
    let mut names: Vec<String> = names.iter().map(|name| folded(name)).filter(|name| !name.is_empty()).collect();
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let mut known = None;
    let mut unknown = Vec::new();
    for name in &names {
        match known_by(connection, kind, name)? {
            None => unknown.push(name),
            Some(id) if known.is_none() && !describes(connection, source, &id)? => known = Some(id),
            Some(_) => {}
        }
    }
    let is_new = known.is_none();
    let id = match known {
        Some(id) => id,
        None => create(connection, record_id, kind, now)?,
    };
    for name in unknown {
        diesel::insert_into(data_set_name::table)
            .values((
                data_set_name::kind.eq(kind.as_str()),
                data_set_name::name.eq(name),
                data_set_name::data_set_id.eq(id.as_str()),
            ))
            .execute(connection)?;
    }
    Ok((id, is_new))
}

/// DOIs are compared without regard to case (DOI Handbook §2.4) and in one spelling; other names exactly.
fn folded(name: &str) -> String {
    let trimmed = name.trim();
    let lower = trimmed.to_ascii_lowercase();
    let prefixes = ["https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"];
    match prefixes.iter().find_map(|prefix| lower.strip_prefix(prefix)) {
        Some(doi) => format!("https://doi.org/{doi}"),
        None if lower.starts_with("10.") && lower.contains('/') => format!("https://doi.org/{lower}"),
        None => trimmed.to_owned(),
    }
}

fn known_by(connection: &mut Connection, kind: RecordKind, name: &str) -> Result<Option<DatasetId>, DbError> {
    let id: Option<String> = data_set_name::table
        .find((kind.as_str(), name))
        .select(data_set_name::data_set_id)
        .first(connection)
        .optional()?;
    id.map(|id| id.parse().map_err(|error| DbError::corrupt("data set id", error))).transpose()
}

fn describes(connection: &mut Connection, source: &SourceId, id: &DatasetId) -> Result<bool, DbError> {
    let records: i64 = record::table
        .filter(record::data_set_id.eq(id.as_str()))
        .filter(record::source_id.eq(source.as_str()))
        .count()
        .get_result(connection)?;
    Ok(records > 0)
}

fn create(
    connection: &mut Connection,
    lead: &RecordId,
    kind: RecordKind,
    now: DateTime<Utc>,
) -> Result<DatasetId, DbError> {
    let id = DatasetId::fresh(now);
    diesel::insert_into(data_set::table)
        .values((
            data_set::id.eq(id.as_str()),
            data_set::kind.eq(kind.as_str()),
            data_set::lead_record_id.eq(lead.as_str()),
            data_set::created.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    Ok(id)
}

/// The published record that stands for the data set: the one the operator (or first sight) made its lead, else the
/// oldest published one; `None` where none is published. Totals count this record and no other.
pub fn leading(connection: &mut Connection, id: &DatasetId) -> Result<Option<RecordId>, DbError> {
    Ok(leading_of(connection, std::slice::from_ref(id))?.remove(id))
}

/// [`leading`] of many data sets; those without a published record are left out.
pub fn leading_of(connection: &mut Connection, ids: &[DatasetId]) -> Result<HashMap<DatasetId, RecordId>, DbError> {
    let ids: Vec<&str> = ids.iter().map(DatasetId::as_str).collect();
    let leads: Vec<(String, Option<String>)> = data_set::table
        .filter(data_set::id.eq_any(&ids))
        .order(data_set::id)
        .select((data_set::id, data_set::lead_record_id))
        .load(connection)?;
    let leads: HashMap<String, Option<String>> = leads.into_iter().collect();
    let published: Vec<(String, String)> = record::table
        .filter(record::data_set_id.eq_any(&ids))
        .filter(record::state.eq(RecordState::Published.as_str()))
        .order((record::first_seen, record::id))
        .select((record::data_set_id, record::id))
        .load(connection)?;
    let mut chosen: HashMap<String, String> = HashMap::with_capacity(published.len());
    for (data_set, id) in published {
        let is_lead = leads.get(&data_set).is_some_and(|lead| lead.as_ref() == Some(&id));
        if is_lead || !chosen.contains_key(&data_set) {
            chosen.insert(data_set, id);
        }
    }
    let parsed = chosen.into_iter().map(|(data_set, id)| {
        let data_set = data_set.parse().map_err(|error| DbError::corrupt("data set id", error))?;
        Ok((data_set, id.parse().map_err(|error| DbError::corrupt("record id", error))?))
    });
    parsed.collect()
}

/// Makes the record the lead of its data set.
pub(super) fn set_lead(connection: &mut Connection, data_set_id: &DatasetId, lead: &RecordId) -> Result<(), DbError> {
    diesel::update(data_set::table.find(data_set_id.as_str()))
        .set(data_set::lead_record_id.eq(lead.as_str()))
        .execute(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn spellings_of_one_doi_are_one_name() {
        for spelling in
            ["doi:10.7937/K9.X", "10.7937/k9.x", "http://dx.doi.org/10.7937/K9.x", " https://doi.org/10.7937/k9.X "]
        {
            assert_eq!(folded(spelling), "https://doi.org/10.7937/k9.x");
        }
        assert_eq!(folded("https://A.example/X"), "https://A.example/X");
    }
}
