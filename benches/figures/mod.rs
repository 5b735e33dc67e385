//! Every figure that this project publishes about its speed and size. `benches/main.rs` runs it in a release build;
//! `tests/it` runs a small twin, so that it cannot rot. Method and results: `benches/README.md`.

mod bare;
mod catalogue;
mod chance;
mod clock;
mod engine;
mod hub;
mod machine;
mod postgres;
mod process;
mod questions;
mod report;
mod source;
mod visitor;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use atlas::vocab::Vocabulary;

use self::catalogue::Catalogue;
use self::clock::{Effort, Times};

/// A part that can be run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The search engine alone, PostgreSQL and bare tantivy beside it.
    Search,
    /// Harvest, pages over HTTP, weights, start and idle memory of one catalogue.
    Hub,
    /// Memory while a large source is harvested.
    Memory,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 3] = [Part::Search, Part::Hub, Part::Memory];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Part::Search => "search",
            Part::Hub => "hub",
            Part::Memory => "memory",
        }
    }
}

/// How much to do.
pub struct Settings {
    /// Data sets in the catalogue that is searched.
    pub size: usize,
    /// Records of the harvested hub; its pages are asked for.
    pub harvested: usize,
    /// Records of the source that memory is watched with.
    pub large: usize,
    /// What to run.
    pub parts: Vec<Part>,
    /// How often each question is asked of each engine.
    pub effort: Effort,
    /// Starts of the process.
    pub starts: usize,
    /// Rest before the memory of an idle process is read.
    pub idle: Duration,
    /// Bounds of the results page's p95 and p99 in milliseconds.
    pub limit: (f64, f64),
    /// The program.
    pub atlas: PathBuf,
    /// An empty PostgreSQL database.
    pub postgres: String,
    /// A folder for everything that is made on the way.
    pub folder: PathBuf,
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The figure.
    pub figure: String,
    /// What DESIGN asks for; empty: nothing.
    pub target: String,
    /// Whether it was met; `None` where nothing is asked for.
    pub met: Option<bool>,
    /// How.
    pub how: String,
}

/// Times of one question at one engine.
#[derive(Debug, Clone)]
pub struct Timed {
    /// The question.
    pub question: String,
    /// The engine.
    pub engine: String,
    /// Times in milliseconds.
    pub times: Times,
    /// What else is said.
    pub note: String,
}

/// What was measured so far.
#[derive(Debug, Default)]
pub struct Figures {
    /// Figures.
    pub rows: Vec<Row>,
    /// Times by question and engine.
    pub timed: Vec<Timed>,
}

impl Figures {
    fn row(
        &mut self,
        what: impl Into<String>,
        figure: impl Into<String>,
        target: impl Into<String>,
        met: Option<bool>,
        how: impl Into<String>,
    ) {
        let row = Row { what: what.into(), figure: figure.into(), target: target.into(), met, how: how.into() };
        progress(&format!("{}: {}", row.what, row.figure));
        self.rows.push(row);
    }

    fn time(&mut self, question: &str, engine: &str, times: &Times, note: impl Into<String>) {
        let (question, engine) = (question.to_owned(), engine.to_owned());
        progress(&format!(
            "{engine}, {question}: p50 {:.3} p95 {:.3} p99 {:.3} ms",
            times.percentile(50.0),
            times.percentile(95.0),
            times.percentile(99.0)
        ));
        self.timed.push(Timed { question, engine, times: times.clone(), note: note.into() });
    }
}

/// Says on standard error how far it is.
fn progress(line: &str) {
    eprintln!("  {line}");
}

/// How often each question is asked.
pub fn effort(warm_up: usize, most: usize, time: Duration) -> Effort {
    Effort { warm_up, most, time }
}

/// Runs the parts and answers what was measured.
pub fn run(settings: &Settings) -> Figures {
    let mut figures = Figures::default();
    let vocabulary = Arc::new(Vocabulary::embedded().unwrap());
    for part in &settings.parts {
        let begun = Instant::now();
        match part {
            Part::Search => search(&mut figures, settings, &vocabulary),
            Part::Hub => hub(&mut figures, settings, &vocabulary),
            Part::Memory => {
                let catalogue = Catalogue::new(settings.large, &vocabulary);
                let folder = fresh(&settings.folder, "memory");
                process::memory(&mut figures, &settings.atlas, &catalogue, &vocabulary, &folder);
            }
        }
        progress(&format!("{} took {:.0} s", part.name(), begun.elapsed().as_secs_f64()));
    }
    figures
}

/// Writes the table and the plot into the folder under the name; answers the table's file.
pub fn publish(figures: &Figures, settings: &Settings, folder: &Path, name: &str) -> PathBuf {
    report::publish(figures, settings, folder, name)
}

fn search(figures: &mut Figures, settings: &Settings, vocabulary: &Arc<Vocabulary>) {
    let catalogue = Catalogue::new(settings.size, vocabulary);
    let engines = engine::Engines::build(figures, &catalogue, vocabulary, settings);
    engines.compare(figures, settings);
}

fn hub(figures: &mut Figures, settings: &Settings, vocabulary: &Arc<Vocabulary>) {
    let catalogue = Catalogue::new(settings.harvested, vocabulary);
    let (directory, documents) = (fresh(&settings.folder, "hub"), fresh(&settings.folder, "documents"));
    let hub = hub::harvest(figures, &catalogue, vocabulary, &directory.join("data"), &documents);
    let questions = questions::questions(&hub.serving().app.search);
    hub::pages(figures, &hub, &questions, settings.effort, settings.limit);
    hub::weigh(figures, &hub);
    hub.stop();
    process::start(figures, &settings.atlas, &directory, settings.starts, settings.idle, settings.harvested);
}

/// An empty folder of this name.
fn fresh(parent: &Path, name: &str) -> PathBuf {
    let folder = parent.join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
