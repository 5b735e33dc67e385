//! A public door and hostile queries: each of a file of them ends bounded and named while normal queries go on, and
//! nothing is left behind, also when the hub itself is killed.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::helpers::program::{Running, Terminal};

/// The queries.
const HOSTILE: &str = include_str!("hostile.rq");
/// Memory that the hub may take beyond what it takes to serve, in MiB: four answers of the greatest size and some.
const HUB_GROWTH: u64 = 160;

/// A running `atlas serve` over a catalogue, as a process of its own.
struct Served {
    program: Running,
    terminal: Terminal,
    base: String,
    client: reqwest::Client,
}

impl Served {
    async fn start() -> Self {
        let terminal = Terminal::open();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        terminal.write(
            "atlas.toml",
            &format!(
                "[server]\nbind = \"127.0.0.1:{port}\"\nworkers = 2\n[rdf]\nquery_seconds = 2\nquery_rows = 2000\n\
                 query_bytes = 4000000\nquery_memory_mebibytes = 192\nparallel_queries = 3\nwaiting_queries = 20\n\
                 waiting_seconds = 60\ncheckpoint_seconds = 1\n[telemetry]\nlog = \"error\"\n"
            ),
        );
        let file = terminal.write("catalogue.ttl", &catalogue());
        let file = file.to_str().unwrap();
        let flags = ["--protocol", "document", "--provider", "A hospital", "--country", "DE", "--approve"];
        let added = terminal.run(&[["source", "add", "hospital", file].as_slice(), flags.as_slice()].concat());
        assert_eq!(added.code, Some(0), "{added:?}");
        let harvested = terminal.run(&["harvest", "hospital"]);
        assert_eq!(harvested.code, Some(0), "{harvested:?}");
        let mut served = Self {
            program: terminal.start(&["serve"]),
            base: format!("http://127.0.0.1:{port}"),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            terminal,
        };
        served.until_it_answers().await;
        served
    }

    /// Waits until the hub answers about the whole catalogue.
    async fn until_it_answers(&mut self) {
        for _ in 0..600 {
            let rows = self.client.get(address(&self.base, NORMAL));
            if let Ok(answer) = rows.header(ACCEPT, "text/csv").send().await
                && answer.text().await.unwrap_or_default().lines().nth(1) == Some("300")
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the hub does not answer");
    }

    async fn ask(&self, query: &str) -> (u16, serde_json::Value) {
        let request = self.client.post(format!("{}/sparql", self.base)).body(query.to_owned());
        let request =
            request.header(CONTENT_TYPE, "application/sparql-query").header(ACCEPT, "application/json, */*;q=0.1");
        let answer = request.send().await.expect("the hub answers");
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.expect("body")).unwrap_or_default())
    }

    /// A line of `/proc/{hub}/status` in MiB.
    fn memory(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.id())).unwrap();
        let found = status.lines().find_map(|text| text.strip_prefix(line)).unwrap();
        found.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() / 1024
    }

    /// Process numbers of running workers.
    fn workers(&self) -> Vec<u32> {
        let folder = self.terminal.path("data").display().to_string();
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        numbers.filter(|number| is_worker(*number, &folder)).collect()
    }
}

fn address(base: &str, query: &str) -> String {
    format!("{base}/sparql?query={}", url::form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>())
}

fn is_worker(process: u32, folder: &str) -> bool {
    let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line);
    line.contains("sparql-worker") && line.contains(folder)
}

/// What people ask meanwhile.
const NORMAL: &str = "SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a <http://www.w3.org/ns/dcat#Dataset> }";

/// Three hundred data sets.
fn catalogue() -> String {
    let mut text = String::from(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
         @prefix health: <http://healthdataportal.eu/ns/health#> .\n\
         @prefix eucaim: <https://cancerimage.eu/ontology/EUCAIM#> .\n",
    );
    for number in 0..300 {
        text.push_str(&format!(
            "<https://hospital.example/dataset/{number}> a dcat:Dataset ; dct:identifier \"d{number}\" ;\n\
             dct:title \"Data set {number}\"@en ; dct:description \"Images of {number} people, and more.\"@en ;\n\
             dcat:keyword \"cancer\"@en, \"image {number}\"@en ; eucaim:hasImageModality \"CT\", \"MR\" ;\n\
             health:numberOfUniqueIndividuals {number} ; dcat:landingPage <https://hospital.example/{number}> .\n"
        ));
    }
    text
}

