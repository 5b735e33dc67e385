//! The benches on a very small catalogue: they run, their engines agree, their table is written. Nothing is timed.

#[path = "../../benches/figures/mod.rs"]
#[allow(dead_code)]
mod figures;

use std::time::Duration;

use crate::helpers::database::{Backend, TestDatabase};

#[test]
fn every_bench_runs_on_a_small_catalogue_and_its_engines_agree() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty_on(Backend::Postgres);
    let settings = figures::Settings {
        size: 120,
        harvested: 20,
        large: 10,
        parts: figures::Part::ALL.to_vec(),
        effort: figures::effort(0, 1, Duration::ZERO),
        starts: 1,
        idle: Duration::ZERO,
        limit: (f64::MAX, f64::MAX),
        atlas: env!("CARGO_BIN_EXE_atlas").into(),
        postgres: database.url.clone(),
        folder: folder.path().to_owned(),
    };
    let measured = figures::run(&settings);
    let table = figures::publish(&measured, &settings, &folder.path().join("results"), "small");
    let text = std::fs::read_to_string(table).unwrap();
    for what in ["engine alone", "PostgreSQL", "bare tantivy", "harvest of 20", "results page", "atlas serve", "memory"]
    {
        assert!(text.contains(what), "no figure about {what} in {text}");
    }
    let plot = std::fs::read_to_string(folder.path().join("results/small.svg")).unwrap();
    assert!(plot.ends_with("</svg>\n") && plot.contains("<rect"), "{plot}");
}
