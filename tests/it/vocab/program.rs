//! `atlas vocab` at a terminal, beside a serving process and alone.

use std::time::{Duration, Instant};

use super::ontology::{EUCAIM, Ontology, code_of, label_of, synonym_of};
use crate::helpers::program::Terminal;

const BROKEN: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix c: <urn:atlas:concept:tier/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<urn:atlas:scheme:tier> a skos:ConceptScheme ; dcterms:title \"Tiers\"@en .
c:a a skos:Concept ; skos:prefLabel \"A\"@en ; skos:broader c:nowhere .
";

#[test]
fn check_names_file_and_concept_and_fails() {
    let terminal = Terminal::open();
    let whole = terminal.run(&["vocab", "check"]);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    assert!(whole.said.contains("34 schemes, 0 problems"), "{}", whole.said);

    std::fs::create_dir(terminal.path("own")).unwrap();
    terminal.write("own/tier.ttl", BROKEN);
    terminal.write("atlas.toml", "[data]\nvocabularies = \"own\"\n");
    let broken = terminal.run(&["vocab", "check"]);
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(broken.said.contains("tier.ttl: tier/a names tier/nowhere, which does not exist"), "{}", broken.said);
    assert!(broken.said.contains("tier.ttl: the scheme has no licence"), "{}", broken.said);

    terminal.write("own/tier.ttl", "this is no Turtle");
    let unreadable = terminal.run(&["vocab", "check"]);
    assert_eq!(unreadable.code, Some(1), "{unreadable:?}");
    assert!(unreadable.complained.contains("tier.ttl"), "{}", unreadable.complained);
}

#[test]
fn a_file_is_tried_imported_listed_and_removed() {
    let terminal = Terminal::open();
    terminal.write("Hyper Ontology.owl", &Ontology::of(200).rdf_xml());
    let tried = terminal.run(&["vocab", "import", "Hyper Ontology.owl", "--dry-run"]);
    assert_eq!(tried.code, Some(0), "{tried:?}");
    assert!(
        tried.said.contains("hyper-ontology: Ontology of made-up tumours, version 1.0, 201 classes"),
        "{}",
        tried.said
    );
    assert!(tried.said.contains("198 new concepts (condition 198)"), "{}", tried.said);
    assert!(tried.said.contains("nothing was stored"), "{}", tried.said);
    assert!(terminal.run(&["vocab", "list"]).said.contains("No vocabulary is imported"));

    let stored = terminal.run(&["vocab", "import", "Hyper Ontology.owl"]);
    assert!(stored.code == Some(0) && stored.said.contains("Stored."), "{stored:?}");
    let again = terminal.run(&["vocab", "import", "Hyper Ontology.owl"]);
    assert!(again.code == Some(0) && again.said.contains("nothing has changed"), "{again:?}");
    let listed = terminal.run(&["vocab", "list"]);
    assert!(listed.said.starts_with("hyper-ontology\t") && listed.said.contains("201 classes"), "{}", listed.said);

    let unknown = terminal.run(&["vocab", "remove", "hyper"]);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(unknown.complained.contains("there is hyper-ontology"), "{}", unknown.complained);
    let removed = terminal.run(&["vocab", "remove", "hyper-ontology"]);
    assert!(removed.code == Some(0) && removed.said.contains("is removed"), "{removed:?}");
    assert!(terminal.run(&["vocab", "list"]).said.contains("No vocabulary is imported"));
}

#[test]
fn what_cannot_be_imported_is_told_with_the_way_out() {
    let terminal = Terminal::open();
    let cases = [
        (vec!["vocab", "import", "nowhere.owl"], "nowhere.owl"),
        (vec!["vocab", "import", "empty.ttl"], "neither OWL classes nor SKOS concepts"),
        (vec!["vocab", "import", "empty.ttl", "--scheme", "colours"], "there is no vocabulary named \"colours\""),
        (vec!["vocab", "import", "empty.ttl", "--root", "urn:a"], "expected IRI=VOCABULARY"),
        (vec!["vocab", "import", "one.ttl", "--name", "A B"], "is not a name for an import"),
    ];
    terminal.write("empty.ttl", "");
    terminal.write("one.ttl", "<urn:a> a <http://www.w3.org/2002/07/owl#Class> .");
    for (arguments, expected) in cases {
        let refused = terminal.run(&arguments);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.complained.contains(expected), "{arguments:?}: {}", refused.complained);
    }
}

#[test]
fn a_serving_process_takes_an_import_up_by_itself_and_a_killed_one_is_followed_by_the_next() {
    let terminal = Terminal::open();
    let address = free_address();
    terminal.write("atlas.toml", &format!("[server]\nbind = \"{address}\"\nworkers = 1\n"));
    let shelf = format!(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://data.example.org/one> a dcat:Dataset ; dct:title \"First\"@en ; <{EUCAIM}hasCondition> \"{}\" .",
        synonym_of(123)
    );
    let file = terminal.write("shelf.ttl", &shelf);
    let file = file.to_str().unwrap();
    let added = terminal.run(&["source", "add", "one", file, "--protocol", "document", "--provider", "A hospital"]);
    assert_eq!(added.code, Some(0), "{added:?}");
    assert_eq!(terminal.run(&["harvest", "one"]).code, Some(0));
    assert_eq!(terminal.run(&["source", "approve", "one"]).code, Some(0));

    terminal.write("hyper.owl", &Ontology::of(4_000).rdf_xml());
    let serving = terminal.start(&["serve"]);
    wait_until("the server answers", || titled(&address, "First") == Some(1));
    assert_eq!(titled(&address, &label_of(123)), Some(0));
    let imported = terminal.run(&["vocab", "import", "hyper.owl"]);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    wait_until("the label is found", || titled(&address, &label_of(123)) == Some(1));
    let above = format!("condition={}", code_of(1).to_lowercase());
    wait_until("the class above finds it", || total(&address, &above) == Some(1));

    // Killed in whatever it does; what is ordered meanwhile is done by the next process.
    drop(serving);
    assert_eq!(terminal.run(&["vocab", "remove", "hyper"]).code, Some(0));
    let serving = terminal.start(&["serve"]);
    wait_until("the label is not found any more", || titled(&address, &label_of(123)) == Some(0));
    assert_eq!(titled(&address, "First"), Some(1));
    let ended = serving.press_ctrl_c();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// An address that nobody listens on.
fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// How many data sets the words find; `None` as long as nobody answers.
fn titled(address: &str, words: &str) -> Option<u64> {
    total(address, &format!("q={}", words.replace(' ', "+")))
}

fn total(address: &str, query: &str) -> Option<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(format!("http://{address}/api/v1/datasets?{query}")).send().await.ok()?;
        let body: serde_json::Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
        body["total"].as_u64()
    })
}

/// Waits as long as a busy machine may need.
#[track_caller]
fn wait_until(what: &str, come: impl Fn() -> bool) {
    let since = Instant::now();
    while !come() {
        assert!(since.elapsed() < Duration::from_mins(2), "{what}: did not come");
        std::thread::sleep(Duration::from_millis(100));
    }
}
