//! Every file of the corpus either reads or is refused with a reason.

use std::path::PathBuf;

use atlas::rdf::canonical::canonicalise;
use atlas::rdf::parse::{ParseLimits, parse};
use atlas::rdf::profile::{self, Target, read_dataset, read_series, write_dataset};
use atlas::rdf::split::{RecordKind, split};

use super::{BASE, vocabulary};

/// Turtle files that the corpus has.
const EXPECTED: usize = 75;

fn corpus() -> Option<PathBuf> {
    let directory = std::env::var_os("ATLAS_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    directory.is_dir().then_some(directory)
}

#[test]
fn every_turtle_file_of_the_corpus_is_read_or_refused_with_a_reason() {
    let Some(corpus) = corpus() else {
        println!("corpus absent, 0 of {EXPECTED} checked");
        return;
    };
    let vocabulary = vocabulary();
    let (mut whole, mut salvaged, mut refused, mut records, mut nameless) = (0, 0, 0, 0, 0);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|path| path.is_dir()) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|suffix| suffix != "ttl") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            match parse(&bytes, Some("text/turtle"), BASE, &ParseLimits::default()) {
                Err(reason) => {
                    refused += 1;
                    assert!(!reason.to_string().is_empty());
                    println!("refused {}: {reason}", path.display());
                }
                Ok(parsed) => {
                    if parsed.problems.is_empty() && parsed.complete {
                        whole += 1;
                    } else {
                        salvaged += 1;
                        println!("salvaged {}: {:?}", path.display(), parsed.problems.first());
                        assert!(parsed.problems.iter().all(|problem| !problem.message.is_empty()));
                    }
                    for record in split(&parsed.graph).records {
                        records += 1;
                        canonicalise(&record.graph).unwrap();
                        if record.kind == RecordKind::Series {
                            let _ = read_series(&record.graph, record.subject.as_ref(), &vocabulary);
                            continue;
                        }
                        let Ok(read) = read_dataset(&record.graph, record.subject.as_ref(), &vocabulary) else {
                            nameless += 1;
                            continue;
                        };
                        let written = write_dataset(&read.value, &vocabulary, &Target::full());
                        let subject = profile::subject(read.value.iri.as_deref());
                        let again = read_dataset(&written, subject.as_ref(), &vocabulary).unwrap();
                        assert_eq!(again.value, read.value, "{}", path.display());
                    }
                }
            }
        }
    }
    println!(
        "corpus: {whole} read whole, {salvaged} salvaged, {refused} refused; {records} records, {nameless} of them without identity"
    );
    assert!(whole + salvaged + refused >= EXPECTED, "{} files", whole + salvaged + refused);
    assert!(whole >= 60 && records >= 40);
}
