//! RDF from outside and back: reading, splitting, canonical form, profiles, store and SPARQL.

mod canonical;
mod corpus;
mod drift;
mod forms;
mod generate;
mod hostile;
mod hostile_queries;
mod identity;
mod profile;
mod reading;
mod salvage;
mod shapes;
mod sparql;
mod store;

use std::sync::{Arc, OnceLock};

use atlas::rdf::Graph;
use atlas::rdf::parse::{ParseLimits, Parsed, parse};
use atlas::vocab::Vocabulary;

/// Address that relative names of the tests refer to.
const BASE: &str = "https://provider.example/document";

fn turtle(text: &str) -> Parsed {
    parse(text.as_bytes(), Some("text/turtle"), BASE, &ParseLimits::default()).expect("the document is read")
}

fn graph(text: &str) -> Graph {
    let parsed = turtle(&format!("{PREFIXES}{text}"));
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    parsed.graph
}

fn vocabulary() -> Arc<Vocabulary> {
    static VOCABULARY: OnceLock<Arc<Vocabulary>> = OnceLock::new();
    Arc::clone(VOCABULARY.get_or_init(|| Arc::new(Vocabulary::embedded().expect("the embedded vocabularies load"))))
}

const PREFIXES: &str = "
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix atlas: <https://atlas-of-cancer-imaging.eu/ns#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eucaim: <https://cancerimage.eu/ontology/EUCAIM#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix health: <http://healthdataportal.eu/ns/health#> .
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix w3id: <https://w3id.org/healthdcat-ap#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://provider.example/> .
";
