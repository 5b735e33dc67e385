//! What a page handler returns: a template with its cache policy and `Link` headers. Policies are named here
//! and nowhere else.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use super::fault::Fault;
use super::layout::Layout;

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePolicy {
    /// Named by its content: for ever.
    Immutable,
    /// Kept, but asked about before each use.
    Revalidate,
    /// Never stored.
    Never,
}

impl CachePolicy {
    /// The `Cache-Control` header.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            CachePolicy::Immutable => "public, max-age=31536000, immutable",
            CachePolicy::Revalidate => "no-cache",
            CachePolicy::Never => "no-store",
        }
    }
}

/// A page template: it has a frame.
pub trait PageTemplate: Template {
    /// The frame.
    fn layout(&self) -> &Layout;
}

/// Implements [`PageTemplate`] for templates that keep their frame in `layout`.
macro_rules! framed {
    ($($template:ty),+ $(,)?) => {
        $(impl crate::web::page::PageTemplate for $template {
            fn layout(&self) -> &crate::web::layout::Layout { &self.layout }
        })+
    };
}
pub(super) use framed;

/// A page to answer with.
#[derive(Debug)]
pub struct Page<T> {
    template: T,
}

impl<T: PageTemplate> Page<T> {
    /// The page with status 200.
    pub fn new(template: T) -> Self {
        Self { template }
    }
}

impl<T: PageTemplate> Responder for Page<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        let html = match self.template.render() {
            Ok(html) => html,
            Err(cause) => return HttpResponse::from_error(Fault::internal(cause)),
        };
        let mut response = HttpResponse::Ok();
        response
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CACHE_CONTROL, CachePolicy::Revalidate.header()))
            .insert_header((header::VARY, "Accept"));
        let layout = self.template.layout();
        for form in &layout.alternates {
            let link =
                format!("<{}>; rel=\"alternate\"; type=\"{}\"", layout.site.absolute(&form.href), form.media_type);
            if let Ok(value) = HeaderValue::from_str(&link) {
                response.append_header((header::LINK, value));
            }
        }
        response.body(html)
    }
}
