//! What every request passes: its id and log line, the security headers, errors in the reader's form.

pub mod errors;
pub mod headers;
pub mod trace;
