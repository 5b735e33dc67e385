//! A whole hub in this process: harvest, projections, pages over HTTP.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use atlas::cli::serve::Serving;
use atlas::cli::work;
use atlas::config::Config;
use atlas::domain::clock::SystemClock;
use atlas::harvest::{Protocol, RunReport, SourceOptions};
use atlas::providers::{NewProvider, NewSource, add_source};
use atlas::vocab::Vocabulary;
use tokio::runtime::Runtime;

use super::Figures;
use super::catalogue::Catalogue;
use super::clock::{Effort, Times};
use super::questions::Question;
use super::source::Source;
use super::visitor::Visitor;

/// How often the indexes are looked at while they catch up.
const LOOK: Duration = Duration::from_millis(10);
/// Longest wait for them.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// A hub that runs.
pub struct Hub {
    serving: Option<Serving>,
    runtime: Runtime,
}

impl Hub {
    /// A hub on a free port over the data directory.
    pub fn start(directory: &Path) -> Self {
        let mut config = Config::default();
        config.server.bind = "127.0.0.1:0".to_owned();
        config.data.directory = directory.to_owned();
        config.net.allow_private = true;
        config.harvest.pace_milliseconds = 0;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let serving = Serving::start(config, Arc::new(SystemClock), runtime.handle()).unwrap();
        Self { serving: Some(serving), runtime }
    }

    /// The parts of the hub.
    pub fn serving(&self) -> &Serving {
        self.serving.as_ref().unwrap()
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://{}", self.serving().address)
    }

    /// Enters the source and harvests it; answers the report and the seconds until all was committed.
    pub fn harvest(&self, address: &str) -> (RunReport, f64) {
        let app = Arc::clone(&self.serving().app);
        let source = NewSource {
            name: "synthetic".to_owned(),
            provider: NewProvider {
                name: "Synthetic provider".to_owned(),
                country: Some("de".to_owned()),
                homepage: None,
                simulated: true,
            },
            protocol: Protocol::Fdp,
            address: address.to_owned(),
            options: SourceOptions::default(),
            interval_hours: None,
            approve: true,
            actor: "bench".to_owned(),
        };
        self.runtime.block_on(async {
            let added = add_source(&app, source).await.unwrap();
            let begun = Instant::now();
            let report = work::harvest_and_count(&app, &added.source.id, "bench").await.unwrap();
            (report, begun.elapsed().as_secs_f64())
        })
    }

    /// Waits until the text index, and then the RDF index, have everything; answers the seconds since `begun`.
    pub fn caught_up(&self, begun: Instant) -> (f64, f64) {
        let projector = &self.serving().projector;
        let mut text = None;
        while begun.elapsed() < PATIENCE {
            let progress = projector.progress().unwrap();
            if text.is_none() && progress.search == Some(progress.head) {
                text = Some(begun.elapsed().as_secs_f64());
            }
            if let Some(text) = text
                && progress.rdf == progress.head
            {
                return (text, begun.elapsed().as_secs_f64());
            }
            std::thread::sleep(LOOK);
        }
        panic!("the indexes did not catch up in {PATIENCE:?}");
    }

    /// Stops in order.
    pub fn stop(mut self) {
        let serving = self.serving.take().unwrap();
        self.runtime.block_on(serving.stop());
    }
}

/// Harvests a synthetic source of this size into the data directory and leaves the hub running.
pub fn harvest(
    figures: &mut Figures,
    catalogue: &Catalogue,
    vocabulary: &Vocabulary,
    directory: &Path,
    documents: &Path,
) -> Hub {
    let source = Source::start(catalogue, vocabulary, documents);
    let hub = Hub::start(directory);
    let begun = Instant::now();
    let (report, committed) = hub.harvest(&source.address);
    assert_eq!(report.tally.added, catalogue.size as u64, "{report}");
    let (text, rdf) = hub.caught_up(begun);
    let (again, unchanged) = hub.harvest(&source.address);
    assert_eq!(again.tally.unchanged, catalogue.size as u64, "{again}");
    let size = catalogue.size as f64;
    let shape = format!("{:.0} statements and {:.1} KB a record", source.triples, source.bytes / 1000.0);
    let records = super::grouped(catalogue.size);
    figures.row(
        format!("harvest of {records} records until committed"),
        format!("{:.0} records/s ({committed:.2} s)", size / committed),
        "",
        None,
        format!("HealthDCAT-AP R8 in Turtle, 100 a page, loopback HTTP, pace off; {shape}; SQLite"),
    );
    figures.row(
        "... until searchable by text",
        format!("{:.0} records/s ({text:.2} s)", size / text),
        ">= 2,000 records/s",
        Some(size / text >= 2_000.0),
        "from the start of the run until the text index stands at the newest outbox position",
    );
    figures.row(
        "... until in the RDF index",
        format!("{:.0} records/s ({rdf:.2} s, {:.2} s after the text index)", size / rdf, rdf - text),
        "",
        None,
        "the same for the RDF index",
    );
    figures.row(
        "the same harvest again, nothing changed",
        format!("{unchanged:.2} s: {:.1} times faster", committed / unchanged),
        ">= 10 times faster",
        Some(committed / unchanged >= 10.0),
        "conditional requests, 304 to each page",
    );
    hub
}

