//! The audit log grows, proves itself, and shows every kind of tampering.

use atlas::db::audit::{self, Deed, Verdict};
use atlas::db::{Connection, Db, DbError};
use diesel::connection::SimpleConnection;

use super::given::{at, read, write};
use crate::helpers::database::{Backend, TestDatabase};

on_both!(
    the_log_refuses_changes_and_removals,
    erased_details_leave_the_chain_provable,
    altered_values_show,
    a_removed_entry_shows,
    a_cut_off_end_shows,
    altered_details_show,
);

fn log(database: &TestDatabase, count: i64) {
    for number in 1..=count {
        let detail = format!("source {number}");
        let deed = Deed { action: "source.approve", subject: "kos", actor: "person-1", detail: &detail };
        assert_eq!(write(&database.db, |connection| audit::append(connection, &deed, at(number))), number);
    }
}

fn verdict(db: &Db) -> Verdict {
    read(db, audit::verify)
}

fn run(database: &TestDatabase, sql: &str) -> Result<(), DbError> {
    database.db.write_blocking(|connection: &mut Connection| Ok(connection.batch_execute(sql)?))
}

/// As somebody with the whole database in hand would.
fn tamper(database: &TestDatabase, sql: &str) {
    let unguarded = match database.backend {
        Backend::Sqlite => format!(
            "DROP TRIGGER audit_entry_keeps_rows; DROP TRIGGER audit_entry_keeps_values; \
             DROP TRIGGER audit_detail_keeps_values; {sql}"
        ),
        Backend::Postgres => format!("SET LOCAL session_replication_role = replica; {sql}"),
    };
    run(database, &unguarded).expect("tampering works without the triggers");
}

fn the_log_refuses_changes_and_removals(database: &TestDatabase) {
    assert_eq!(verdict(&database.db), Verdict::Intact { entries: 0, erased: 0 });
    log(database, 3);
    for forbidden in [
        "UPDATE audit_entry SET subject = 'delos' WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "UPDATE audit_detail SET actor = 'nobody' WHERE seq = 2",
    ] {
        let refused = run(database, forbidden).expect_err(forbidden);
        assert!(refused.to_string().contains("only grows"), "{refused}");
    }
    assert_eq!(verdict(&database.db), Verdict::Intact { entries: 3, erased: 0 });
}

fn erased_details_leave_the_chain_provable(database: &TestDatabase) {
    log(database, 3);
    write(&database.db, |connection| audit::erase_detail(connection, 2));
    assert_eq!(verdict(&database.db), Verdict::Intact { entries: 3, erased: 1 });
}

fn altered_values_show(database: &TestDatabase) {
    log(database, 3);
    tamper(database, "UPDATE audit_entry SET subject = 'delos' WHERE seq = 2");
    assert!(matches!(verdict(&database.db), Verdict::Broken { seq: 2, .. }));
}

fn a_removed_entry_shows(database: &TestDatabase) {
    log(database, 3);
    tamper(database, "DELETE FROM audit_detail WHERE seq = 2; DELETE FROM audit_entry WHERE seq = 2");
    assert!(matches!(verdict(&database.db), Verdict::Broken { seq: 2, .. }));
}

fn a_cut_off_end_shows(database: &TestDatabase) {
    log(database, 3);
    tamper(database, "DELETE FROM audit_detail WHERE seq = 3; DELETE FROM audit_entry WHERE seq = 3");
    assert!(matches!(verdict(&database.db), Verdict::Broken { seq: 3, .. }));
}

fn altered_details_show(database: &TestDatabase) {
    log(database, 3);
    tamper(database, "UPDATE audit_detail SET actor = 'somebody else' WHERE seq = 1");
    assert!(matches!(verdict(&database.db), Verdict::Broken { seq: 1, .. }));
}
