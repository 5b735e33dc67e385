//! `atlas` as a process of its own: how soon it answers, how much memory it holds.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Figures;
use super::catalogue::Catalogue;
use super::clock::Times;
use super::source::Source;
use super::visitor::Visitor;
use atlas::vocab::Vocabulary;

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// Longest wait for it.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// A running `atlas serve`; killed when it is dropped.
struct Running {
    child: Child,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(atlas: &Path, directory: &Path, address: &str) -> Command {
    let mut command = Command::new(atlas);
    command
        .current_dir(directory)
        .env("ATLAS__SERVER__BIND", address)
        .env("ATLAS__NET__ALLOW_PRIVATE", "true")
        .env("ATLAS__HARVEST__PACE_MILLISECONDS", "0")
        .env("ATLAS__TELEMETRY__LOG", "warn")
        .env_remove("RUST_LOG")
        .args(["--dir".as_ref(), directory.join("data").as_os_str()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

impl Running {
    /// Starts `atlas serve` over `directory/data` and waits until it answers; answers the seconds too.
    fn start(atlas: &Path, directory: &Path) -> (Self, f64) {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let begun = Instant::now();
        let child = command(atlas, directory, &free.to_string()).arg("serve").spawn().unwrap();
        let running = Self { child, address: format!("http://{free}") };
        while running.total("lung").is_none() {
            assert!(begun.elapsed() < PATIENCE, "atlas serve does not answer");
            std::thread::sleep(LOOK);
        }
        (running, begun.elapsed().as_secs_f64())
    }

    /// How many data sets it finds; `None` while it does not answer.
    fn total(&self, words: &str) -> Option<u64> {
        let mut visitor = Visitor::new(&self.address).ok()?;
        let answer = visitor.get(&format!("/api/v1/datasets?subject-kind=any&q={words}"), "").ok()?;
        let body: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
        (answer.status == 200).then(|| body["total"].as_u64())?
    }

    /// A line of `/proc/pid/status` in MiB: `VmRSS`, `VmHWM`, `RssAnon`.
    fn memory(&self, what: &str) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(what)).unwrap_or(": 0 kB");
        let kilobytes: f64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap();
        kilobytes / 1024.0
    }
}

/// Starts the process over the folder's data a few times, and lets it idle.
pub fn start(figures: &mut Figures, atlas: &Path, directory: &Path, times: usize, idle: Duration, records: usize) {
    let mut seconds = Vec::new();
    let mut memory = (0.0, 0.0);
    for _ in 0..times.max(1) {
        let (running, took) = Running::start(atlas, directory);
        seconds.push(took);
        std::thread::sleep(idle);
        memory = (running.memory("VmRSS"), running.memory("RssAnon"));
    }
    let seconds = Times::from(seconds);
    let records = super::grouped(records);
    figures.row(
        format!("`atlas serve` until it answers a search, {records} data sets"),
        format!("{:.0} ms, worst {:.0} ms", seconds.percentile(50.0) * 1000.0, seconds.percentile(100.0) * 1000.0),
        "<= 1 s",
        Some(seconds.percentile(100.0) <= 1.0),
        format!("{} starts", seconds.count()),
    );
    figures.row(
        "resident memory when idle",
        format!("{:.0} MiB ({:.0} MiB of it not file pages)", memory.0, memory.1),
        "<= 150 MiB",
        Some(memory.0 <= 150.0),
        format!("VmRSS {} s after the first answer", idle.as_secs()),
    );
}

/// Lets a process harvest a large source by its schedule, and watches its memory.
pub fn memory(figures: &mut Figures, atlas: &Path, catalogue: &Catalogue, vocabulary: &Vocabulary, folder: &Path) {
    let (documents, directory) = (folder.join("documents"), folder.join("hub"));
    std::fs::create_dir_all(&documents).unwrap();
    std::fs::create_dir_all(&directory).unwrap();
    let source = Source::start(catalogue, vocabulary, &documents);
    let added = command(atlas, &directory, "127.0.0.1:0")
        .args(["source", "add", "synthetic", &source.address, "--provider", "Synthetic provider", "--approve"])
        .args(["--every", "1000"])
        .status()
        .unwrap();
    assert!(added.success(), "the source is entered");
    let begun = Instant::now();
    let (running, _) = Running::start(atlas, &directory);
    let wanted = catalogue.size as u64;
    let mut most = 0.0_f64;
    while running.total("").unwrap_or(0) < wanted {
        most = most.max(running.memory("VmRSS"));
        assert!(begun.elapsed() < PATIENCE, "the harvest does not end");
        std::thread::sleep(Duration::from_millis(200));
    }
    most = most.max(running.memory("VmHWM"));
    figures.row(
        format!("memory while {} records of one source are harvested", super::grouped(catalogue.size)),
        format!("{most:.0} MiB at most, all searchable after {:.0} s", begun.elapsed().as_secs_f64()),
        "<= 300 MiB",
        Some(most <= 300.0),
        "VmHWM of `atlas serve`, paged FAIR Data Point, harvest and both projections in the one process",
    );
}
