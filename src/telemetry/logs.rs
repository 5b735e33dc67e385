//! Log lines on standard error, so that standard output stays the command's answer.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, TelemetrySettings};

/// Why logs or metrics cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("telemetry.log cannot be used: {0}")]
    Filter(String),
    /// A metric is described wrongly or twice.
    #[error("a metric cannot be registered: {0}")]
    Metric(#[from] prometheus::Error),
    /// The address of the metrics cannot be listened on.
    #[error("telemetry.bind {address} cannot be listened on: {source}")]
    Bind {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Starts log lines for this process. A second start in one process (tests) changes nothing.
///
/// # Errors
/// [`TelemetryError::Filter`] when `telemetry.log` cannot be read.
pub fn start_logs(settings: &TelemetrySettings) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|problem| TelemetryError::Filter(problem.to_string()))?;
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // An error here only says that this process has its log lines already.
    let _ = match settings.format {
        LogFormat::Pretty => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
