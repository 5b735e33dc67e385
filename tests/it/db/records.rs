//! Harvests taken over: what is added, changed, kept and buried, and what the outbox says of it.

use atlas::db::outbox::{self, Operation};
use atlas::db::records::{Applied, ApplyRun, slugs};
use atlas::db::{records, runs};
use atlas::domain::lifecycle::{FallLimits, RecordKind, RecordState, RemovalVerdict, SourceState};

use super::given::{at, data_set, harvest, harvest_as, numbers, read, record, source, stage, write};
use crate::helpers::database::TestDatabase;

on_both!(
    the_same_source_twice_gives_an_empty_diff,
    a_changed_graph_makes_a_version_and_a_changed_reading_does_not,
    what_vanished_becomes_a_tombstone_and_may_come_back,
    a_mass_removal_waits_and_changes_nothing,
    refused_records_and_partial_harvests_bury_nobody,
    a_harvest_that_was_killed_changes_nothing,
    one_failure_undoes_the_whole_swap,
    one_data_set_of_two_sources_is_led_by_one_record,
    a_paper_cited_twice_does_not_merge_data_sets,
    public_names_are_numbered_and_never_reused,
);

fn outbox_of(database: &TestDatabase, after: i64) -> Vec<Operation> {
    let events = read(&database.db, |connection| outbox::after(connection, after, 1_000));
    events.into_iter().map(|event| event.operation).collect()
}

fn head(database: &TestDatabase) -> i64 {
    read(&database.db, outbox::span).head
}

fn the_same_source_twice_gives_an_empty_diff(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let found = [data_set("lung", "Lungs"), data_set("breast", "Breasts")];
    assert_eq!(numbers(harvest(&database.db, &kos, 1, &found)), (2, 0, 0, 0));
    assert_eq!(outbox_of(database, 0), [Operation::Put, Operation::Put]);
    let before = (head(database), record(&database.db, "lung"));

    assert_eq!(numbers(harvest(&database.db, &kos, 2, &found)), (0, 0, 2, 0));
    assert_eq!((head(database), record(&database.db, "lung")), before);
}

fn a_changed_graph_makes_a_version_and_a_changed_reading_does_not(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
    let first = record(&database.db, "lung");

    let mut read_anew = data_set("lung", "Lungs");
    read_anew.document = read_anew.document.replace("Lungs", "Lungs, read better");
    read_anew.document_hash = "other".to_owned();
    assert_eq!(numbers(harvest(&database.db, &kos, 2, &[read_anew])), (0, 1, 0, 0));
    let second = record(&database.db, "lung");
    assert_eq!((second.version, second.id.clone()), (1, first.id));
    assert_eq!(second.dataset().unwrap().titles[0].text, "Lungs, read better");

    assert_eq!(numbers(harvest(&database.db, &kos, 3, &[data_set("lung", "More lungs")])), (0, 1, 0, 0));
    let third = record(&database.db, "lung");
    assert_eq!((third.version, third.changed, third.first_seen), (2, at(3), at(1)));
    let versions = read(&database.db, |connection| records::versions(connection, &third.id));
    assert_eq!(versions.iter().map(|one| one.version).collect::<Vec<_>>(), [1, 2]);
    assert!(read(&database.db, |connection| records::source_graph(connection, &third.id)).contains("More lungs"));
}

fn what_vanished_becomes_a_tombstone_and_may_come_back(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let all: Vec<_> = (0..6).map(|number| data_set(&format!("set-{number}"), "Set")).collect();
    harvest(&database.db, &kos, 1, &all);
    let published = record(&database.db, "set-5");
    let before = head(database);

    assert_eq!(numbers(harvest(&database.db, &kos, 2, &all[..5])), (0, 0, 5, 1));
    let gone = record(&database.db, "set-5");
    assert_eq!((gone.state, gone.gone_at), (RecordState::Gone, Some(at(2))));
    assert_eq!(outbox_of(database, before), [Operation::Drop]);

    assert_eq!(numbers(harvest(&database.db, &kos, 3, &all)), (0, 1, 5, 0));
    let back = record(&database.db, "set-5");
    assert_eq!((back.state, back.gone_at, back.version), (RecordState::Published, None, 1));
    assert_eq!((back.id, back.published_at), (published.id, published.published_at));
    assert_eq!(outbox_of(database, before), [Operation::Drop, Operation::Put]);
}

fn a_mass_removal_waits_and_changes_nothing(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let all: Vec<_> = (0..9).map(|number| data_set(&format!("set-{number}"), "Set")).collect();
    harvest(&database.db, &kos, 1, &all);
    let before = head(database);

    let held = harvest(&database.db, &kos, 2, &all[..7]);
    assert!(matches!(held, Applied::Held { verdict: RemovalVerdict::HeldMassRemoval, counts } if counts.removed == 2));
    let held = harvest(&database.db, &kos, 3, &[]);
    assert!(matches!(held, Applied::Held { verdict: RemovalVerdict::HeldEmpty, .. }));
    assert_eq!((head(database), record(&database.db, "set-8").state), (before, RecordState::Published));

    let accepted = harvest_as(&database.db, &kos, 4, &all[..7], true, &[], true);
    assert_eq!(numbers(accepted), (0, 0, 7, 2));
    assert_eq!(record(&database.db, "set-8").state, RecordState::Gone);
}

