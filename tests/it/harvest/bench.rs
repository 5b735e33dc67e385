//! The workbench of these tests: a hub's engine on a fresh database, and a provider to harvest.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use atlas::config::HarvestSettings;
use atlas::db::organisations::{self, NewOrganisation};
use atlas::db::records::{self, Record};
use atlas::db::runs::{self, Run};
use atlas::db::sources::{self, NewSource};
use atlas::db::{DatabaseSettings, Db, DbError};
use atlas::domain::clock::SystemClock;
use atlas::domain::ids::{Slug, SourceId};
use atlas::domain::lifecycle::SourceState;
use atlas::harvest::{Engine, Options, Protocol, RunReport};
use atlas::net::{Client, NetSettings};
use atlas::rdf::shapes::Library;
use atlas::vocab::Vocabulary;

use crate::helpers::provider::{Answer, FakeProvider};

pub struct Bench {
    pub engine: Engine,
    pub source: SourceId,
    pub provider: FakeProvider,
    _directory: tempfile::TempDir,
}

fn vocabulary() -> Arc<Vocabulary> {
    static VOCABULARY: OnceLock<Arc<Vocabulary>> = OnceLock::new();
    Arc::clone(VOCABULARY.get_or_init(|| Arc::new(Vocabulary::embedded().unwrap())))
}

/// The rules of the profiles, compiled once for all tests.
fn shapes() -> Arc<Library> {
    static SHAPES: OnceLock<Arc<Library>> = OnceLock::new();
    Arc::clone(SHAPES.get_or_init(|| Arc::new(Library::embedded().unwrap())))
}

/// A client that may ask this machine and gives up at once.
pub fn client(allow_private: bool) -> Client {
    Client::new(NetSettings {
        allow_private,
        pace: Duration::ZERO,
        concurrency_per_host: 8,
        attempts: 1,
        ..NetSettings::default()
    })
}

impl Bench {
    /// A bench whose source is read by the protocol at the path.
    pub async fn new(protocol: Protocol, path: &str) -> Self {
        let provider = FakeProvider::start().await;
        let directory = tempfile::tempdir().unwrap();
        let db =
            Db::connect(&DatabaseSettings::new(format!("sqlite:{}", directory.path().join("hub.sqlite").display())))
                .unwrap();
        db.migrate().unwrap();
        let engine = Engine {
            db,
            net: client(true),
            vocabulary: vocabulary(),
            shapes: shapes(),
            clock: Arc::new(SystemClock),
            settings: HarvestSettings { max_answer_bytes: 8 * 1024 * 1024, ..HarvestSettings::default() },
            request_time: Duration::from_secs(30),
        };
        let source = add_source(&engine, "one", protocol, &format!("{}{path}", provider.base)).await;
        Self { engine, source, provider, _directory: directory }
    }

    /// Harvests once.
    pub async fn harvest(&self) -> RunReport {
        let options = Options { cause: "test".to_owned(), ..Options::default() };
        self.engine.run(&self.source, &options).await.unwrap()
    }

    /// Tries a harvest without writing.
    pub async fn dry_run(&self) -> RunReport {
        let options = Options { cause: "test".to_owned(), dry_run: true };
        self.engine.run(&self.source, &options).await.unwrap()
    }

    /// The source's records.
    pub async fn records(&self) -> Vec<Record> {
        let source = self.source.clone();
        self.engine.db.read(move |connection| records::of_source(connection, &source)).await.unwrap()
    }

    /// The source's runs, newest first.
    pub async fn runs(&self) -> Vec<Run> {
        let source = self.source.clone();
        self.engine.db.read(move |connection| runs::newest(connection, &source, 100)).await.unwrap()
    }

    /// Everything stored about the records, to compare before and after.
    pub async fn snapshot(&self) -> String {
        let records = self.records().await;
        let lines: Vec<String> = records
            .iter()
            .map(|record| {
                format!(
                    "{} {} v{} {} {}",
                    record.identity, record.state, record.version, record.graph_hash, record.document
                )
            })
            .collect();
        lines.join("\n")
    }

    /// Newest position of the outbox.
    pub async fn outbox_head(&self) -> i64 {
        self.engine.db.read(atlas::db::outbox::span).await.unwrap().head
    }
}

