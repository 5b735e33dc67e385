//! The API and the machine forms described in OpenAPI 3.1: the API from its handlers, the forms from [`Form`] itself, so
//! that neither can drift from what is served.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::v1;
use crate::domain::search::{MAX_PAGE, MAX_QUERY_CHARACTERS};
use crate::rdf::profile::Served;
use crate::web::doors::formats::{self, Form};
use crate::web::fault::{Fault, PROBLEM_JSON};
use crate::web::state::Web;

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Atlas of Cancer Imaging",
        description = "Read the catalogue of cancer imaging data sets. No key is needed; answers may be read from any origin. Errors are problem details (RFC 9457). HEAD answers wherever GET does. Answers have an ETag; ask again with If-None-Match.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    paths(
        v1::datasets::list,
        v1::datasets::show,
        v1::overview::show,
        v1::suggest::suggest,
        v1::series::list,
        v1::series::show,
        v1::providers::list,
        v1::providers::show,
        v1::terms::schemes,
        v1::terms::scheme,
        v1::terms::concept,
    ),
    components(schemas(v1::datasets::ResultList, Problem)),
    modifiers(&MachineForms, &Errors),
    tags(
        (name = "catalogue", description = "The whole catalogue"),
        (name = "data sets", description = "Search and read data sets"),
        (name = "series", description = "Groups of data sets"),
        (name = "providers", description = "Who publishes"),
        (name = "vocabularies", description = "Concepts that values are read as"),
        (name = "sparql", description = "Questions to the RDF of the catalogue"),
    )
)]
pub struct Description;

/// What went wrong (RFC 9457).
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes what `Fault` writes; never made itself")]
pub struct Problem {
    /// Address of an explanation of this kind of error.
    r#type: String,
    /// The kind of error in words.
    title: String,
    /// The status code.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened and what to do next.
    detail: String,
    /// The parameter at fault.
    #[schema(required = false)]
    field: Option<String>,
    /// Addresses that lead on.
    #[schema(required = false, value_type = Vec<Object>)]
    ways: Option<Vec<serde_json::Value>>,
}

/// A page with machine forms.
struct Described {
    path: &'static str,
    tag: &'static str,
    summary: &'static str,
    /// Names and meanings of path parameters.
    names: &'static [(&'static str, &'static str)],
    /// Names and meanings of query parameters.
    query: &'static [&'static str],
}

/// Every page with machine forms.
const PAGES: [Described; 9] = [
    Described {
        path: "/datasets",
        tag: "data sets",
        summary: "A list of data sets, searched and filtered as /api/v1/datasets",
        names: &[],
        query: &["q", "page"],
    },
    Described {
        path: "/datasets/{slug}",
        tag: "data sets",
        summary: "One data set",
        names: &[("slug", "The last part of the data set's address")],
        query: &["profile"],
    },
    Described { path: "/series", tag: "series", summary: "The list of series", names: &[], query: &["page"] },
    Described {
        path: "/series/{slug}",
        tag: "series",
        summary: "One series",
        names: &[("slug", "The last part of the series' address")],
        query: &["profile"],
    },
    Described {
        path: "/providers",
        tag: "providers",
        summary: "The list of providers",
        names: &[],
        query: &["country", "page"],
    },
    Described {
        path: "/providers/{slug}",
        tag: "providers",
        summary: "One provider with its data sets",
        names: &[("slug", "The last part of the provider's address")],
        query: &[],
    },
    Described {
        path: "/terms",
        tag: "vocabularies",
        summary: "The list of vocabularies",
        names: &[],
        query: &["page"],
    },
    Described {
        path: "/terms/{scheme}",
        tag: "vocabularies",
        summary: "One vocabulary",
        names: &[("scheme", "Name of the vocabulary")],
        query: &["filter"],
    },
    Described {
        path: "/terms/{scheme}/{code}",
        tag: "vocabularies",
        summary: "One concept",
        names: &[("scheme", "Name of the vocabulary"), ("code", "Code of the concept")],
        query: &[],
    },
];

/// Adds the machine forms of every page, by `Accept` and by suffix, the citations and the SPARQL protocol.
struct MachineForms;

impl Modify for MachineForms {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let paths = &mut openapi.paths.paths;
        for page in &PAGES {
            let by_accept = operation(page, "the form that Accept asks for", tolerant).response("200", all_forms(true));
            paths.insert(page.path.to_owned(), PathItem::new(HttpMethod::Get, by_accept));
            let by_suffix = operation(page, "by suffix", strict)
                .parameter(choice("form", ParameterIn::Path, "The form", Form::ALL.map(Form::suffix)))
                .response("200", all_forms(false));
            paths.insert(format!("{}.{{form}}", page.path), PathItem::new(HttpMethod::Get, by_suffix));
        }
        paths.insert("/datasets/{slug}.{citation}".to_owned(), PathItem::new(HttpMethod::Get, citation()));
        paths.insert("/sparql".to_owned(), sparql());
    }
}

fn operation(page: &Described, how: &str, query: fn(&str) -> ParameterBuilder) -> OperationBuilder {
    let mut operation = OperationBuilder::new().tag(page.tag).summary(Some(format!("{}: {how}", page.summary)));
    for (name, meaning) in page.names {
        let example = EXAMPLES.iter().find(|(known, _)| known == name).map(|(_, example)| json!(example));
        operation = operation.parameter(text(name, ParameterIn::Path, meaning).example(example));
    }
    for name in page.query {
        operation = operation.parameter(query(name));
    }
    operation
}