/// Asks every question over HTTP, packed as browsers ask for it.
pub fn pages(figures: &mut Figures, hub: &Hub, questions: &[Question], effort: Effort, limit: (f64, f64)) {
    let mut visitor = Visitor::new(&hub.address()).unwrap();
    let mut all = Times::default();
    for question in questions {
        let path = question.request.address("/datasets");
        let mut size = (0, 0);
        let times = Times::of(effort, || {
            let answer = visitor.get(&path, "gzip, deflate, br").unwrap();
            assert_eq!(answer.status, 200, "{path}");
            size.0 = answer.transferred;
        });
        size.1 = visitor.get(&path, "").unwrap().transferred;
        figures.time(question.name, "results page over HTTP", &times, format!("{} B, unpacked {} B", size.0, size.1));
        all = all.with(&times);
    }
    figures.row(
        "results page over HTTP, all questions together",
        format!(
            "p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms",
            all.percentile(50.0),
            all.percentile(95.0),
            all.percentile(99.0)
        ),
        format!("p95 <= {} ms, p99 <= {} ms", limit.0, limit.1),
        Some(all.percentile(95.0) <= limit.0 && all.percentile(99.0) <= limit.1),
        format!(
            "{} requests, one kept connection on loopback, packed, first byte sent to last byte received",
            all.count()
        ),
    );
}

/// Weighs the pages with everything that they load, cold.
pub fn weigh(figures: &mut Figures, hub: &Hub) {
    for (path, name, limit) in [("/datasets", "results", 130_000), ("/", "home", 170_000)] {
        let mut visitor = Visitor::new(&hub.address()).unwrap();
        let page = visitor.get(path, "").unwrap();
        let html = String::from_utf8_lossy(&page.body).into_owned();
        let document = scraper::Html::parse_document(&html);
        let wanted = scraper::Selector::parse("link[rel=stylesheet], script[src], img[src], link[rel=icon]").unwrap();
        let mut parts: Vec<String> = document
            .select(&wanted)
            .filter_map(|element| element.value().attr("src").or_else(|| element.value().attr("href")))
            .map(ToOwned::to_owned)
            .collect();
        parts.sort();
        parts.dedup();
        let foreign = parts.iter().filter(|part| part.contains("://")).count();
        let (mut script, mut style) = (0, 0);
        let mut transferred = visitor.get(path, "gzip, deflate, br").unwrap().transferred;
        for part in parts.iter().filter(|part| part.starts_with('/')) {
            let answer = visitor.get(part, "gzip, deflate, br").unwrap();
            assert_eq!(answer.status, 200, "{part}");
            transferred += answer.transferred;
            script += if part.contains(".js") { answer.body.len() } else { 0 };
            style += if part.contains(".css") { answer.body.len() } else { 0 };
        }
        let requests = parts.len() + 1;
        figures.row(
            format!("{name} page, cold, with all its parts"),
            format!(
                "{:.1} KB in {requests} requests; scripts {:.1} KB, styles {:.1} KB; {foreign} foreign",
                transferred as f64 / 1000.0,
                script as f64 / 1000.0,
                style as f64 / 1000.0
            ),
            format!("<= {} KB, <= 12 requests, JS <= 14 KB, CSS <= 20 KB, none foreign", limit / 1000),
            Some(transferred <= limit && requests <= 12 && script <= 14_000 && style <= 20_000 && foreign == 0),
            "bytes of heads and packed bodies",
        );
    }
}
