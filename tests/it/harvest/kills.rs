//! Sources and hubs that die at random moments: nothing is lost, nothing is doubled, and database and both indexes agree
//! with those of a hub that was left alone.
//!
//! The moments come from a generator whose seed is printed; `ATLAS_TEST_SEED` repeats a run. `ATLAS_TEST_KILLS` is how
//! often the hub is killed (12 when it is not set).

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use atlas::db::organisations::{self, NewOrganisation};
use atlas::db::sources::{self, NewSource};
use atlas::db::{DatabaseSettings, Db, DbError, records, runs};
use atlas::domain::ids::{Slug, SourceId};
use atlas::domain::lifecycle::{RecordState, SourceState};
use atlas::harvest::{Engine, Options, Protocol, RunReport};
use atlas::rdf::canonical::canonicalise;
use atlas::rdf::parse::{ParseLimits, parse};
use atlas::rdf::store::RdfStore;

use super::bench::{PREFIXES, client, dataset, publish_fdp, set_dataset};
use crate::helpers::hub::{TestHub, Visitor};
use crate::helpers::program::{Running, Terminal};
use crate::helpers::provider::{Answer, FakeProvider};

/// Random points at which sources die.
const SOURCE_KILLS: usize = 100;
/// Random points at which the hub is killed, unless `ATLAS_TEST_KILLS` says otherwise.
const HUB_KILLS: usize = 12;