/// Values that exist wherever the Atlas does.
const EXAMPLES: [(&str, &str); 2] = [("scheme", "modality"), ("code", "ct")];

/// A parameter of a machine form: a value that is none is refused.
fn strict(name: &str) -> ParameterBuilder {
    match name {
        "page" => number("page", MAX_PAGE),
        "profile" => choice("profile", ParameterIn::Query, "The profile of RDF forms", Served::ALL.map(Served::key)),
        "q" => query_text("q"),
        name => tolerant(name),
    }
}

/// A parameter of a page: people are led to the nearest thing that there is, and told so.
fn tolerant(name: &str) -> ParameterBuilder {
    let (name, meaning) = match name {
        "page" => ("page", "The page, from 1. A page for people leads a wrong number to the nearest right one"),
        "profile" => ("profile", "The profile of RDF forms"),
        "country" => ("country", "Code of a country, ISO 3166-1 alpha-2"),
        "filter" => ("q", "Part of a label or of a code"),
        name => (name, "Words; a page for people says when they are too many"),
    };
    text(name, ParameterIn::Query, meaning)
}

fn text(name: &str, place: ParameterIn, meaning: &str) -> ParameterBuilder {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    let schema = ObjectBuilder::new().schema_type(Type::String);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(meaning))
        .schema(Some(schema))
}

fn query_text(name: &str) -> ParameterBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX_QUERY_CHARACTERS));
    text(name, ParameterIn::Query, "Words; concepts with their narrower ones and synonyms are searched with them")
        .schema(Some(schema))
}

fn number(name: &str, most: u32) -> ParameterBuilder {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1))
        .maximum(Some(most));
    text(name, ParameterIn::Query, "The page, from 1").schema(Some(schema))
}

fn choice<const N: usize>(
    name: &str,
    place: ParameterIn,
    meaning: &str,
    values: [&'static str; N],
) -> ParameterBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values));
    text(name, place, meaning).schema(Some(schema))
}

fn all_forms(with_page: bool) -> ResponseBuilder {
    let mut response = ResponseBuilder::new().description("In the form asked for");
    for form in Form::ALL {
        response = response.content(form.essence(), ContentBuilder::new().build());
    }
    if with_page {
        response = response.content("text/html", ContentBuilder::new().build());
    }
    response
}

fn citation() -> Operation {
    OperationBuilder::new()
        .tag("data sets")
        .summary(Some("The citation of a data set: for LaTeX (bib) or for reference managers (ris)"))
        .parameter(text("slug", ParameterIn::Path, "The last part of the data set's address"))
        .parameter(choice("citation", ParameterIn::Path, "The form", ["bib", "ris"]))
        .response(
            "200",
            ResponseBuilder::new()
                .description("The citation")
                .content("application/x-bibtex", ContentBuilder::new().build())
                .content("application/x-research-info-systems", ContentBuilder::new().build()),
        )
        .build()
}

/// The SPARQL 1.1 protocol: a query by GET or by POST; without one, the service description.
fn sparql() -> PathItem {
    const ANSWERS: [&str; 9] = [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "text/html",
    ];
    let answer = || {
        let response = ResponseBuilder::new().description("The answer, or the service description without a query");
        ANSWERS.iter().fold(response, |response, kind| response.content(*kind, ContentBuilder::new().build()))
    };
    let begun = |summary: &str| OperationBuilder::new().tag("sparql").summary(Some(summary)).response("200", answer());
    let get = begun("Asks a SPARQL query")
        .parameter(text("query", ParameterIn::Query, "The query"))
        .parameter(text("default-graph-uri", ParameterIn::Query, "IRI of a default graph"))
        .parameter(text("named-graph-uri", ParameterIn::Query, "IRI of a named graph"));
    let query = || ObjectBuilder::new().schema_type(Type::String);
    let form = ObjectBuilder::new().property("query", query().build());
    let post = begun("Asks a SPARQL query that is longer than an address").request_body(Some(
        RequestBodyBuilder::new()
            .content("application/x-www-form-urlencoded", ContentBuilder::new().schema(Some(form)).build())
            .content("application/sparql-query", ContentBuilder::new().schema(Some(query())).build())
            .required(Some(Required::True))
            .build(),
    ));
    let mut item = PathItem::new(HttpMethod::Get, get);
    item.merge_operations(PathItem::new(HttpMethod::Post, post));
    item
}

/// Says of every operation that errors are problem details, and which ones to expect.
struct Errors;

/// Errors that any operation may answer with.
const ERRORS: [(&str, &str); 5] = [
    ("400", "A parameter cannot be understood: `field` names it"),
    ("404", "There is nothing of this name"),
    ("406", "None of the forms asked for is offered"),
    ("410", "It was here and has been taken back by its provider"),
    ("default", "Another error"),
];

impl Modify for Errors {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for item in openapi.paths.paths.values_mut() {
            for operation in [item.get.as_mut(), item.post.as_mut()].into_iter().flatten() {
                for (status, meaning) in ERRORS {
                    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                    let response = ResponseBuilder::new().description(meaning).content(PROBLEM_JSON, content).build();
                    operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
                }
            }
        }
    }
}

/// `GET /openapi.json`.
pub async fn document(web: Data<Web>) -> Result<HttpResponse, Fault> {
    let mut description = Description::openapi();
    description.servers = Some(vec![utoipa::openapi::Server::new(web.site.public_url.clone())]);
    let json = description.to_pretty_json().map_err(Fault::internal)?;
    Ok(formats::answer("application/json", json.into_bytes()))
}
