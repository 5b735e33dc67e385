//! The house rules that a compiler does not know: floors, the single home of each engine, file openings and lengths.
//!
//! Reads the sources as text. A rule broken is named with file, line and what to do instead.

use std::fs;
use std::path::{Path, PathBuf};

/// Floors, lowest first; a module imports from lower floors and from its own module only.
const FLOORS: &[&[&str]] = &[
    &["error", "config", "telemetry"],
    &["domain"],
    &["vocab", "counting", "generation"],
    &["net", "mail", "fdp"],
    &["db", "rdf", "search"],
    &["jobs"],
    &["app"],
    &["projection", "harvest", "people", "federation", "access", "node"],
    &["providers"],
    &["auth"],
    &["web"],
    &["demo"],
    &["cli"],
    &["main"],
];

/// Modules whose floor mates may be used: the lowest floor is one shelf of helpers without order among themselves.
const SHELF: &[&str] = &["error", "config", "telemetry"];

/// Crates with a single home. `oxigraph::model` and friends are plain data and live anywhere in `rdf`'s reach.
const HOMES: &[(&str, &[&str])] = &[
    ("diesel", &["db"]),
    ("diesel_migrations", &["db"]),
    ("libsqlite3_sys", &["db"]),
    ("tantivy", &["search"]),
    ("oxigraph", &["rdf"]),
    ("actix_web", &["web", "demo", "cli", "app", "telemetry"]),
    ("reqwest", &["net"]),
];

/// Crates that do input or output, or run tasks: none of them belongs into `domain`.
const IMPURE: &[&str] = &["tokio", "std::fs", "std::net", "std::env", "std::process", "reqwest", "actix_web", "diesel"];

/// Lines a source file may have.
const LONGEST_FILE: usize = 500;

/// One Rust source under `src/`.
struct Source {
    path: PathBuf,
    /// First part of the module path, `web` for `src/web/pages/home.rs`.
    module: String,
    text: String,
}

impl Source {
    /// Lines outside comments and unit tests, with their numbers: tests close a file or have `tests.rs` to themselves.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let text = if self.path.ends_with("tests.rs") { "" } else { self.text.as_str() };
        text.lines()
            .enumerate()
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .map(|(number, line)| (number + 1, line.split("//").next().unwrap_or_default()))
            .filter(|(_, line)| !line.trim().is_empty())
    }

    fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "node_modules" && name != "target") {
                files_below(&path, extension, found);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let root = root();
    let mut paths = Vec::new();
    files_below(&root.join("src"), "rs", &mut paths);
    paths.sort();
    let sources: Vec<Source> = paths
        .into_iter()
        .filter_map(|path| {
            let below = path.strip_prefix(root.join("src")).unwrap().to_path_buf();
            let first = below.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
            (first != "lib").then(|| Source { module: first, text: fs::read_to_string(&path).unwrap(), path: below })
        })
        .collect();
    assert!(sources.len() > 20, "only {} sources were found below src/", sources.len());
    sources
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Module names that a line of code takes from this crate: `crate::db`, `atlas::db`, `crate::{db, web::App}`.
fn imported(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for start in ["crate::", "atlas::"] {
        for (at, _) in line.match_indices(start) {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &line[at + start.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let mut depth = 0_i32;
                let mut name = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                        c if depth == 0 => name.push(c),
                        _ => {}
                    }
                }
                names.push(name);
            } else {
                names.push(rest.to_owned());
            }
        }
    }
    names
        .into_iter()
        .map(|name| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

fn assert_none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

#[test]
fn every_module_has_a_floor() {
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| floor(&source.module).is_none())
        .map(|source| source.path.display().to_string())
        .collect();
    assert_none(&broken, "give these modules a floor in FLOORS (and in docs/architecture.md):");
}

#[test]
fn imports_go_only_downward() {
    let mut broken = Vec::new();
    for source in sources() {
        let Some(own) = floor(&source.module) else { continue };
        for (number, line) in source.code() {
            for module in imported(line) {
                let Some(other) = floor(&module) else { continue };
                let on_the_shelf = SHELF.contains(&source.module.as_str()) && SHELF.contains(&module.as_str());
                let upward = other > own || (other == own && module != source.module && !on_the_shelf);
                if upward {
                    broken.push(format!("{}: `{}` uses `{module}`", source.at(number), source.module));
                }
            }
        }
    }
    assert_none(
        &broken,
        "imports go to lower floors only; floor mates meet through domain types, the database and outbox events:",
    );
}

