//! What tests share: the running hub, databases, fake providers.

pub mod database;
pub mod provider;
