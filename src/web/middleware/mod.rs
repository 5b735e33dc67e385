//! What every request passes: its id and log line, the security headers, errors in the reader's form, methods,
//! conditions and ranges.

pub mod conditional;
pub mod errors;
pub mod headers;
pub mod methods;
pub mod trace;
