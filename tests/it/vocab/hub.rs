//! A running hub takes up what is imported: search, facets, pages, records, and back again.

use std::collections::BTreeMap;

use atlas::db::jobs;
use atlas::harvest::vocabularies::{self, ImportError, Imported};
use atlas::vocab::ImportOptions;

use super::ontology::{EUCAIM, Ontology, code_of, label_of, synonym_of};
use crate::helpers::hub::TestHub;
use crate::helpers::provider::{Answer, FakeProvider};

/// Data sets whose conditions only the ontology can read: by its IRI and by its synonym.
fn shelf() -> String {
    format!(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix eucaim: <{EUCAIM}> .
<https://data.example.org/by-iri> a dcat:Dataset ; dct:title \"First\"@en ; eucaim:hasCondition eucaim:{} .
<https://data.example.org/by-synonym> a dcat:Dataset ; dct:title \"Second\"@en ; eucaim:hasCondition \"{}\" .
<https://data.example.org/lung> a dcat:Dataset ; dct:title \"Third\"@en ; eucaim:hasCondition \"Lung cancer\" .
",
        code_of(123),
        synonym_of(567)
    )
}

async fn stocked() -> TestHub {
    let provider = FakeProvider::start().await;
    provider.set("/all.ttl", Answer::turtle(shelf()));
    let hub = TestHub::spawn();
    let report = hub.harvest_document(&format!("{}/all.ttl", provider.base)).await;
    assert_eq!(report.tally.added, 3, "{report}");
    hub
}

async fn import(hub: &TestHub, ontology: Ontology) -> Imported {
    let app = std::sync::Arc::clone(&hub.serving().app);
    let options = ImportOptions { name: "hyper".to_owned(), ..ImportOptions::default() };
    let work = move || vocabularies::import(&app, "hyper.owl", ontology.rdf_xml().as_bytes(), &options, false);
    let imported = tokio::task::spawn_blocking(work).await.expect("the import").expect("the import");
    settle(hub).await;
    imported
}

