//! Logs and metrics. Policy: a log line is readable alone and its values are fields; an error is logged once, at the
//! edge; no personal data, no search text, no visitor's address in either. Metrics have a bind of their own.

mod logs;
mod metrics;

pub use logs::{TelemetryError, start_logs};
pub use metrics::{Metrics, serve_metrics};
