//! FAIR Data Points, specification 1.2: from the root to the catalogues, their data sets and series, and what belongs
//! to each.
//!
//! Policy: a child that answers 401 or 403 is a draft and no deletion; 404 and 410 mean that it is gone; any other failure
//! of one child leaves it unknown, and then nothing is removed in this run while the others are read; a source that stops
//! answering altogether ends the run. Persistent names stay the keys however the server is reached. Only the source's
//! own host is asked.

pub mod defaults;
mod links;
mod pages;
mod walk;

pub(super) use links::described;

use async_trait::async_trait;

use super::gather::Gatherer;
use super::manifest::{Halt, Manifest};
use super::protocol::{Harvester, Target};

/// The harvester of FAIR Data Points.
#[derive(Debug, Clone, Copy, Default)]
pub struct FdpHarvester;

#[async_trait]
impl Harvester for FdpHarvester {
    async fn gather(&self, target: &Target, gatherer: &mut Gatherer) -> Result<Manifest, Halt> {
        walk::Walk::new(target, gatherer).whole().await
    }
}
