//! Settings: typed sections, one file per concern. Defaults < `atlas.toml` < environment `ATLAS__SECTION__KEY` < flags.
//!
//! Policy: no setting is needed to start; an unknown key or a value of the wrong kind stops the start and says where it
//! came from; the serving process reads settings once. A section's `Default` is the one list of its keys and values.

mod branding;
mod data;
mod database;
mod harvest;
mod limits;
mod load;
mod net;
mod rdf;
mod report;
mod search;
mod server;
mod telemetry;

pub use branding::BrandingSettings;
pub use data::DataSettings;
pub use database::DatabaseSettings;
pub use harvest::HarvestSettings;
pub use limits::LimitSettings;
pub use load::{ConfigError, Layers, Loaded, Origin, load};
pub use net::NetSettings;
pub use rdf::RdfSettings;
pub use report::report;
pub use search::SearchSettings;
pub use server::ServerSettings;
pub use telemetry::{LogFormat, TelemetrySettings};

use serde::{Deserialize, Serialize};

/// Every setting of one process.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The web server.
    pub server: ServerSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// Where files are kept.
    pub data: DataSettings,
    /// Harvesting.
    pub harvest: HarvestSettings,
    /// The text index.
    pub search: SearchSettings,
    /// The RDF store and its queries.
    pub rdf: RdfSettings,
    /// Limits on what visitors may ask for.
    pub limits: LimitSettings,
    /// Logs and metrics.
    pub telemetry: TelemetrySettings,
    /// Outbound requests.
    pub net: NetSettings,
    /// Name and notices on the pages.
    pub branding: BrandingSettings,
}

impl Config {
    /// The address that the database is opened with: `database.url`, or a SQLite file in the data directory.
    #[must_use]
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite://{}", self.data.directory.join("atlas.sqlite").display())
        } else {
            self.database.url.clone()
        }
    }

    /// The base of every address on pages and in machine forms, without a slash at its end: `server.public_url`, or the
    /// loopback address that is served.
    #[must_use]
    pub fn public_url(&self) -> String {
        if self.server.public_url.is_empty() {
            format!("http://{}", self.server.bind)
        } else {
            self.server.public_url.trim_end_matches('/').to_owned()
        }
    }

    /// Checks that need more than one key.
    ///
    /// # Errors
    /// Names the first key that does not fit, and the way out.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.server.check()?;
        self.database.check()?;
        self.rdf.check()?;
        self.telemetry.check()
    }
}
