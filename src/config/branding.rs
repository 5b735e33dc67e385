//! `[branding]`: the name of this Atlas and what it tells every visitor.

use serde::{Deserialize, Serialize};

/// Name and notices.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrandingSettings {
    /// Name on every page.
    pub name: String,
    /// Who runs it, in the foot of every page; empty: not shown.
    pub operator: String,
    /// Mail address for questions; empty: not shown.
    pub contact: String,
    /// A notice at the head of every page; empty: none.
    pub notice: String,
    /// The hub's language, shown where a text has no English (BCP 47).
    pub language: String,
}

impl Default for BrandingSettings {
    fn default() -> Self {
        Self {
            name: "Atlas of Cancer Imaging".to_owned(),
            operator: String::new(),
            contact: String::new(),
            notice: String::new(),
            language: "en".to_owned(),
        }
    }
}