/// Random numbers from a printed seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn new(what: &str) -> Self {
        let chosen =
            std::env::var("ATLAS_TEST_SEED").ok().map(|seed| seed.parse().expect("ATLAS_TEST_SEED is a number"));
        let seed =
            chosen.unwrap_or_else(|| u64::from(std::process::id()) ^ chrono::Utc::now().timestamp_micros() as u64);
        eprintln!("{what}: ATLAS_TEST_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}

/// Everything stored about the records of all sources, one line each.
async fn stored(db: &Db) -> BTreeSet<String> {
    db.read(|connection| {
        let mut lines = BTreeSet::new();
        for source in sources::list(connection)? {
            for record in records::of_source(connection, &source.id)? {
                let is_new = lines.insert(format!(
                    "{} {} {} {} {} {} {}",
                    source.name,
                    record.kind,
                    record.identity,
                    record.slug,
                    record.state,
                    record.graph_hash,
                    record.document
                ));
                assert!(is_new, "{} is stored twice", record.identity);
            }
        }
        Ok::<_, DbError>(lines)
    })
    .await
    .unwrap()
}

/// What readers see: total and names in the text index.
async fn listed(visitor: &Visitor) -> String {
    let list = visitor.api("/api/v1/datasets").await;
    let csv = visitor.ask("/datasets.csv", "text/csv").await;
    let names: BTreeSet<&str> = csv.body.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    format!("{} {names:?}", list["total"])
}

/// What the RDF index has: every title, as often as it stands there.
fn titles_in(rdf: &RdfStore) -> Vec<String> {
    let mut titles = Vec::new();
    for id in rdf.record_ids().unwrap() {
        let graph = rdf.record(&id).unwrap().unwrap_or_else(|| panic!("record {id} is listed and empty"));
        let of_records = graph.iter().filter(|triple| {
            triple.predicate.as_str() == "http://purl.org/dc/terms/title"
                && matches!(triple.subject, oxrdf::NamedOrBlankNodeRef::NamedNode(_))
        });
        titles.extend(of_records.map(|triple| triple.to_string()));
    }
    titles.sort();
    titles
}

/// What programs see at a hub that is another process: titles in the RDF index.
async fn asked(visitor: &Visitor) -> serde_json::Value {
    let query = "SELECT ?s ?t WHERE { GRAPH ?g { ?s a <http://www.w3.org/ns/dcat#Dataset> ; \
                 <http://purl.org/dc/terms/title> ?t } } ORDER BY ?s ?t LIMIT 1000";
    let query = query.replace(' ', "%20").replace('#', "%23").replace('{', "%7B").replace('}', "%7D");
    let answer = visitor.ask(&format!("/sparql?query={query}"), "application/sparql-results+json").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["results"]["bindings"].clone()
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// The names of an edition: seven of eight, another one missing each time.
fn names_of(edition: usize) -> Vec<&'static str> {
    NAMES.iter().enumerate().filter(|(at, _)| *at != edition % 8).map(|(_, name)| *name).collect()
}

/// Four pages of one edition; one record has a new title in it.
fn publish_pages(provider: &FakeProvider, edition: usize) {
    let names = names_of(edition);
    let pages: Vec<&[&str]> = names.chunks(2).collect();
    for (number, page) in pages.iter().enumerate() {
        let mut text = PREFIXES.to_owned();
        for name in *page {
            let title =
                if *name == names[edition % 7] { format!("{name} of edition {edition}") } else { (*name).to_owned() };
            text.push_str(&dataset(&format!("https://data.example.org/{name}"), &title));
        }
        let next = if number + 1 < pages.len() { format!("<> hydra:next <{}> . ", number + 1) } else { String::new() };
        text.push_str(&format!(
            "@prefix hydra: <http://www.w3.org/ns/hydra/core#> . {next} <all> a hydra:Collection ; hydra:view <> ; hydra:totalItems 7 ."
        ));
        provider.set(&format!("/pages/{number}"), Answer::turtle(text));
    }
}

fn publish_edition_of_fdp(provider: &FakeProvider, edition: usize) {
    let names = names_of(edition);
    publish_fdp(provider, &names);
    set_dataset(provider, names[edition % 7], &format!("{} of edition {edition}", names[edition % 7]));
}

/// A hub and what it harvests one source with: a client that gives up at once, so that a hundred deaths take no minutes.
struct Side {
    hub: TestHub,
    engine: Engine,
    source: SourceId,
}

impl Side {
    /// A hub that has harvested the source once.
    async fn begin(protocol: Protocol, address: &str) -> Self {
        let hub = TestHub::spawn();
        let report = match protocol {
            Protocol::Fdp => hub.harvest(address).await,
            Protocol::Document => hub.harvest_document(address).await,
        };
        assert_eq!(report.exit_code(), 0, "{report}");
        let engine = Engine { net: client(true), ..Engine::of(&hub.serving().app) };
        let name = address.to_owned();
        let source = engine.db.read(move |connection| sources::by_name(connection, &name)).await.unwrap().unwrap().id;
        Self { hub, engine, source }
    }

    async fn harvest(&self) -> RunReport {
        self.engine.run(&self.source, &Options::default()).await.unwrap()
    }

    async fn published(&self) -> BTreeSet<String> {
        let source = self.source.clone();
        let all = self.engine.db.read(move |connection| records::of_source(connection, &source)).await.unwrap();
        let published = all.into_iter().filter(|record| record.state == RecordState::Published);
        published.map(|record| record.identity).collect()
    }

    /// What both indexes have.
    async fn shown(&self) -> (String, Vec<String>) {
        self.hub.settle().await;
        (listed(&self.hub.visitor).await, titles_in(&self.hub.serving().app.rdf))
    }
}

/// One hub suffers a source that dies at random points, among so many requests; another one is left alone.
async fn sources_die(protocol: Protocol, path: &str, publish: fn(&FakeProvider, usize), requests: usize) {
    let mut chance = Chance::new("sources that die");
    let provider = FakeProvider::start().await;
    let address = format!("{}{path}", provider.base);
    publish(&provider, 0);
    let (suffering, calm) = (Side::begin(protocol, &address).await, Side::begin(protocol, &address).await);
    for edition in 1..=SOURCE_KILLS / 2 {
        let before = suffering.published().await;
        publish(&provider, edition);
        let report = calm.harvest().await;
        assert_eq!(report.exit_code(), 0, "edition {edition}: {report}");
        let (request, byte) = (chance.below(requests), chance.below(1_600));
        provider.die_at_byte(request, byte);
        let report = suffering.harvest().await;
        let what = format!("edition {edition}, died at request {request}, byte {byte}");
        assert!(provider.requests() > request, "{what}: {report}");
        assert_ne!(report.exit_code(), 0, "{what}: {report}");
        let after = suffering.published().await;
        assert!(after.is_superset(&before), "{what}: {before:?} became {after:?}: {report}");
        provider.die_at(None);
        let report = suffering.harvest().await;
        assert_eq!(report.exit_code(), 0, "{what}: {report}");
        assert_eq!(stored(&suffering.engine.db).await, stored(&calm.engine.db).await, "{what}");
        if edition % 10 == 0 {
            assert_eq!(suffering.shown().await, calm.shown().await, "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paged_source_may_die_at_any_byte_and_nothing_is_lost_or_doubled() {
    sources_die(Protocol::Document, "/pages/0", publish_pages, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fair_data_point_may_die_at_any_byte_and_nothing_is_lost_or_doubled() {
    sources_die(Protocol::Fdp, "/", publish_edition_of_fdp, 17).await;
}

/// Pages of each source in the tests that kill the hub, and records on each.
const PAGES: usize = 3;
const ON_A_PAGE: usize = 2;
/// Sources for each time the hub is killed: it holds up to four at a time, and what it held waits until its lease has
/// run out.
const SOURCES_FOR_A_KILL: usize = 6;
/// How long the last start may take to bring everything in, leases and retries included.
const PATIENCE: Duration = Duration::from_mins(5);

fn publish_source(provider: &FakeProvider, source: usize) {
    for page in 0..PAGES {
        let mut text = PREFIXES.to_owned();
        for record in 0..ON_A_PAGE {
            let name = format!("s{source}-{page}-{record}");
            text.push_str(&dataset(&format!("https://data.example.org/{name}"), &name));
        }
        if page + 1 < PAGES {
            text.push_str(&format!("<> <http://www.w3.org/ns/hydra/core#next> <{}> .", page + 1));
        }
        provider.set(&format!("/{source}/{page}"), Answer::turtle(text));
    }
}

/// A hub in a folder, run as a program.
struct Hub {
    terminal: Terminal,
    port: u16,
}

impl Hub {
    /// A hub with these many sources that are due.
    async fn with_sources(provider: &FakeProvider, count: usize) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let hub = Self { terminal: Terminal::open(), port };
        let db = hub.database();
        db.migrate().unwrap();
        let base = provider.base.clone();
        db.write(move |connection| {
            let now = chrono::Utc::now();
            let owner = NewOrganisation {
                slug: Slug::from_name("Hospital").unwrap(),
                name: "Hospital".to_owned(),
                country: Some("nl".to_owned()),
                homepage: None,
                simulated: false,
            };
            let owner = organisations::insert(connection, &owner, now)?;
            for number in 0..count {
                let source = NewSource {
                    organisation_id: owner.id.clone(),
                    name: format!("source-{number}"),
                    protocol: Protocol::Document.to_string(),
                    address: format!("{base}/{number}/0"),
                    state: SourceState::Approved,
                    interval_seconds: Some(7 * 24 * 3_600),
                    options: "{}".to_owned(),
                };
                sources::insert(connection, &source, now)?;
            }
            Ok::<_, DbError>(())
        })
        .await
        .unwrap();
        hub
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.terminal.path("hub.sqlite").display())
    }

    fn database(&self) -> Db {
        Db::connect(&DatabaseSettings::new(self.url())).unwrap()
    }

    fn program(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.terminal.atlas(arguments);
        command
            .env("ATLAS__DATABASE__URL", self.url())
            .env("ATLAS__SERVER__BIND", format!("127.0.0.1:{}", self.port))
            .env("ATLAS__SERVER__WORKERS", "1")
            .env("ATLAS__NET__ALLOW_PRIVATE", "true")
            .env("ATLAS__HARVEST__PACE_MILLISECONDS", "0");
        command
    }

    fn serve(&self) -> Running {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.terminal.path("log")).unwrap();
        let mut command = self.program(&["serve"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Running::of(command.spawn().expect("the program starts"))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.terminal.path("log")).unwrap_or_default()
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(format!("http://127.0.0.1:{}", self.port))
    }

    /// Waits until every source has been harvested and everything is in both indexes.
    async fn bring_in_everything(&self, expected: usize) {
        let (since, db) = (Instant::now(), self.database());
        loop {
            let waiting = db
                .read(|connection| {
                    let mut waiting = Vec::new();
                    for source in sources::list(connection)? {
                        if runs::last_success(connection, &source.id)?.is_none() {
                            waiting.push(source.name);
                        }
                    }
                    Ok::<_, DbError>(waiting)
                })
                .await
                .unwrap();
            if waiting.is_empty() && self.shows(expected).await {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "still waiting for {waiting:?}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Whether both indexes have as many data sets.
    async fn shows(&self, expected: usize) -> bool {
        let visitor = self.visitor();
        let Some(list) = visitor.try_ask("/api/v1/datasets", "application/json").await else { return false };
        let query = "/sparql?query=SELECT%20(COUNT(DISTINCT%20?s)%20AS%20?n)%20WHERE%20%7BGRAPH%20?g%20%7B?s%20a%20%3Chttp://www.w3.org/ns/dcat%23Dataset%3E%7D%7D";
        let Some(counted) = visitor.try_ask(query, "application/sparql-results+json").await else { return false };
        list.status == 200
            && counted.status == 200
            && list.json()["total"] == expected
            && counted.json()["results"]["bindings"][0]["n"]["value"].as_str() == Some(&expected.to_string())
    }

    /// What the hub exports, in canonical form.
    fn exported(&self, profile: &str) -> String {
        let output = self.program(&["export", "--profile", profile]).output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let parsed = parse(&output.stdout, Some("application/n-quads"), "", &ParseLimits::default()).unwrap();
        canonicalise(&parsed.graph).unwrap().nquads
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hub_may_be_killed_at_any_moment_and_nothing_is_lost_or_doubled() {
    let chosen =
        std::env::var("ATLAS_TEST_KILLS").ok().map(|kills| kills.parse().expect("ATLAS_TEST_KILLS is a number"));
    let kills = chosen.unwrap_or(HUB_KILLS);
    let mut chance = Chance::new("a hub that is killed");
    let provider = FakeProvider::start().await;
    let count = kills * SOURCES_FOR_A_KILL;
    (0..count).for_each(|source| publish_source(&provider, source));
    let hub = Hub::with_sources(&provider, count).await;
    provider.pause(Duration::from_millis(15));
    let mut during_harvest = 0;
    for kill in 0..kills {
        provider.take_requests();
        let running = hub.serve();
        let started = Instant::now();
        // Every fourth time at any moment from the start on, else once it harvests.
        let at_any_moment = kill % 4 == 3;
        while !at_any_moment && provider.requests() == 0 && started.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let longest = if at_any_moment { 1_200 } else { 300 };
        tokio::time::sleep(Duration::from_millis(chance.below(longest) as u64)).await;
        during_harvest += usize::from(provider.requests() > 0);
        running.kill_9();
    }
    assert!(during_harvest * 2 > kills, "only {during_harvest} of {kills} kills met a harvest: {}", hub.log());
    provider.pause(Duration::ZERO);
    let calm = Hub::with_sources(&provider, count).await;
    let running = [hub.serve(), calm.serve()];
    let expected = count * PAGES * ON_A_PAGE;
    calm.bring_in_everything(expected).await;
    hub.bring_in_everything(expected).await;
    assert_eq!(stored(&hub.database()).await, stored(&calm.database()).await);
    assert_eq!(listed(&hub.visitor()).await, listed(&calm.visitor()).await);
    assert_eq!(asked(&hub.visitor()).await, asked(&calm.visitor()).await);
    for profile in ["source", "r8"] {
        assert_eq!(hub.exported(profile), calm.exported(profile));
    }
    let versions: Vec<i64> = versions(&hub.database()).await;
    assert!(versions.len() == expected && versions.iter().all(|version| *version == 1), "{versions:?}");
    eprintln!("{kills} kills, {during_harvest} of them during a harvest");
    running.into_iter().for_each(Running::kill_9);
}

async fn versions(db: &Db) -> Vec<i64> {
    db.read(|connection| {
        let mut versions = Vec::new();
        for source in sources::list(connection)? {
            versions.extend(records::of_source(connection, &source.id)?.into_iter().map(|record| record.version));
        }
        Ok::<_, DbError>(versions)
    })
    .await
    .unwrap()
}
