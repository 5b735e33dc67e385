//! `App`: engines, configuration, clock, network, queue; built once, passed explicitly; knows no flow.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::telemetry::Metrics;

/// Everything that one process shares. Always behind an [`Arc`].
pub struct App {
    /// Settings.
    pub config: Config,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Cancelled when the process is asked to stop.
    pub shutdown: CancellationToken,
    /// The main runtime: long tasks go here, never on a web worker's own thread.
    pub runtime: Handle,
}
