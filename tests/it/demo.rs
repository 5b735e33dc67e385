//! The demonstration federation, seen from outside: the real totals, thirty providers, what is real and what is not.

use std::sync::Arc;

use atlas::cli::demo::{Demonstration, settings};
use atlas::config::Layers;
use serde_json::Value;

use crate::helpers::hub::{demo_hub, demo_visitor};

fn value(totals: &Value, unit: &str) -> i64 {
    totals[unit]["value"].as_i64().unwrap_or_else(|| panic!("no {unit} in {totals}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_totals_are_those_of_the_imaging_data_commons() {
    let answer = demo_visitor().api("/api/v1/datasets?subject-kind=any").await;
    assert_eq!(answer["total"], 179);
    let all = &answer["totals"]["all"];
    assert_eq!(value(all, "subjects"), 86_451);
    assert_eq!(value(all, "studies"), 168_508);
    assert_eq!(value(all, "series"), 1_044_191);
    assert_eq!(value(all, "images"), 58_784_975);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kinds_of_subject_add_up_and_stand_on_the_home_page() {
    let visitor = demo_visitor();
    let answer = visitor.api("/api/v1/datasets?subject-kind=any").await;
    let kinds = answer["totals"]["by_kind"].as_array().unwrap();
    let sum = |unit: &str| kinds.iter().map(|kind| value(kind, unit)).sum::<i64>();
    assert_eq!(sum("subjects"), 86_451);
    assert_eq!(sum("images"), 58_784_975);
    let of = |name: &str| kinds.iter().find(|kind| kind["kind"] == name).unwrap_or_else(|| panic!("no {name}"));
    assert!(value(of("simulated"), "subjects") >= 2_994, "VICTRE is simulated");
    assert!(value(of("human-no-cancer"), "subjects") >= 26_410, "NLST is a screening trial");
    assert!(value(of("animal"), "subjects") >= 362 + 392);
    assert!(value(of("phantom"), "subjects") > 105, "phantoms that are labelled human are corrected");

    let home = visitor.open("/").await;
    assert_eq!(home.status, 200);
    let text = home.text().replace(['\u{a0}', '\u{202f}'], " ");
    for kind in kinds {
        let label = kind["label"].as_str().unwrap();
        assert!(text.contains(label), "{label} is not on the home page");
    }
    assert!(text.contains("179"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_one_of_thirty_providers_has_data_sets_and_says_it_is_simulated() {
    let visitor = demo_visitor();
    let nodes = &demo_hub().demonstration.federation.nodes;
    assert_eq!(nodes.len(), 30);
    for running in nodes {
        let name = running.node.name();
        let slug = format!("simulated-node-{:02}-{}", running.node.number, running.node.country_name.to_lowercase());
        let page = visitor.open(&format!("/providers/{slug}")).await;
        assert_eq!(page.status, 200, "{slug}");
        let text = page.text();
        assert!(text.contains(&name), "{slug}");
        let first = &running.node.collections[0].name;
        assert!(text.contains(first.as_str()), "{first} is not on the page of {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_says_what_is_real_and_what_is_simulated() {
    let visitor = demo_visitor();
    for path in ["/", "/datasets", "/datasets/4d-lung", "/providers", "/series", "/terms", "/help", "/nowhere"] {
        let text = visitor.open(path).await.text();
        assert!(text.contains("Imaging Data Commons") && text.contains("Simulated"), "{path}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_label_of_the_source_is_corrected_in_sight() {
    let visitor = demo_visitor();
    for slug in ["cc-radiomics-phantom", "lung-phantom", "dro-toolkit", "victre"] {
        let page = visitor.open(&format!("/datasets/{slug}")).await;
        assert_eq!(page.status, 200, "{slug}");
        let text = page.text();
        assert!(text.contains("Phantom") || text.contains("Simulated"), "{slug}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_answers_as_a_fair_data_point() {
    let running = &demo_hub().demonstration.federation.nodes[0];
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let root = client.get(format!("{}/", running.address)).send().await.unwrap();
    assert!(root.headers()["content-type"].to_str().unwrap().starts_with("text/turtle"));
    let text = root.text().await.unwrap();
    assert!(text.contains("https://node01.atlas-demo.example/catalog/collections"), "{text}");
    let json = client
        .get(format!("{}/dataset/nlst", running.address))
        .header("accept", "application/ld+json")
        .send()
        .await
        .unwrap();
    assert!(json.headers()["content-type"].to_str().unwrap().starts_with("application/ld+json"));
    let missing = client.get(format!("{}/dataset/none", running.address)).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

/// Three nodes are enough to see that a second start finds everything as it was, on the same ports.
#[test]
fn a_second_start_is_without_change() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("demo");
    let mut addresses = Vec::new();
    for start in 1..=2 {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let config = settings(Layers::default(), Some(&directory), Some(0)).unwrap();
        let demonstration = Demonstration::start(config, 3, runtime.handle()).unwrap();
        runtime.block_on(demonstration.harvest(|_| {})).unwrap();
        let app = Arc::clone(&demonstration.serving.app);
        let runs: Vec<_> = app
            .db
            .read_blocking(|connection| {
                let mut newest = Vec::new();
                for source in atlas::db::sources::list(connection)? {
                    newest.extend(atlas::db::runs::newest(connection, &source.id, 1)?);
                }
                Ok::<_, atlas::db::DbError>(newest)
            })
            .unwrap();
        assert_eq!(runs.len(), 3);
        for run in runs {
            let counts = run.counts();
            let touched = counts.added + counts.changed + counts.removed;
            assert_eq!(touched == 0, start == 2, "start {start}: {counts:?}");
        }
        addresses.push(demonstration.federation.nodes.iter().map(|node| node.address.clone()).collect::<Vec<_>>());
        drop(app);
        runtime.block_on(demonstration.stop());
    }
    assert_eq!(addresses[0], addresses[1], "the nodes kept their ports");
}

/// Nothing but the demonstration names it: the product builds and works without.
#[test]
fn nothing_else_in_the_product_names_the_demonstration() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut waiting = vec![root.clone()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let own = path.starts_with(root.join("demo")) || path == root.join("cli/demo.rs");
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            if own || path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            for (index, line) in lines.iter().enumerate() {
                let names_it = line.contains("crate::demo") || line.contains("mod demo;") || line.contains("demo::");
                let behind_the_feature = lines[..index].iter().rev().take(2).any(|l| l.contains("feature = \"demo\""));
                assert!(!names_it || behind_the_feature, "{}:{}: {line}", path.display(), index + 1);
            }
        }
    }
}
