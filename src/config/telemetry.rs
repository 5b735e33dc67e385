//! `[telemetry]`: logs and metrics.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Settings of logs and metrics.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySettings {
    /// Address and port of the Prometheus metrics, apart from the pages; empty: not served.
    pub bind: String,
    /// What is logged, in the directive syntax of `tracing` (`info`, `atlas=debug,warn`).
    pub log: String,
    /// How log lines are written: `pretty` or `json`.
    pub format: LogFormat,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { bind: String::new(), log: "warn,atlas=info".to_owned(), format: LogFormat::Pretty }
    }
}

impl TelemetrySettings {
    /// The address of the metrics; `None`: not served.
    ///
    /// # Errors
    /// [`ConfigError::Unfit`] when it is not an IP address and a port.
    pub fn socket_address(&self) -> Result<Option<SocketAddr>, ConfigError> {
        if self.bind.is_empty() {
            return Ok(None);
        }
        self.bind.parse().map(Some).map_err(|_| ConfigError::Unfit {
            key: "telemetry.bind",
            value: self.bind.clone(),
            problem: "an IP address and a port were expected, such as 127.0.0.1:9464".to_owned(),
        })
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.socket_address()?;
        tracing_subscriber::EnvFilter::try_new(&self.log).map_err(|problem| ConfigError::Unfit {
            key: "telemetry.log",
            value: self.log.clone(),
            problem: problem.to_string(),
        })?;
        Ok(())
    }
}
