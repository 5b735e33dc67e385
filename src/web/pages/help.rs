//! Help in plain language. One file for each topic in `templates/help`.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::error::ErrorKind;
use crate::web::catalogue;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;

/// Topics: name in addresses, title, what it answers.
const TOPICS: [(&str, &str, &str); 9] = [
    (
        "searching",
        "Searching and filtering",
        "How words are read, how filters combine, what to do when nothing is found.",
    ),
    (
        "numbers",
        "What the numbers mean",
        "Subject entries, studies, series, images; exact, rounded, suppressed, not stated.",
    ),
    ("subject-kinds", "Who or what was imaged", "People with and without cancer, animals, phantoms, simulated images."),
    ("access", "Getting access", "The words of access and use conditions, and how to ask a provider."),
    (
        "providing-data",
        "Providing data",
        "How an organisation's metadata come into the catalogue and stay under its control.",
    ),
    ("metadata", "Metadata and machine forms", "Profiles, RDF forms, addresses that stay."),
    ("demonstration", "What is real and what is simulated", "About the demonstration federation."),
    ("errors", "Error messages", "What each error means and what to do."),
    ("contact", "Contact", "Whom to ask."),
];

/// All topics.
#[derive(Template)]
#[template(path = "help/index.html")]
pub struct HelpPage {
    layout: Layout,
    topics: &'static [(&'static str, &'static str, &'static str)],
}

framed!(HelpPage);

macro_rules! topics {
    ($($name:ident = $path:literal),+ $(,)?) => {
        $(#[derive(Template)]
        #[template(path = $path)]
        struct $name { layout: Layout, title: &'static str }
        framed!($name);)+
    };
}

topics! {
    Searching = "help/searching.html",
    Numbers = "help/numbers.html",
    SubjectKinds = "help/subject-kinds.html",
    Access = "help/access.html",
    ProvidingData = "help/providing-data.html",
    Metadata = "help/metadata.html",
    Demonstration = "help/demonstration.html",
    Contact = "help/contact.html",
}

/// The errors, explained.
#[derive(Template)]
#[template(path = "help/errors.html")]
struct Errors {
    layout: Layout,
    title: &'static str,
    errors: Vec<ErrorKind>,
}

framed!(Errors);

/// `GET /help`.
pub async fn index(web: Data<Web>) -> Page<HelpPage> {
    let layout = web.layout("Help").under("help").here("Help").at("/help");
    Page::new(HelpPage { layout, topics: &TOPICS })
}

/// `GET /help/{topic}`.
pub async fn topic(web: Data<Web>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let name = path.into_inner();
    let Some((_, title, about)) = TOPICS.iter().find(|(known, _, _)| *known == name).copied() else {
        return Err(catalogue::missing("help", &name, "/help").into());
    };
    let layout =
        web.layout(title).under("help").crumb("Help", "/help").here(title).at(&format!("/help/{name}")).about(about);
    Ok(match name.as_str() {
        "searching" => Page::new(Searching { layout, title }).respond_to(&http),
        "numbers" => Page::new(Numbers { layout, title }).respond_to(&http),
        "subject-kinds" => Page::new(SubjectKinds { layout, title }).respond_to(&http),
        "access" => Page::new(Access { layout, title }).respond_to(&http),
        "providing-data" => Page::new(ProvidingData { layout, title }).respond_to(&http),
        "metadata" => Page::new(Metadata { layout, title }).respond_to(&http),
        "demonstration" => Page::new(Demonstration { layout, title }).respond_to(&http),
        "errors" => Page::new(Errors { layout, title, errors: known_errors() }).respond_to(&http),
        _ => Page::new(Contact { layout, title }).respond_to(&http),
    })
}

fn known_errors() -> Vec<ErrorKind> {
    vec![
        ErrorKind::BadRequest,
        ErrorKind::NotFound,
        ErrorKind::MethodNotAllowed,
        ErrorKind::NotAcceptable,
        ErrorKind::Gone,
        ErrorKind::PreconditionFailed,
        ErrorKind::TooLarge,
        ErrorKind::UnsupportedMediaType,
        ErrorKind::RangeNotSatisfiable,
        ErrorKind::TooMuch,
        ErrorKind::TooManyRequests,
        ErrorKind::Internal,
        ErrorKind::Unavailable,
        ErrorKind::TimedOut,
    ]
}
