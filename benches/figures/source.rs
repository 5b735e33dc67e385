//! A FAIR Data Point that serves a synthetic catalogue as HealthDCAT-AP Release 8 in Turtle, a hundred records a page.
//! All documents are written to a folder first, so that serving them costs next to nothing while a hub is measured.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use atlas::fdp::{self, Entry, FairDataPoint};
use atlas::rdf::media::Format;
use atlas::rdf::profile::{Target, write_dataset};
use atlas::rdf::write::serialise;
use atlas::vocab::Vocabulary;
use chrono::{DateTime, Utc};

use super::catalogue::Catalogue;

/// Records of a page.
const PAGE: usize = 100;
/// The persistent base.
const BASE: &str = "https://bench.atlas-demo.example";

/// A running source. It serves until the process ends.
pub struct Source {
    /// `http://127.0.0.1:port`.
    pub address: String,
    /// Statements of a record, on average.
    pub triples: f64,
    /// Bytes of a record, on average.
    pub bytes: f64,
}

struct Page {
    file: PathBuf,
    tag: String,
    next: Option<String>,
}

impl Source {
    /// Writes the documents into the folder and serves them.
    pub fn start(catalogue: &Catalogue, vocabulary: &Vocabulary, folder: &Path) -> Self {
        let when: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let point = |datasets: Vec<Entry>| FairDataPoint {
            base: BASE.to_owned(),
            title: "Synthetic source".to_owned(),
            description: "Copies of real collections' facts, for measuring.".to_owned(),
            publisher: "Synthetic source".to_owned(),
            issued: when,
            catalogues: vec![fdp::Catalogue {
                id: "main".to_owned(),
                title: "Synthetic".to_owned(),
                description: "Synthetic".to_owned(),
                datasets,
            }],
        };
        let id = |number: usize| format!("d{number:07}");
        let mut pages = HashMap::new();
        let mut keep = |path: String, graph: &oxrdf::Graph, next: Option<String>| -> usize {
            let text = serialise(graph, Format::Turtle);
            let file = folder.join(format!("{}.ttl", pages.len()));
            std::fs::write(&file, &text).unwrap();
            let tag = format!("\"{}-{}\"", pages.len(), text.len());
            pages.insert(path, Page { file, tag, next });
            text.len()
        };
        let bare =
            (0..catalogue.size).map(|number| Entry { id: id(number), graph: oxrdf::Graph::new(), modified: when });
        let whole = point(bare.collect());
        keep("/".to_owned(), &fdp::answer(&whole, "/", None, None).unwrap().graph, None);
        keep("/catalog/main".to_owned(), &fdp::answer(&whole, "/catalog/main", None, None).unwrap().graph, None);
        let (mut triples, mut bytes) = (0, 0);
        for page in 0..catalogue.size.div_ceil(PAGE) {
            let numbers = page * PAGE..((page + 1) * PAGE).min(catalogue.size);
            let entries = numbers.map(|number| {
                let mut dataset = catalogue.published(number);
                dataset.iri = Some(format!("{BASE}/dataset/{}", id(number)));
                dataset.series = Vec::new();
                Entry { id: id(number), graph: write_dataset(&dataset, vocabulary, &Target::full()), modified: when }
            });
            let graph = fdp::answer(&point(entries.collect()), "/catalog/main/page/dataset", None, Some(PAGE));
            let graph = graph.unwrap().graph;
            let address = |page: usize| format!("/catalog/main/page/dataset?page={page}&size={PAGE}");
            let next = ((page + 1) * PAGE < catalogue.size).then(|| format!("{BASE}{}", address(page + 1)));
            triples += graph.len();
            bytes += keep(address(page), &graph, next);
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(pages);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let pages = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &pages));
            }
        });
        let of_one = |sum: usize| sum as f64 / catalogue.size.max(1) as f64;
        Self { address, triples: of_one(triples), bytes: of_one(bytes) }
    }
}

fn serve(stream: TcpStream, pages: &HashMap<String, Page>) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream);
    while let Some((path, tag)) = request(&mut reader) {
        let answer = match pages.get(&path) {
            None => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            Some(page) if tag.as_deref() == Some(&page.tag) => {
                let link = link(page);
                format!("HTTP/1.1 304 Not Modified\r\nETag: {}\r\n{link}\r\n", page.tag).into_bytes()
            }
            Some(page) => {
                let body = std::fs::read(&page.file).unwrap();
                let mut answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nETag: {}\r\nContent-Length: {}\r\n{}\r\n",
                    page.tag,
                    body.len(),
                    link(page)
                )
                .into_bytes();
                answer.extend(body);
                answer
            }
        };
        if reader.get_mut().write_all(&answer).is_err() {
            return;
        }
    }
}

fn link(page: &Page) -> String {
    page.next.as_ref().map(|next| format!("Link: <{next}>; rel=\"next\"\r\n")).unwrap_or_default()
}

/// The path and the entity tag of the next request on the connection.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Option<String>)> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let path = first.split(' ').nth(1)?.to_owned();
    let mut tag = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            return Some((path, tag));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("if-none-match")
        {
            tag = Some(value.trim().to_owned());
        }
    }
}
