//! How a machine form leaves: media type, cache policy, `Content-Location` of the chosen form, `Link`s to its neighbours
//! (RFC 8288), and leave for any origin to read it. Validators and ranges are added by the middleware.

use std::time::SystemTime;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderName, HeaderValue, HttpDate};
use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::Form;
use crate::rdf::listing::View;
use crate::rdf::profile::Served;
use crate::rdf::{Graph, write};
use crate::web::page::CachePolicy;
use crate::web::state::Web;

/// Headers that scripts of other origins may read.
pub const EXPOSED: &str =
    "Accept-Ranges, Content-Location, Content-Profile, Content-Range, ETag, Last-Modified, Link, X-Request-Id";

/// An answer in a machine form.
#[must_use]
pub fn answer(media_type: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, CachePolicy::Revalidate.header()))
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED))
        .body(body)
}

/// A machine form on its way out.
pub struct Reply {
    response: HttpResponse,
}

impl Reply {
    /// The form with its body; `page` is the path and query of the page that it is a form of.
    #[must_use]
    pub fn new(web: &Web, form: Form, page: &str, body: Vec<u8>) -> Self {
        let mut reply = Self { response: answer(form.media_type(), body) };
        reply.set(header::CONTENT_LOCATION, &form.address(page));
        reply.link(&web.site.absolute(page), "alternate", "; type=\"text/html\"");
        reply
    }

    /// The graph in an RDF form; empty for the others, which are never asked for it.
    #[must_use]
    pub fn graph(web: &Web, form: Form, page: &str, graph: &Graph) -> Self {
        let body = form.rdf().map(|format| write::serialise(graph, format)).unwrap_or_default();
        Self::new(web, form, page, body)
    }

    /// JSON.
    #[must_use]
    pub fn json(web: &Web, page: &str, value: &Json) -> Self {
        Self::new(web, Form::Json, page, value.to_string().into_bytes())
    }

    fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.response.headers_mut().insert(name, value);
        }
    }

    fn link(&mut self, address: &str, relation: &str, more: &str) {
        // What would break out of the angle brackets cannot stand in an address.
        let safe = !address.contains(['<', '>', '"']) && !address.chars().any(char::is_whitespace);
        if let Ok(value) = HeaderValue::from_str(&format!("<{address}>; rel=\"{relation}\"{more}"))
            && safe
        {
            self.response.headers_mut().append(header::LINK, value);
        }
    }

    /// When what is shown last changed.
    #[must_use]
    pub fn modified(mut self, moment: DateTime<Utc>) -> Self {
        self.set(header::LAST_MODIFIED, &HttpDate::from(SystemTime::from(moment)).to_string());
        self
    }

    /// The neighbours of a page of a list.
    #[must_use]
    pub fn paged(mut self, pages: &Pages<'_>, form: Form) -> Self {
        for (relation, page) in pages.relations() {
            let address = pages.web.site.absolute(&form.address(&page));
            self.link(&address, relation, &format!("; type=\"{}\"", form.essence()));
        }
        self
    }

    /// The profile of the contents (W3C Content Negotiation by Profile), and where the others are.
    #[must_use]
    pub fn profiled(mut self, web: &Web, form: Form, page: &str, served: Served) -> Self {
        self.set(header::VARY, "Accept, Accept-Profile");
        self.set(HeaderName::from_static("content-profile"), &format!("<{}>", served.iri()));
        self.set(header::CONTENT_LOCATION, &profile_address(form, page, served));
        self.link(served.iri(), "profile", "");
        for other in Served::ALL.into_iter().filter(|other| *other != served) {
            let address = web.site.absolute(&profile_address(form, page, other));
            let more = format!("; type=\"{}\"; formats=\"{}\"", form.essence(), other.iri());
            self.link(&address, "alternate", &more);
        }
        self
    }

    /// The answer.
    #[must_use]
    pub fn send(self) -> HttpResponse {
        self.response
    }
}

fn profile_address(form: Form, page: &str, served: Served) -> String {
    let address = form.address(page);
    if served == Served::default() { address } else { format!("{address}?profile={served}") }
}

/// The pages of a list: which one is shown, and where the others are.
pub struct Pages<'a> {
    web: &'a Web,
    current: usize,
    last: usize,
    address: Box<dyn Fn(usize) -> String + 'a>,
}

impl<'a> Pages<'a> {
    /// Page `current` of `last`; `address` gives the path and query of a page's page for people.
    pub fn new(web: &'a Web, current: usize, last: usize, address: impl Fn(usize) -> String + 'a) -> Self {
        Self { web, current, last, address: Box::new(address) }
    }

    /// Path and query of this page.
    #[must_use]
    pub fn own(&self) -> String {
        (self.address)(self.current)
    }

    /// Relations of RFC 8288 and paths: first, prev, next, last.
    fn relations(&self) -> Vec<(&'static str, String)> {
        let mut relations = vec![("first", (self.address)(1))];
        if self.current > 1 {
            relations.push(("prev", (self.address)(self.current.saturating_sub(1))));
        }
        if self.current < self.last {
            relations.push(("next", (self.address)(self.current.saturating_add(1))));
        }
        relations.push(("last", (self.address)(self.last)));
        relations
    }

    /// For a catalogue in RDF: absolute addresses without a suffix.
    #[must_use]
    pub fn view(&self) -> View {
        let at = |page: usize| self.web.site.absolute(&(self.address)(page));
        View {
            own: at(self.current),
            first: at(1),
            previous: (self.current > 1).then(|| at(self.current.saturating_sub(1))),
            next: (self.current < self.last).then(|| at(self.current.saturating_add(1))),
            last: at(self.last),
        }
    }

    /// For a JSON list: page, pages and absolute addresses of the neighbours in JSON; `path` makes the address of a
    /// JSON page out of that of the page for people.
    #[must_use]
    pub fn json(&self, path: impl Fn(&str) -> String) -> Json {
        let mut links = serde_json::Map::new();
        for (relation, page) in self.relations() {
            links.insert(relation.to_owned(), json!(self.web.site.absolute(&path(&page))));
        }
        Json::Object(links)
    }

    /// For a feed: its links after RFC 5005, with itself and the page for people.
    #[must_use]
    pub fn feed(&self) -> Vec<(&'static str, &'static str, String)> {
        let feed = Form::Atom.essence();
        let own = self.own();
        let mut links = vec![
            ("self", feed, self.web.site.absolute(&Form::Atom.address(&own))),
            ("alternate", "text/html", self.web.site.absolute(&own)),
        ];
        for (relation, page) in self.relations() {
            let relation = if relation == "prev" { "previous" } else { relation };
            links.push((relation, feed, self.web.site.absolute(&Form::Atom.address(&page))));
        }
        links
    }
}
