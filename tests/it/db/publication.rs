//! What becomes visible, and what never does.

use atlas::db::{DbError, outbox, records, sources};
use atlas::domain::lifecycle::{RecordEvent, RecordKind, RecordState, SourceState};

use super::given::{at, data_set, harvest, numbers, read, record, source, write};
use crate::helpers::database::TestDatabase;

on_both!(
    nothing_of_a_draft_source_is_visible_until_it_is_approved,
    a_suspended_source_leaves_every_door_and_comes_back,
    a_withdrawal_survives_harvests,
    an_unsound_record_waits_while_its_neighbours_are_published,
    a_state_that_the_rules_do_not_have_is_refused,
    nothing_is_published_while_its_source_is_not_approved,
    a_withdrawn_record_that_vanished_is_counted_once,
    a_record_becomes_sound_without_a_change_of_its_contents,
);

fn visible(database: &TestDatabase) -> i64 {
    read(&database.db, |connection| records::count_published(connection, RecordKind::Dataset))
}

fn nothing_of_a_draft_source_is_visible_until_it_is_approved(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Draft);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
    assert_eq!(record(&database.db, "lung").state, RecordState::Quarantined);
    assert_eq!((visible(database), read(&database.db, outbox::span).head), (0, 0));

    write(&database.db, |connection| {
        sources::set_state(connection, &kos, SourceState::Approved, at(2))?;
        records::publish_source(connection, &kos, at(2))
    });
    let published = record(&database.db, "lung");
    assert_eq!((published.state, published.published_at), (RecordState::Published, Some(at(2))));
    assert_eq!(visible(database), 1);
}

fn a_suspended_source_leaves_every_door_and_comes_back(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs"), data_set("skin", "Skins")]);
    let taken = write(&database.db, |connection| records::unpublish_source(connection, &kos, at(2)));
    assert_eq!((taken, visible(database)), (2, 0));
    let back = write(&database.db, |connection| records::publish_source(connection, &kos, at(3)));
    assert_eq!((back, visible(database)), (2, 2));
    assert_eq!(record(&database.db, "skin").published_at, Some(at(1)), "the first publication is what counts");
}

fn a_withdrawal_survives_harvests(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let all = [data_set("lung", "Lungs"), data_set("skin", "Skins"), data_set("bone", "Bones")];
    harvest(&database.db, &kos, 1, &all);
    let lung = record(&database.db, "lung").id;
    write(&database.db, |connection| records::set_state(connection, &lung, RecordEvent::Withdraw, at(2)));
    for (minute, found) in [(3, &all[..]), (4, &all[1..]), (5, &all[..])] {
        harvest(&database.db, &kos, minute, found);
        assert_eq!(record(&database.db, "lung").state, RecordState::Withdrawn, "after minute {minute}");
    }
    harvest(&database.db, &kos, 6, &[data_set("lung", "Lungs, changed"), all[1].clone(), all[2].clone()]);
    write(&database.db, |connection| records::publish_source(connection, &kos, at(7)));
    assert_eq!(record(&database.db, "lung").state, RecordState::Withdrawn);
    let summary = read(&database.db, |connection| records::summary_of_source(connection, &kos));
    assert_eq!((summary.published, summary.withdrawn, summary.gone), (2, 1, 0));
}

fn an_unsound_record_waits_while_its_neighbours_are_published(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let mut unsound = data_set("lung", "Lungs");
    unsound.sound = false;
    harvest(&database.db, &kos, 1, &[unsound, data_set("skin", "Skins")]);
    assert_eq!(record(&database.db, "lung").state, RecordState::Quarantined);
    assert_eq!(record(&database.db, "skin").state, RecordState::Published);
    harvest(&database.db, &kos, 2, &[data_set("lung", "Lungs, mended"), data_set("skin", "Skins")]);
    let mended = record(&database.db, "lung");
    assert_eq!((mended.state, mended.published_at), (RecordState::Published, Some(at(2))));
}

fn a_state_that_the_rules_do_not_have_is_refused(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Draft);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
    let lung = record(&database.db, "lung").id;
    let publish =
        database.db.write_blocking(|connection| records::set_state(connection, &lung, RecordEvent::Publish, at(2)));
    assert!(matches!(publish, Err(DbError::Refused(reason)) if reason.contains("quarantined")));
}

fn nothing_is_published_while_its_source_is_not_approved(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Draft);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
    let lung = record(&database.db, "lung").id;
    write(&database.db, |connection| records::set_state(connection, &lung, RecordEvent::Agree, at(2)));
    let publish =
        database.db.write_blocking(|connection| records::set_state(connection, &lung, RecordEvent::Publish, at(3)));
    assert!(matches!(publish, Err(DbError::Refused(reason)) if reason.contains("not approved")));
    assert_eq!(record(&database.db, "lung").state, RecordState::Agreed);
}

/// It is gone from its source for good; it must not add to the fall of every later harvest.
fn a_withdrawn_record_that_vanished_is_counted_once(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let all: Vec<_> = (0..10).map(|number| data_set(&format!("set-{number}"), "Set")).collect();
    harvest(&database.db, &kos, 1, &all);
    for slug in ["set-8", "set-9"] {
        let id = record(&database.db, slug).id;
        write(&database.db, |connection| records::set_state(connection, &id, RecordEvent::Withdraw, at(2)));
    }
    harvest(&database.db, &kos, 3, &all[..8]);
    let vanished = record(&database.db, "set-9");
    assert_eq!((vanished.state, vanished.gone_at), (RecordState::Withdrawn, Some(at(3))));

    assert_eq!(numbers(harvest(&database.db, &kos, 4, &all[..7])), (0, 0, 7, 1));
    harvest(&database.db, &kos, 5, &all);
    let back = record(&database.db, "set-9");
    assert_eq!((back.state, back.gone_at), (RecordState::Withdrawn, None));
}

fn a_record_becomes_sound_without_a_change_of_its_contents(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let mut unsound = data_set("lung", "Lungs");
    unsound.sound = false;
    harvest(&database.db, &kos, 1, &[unsound]);
    assert_eq!(numbers(harvest(&database.db, &kos, 2, &[data_set("lung", "Lungs")])), (0, 1, 0, 0));
    let lung = record(&database.db, "lung");
    assert_eq!((lung.state, lung.version), (RecordState::Published, 1));
}
