//! Durable queue with leases; knows no job.
