//! What tests share: the running hub, databases, fake providers.
