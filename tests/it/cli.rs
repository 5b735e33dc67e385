//! The command line as scripts and people use it: answers on standard output, exit codes that mean something.

use crate::helpers::program::Terminal;

const GOOD: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
    <https://hospital.example/dataset/one> a dcat:Dataset ; dct:title \"One\"@en ; dct:description \"A first.\"@en .\n";

#[test]
fn check_config_prints_every_setting_with_its_origin_and_no_secret() {
    let terminal = Terminal::open();
    terminal
        .write("atlas.toml", "[server]\nworkers = 3\n[database]\nurl = \"postgres://atlas:hush@db.example/atlas\"\n");
    let finished = terminal.run(&["check-config", "--dir", "elsewhere"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.said.contains("workers = 3  # from the file atlas.toml"), "{}", finished.said);
    assert!(finished.said.contains("directory = \"elsewhere\"  # from the flag --dir"), "{}", finished.said);
    assert!(finished.said.contains("bind = \"127.0.0.1:8080\"  # from the default"), "{}", finished.said);
    assert!(!finished.said.contains("hush"), "{}", finished.said);
}

#[test]
fn a_command_that_does_not_exist_ends_with_2() {
    let finished = Terminal::open().run(&["harvset"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.complained.contains("harvest"), "{}", finished.complained);
}

#[test]
fn a_file_is_harvested_on_trial_with_exit_codes_for_complete_salvaged_and_refused() {
    let terminal = Terminal::open();
    terminal.write("good.ttl", GOOD);
    let complete = terminal.run(&["harvest", "good.ttl"]);
    assert_eq!(complete.code, Some(0), "{complete:?}");
    assert!(complete.said.contains("https://hospital.example/dataset/one"), "{}", complete.said);

    let nameless = format!("{GOOD}[] a dcat:Dataset ; dct:title \"A data set without address or identifier\"@en .\n");
    terminal.write("half.ttl", &nameless);
    let salvaged = terminal.run(&["harvest", "half.ttl"]);
    assert_eq!(salvaged.code, Some(2), "{salvaged:?}");

    terminal.write("page.ttl", "<!doctype html><html><body>Sign in</body></html>");
    let refused = terminal.run(&["harvest", "page.ttl"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
}

#[test]
fn a_report_is_json_when_asked() {
    let terminal = Terminal::open();
    terminal.write("good.ttl", GOOD);
    let finished = terminal.run(&["harvest", "good.ttl", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&finished.said).unwrap();
    assert_eq!(report["outcome"], "complete");
    assert_eq!(report["dry_run"], true);
    assert_eq!(report["tally"]["found"], 1);
}

#[test]
fn a_source_that_is_not_there_is_named() {
    let finished = Terminal::open().run(&["harvest", "nobody"]);
    assert_eq!(finished.code, Some(1));
    assert!(finished.complained.contains("nobody") && finished.complained.contains("source list"), "{finished:?}");
}

#[test]
fn a_source_is_entered_harvested_approved_and_exported() {
    let terminal = Terminal::open();
    let file = terminal.write("good.ttl", GOOD);
    let added = terminal.run(&[
        "source",
        "add",
        "hospital",
        file.to_str().unwrap(),
        "--protocol",
        "document",
        "--provider",
        "A hospital",
        "--country",
        "DE",
    ]);
    assert_eq!(added.code, Some(0), "{added:?}");
    let harvested = terminal.run(&["harvest", "hospital"]);
    assert_eq!(harvested.code, Some(0), "{harvested:?}");
    let nothing = terminal.run(&["export"]);
    assert!(nothing.said.trim().is_empty(), "nothing is published before it is agreed: {}", nothing.said);
    let approved = terminal.run(&["source", "approve", "hospital"]);
    assert!(approved.said.contains("1 records were published"), "{approved:?}");
    let listed = terminal.run(&["source", "list"]);
    assert!(listed.said.contains("hospital") && listed.said.contains("1 published"), "{}", listed.said);
    for (format, sign) in [("nq", "<https://hospital.example/dataset/one>"), ("ttl", "@prefix"), ("jsonld", "{")] {
        let exported = terminal.run(&["export", "--format", format]);
        assert_eq!(exported.code, Some(0), "{exported:?}");
        assert!(exported.said.contains(sign), "{format}: {}", exported.said);
    }
    let source = terminal.run(&["export", "--profile", "source"]);
    assert!(source.said.contains("A first."), "{}", source.said);
    let verified = terminal.run(&["audit", "verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.said.contains("intact"), "{}", verified.said);
    let suspended = terminal.run(&["source", "suspend", "hospital"]);
    assert_eq!(suspended.code, Some(0), "{suspended:?}");
    assert!(terminal.run(&["export"]).said.trim().is_empty());
}

#[test]
fn migrations_and_vocabularies_can_be_checked_alone() {
    let terminal = Terminal::open();
    let first = terminal.run(&["migrate"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    let again = terminal.run(&["migrate"]);
    assert!(again.said.contains("up to date"), "{again:?}");
    let vocabularies = terminal.run(&["vocab", "check"]);
    assert_eq!(vocabularies.code, Some(0), "{vocabularies:?}");
    let reindexed = terminal.run(&["reindex"]);
    assert_eq!(reindexed.code, Some(0), "{reindexed:?}");
}

#[test]
fn serve_refuses_a_taken_port_and_an_open_address_without_a_public_one() {
    let terminal = Terminal::open();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = terminal.atlas(&["serve"]).env("ATLAS__SERVER__BIND", &address).output().unwrap();
    let complained = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(complained.contains(&address) && complained.contains("server.bind"), "{complained}");
    let refused = terminal.atlas(&["serve"]).env("ATLAS__SERVER__BIND", "0.0.0.0:0").output().unwrap();
    let complained = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(complained.contains("server.public_url"), "{complained}");
}
