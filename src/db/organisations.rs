//! Organisations: who owns sources. A provider is the organisation that owns a source; the publisher that metadata
//! names is shown apart and is not stored here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::records::slugs::{self, SlugKind};
use super::schema::organisation;
use super::time::Stamp;
use super::{Connection, DbError};
use crate::domain::ids::{OrganisationId, Slug};

/// An organisation as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = organisation)]
pub struct Organisation {
    /// Row id.
    #[diesel(deserialize_as = String)]
    pub id: OrganisationId,
    /// Public name in `/providers/{slug}`.
    #[diesel(deserialize_as = String)]
    pub slug: Slug,
    /// Name as people write it.
    pub name: String,
    /// Country, ISO 3166-1 alpha-2 in lower case.
    pub country: Option<String>,
    /// Home page.
    pub homepage: Option<String>,
    /// Whether it exists only for demonstration.
    pub simulated: bool,
    /// When it was entered.
    #[diesel(deserialize_as = Stamp)]
    pub created: DateTime<Utc>,
    /// When it was last changed.
    #[diesel(deserialize_as = Stamp)]
    pub changed: DateTime<Utc>,
}

/// What is needed to enter an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganisation {
    /// Wished public name; numbered when it is taken.
    pub slug: Slug,
    /// Name as people write it.
    pub name: String,
    /// Country, ISO 3166-1 alpha-2 in lower case.
    pub country: Option<String>,
    /// Home page.
    pub homepage: Option<String>,
    /// Whether it exists only for demonstration.
    pub simulated: bool,
}

/// Enters an organisation.
pub fn insert(connection: &mut Connection, new: &NewOrganisation, now: DateTime<Utc>) -> Result<Organisation, DbError> {
    let id = OrganisationId::fresh(now);
    let slug = slugs::allocate(connection, SlugKind::Provider, &new.slug, id.as_str(), now)?;
    diesel::insert_into(organisation::table)
        .values((
            organisation::id.eq(id.as_str()),
            organisation::slug.eq(slug.as_str()),
            organisation::name.eq(&new.name),
            organisation::country.eq(new.country.as_deref()),
            organisation::homepage.eq(new.homepage.as_deref()),
            organisation::simulated.eq(new.simulated),
            organisation::created.eq(now.naive_utc()),
            organisation::changed.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    get(connection, &id)
}

/// The organisation with this id.
pub fn get(connection: &mut Connection, id: &OrganisationId) -> Result<Organisation, DbError> {
    organisation::table
        .find(id.as_str())
        .select(Organisation::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| DbError::not_found("organisation", id))
}

/// The organisation with this public name, or `None`.
pub fn by_slug(connection: &mut Connection, slug: &str) -> Result<Option<Organisation>, DbError> {
    let query = organisation::table.filter(organisation::slug.eq(slug)).select(Organisation::as_select());
    Ok(query.first(connection).optional()?)
}

/// All organisations by name.
pub fn list(connection: &mut Connection) -> Result<Vec<Organisation>, DbError> {
    Ok(organisation::table
        .order((organisation::name, organisation::id))
        .select(Organisation::as_select())
        .load(connection)?)
}
