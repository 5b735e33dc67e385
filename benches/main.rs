//! `make bench`: measures in a release build and writes `benches/results`.
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    dead_code
)]

#[path = "../tests/it/helpers/database.rs"]
mod database;
mod figures;

use std::path::{Path, PathBuf};
use std::time::Duration;

use figures::Part;

const USAGE: &str = "figures [--scale 10k|1m] [--parts search,hub,memory] [--size N] [--large N] [--atlas FILE]";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|one| one == name)?;
        arguments.get(at + 1).filter(|value| !value.is_empty()).cloned()
    };
    if arguments.iter().any(|one| one.starts_with('-') && !USAGE.contains(one.as_str())) {
        eprintln!("{USAGE}");
        std::process::exit(2);
    }
    let scale = value("--scale").unwrap_or_else(|| "10k".to_owned());
    let (size, limit) = match scale.as_str() {
        "10k" => (10_000, (3.0, 10.0)),
        "1m" => (1_000_000, (20.0, 100.0)),
        other => {
            eprintln!("the scale is {other:?}; use 10k or 1m\n{USAGE}");
            std::process::exit(2);
        }
    };
    let number = |name: &str, usual: usize| value(name).map_or(usual, |text| text.parse().expect("a number"));
    // A million data sets are searched; pages, harvest and memory have their own sizes.
    let usual = if scale == "1m" { "search" } else { "search,hub,memory" };
    let parts = value("--parts").unwrap_or_else(|| usual.to_owned());
    let parts: Vec<Part> = parts
        .split(',')
        .map(|name| Part::ALL.into_iter().find(|part| part.name() == name).expect("search, hub or memory"))
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = option_env!("CARGO_BIN_EXE_atlas").map(ToOwned::to_owned);
    let atlas = PathBuf::from(value("--atlas").or(built).expect("--atlas names the program"));
    // Beside the program: on the disk that the build uses, never in a memory file system.
    let scratch = tempfile::Builder::new().prefix("figures-").tempdir_in(atlas.parent().unwrap()).unwrap();
    let server = parts.contains(&Part::Search).then(|| database::TestDatabase::empty_on(database::Backend::Postgres));
    let settings = figures::Settings {
        size: number("--size", size),
        harvested: number("--size", 10_000),
        large: number("--large", 100_000),
        parts,
        effort: figures::effort(20, 1_000, Duration::from_secs(3)),
        starts: 5,
        idle: Duration::from_secs(10),
        limit,
        atlas,
        postgres: server.as_ref().map(|server| server.url.clone()).unwrap_or_default(),
        folder: scratch.path().to_owned(),
    };
    let measured = figures::run(&settings);
    let table = figures::publish(&measured, &settings, &root.join("benches/results"), &scale);
    println!("{}", std::fs::read_to_string(&table).unwrap());
    println!("written to {}", table.display());
}
