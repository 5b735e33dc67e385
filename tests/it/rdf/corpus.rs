//! The golden table of the corpus: what becomes of every third-party file, one row each.
//!
//! A row that changes fails the test. `ATLAS_WRITE_GOLDEN=1` writes the table anew and fails all the same, so that
//! nobody takes over a change without having read it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use atlas::rdf::canonical::canonicalise;
use atlas::rdf::media::Format;
use atlas::rdf::parse::{ParseLimits, ProblemKind, parse};
use atlas::rdf::profile::{self, Target, read_dataset, read_series, write_dataset};
use atlas::rdf::split::{RecordKind, split};
use sha2::{Digest, Sha256};

use super::{BASE, vocabulary};

const TABLE: &str = "tests/it/golden/corpus.tsv";
const HEAD: &str = "# What becomes of every file of the corpus: path, SHA-256, format, outcome, records read, repairs and losses by kind.\n";

fn corpus() -> Option<PathBuf> {
    let directory = std::env::var_os("ATLAS_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    directory.is_dir().then_some(directory)
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The row of a file, without its path.
fn row(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default();
    let header = Format::from_suffix(suffix).map(Format::media_type);
    let parsed = match parse(&bytes, header, BASE, &ParseLimits::default()) {
        Err(refused) => return format!("{hash}\t-\trefused: {}\t0\t", refused.kind()),
        Ok(parsed) => parsed,
    };
    let outcome = match (parsed.complete, parsed.lost, parsed.problems.is_empty()) {
        (false, _, _) => "refused: cut",
        (true, true, _) => "salvaged",
        (true, false, false) => "mended",
        (true, false, true) => "whole",
    };
    assert!(parsed.problems.iter().all(|problem| !problem.message.is_empty()));
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &parsed.problems {
        let sign = if problem.kind == ProblemKind::Lost { "-" } else { "" };
        *kinds.entry(format!("{sign}{}", problem.defect)).or_default() += 1;
    }
    let vocabulary = vocabulary();
    let mut records = 0;
    for record in split(&parsed.graph).records {
        canonicalise(&record.graph).unwrap();
        let repairs = if record.kind == RecordKind::Series {
            read_series(&record.graph, record.subject.as_ref(), &vocabulary).map(|read| read.repairs)
        } else {
            read_dataset(&record.graph, record.subject.as_ref(), &vocabulary).map(|read| {
                let written = write_dataset(&read.value, &vocabulary, &Target::full());
                let subject = profile::subject(read.value.iri.as_deref());
                let again = read_dataset(&written, subject.as_ref(), &vocabulary).unwrap();
                assert_eq!(again.value, read.value, "{}", path.display());
                read.repairs
            })
        };
        match repairs {
            Ok(repairs) => {
                records += 1;
                for repair in repairs {
                    *kinds.entry(repair.property).or_default() += 1;
                }
            }
            Err(_) => *kinds.entry("-identity".to_owned()).or_default() += 1,
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    format!("{hash}\t{}\t{outcome}\t{records}\t{}", parsed.format.suffix(), kinds.join(", "))
}

#[test]
fn every_file_of_the_corpus_becomes_what_the_table_says() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    let expected = std::fs::read_to_string(&table).unwrap();
    let rows = |text: &str| -> BTreeMap<String, String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once('\t')).map(|(path, row)| (path.to_owned(), row.to_owned())).collect()
    };
    let expected = rows(&expected);
    let Some(corpus) = corpus() else {
        println!("corpus absent, 0 of {} checked", expected.len());
        return;
    };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    let found: BTreeMap<String, String> = paths
        .iter()
        .map(|path| (path.strip_prefix(&corpus).unwrap().display().to_string().replace('\\', "/"), row(path)))
        .collect();
    let mut differences = Vec::new();
    for (path, row) in &found {
        match expected.get(path) {
            None => differences.push(format!("{path} is not in the table: {row}")),
            Some(known) if known != row => differences.push(format!("{path}\n  was {known}\n  is  {row}")),
            Some(_) => {}
        }
    }
    differences
        .extend(expected.keys().filter(|path| !found.contains_key(*path)).map(|path| format!("{path} is missing")));
    if std::env::var_os("ATLAS_WRITE_GOLDEN").is_some() {
        let lines: String = found.iter().map(|(path, row)| format!("{path}\t{row}\n")).collect();
        std::fs::write(&table, format!("{HEAD}{lines}")).unwrap();
        panic!("{TABLE} was written anew: read the difference, then run the test without ATLAS_WRITE_GOLDEN");
    }
    assert!(differences.is_empty(), "{} rows differ:\n{}", differences.len(), differences.join("\n"));
    println!("corpus: {} of {} checked", found.len(), expected.len());
    assert!(!expected.is_empty());
}