/// Waits until the order to read again is carried out, by whichever worker took it, and the indexes have what it
/// changed.
async fn settle(hub: &TestHub) {
    let since = std::time::Instant::now();
    loop {
        hub.settle().await;
        let depth = hub.serving().app.db.read(jobs::depth).await.expect("the job queue can be read");
        if depth.queued + depth.running == 0 {
            break hub.settle().await;
        }
        assert!(since.elapsed().as_secs() < 120, "jobs were left undone: {depth:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn titles(hub: &TestHub, query: &str) -> Vec<String> {
    let answer = hub.visitor.api(&format!("/api/v1/datasets?{query}")).await;
    let results = answer["results"].as_array().expect("results");
    let mut titles: Vec<String> =
        results.iter().map(|one| one["title"]["text"].as_str().expect("a title").to_owned()).collect();
    titles.sort();
    titles
}

async fn conditions(hub: &TestHub) -> BTreeMap<String, u64> {
    let answer = hub.visitor.api("/api/v1/datasets").await;
    let facets = answer["facets"].as_array().expect("facets");
    let facet = facets.iter().find(|facet| facet["facet"] == "condition").expect("the facet");
    let values = facet["values"].as_array().expect("values").iter();
    values.map(|value| (value["value"].as_str().unwrap().to_owned(), value["datasets"].as_u64().unwrap())).collect()
}

fn words(text: &str) -> String {
    format!("q={}", text.replace(' ', "+"))
}

fn code(number: usize) -> String {
    code_of(number).to_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ontology_is_imported_renewed_and_removed_while_the_hub_runs() {
    let hub = stocked().await;
    let before = conditions(&hub).await;
    assert!(!before.contains_key(&code(123)), "{before:?}");
    assert!(!titles(&hub, &words(&label_of(567))).await.contains(&"Second".to_owned()), "nobody wrote the label");

    let imported = import(&hub, Ontology::of(4_000)).await;
    assert!(imported.changed && imported.report.added() == 3_998, "{:?}", imported.report);
    // By a synonym that no source wrote, by a class above, by an embedded concept that a class above is.
    assert_eq!(titles(&hub, &words(&label_of(567))).await, ["Second"]);
    assert_eq!(titles(&hub, &words(&synonym_of(12))).await, ["First"]);
    assert_eq!(titles(&hub, &format!("condition={}", code(1))).await, ["First"]);
    assert_eq!(titles(&hub, "condition=prostate-cancer").await, ["Second"]);
    let counts = conditions(&hub).await;
    for (value, count) in
        [(code(123), 1), (code(12), 1), (code(1), 1), ("prostate-cancer".to_owned(), 1), ("cancer".to_owned(), 3)]
    {
        assert_eq!(counts.get(&value), Some(&count), "{value}: {counts:?}");
    }

    let page = hub.visitor.open(&format!("/terms/condition/{}", code(123))).await;
    let text = page.text();
    assert_eq!(page.status, 200);
    for part in [label_of(123), synonym_of(123), "Imported by this hub from Ontology of made-up tumours".to_owned()] {
        assert!(text.contains(&part), "{part}: {text}");
    }
    assert!(text.contains(&format!("{EUCAIM}{}", code_of(123))), "as the source wrote it: {text}");
    assert!(page.body.contains(&format!("/terms/condition/{}", code(12))), "the concept above is a link");
    let lung = hub.visitor.open("/terms/condition/lung-cancer").await.text();
    assert!(lung.contains("As the sources write it") && lung.contains("Lung cancer in 1 data set"), "{lung}");
    let tree = hub.visitor.open("/terms/condition").await;
    assert!(tree.body.len() < 400_000, "thousands of concepts are folded: {} bytes", tree.body.len());
    let branch = hub.visitor.open(&format!("/terms/condition?under={}", code(1))).await.text();
    assert!(branch.contains(&label_of(12)), "{branch}");
    let found = hub.visitor.open(&format!("/terms/condition?{}", words(&synonym_of(3_210)))).await.text();
    assert!(found.contains(&label_of(3_210)) && !found.contains(&label_of(3_211)), "{found}");
    let overview = hub.visitor.open("/terms").await.text();
    assert!(overview.contains("Imported by this hub") && overview.contains("1.0"), "{overview}");

    // The same again changes nothing; another version adds a spelling and takes a class away.
    assert!(!import(&hub, Ontology::of(4_000)).await.changed);
    let renewed = Ontology {
        version: "2.0",
        renewed: Some((567, "febris inventa")),
        withdrawn: Some(123),
        ..Ontology::of(4_000)
    };
    assert!(import(&hub, renewed).await.changed);
    assert_eq!(titles(&hub, &words("febris inventa")).await, ["Second"]);
    let counts = conditions(&hub).await;
    assert!(!counts.contains_key(&code(123)) && !counts.contains_key(&code(12)), "{counts:?}");
    assert_eq!(hub.visitor.open(&format!("/terms/condition/{}", code(123))).await.status, 404);

    let app = std::sync::Arc::clone(&hub.serving().app);
    let removed = tokio::task::spawn_blocking(move || vocabularies::remove(&app, "hyper")).await.expect("the removal");
    assert!(removed.expect("the removal"));
    settle(&hub).await;
    assert_eq!(conditions(&hub).await, before);
    assert!(!titles(&hub, &words(&label_of(567))).await.contains(&"Second".to_owned()));
    assert_eq!(titles(&hub, "condition=lung-cancer").await, ["Third"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_file_changes_nothing_and_is_told_in_words() {
    let hub = stocked().await;
    let whole = Ontology::of(50).rdf_xml();
    let halved = &whole[..whole.len() / 2];
    let nested = format!("{{\"@graph\": {}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let cases: [(&str, &str, &str); 6] = [
        ("cut.owl", halved, "whole or not at all"),
        ("page.owl", "<!doctype html><html><body>Sign in</body></html>", "page.owl"),
        ("nothing.ttl", "", "neither OWL classes nor SKOS concepts"),
        ("lost.ttl", "<urn:a> a <http://www.w3.org/2002/07/owl#Class> ; <urn:p> \"x\" \"y .", "lost.ttl"),
        ("nested.jsonld", &nested, "nested.jsonld"),
        (
            "elsewhere.ttl",
            "<urn:a> a <http://www.w3.org/2002/07/owl#Class> ; <http://www.w3.org/2000/01/rdf-schema#label> \"Axq\" .",
            "--scheme",
        ),
    ];
    for (file, content, expected) in cases {
        let app = std::sync::Arc::clone(&hub.serving().app);
        let (name, bytes) = (file.to_owned(), content.as_bytes().to_vec());
        let options = ImportOptions { name: "hostile".to_owned(), ..ImportOptions::default() };
        let work = move || vocabularies::import(&app, &name, &bytes, &options, false);
        let refused: Result<Imported, ImportError> = tokio::task::spawn_blocking(work).await.expect("no crash");
        let said = refused.expect_err(file).to_string();
        assert!(said.contains(expected) && said.contains(file), "{file}: {said}");
    }
    let app = std::sync::Arc::clone(&hub.serving().app);
    let stored = tokio::task::spawn_blocking(move || vocabularies::list(&app)).await.expect("the list");
    assert!(stored.expect("the list").is_empty());
}
