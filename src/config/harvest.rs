//! `[harvest]`: how often, how politely and within which limits sources are read.

use serde::{Deserialize, Serialize};

/// Settings of harvesting.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HarvestSettings {
    /// Hours between two harvests of a source that names no interval of its own.
    pub interval_hours: u64,
    /// Sources harvested at the same time.
    pub parallel_sources: usize,
    /// Milliseconds between two requests to one host.
    pub pace_milliseconds: u64,
    /// Requests to one host at the same time.
    pub parallel_requests: usize,
    /// Requests of one run at most.
    pub max_requests: usize,
    /// Seconds of one run at most.
    pub max_seconds: u64,
    /// Bytes of one answer at most.
    pub max_answer_bytes: u64,
    /// Bytes of one record at most; a larger record is refused, its neighbours are kept.
    pub max_record_bytes: u64,
    /// Records of one source at most.
    pub max_records: usize,
    /// A fall of more than this share of a source's records waits for `source accept`.
    pub fall_percent: u32,
    /// ... when it is at least this many records.
    pub fall_records: usize,
}

impl Default for HarvestSettings {
    fn default() -> Self {
        Self {
            interval_hours: 24,
            parallel_sources: 4,
            pace_milliseconds: 100,
            parallel_requests: 2,
            max_requests: 20_000,
            max_seconds: 3_600,
            max_answer_bytes: 64 * 1024 * 1024,
            max_record_bytes: 2 * 1024 * 1024,
            max_records: 200_000,
            fall_percent: 20,
            fall_records: 2,
        }
    }
}
