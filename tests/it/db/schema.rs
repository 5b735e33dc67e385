//! The schema: equal in both dialects, undone without a trace, and reached from every earlier version with data in it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use atlas::db::audit::Verdict;
use atlas::db::{Connection, Db, DbError, audit, known_versions, records};
use atlas::domain::lifecycle::{RecordKind, RecordState};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::given::{read, write};
use crate::helpers::database::{Backend, TestDatabase, postgres_dump};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn lines(db: &Db, sql: &str) -> Vec<String> {
    let load = |connection: &mut Connection| -> Result<Vec<Line>, DbError> {
        Ok(diesel::sql_query(sql).load::<Line>(connection)?)
    };
    read(db, load).into_iter().map(|row| row.line).collect()
}

/// The whole schema as text, without diesel's own table.
fn dump(database: &TestDatabase) -> String {
    match database.backend {
        Backend::Sqlite => lines(
            &database.db,
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master \
             WHERE name NOT LIKE '%diesel%' AND name NOT LIKE 'sqlite_sequence' ORDER BY type, name",
        )
        .join("\n"),
        Backend::Postgres => postgres_dump(&database.url),
    }
}

/// Tables with their columns and whether they may be empty: `name type?`.
type Tables = BTreeMap<String, Vec<String>>;

fn columns_in(database: &TestDatabase) -> Tables {
    let sql = match database.backend {
        Backend::Sqlite => {
            "SELECT m.name || ' ' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" = 1 THEN '' ELSE '?' END AS line \
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid"
        }
        Backend::Postgres => {
            "SELECT (table_name || ' ' || column_name || ' ' || replace(data_type, ' ', '_') || \
             CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END)::text AS line FROM information_schema.columns \
             WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        }
    };
    let mut tables = Tables::new();
    for line in lines(&database.db, sql) {
        let (table, column) = line.split_once(' ').unwrap();
        if !table.starts_with("__") && !table.starts_with("sqlite_") {
            let (name, kind) = column.split_once(' ').unwrap();
            tables.entry(table.to_owned()).or_default().push(format!("{name} {}", portable(kind)));
        }
    }
    tables
}

fn portable(kind: &str) -> String {
    let (name, question) = kind.strip_suffix('?').map_or((kind, ""), |name| (name, "?"));
    let portable = match name.to_lowercase().as_str() {
        "text" => "Text",
        "timestamp" | "timestamp_without_time_zone" => "Timestamp",
        "boolean" => "Bool",
        "bigint" | "integer" => "BigInt",
        "blob" | "bytea" => "Binary",
        other => panic!("{other} is not a type of the portable subset"),
    };
    format!("{portable}{question}")
}

/// What the queries believe: read from the one file that says so.
fn columns_believed() -> Tables {
    let mut tables = Tables::new();
    let mut table = String::new();
    for line in include_str!("../../../src/db/schema.rs").lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(") {").and_then(|head| head.split_once(" (")).map(|(name, _)| name) {
            name.clone_into(&mut table);
        } else if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let kind = match kind.strip_prefix("Nullable<") {
                Some(inner) => format!("{}?", inner.trim_end_matches('>')),
                None => kind.to_owned(),
            };
            tables.entry(table.clone()).or_default().push(format!("{name} {kind}"));
        }
    }
    tables
}

#[test]
fn both_dialects_have_the_same_versions() {
    let (sqlite, postgres) = known_versions().unwrap();
    assert_eq!(sqlite, postgres);
    assert!(!sqlite.is_empty());
}

#[test]
fn both_databases_have_exactly_the_columns_that_the_queries_believe() {
    let believed = columns_believed();
    assert!(believed.len() >= 19, "{} tables found in schema.rs", believed.len());
    for backend in Backend::BOTH {
        assert_eq!(columns_in(&TestDatabase::on(backend)), believed, "on {backend:?}");
    }
}

#[test]
fn up_down_up_leaves_the_same_schema_and_down_leaves_nothing() {
    for backend in Backend::BOTH {
        let database = TestDatabase::empty_on(backend);
        let (versions, _) = known_versions().unwrap();
        assert_eq!(database.db.pending_migrations().unwrap(), versions.len());
        assert_eq!(database.db.migrate().unwrap(), versions);
        let first = dump(&database);
        assert!(first.contains("audit_entry_keeps_rows"), "{first}");
        database.db.unmigrate().unwrap();
        assert!(columns_in(&database).is_empty(), "on {backend:?}");
        database.db.migrate().unwrap();
        assert_eq!(dump(&database), first, "on {backend:?}");
        assert_eq!(database.db.migrate().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn processes_that_start_together_migrate_once() {
    for backend in Backend::BOTH {
        let database = TestDatabase::empty_on(backend);
        let ran: usize = std::thread::scope(|scope| {
            let starters: Vec<_> = (0..4)
                .map(|_| {
                    let process = database.another_process();
                    scope.spawn(move || process.migrate().unwrap().len())
                })
                .collect();
            starters.into_iter().map(|starter| starter.join().unwrap()).sum()
        });
        assert_eq!(ran, known_versions().unwrap().0.len(), "on {backend:?}");
    }
}

/// From each version that was ever landed, with a row in every table as that version left it, to the present one.
#[test]
fn every_earlier_schema_upgrades_with_its_data() {
    let (versions, _) = known_versions().unwrap();
    for backend in Backend::BOTH {
        for version in &versions {
            upgrade(backend, version);
        }
    }
}

fn upgrade(backend: Backend, version: &str) {
    let dialect = if backend == Backend::Sqlite { "sqlite" } else { "postgres" };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/schema").join(dialect);
    let data = std::fs::read_to_string(folder.join(format!("{version}.sql")))
        .unwrap_or_else(|error| panic!("schema version {version} needs a fixture with data for {dialect}: {error}"));
    let database = TestDatabase::empty_on(backend);
    database.db.migrate_up_to(version).unwrap();
    let tables: Vec<String> = columns_in(&database).into_keys().collect();
    write(&database.db, |connection| Ok(connection.batch_execute(&data)?));
    for table in &tables {
        assert!(rows(&database.db, table) > 0, "the fixture of {version} ({dialect}) has no row in {table}");
    }

    database.db.migrate().unwrap();
    let lung = read(&database.db, |connection| records::by_slug(connection, RecordKind::Dataset, "lung")).unwrap();
    assert_eq!(lung.state, RecordState::Published);
    assert_eq!(lung.dataset().unwrap().titles[0].text, "Lungs of Kos");
    assert!(read(&database.db, |connection| records::source_graph(connection, &lung.id)).contains("Lungs of Kos"));
    assert_eq!(read(&database.db, audit::verify), Verdict::Intact { entries: 1, erased: 0 });
}

fn rows(db: &Db, table: &str) -> i64 {
    let sql = format!("SELECT count(*) AS count FROM {table}");
    let load = |connection: &mut Connection| -> Result<Rows, DbError> {
        Ok(diesel::sql_query(sql).get_result::<Rows>(connection)?)
    };
    read(db, load).count
}
