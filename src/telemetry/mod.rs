//! Logs, metrics and health; never personal data.