/// Enters an approved source.
pub async fn add_source(engine: &Engine, name: &str, protocol: Protocol, address: &str) -> SourceId {
    let (name, address) = (name.to_owned(), address.to_owned());
    engine
        .db
        .write(move |connection| {
            let now = chrono::Utc::now();
            let owner = NewOrganisation {
                slug: Slug::from_name(&name).unwrap(),
                name: format!("Provider {name}"),
                country: Some("nl".to_owned()),
                homepage: None,
                simulated: true,
            };
            let owner = organisations::insert(connection, &owner, now)?;
            let source = NewSource {
                organisation_id: owner.id,
                name,
                protocol: protocol.to_string(),
                address,
                state: SourceState::Approved,
                interval_seconds: None,
                options: "{}".to_owned(),
            };
            Ok::<_, DbError>(sources::insert(connection, &source, now)?.id)
        })
        .await
        .unwrap()
}

pub const PREFIXES: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix ldp: <http://www.w3.org/ns/ldp#> . @prefix fdp-o: <https://w3id.org/fdp/fdp-o#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n";

/// A data set in Turtle with blank nodes in it.
pub fn dataset(iri: &str, title: &str) -> String {
    format!(
        "<{iri}> a dcat:Dataset ; dct:title \"{title}\"@en ; dct:identifier \"{title}\" ;
  dct:description \"A collection of images.\"@en ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn \"Desk\" ; vcard:hasEmail <mailto:desk@example.org> ] ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate \"2010-01-01\"^^xsd:date ] .\n"
    )
}

/// A document of data sets with these names.
pub fn document(names: &[&str]) -> Answer {
    let mut text = PREFIXES.to_owned();
    for name in names {
        text.push_str(&dataset(&format!("https://data.example.org/{name}"), name));
    }
    Answer::turtle(text)
}

/// The persistent base of the fake FAIR Data Point.
pub const PERSISTENT: &str = "https://node.example.org";

/// Makes the provider a FAIR Data Point with one catalogue of these data sets, each with a distribution of its own.
pub fn publish_fdp(provider: &FakeProvider, names: &[&str]) {
    provider.clear();
    provider.set(
        "/",
        Answer::turtle(format!(
            "{PREFIXES}<{PERSISTENT}/> a fdp-o:FAIRDataPoint ; dct:title \"FDP\" ; fdp-o:metadataCatalog <{PERSISTENT}/catalog/main> ."
        )),
    );
    let members: Vec<String> = names.iter().map(|name| format!("<{PERSISTENT}/dataset/{name}>")).collect();
    let list = members.join(", ");
    let relation = if names.is_empty() { String::new() } else { format!("; dcat:dataset {list}") };
    let contains = if names.is_empty() { String::new() } else { format!("; ldp:contains {list}") };
    provider.set(
        "/catalog/main",
        Answer::turtle(format!(
            "{PREFIXES}<{PERSISTENT}/catalog/main> a dcat:Catalog ; dct:title \"Main\" {relation} .
<{PERSISTENT}/dataset/> a ldp:DirectContainer ; ldp:membershipResource <{PERSISTENT}/catalog/main> ;
  ldp:hasMemberRelation dcat:dataset {contains} ."
        )),
    );
    for name in names {
        set_dataset(provider, name, name);
    }
}

/// Sets a data set's document and that of its distribution.
pub fn set_dataset(provider: &FakeProvider, name: &str, title: &str) {
    let iri = format!("{PERSISTENT}/dataset/{name}");
    let part = format!("{PERSISTENT}/distribution/{name}");
    let text = format!(
        "{PREFIXES}{}<{iri}> dct:isPartOf <{PERSISTENT}/catalog/main> ; dcat:distribution <{part}> .",
        dataset(&iri, title)
    );
    provider.set(&format!("/dataset/{name}"), Answer::turtle(text));
    provider.set(
        &format!("/distribution/{name}"),
        Answer::turtle(format!(
            "{PREFIXES}<{part}> a dcat:Distribution ; dct:title \"Images\" ; dcat:accessURL <https://access.example.org/{name}> ."
        )),
    );
}
