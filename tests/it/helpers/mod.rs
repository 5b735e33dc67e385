//! What tests share: the running hub, databases, fake providers.

pub mod provider;
