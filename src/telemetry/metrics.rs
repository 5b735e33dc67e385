//! Prometheus metrics in a registry of their own. Names start with `atlas_`, units are in the names; labels are of a
//! small closed set (route patterns, job names, outcomes), never what a visitor wrote.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use super::TelemetryError;

/// Upper bounds of the latency histograms in seconds.
const LATENCY_BUCKETS: [f64; 11] = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0, 10.0];

/// The metrics of one process.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    /// Seconds from request to answer, by route pattern, method and status.
    pub http_seconds: HistogramVec,
    /// Job attempts, by job and outcome.
    pub job_runs: IntCounterVec,
    /// Jobs that wait, are late included.
    pub jobs_waiting: IntGauge,
    /// Harvest runs, by outcome.
    pub harvest_runs: IntCounterVec,
    /// Records of harvest runs, by what became of them.
    pub harvest_records: IntCounterVec,
    /// Outbox entries that an engine has not applied, by engine.
    pub projection_lag: IntGaugeVec,
    /// Seconds of one search.
    pub search_seconds: HistogramVec,
    /// SPARQL queries, by outcome.
    pub sparql_queries: IntCounterVec,
    /// Seconds from a SPARQL query's arrival to its outcome, waiting included.
    pub sparql_seconds: HistogramVec,
    /// SPARQL queries that run.
    pub sparql_running: IntGauge,
    /// SPARQL queries that wait for their turn.
    pub sparql_waiting: IntGauge,
    /// SPARQL workers that were killed or died, by reason.
    pub sparql_workers_ended: IntCounterVec,
}

impl Metrics {
    /// All metrics, at zero.
    ///
    /// # Errors
    /// [`TelemetryError::Metric`] when a name is malformed or given twice.
    pub fn new() -> Result<Self, TelemetryError> {
        let registry = Registry::new();
        let latency = |name: &str, help: &str, labels: &[&str]| -> Result<HistogramVec, TelemetryError> {
            let options = HistogramOpts::new(name, help).buckets(LATENCY_BUCKETS.to_vec());
            let metric = HistogramVec::new(options, labels)?;
            registry.register(Box::new(metric.clone()))?;
            Ok(metric)
        };
        let counter = |name: &str, help: &str, labels: &[&str]| -> Result<IntCounterVec, TelemetryError> {
            let metric = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(metric.clone()))?;
            Ok(metric)
        };
        let http_seconds =
            latency("atlas_http_request_seconds", "Seconds from request to answer.", &["route", "method", "status"])?;
        let search_seconds = latency("atlas_search_seconds", "Seconds of one search.", &["kind"])?;
        let job_runs = counter("atlas_job_runs_total", "Attempts at jobs.", &["job", "outcome"])?;
        let harvest_runs = counter("atlas_harvest_runs_total", "Harvest runs.", &["outcome"])?;
        let harvest_records =
            counter("atlas_harvest_records_total", "Records of harvest runs by what became of them.", &["outcome"])?;
        let sparql_queries = counter("atlas_sparql_queries_total", "SPARQL queries.", &["outcome"])?;
        let sparql_workers_ended = counter(
            "atlas_sparql_workers_ended_total",
            "SPARQL workers that were killed or died in the middle of a query.",
            &["reason"],
        )?;
        let sparql_seconds =
            latency("atlas_sparql_seconds", "Seconds from a SPARQL query's arrival to its outcome.", &["outcome"])?;
        let gauge = |name: &str, help: &str| -> Result<IntGauge, TelemetryError> {
            let metric = IntGauge::new(name, help)?;
            registry.register(Box::new(metric.clone()))?;
            Ok(metric)
        };
        let jobs_waiting = gauge("atlas_jobs_waiting", "Jobs that wait.")?;
        let sparql_running = gauge("atlas_sparql_running", "SPARQL queries that run.")?;
        let sparql_waiting = gauge("atlas_sparql_waiting", "SPARQL queries that wait for their turn.")?;
        let projection_lag = IntGaugeVec::new(
            Opts::new("atlas_projection_lag", "Changes in the database that an engine has not applied."),
            &["engine"],
        )?;
        registry.register(Box::new(projection_lag.clone()))?;
        Ok(Self {
            registry,
            http_seconds,
            job_runs,
            jobs_waiting,
            harvest_runs,
            harvest_records,
            projection_lag,
            search_seconds,
            sparql_queries,
            sparql_seconds,
            sparql_running,
            sparql_waiting,
            sparql_workers_ended,
        })
    }

    /// All metrics in the Prometheus text format.
    ///
    /// # Errors
    /// [`TelemetryError::Metric`] when a metric cannot be written.
    pub fn text(&self) -> Result<String, TelemetryError> {
        let mut bytes = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Serves `/metrics` on its own address; the caller awaits or spawns the answer.
///
/// # Errors
/// [`TelemetryError::Bind`] when the address is taken or not ours.
pub fn serve_metrics(address: SocketAddr, metrics: Arc<Metrics>) -> Result<actix_web::dev::Server, TelemetryError> {
    let server = HttpServer::new(move || {
        App::new().app_data(web::Data::from(Arc::clone(&metrics))).route("/metrics", web::get().to(answer))
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .map_err(|source| TelemetryError::Bind { address, source })?;
    Ok(server.run())
}

async fn answer(metrics: web::Data<Metrics>) -> HttpResponse {
    match metrics.text() {
        Ok(text) => HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text),
        Err(problem) => {
            tracing::error!(error = %problem, "metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    #[test]
    fn metrics_name_their_unit_and_start_empty() {
        let metrics = Metrics::new().unwrap();
        metrics.harvest_runs.with_label_values(&["complete"]).inc();
        let text = metrics.text().unwrap();
        assert!(text.contains("atlas_harvest_runs_total{outcome=\"complete\"} 1"), "{text}");
        assert!(text.contains("atlas_jobs_waiting 0"), "{text}");
    }
}