fn refused_records_and_partial_harvests_bury_nobody(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let all: Vec<_> = (0..3).map(|number| data_set(&format!("set-{number}"), "Set")).collect();
    harvest(&database.db, &kos, 1, &all);

    let refused = [(RecordKind::Dataset, all[2].identity.clone())];
    assert_eq!(numbers(harvest_as(&database.db, &kos, 2, &all[..2], true, &refused, false)), (0, 0, 2, 0));
    assert_eq!(numbers(harvest_as(&database.db, &kos, 3, &all[..1], false, &[], false)), (0, 0, 1, 0));
    assert_eq!(record(&database.db, "set-2").state, RecordState::Published);
}

fn a_harvest_that_was_killed_changes_nothing(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
    let before = (head(database), record(&database.db, "lung"));

    let killed = stage(&database.db, &kos, 2, &[data_set("lung", "Other lungs"), data_set("new", "New")]);
    assert_eq!((head(database), record(&database.db, "lung")), before);
    let abandoned = write(&database.db, |connection| runs::abandon_unfinished(connection, &kos, at(3)));
    // The harvests of this test are taken over without an end to their runs; both are unfinished.
    assert_eq!(abandoned, 2);
    let run = read(&database.db, |connection| runs::get(connection, &killed));
    assert_eq!(run.outcome().unwrap().unwrap().as_str(), "failed");
    assert_eq!(numbers(harvest(&database.db, &kos, 4, &[data_set("lung", "Lungs")])), (0, 0, 1, 0));
}

fn one_failure_undoes_the_whole_swap(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
    let before = (head(database), record(&database.db, "lung"));
    let mut broken = data_set("zzz", "Taken over last");
    broken.names = vec![String::new()];
    let run = stage(&database.db, &kos, 2, &[data_set("lung", "Changed"), broken]);

    let outcome = database.db.write_blocking(|connection| {
        let apply = ApplyRun {
            source: &kos,
            run: &run,
            complete: true,
            spared: &[],
            accept_removal: false,
            fall: FallLimits::default(),
            now: at(2),
        };
        records::apply_run(connection, &apply)?;
        Err::<(), _>(atlas::db::DbError::Refused("the power fails here".to_owned()))
    });
    assert!(outcome.is_err());
    assert_eq!((head(database), record(&database.db, "lung")), before);
}

fn one_data_set_of_two_sources_is_led_by_one_record(database: &TestDatabase) {
    let (kos, delos) =
        (source(&database.db, "kos", SourceState::Approved), source(&database.db, "delos", SourceState::Approved));
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs at Kos")]);
    let mut other = data_set("lungs-too", "Lungs at Delos");
    other.names.push("https://kos.example/dataset/lung".to_owned());
    harvest(&database.db, &delos, 2, &[other]);

    let (first, second) = (record(&database.db, "lung"), record(&database.db, "lungs-too"));
    assert_eq!(first.data_set_id, second.data_set_id);
    let leading = || read(&database.db, |connection| records::leading(connection, &first.data_set_id));
    assert_eq!(leading(), Some(first.id.clone()));

    let before = head(database);
    write(&database.db, |connection| records::set_lead(connection, &second.id, at(3)));
    assert_eq!(leading(), Some(second.id.clone()));
    assert_eq!(outbox_of(database, before).len(), 2, "both entries must be looked at again");

    use atlas::domain::lifecycle::RecordEvent::Withdraw;
    write(&database.db, |connection| records::set_state(connection, &second.id, Withdraw, at(4)));
    assert_eq!(leading(), Some(first.id.clone()));
}

fn a_paper_cited_twice_does_not_merge_data_sets(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let (mut lung, mut breast) = (data_set("lung", "Lungs"), data_set("breast", "Breasts"));
    for one in [&mut lung, &mut breast] {
        one.names.push("doi:10.5072/the-paper".to_owned());
    }
    harvest(&database.db, &kos, 1, &[lung, breast]);
    assert_ne!(record(&database.db, "lung").data_set_id, record(&database.db, "breast").data_set_id);
}

fn public_names_are_numbered_and_never_reused(database: &TestDatabase) {
    let (kos, delos) =
        (source(&database.db, "kos", SourceState::Approved), source(&database.db, "delos", SourceState::Approved));
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs"), data_set("other", "Other"), data_set("third", "3")]);
    harvest(&database.db, &kos, 2, &[data_set("other", "Other"), data_set("third", "3")]);
    assert_eq!(record(&database.db, "lung").state, RecordState::Gone);

    let mut same_name = data_set("elsewhere", "Lungs of Delos");
    same_name.slug = "lung".parse().unwrap();
    harvest(&database.db, &delos, 3, &[same_name]);
    assert_eq!(record(&database.db, "lung-2").dataset().unwrap().titles[0].text, "Lungs of Delos");
    let owner = read(&database.db, |connection| slugs::owner(connection, slugs::SlugKind::Dataset, "lung"));
    assert_eq!(owner, Some(record(&database.db, "lung").id.to_string()));
}