/// Name, right outcomes, query.
fn hostile() -> Vec<(&'static str, Vec<&'static str>, &'static str)> {
    let blocks = HOSTILE.split("### ").skip(1);
    let read = |block: &'static str| {
        let (head, query) = block.split_once('\n').unwrap();
        let (name, outcomes) = head.split_once(" | ").unwrap();
        (name, outcomes.split(' ').collect(), query.trim_end())
    };
    blocks.map(read).collect()
}

/// The outcome that an answer names.
fn outcome(status: u16, answer: &serde_json::Value) -> &'static str {
    let detail = answer["detail"].as_str().unwrap_or_default();
    match status {
        200 => "answered",
        400 | 413 => "refused",
        504 if detail.contains("2 seconds") => "deadline",
        422 if detail.contains("MiB of memory") => "memory",
        422 if detail.contains("rows or statements") => "rows",
        422 if detail.contains("bytes") => "bytes",
        422 if detail.contains("nested too deeply") => "depth",
        _ => "something else",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_door_survives_hostile_queries_while_normal_ones_are_answered() {
    let served = Arc::new(Served::start().await);
    let before = served.memory("VmRSS");
    let over = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let normal = tokio::spawn({
        let (served, over, answered) = (Arc::clone(&served), Arc::clone(&over), Arc::clone(&answered));
        async move {
            while !over.load(Ordering::Relaxed) {
                let (status, answer) = served.ask(NORMAL).await;
                let count = answer["results"]["bindings"][0]["n"]["value"].clone();
                assert_eq!((status, count.as_str()), (200, Some("300")), "{answer}");
                answered.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    let wrong = Arc::new(std::sync::Mutex::new(Vec::new()));
    // Two at a time: the third place is for everybody else.
    let attackers = (0..2).map(|turn| {
        let (served, wrong) = (Arc::clone(&served), Arc::clone(&wrong));
        tokio::spawn(async move {
            for (name, right, query) in hostile().into_iter().skip(turn).step_by(2) {
                let (status, answer) = served.ask(query).await;
                let found = outcome(status, &answer);
                println!("{found:>10}  {name}");
                if !right.contains(&found) {
                    wrong.lock().unwrap().push(format!("{name}: {found} ({status} {answer}), right: {right:?}"));
                }
            }
        })
    });
    for attacker in attackers.collect::<Vec<_>>() {
        attacker.await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    normal.await.unwrap();
    assert!(wrong.lock().unwrap().is_empty(), "{:#?}", wrong.lock().unwrap());
    assert!(answered.load(Ordering::Relaxed) >= 10, "{answered:?} normal queries were answered");
    let peak = served.memory("VmHWM");
    println!("hub: {before} MiB before, {peak} MiB at most; {answered:?} normal queries answered meanwhile");
    assert!(peak < before + HUB_GROWTH, "the hub grew from {before} MiB to {peak} MiB");
    assert!(served.workers().len() <= 3, "{:?}", served.workers());
    assert_eq!(std::fs::read_dir(served.terminal.path("data/rdf-checkpoints")).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_end_with_a_hub_that_is_killed_and_the_next_start_cleans_up() {
    let mut served = Served::start().await;
    let (base, client) = (served.base.clone(), served.client.clone());
    let endless = tokio::spawn(async move {
        let query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }";
        client.get(address(&base, query)).send().await.map(|_| ())
    });
    while served.workers().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let workers = served.workers();
    let hub = rustix::process::Pid::from_raw(i32::try_from(served.program.id()).unwrap()).unwrap();
    rustix::process::kill_process(hub, rustix::process::Signal::KILL).unwrap();
    assert!(endless.await.unwrap().is_err(), "the connection broke off");
    let folder = served.terminal.path("data").display().to_string();
    for _ in 0..200 {
        if !workers.iter().any(|worker| is_worker(*worker, &folder)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!workers.iter().any(|worker| is_worker(*worker, &folder)), "{workers:?} run on");
    let checkpoints = served.terminal.path("data/rdf-checkpoints");
    assert_eq!(std::fs::read_dir(&checkpoints).unwrap().count(), 1, "it was left behind");
    std::fs::create_dir(checkpoints.join("left-behind")).unwrap();
    served.program = served.terminal.start(&["serve"]);
    served.until_it_answers().await;
    assert!(!checkpoints.join("left-behind").exists());
    assert_eq!(std::fs::read_dir(&checkpoints).unwrap().count(), 1);
}
