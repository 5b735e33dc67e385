//! The frame around every page: title, navigation, breadcrumb, notice, machine forms.

use std::sync::Arc;

use super::static_files;
use crate::config::Config;

/// What is the same on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Name of the site.
    pub name: String,
    /// Who runs it; empty: not shown.
    pub operator: String,
    /// Mail address for questions; empty: not shown.
    pub contact: String,
    /// The notice at the head of every page; empty: none.
    pub notice: String,
    /// Base of absolute addresses, without a slash at its end.
    pub public_url: String,
    /// The hub's language.
    pub language: String,
}

impl Site {
    /// The site as configured.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let branding = &config.branding;
        Self {
            name: branding.name.clone(),
            operator: branding.operator.clone(),
            contact: branding.contact.clone(),
            notice: branding.notice.clone(),
            public_url: config.public_url(),
            language: branding.language.clone(),
        }
    }

    /// Address of an embedded file under its content hash.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        static_files::address(name)
    }

    /// The absolute address of a path.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }
}

/// One step of the breadcrumb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What it says.
    pub label: String,
    /// Where it leads; empty for the page itself.
    pub href: String,
}

/// Another form of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternate {
    /// Media type.
    pub media_type: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Path on this site.
    pub href: String,
}

/// The frame of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What is the same on every page.
    pub site: Arc<Site>,
    /// Title of the page.
    pub title: String,
    /// One sentence for search engines.
    pub description: String,
    /// Key of the navigation entry that the page belongs to.
    pub current: &'static str,
    /// Breadcrumb after Home.
    pub crumbs: Vec<Crumb>,
    /// Absolute canonical address; empty: none.
    pub canonical: String,
    /// Other forms.
    pub alternates: Vec<Alternate>,
    /// Whether search engines are asked to leave it out.
    pub unlisted: bool,
}

impl Layout {
    /// The frame of a page with this title.
    #[must_use]
    pub fn new(site: &Arc<Site>, title: impl Into<String>) -> Self {
        Self {
            site: Arc::clone(site),
            title: title.into(),
            description: String::new(),
            current: "",
            crumbs: Vec::new(),
            canonical: String::new(),
            alternates: Vec::new(),
            unlisted: false,
        }
    }

    /// Marks the navigation entry that the page belongs to.
    #[must_use]
    pub fn under(mut self, current: &'static str) -> Self {
        self.current = current;
        self
    }

    /// Adds a step of the breadcrumb that leads somewhere.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: href.into() });
        self
    }

    /// Ends the breadcrumb with the page itself.
    #[must_use]
    pub fn here(self, label: impl Into<String>) -> Self {
        self.crumb(label, "")
    }

    /// Says what the page is about in one sentence.
    #[must_use]
    pub fn about(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Names the path of the page's canonical address.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.canonical = self.site.absolute(path);
        self
    }

    /// Offers another form.
    #[must_use]
    pub fn alternate(mut self, media_type: &'static str, title: &'static str, href: impl Into<String>) -> Self {
        self.alternates.push(Alternate { media_type, title, href: href.into() });
        self
    }

    /// Entries of the main navigation: key, path, label.
    #[must_use]
    pub fn navigation(&self) -> [(&'static str, &'static str, &'static str); 5] {
        [
            ("datasets", "/datasets", "Data sets"),
            ("series", "/series", "Series"),
            ("providers", "/providers", "Providers"),
            ("terms", "/terms", "Vocabularies"),
            ("help", "/help", "Help"),
        ]
    }
}
