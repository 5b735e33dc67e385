//! What tests share: the running hub, databases, fake providers, the program.

pub mod database;
pub mod hub;
pub mod program;
pub mod provider;
pub mod tls;