#[test]
fn every_engine_has_one_home() {
    let mut broken = Vec::new();
    for source in sources() {
        for (number, line) in source.code() {
            for (engine, homes) in HOMES {
                if !homes.contains(&source.module.as_str()) && names_crate(line, engine) {
                    broken.push(format!("{}: `{engine}` is at home in {homes:?} only", source.at(number)));
                }
            }
        }
    }
    assert_none(&broken, "ask the module that owns the engine instead of naming the engine:");
}

fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '"')
            && (after.starts_with("::") || after.starts_with(';') && line.contains("use "))
    })
}

#[test]
fn domain_is_pure() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.module == "domain") {
        for (number, line) in source.code() {
            for name in IMPURE.iter().filter(|name| names_crate(line, name)) {
                broken.push(format!("{}: `{name}`", source.at(number)));
            }
        }
    }
    assert_none(&broken, "`domain` holds rules, it does no input or output:");
}

#[test]
fn every_module_opens_with_its_purpose() {
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path.display().to_string())
        .collect();
    assert_none(&broken, "open these files with `//!`: what the module is for and which policy it keeps:");
}

#[test]
fn files_stay_short() {
    let broken: Vec<String> = sources()
        .iter()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(source, lines)| format!("{}: {lines} lines", source.path.display()))
        .collect();
    assert_none(&broken, "split these files; about 400 lines are the aim, 500 the end:");
}

#[test]
fn nothing_is_left_for_later() {
    const LEFT_OVER: &[&str] = &[
        "TODO",
        "FIXME",
        "XXX",
        "todo!(",
        "unimplemented!(",
        "dbg!(",
        "for now",
        "not yet implemented",
        "placeholder text",
    ];
    let mut broken = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            for word in LEFT_OVER.iter().filter(|word| line.contains(**word)) {
                broken.push(format!("{}: `{word}`", source.at(number + 1)));
            }
        }
    }
    assert_none(&broken, "finish these or remove them:");
}

#[test]
fn no_failure_is_unwrapped_in_the_product() {
    const UNWRAPPED: &[&str] = &[".unwrap()", ".expect(\"", "panic!(", "unreachable!("];
    let mut broken = Vec::new();
    for source in sources() {
        for (number, line) in source.code() {
            for word in UNWRAPPED.iter().filter(|word| line.contains(**word)) {
                broken.push(format!("{}: `{word}`", source.at(number)));
            }
        }
    }
    assert_none(&broken, "turn these into errors that the caller can answer:");
}

#[test]
fn no_file_names_a_machine() {
    let root = root();
    let mut files = Vec::new();
    for directory in ["src", "templates", "static", "docs", "scripts", "ontologies", "schema", "tests"] {
        for extension in ["rs", "html", "md", "toml", "js", "mjs", "css", "json", "ttl", "sql"] {
            files_below(&root.join(directory), extension, &mut files);
        }
    }
    // Put together here so that this file does not name them either.
    let machine_paths =
        [["/ro", "ot/"].concat(), ["/ho", "me/"].concat(), ["/wo", "rk/"].concat(), ["/tmp/", "wt"].concat()];
    let mut broken = Vec::new();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (number, line) in text.lines().enumerate() {
            for path in machine_paths.iter().filter(|path| line.contains(path.as_str())) {
                broken.push(format!("{}:{}: {path}", file.strip_prefix(&root).unwrap().display(), number + 1));
            }
        }
    }
    assert_none(&broken, "no file may name a place on somebody's machine:");
}

#[test]
fn imports_are_found_in_every_spelling() {
    assert_eq!(imported("use crate::db::records;"), ["db"]);
    assert_eq!(imported("use crate::{db::{records, runs}, web};"), ["db", "web"]);
    assert_eq!(imported("let x = crate::net::get(atlas::rdf::Y);"), ["net", "rdf"]);
    assert_eq!(imported("pub(crate) fn f() {}"), Vec::<String>::new());
    assert!(names_crate("use diesel::prelude::*;", "diesel"));
    assert!(!names_crate("use diesel_migrations::X;", "diesel"));
    assert!(!names_crate("self::diesel::x", "diesel"));
}
