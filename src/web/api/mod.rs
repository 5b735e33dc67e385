//! The API for programs and its description.

pub mod openapi;
pub mod v1;
