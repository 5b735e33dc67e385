//! Machine forms, the API, SPARQL and health.

use super::hub;

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_data_set_comes_by_suffix_and_by_accept() {
    let hub = hub().await;
    for (suffix, kind) in [
        ("json", "application/json"),
        ("jsonld", "application/ld+json"),
        ("ttl", "text/turtle"),
        ("rdf", "application/rdf+xml"),
        ("nt", "application/n-triples"),
    ] {
        let by_suffix = hub.ask(&format!("/datasets/lung-ct.{suffix}"), "*/*").await;
        let by_accept = hub.ask("/datasets/lung-ct", kind).await;
        assert_eq!((by_suffix.status, by_accept.status), (200, 200), "{suffix}");
        assert_eq!(by_suffix.header("content-type"), kind);
        assert_eq!(by_accept.header("content-type"), kind);
        assert!(by_suffix.body.contains("https://hospital.example/dataset/lung-ct"), "{suffix}");
        assert_eq!(hub.ask(&format!("/series/lungs.{suffix}"), "*/*").await.status, 200, "{suffix}");
    }
    let link = hub.open("/datasets/lung-ct").await.header("link");
    assert!(link.contains("rel=\"alternate\""), "{link}");
    assert_eq!(hub.open("/datasets/lung-ct.docx").await.status, 404);
    assert_eq!(hub.ask("/datasets/lung-ct", "image/png").await.status, 406);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_profile_is_what_the_source_said() {
    let hub = hub().await;
    let ours = hub.ask("/datasets/lung-ct.nt", "*/*").await.body;
    let source = hub.ask("/datasets/lung-ct.nt?profile=source", "*/*").await.body;
    assert!(source.contains("2021-02-31"));
    assert!(!source.contains("CatalogRecord"));
    assert!(ours.contains("CatalogRecord"), "our page is not named in {ours}");
    let refused = hub.ask("/datasets/lung-ct.nt?profile=other", "*/*").await;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("profile")));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_citations_have_their_forms() {
    let hub = hub().await;
    let csv = hub.ask("/datasets.csv?q=lung", "*/*").await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.body.starts_with("slug,title,provider"), "{}", csv.body);
    assert!(csv.body.contains("lung-ct,Lung CT of two hospitals,Example Hospital"), "{}", csv.body);
    assert!(hub.ask("/datasets/lung-ct.bib", "*/*").await.body.starts_with("@misc{lung-ct,"));
    assert!(hub.ask("/datasets/lung-ct.ris", "*/*").await.body.contains("UR  - https://doi.org/10.5555/lung-ct"));
    assert!(hub.ask("/datasets", "application/json").await.json()["total"].as_u64() >= Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_answers_and_names_the_parameter_at_fault() {
    let hub = hub().await;
    let found = hub.ask("/api/v1/datasets?q=nsclc", "*/*").await;
    assert_eq!(found.status, 200);
    assert_eq!(hub.ask("/api/v1/datasets/lung-ct", "*/*").await.json()["slug"], "lung-ct");
    let long = format!("/api/v1/datasets?q={}", "x".repeat(10_000));
    for (path, field) in [
        ("/api/v1/datasets?page=-1", "page"),
        ("/api/v1/datasets?page=99", "page"),
        ("/api/v1/datasets?colour=red", "colour"),
        ("/api/v1/datasets?subjects=many", "subjects"),
        (long.as_str(), "q"),
    ] {
        let refused = hub.ask(path, "text/html").await;
        assert_eq!(refused.status, 400, "{path}");
        assert_eq!(refused.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(refused.json()["field"], field, "{path}");
        assert!(!refused.json()["detail"].as_str().unwrap_or_default().is_empty());
    }
    for path in [
        "/api/v1/providers",
        "/api/v1/providers/example-hospital",
        "/api/v1/terms",
        "/api/v1/terms/modality",
        "/api/v1/terms/modality/ct",
        "/api/v1/suggest?q=lun",
        "/api/v1/overview",
    ] {
        assert_eq!(hub.ask(path, "*/*").await.status, 200, "{path}");
    }
    let nothing = hub.ask("/api/v1/nothing", "text/html").await;
    assert_eq!((nothing.status, nothing.header("content-type").as_str()), (404, "application/problem+json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_every_route_of_the_api() {
    let hub = hub().await;
    let paths = hub.ask("/openapi.json", "*/*").await.json()["paths"].as_object().unwrap().clone();
    for path in [
        "/api/v1/datasets",
        "/api/v1/datasets/{slug}",
        "/api/v1/overview",
        "/api/v1/suggest",
        "/api/v1/providers",
        "/api/v1/providers/{slug}",
        "/api/v1/terms",
        "/api/v1/terms/{scheme}/{code}",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    for example in hub.open("/api").await.attributes("main section a", "href") {
        assert_eq!(hub.ask(&example, "*/*").await.status, 200, "{example}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_alive_and_ready() {
    let hub = hub().await;
    assert_eq!(hub.ask("/health/livez", "*/*").await.status, 200);
    assert_eq!(hub.ask("/health/readyz", "*/*").await.json()["status"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_header_never_makes_a_link() {
    let hub = hub().await;
    let client = reqwest::Client::new();
    let request = client.get(format!("{}/datasets/lung-ct", hub.base)).header("host", "evil.example");
    let body = request.header("accept", "text/html").send().await.unwrap().text().await.unwrap();
    assert!(!body.contains("evil.example"));
}
