//! Machine forms of every kind of page, and HTTP by the book. How other people's programs read them is tested in
//! `tests/independent`.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::hub;
use super::shelf::{Answer, Shelf};

const SUFFIXES: [(&str, &str); 7] = [
    ("json", "application/json"),
    ("jsonld", "application/ld+json"),
    ("ttl", "text/turtle"),
    ("rdf", "application/rdf+xml"),
    ("nt", "application/n-triples"),
    ("csv", "text/csv"),
    ("atom", "application/atom+xml"),
];

const PAGES: [&str; 9] = [
    "/datasets",
    "/datasets/lung-ct",
    "/series",
    "/series/lungs",
    "/providers",
    "/providers/example-hospital",
    "/terms",
    "/terms/modality",
    "/terms/modality/ct",
];

async fn request(hub: &Shelf, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let response = client.request(method, format!("{}{path}", hub.base)).headers(map).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_page_has_every_form_and_says_where_they_are() {
    let hub = hub().await;
    for page in PAGES {
        for (suffix, kind) in SUFFIXES {
            let by_suffix = hub.ask(&format!("{page}.{suffix}"), "image/png").await;
            let by_accept = hub.ask(page, kind).await;
            assert_eq!((by_suffix.status, by_accept.status), (200, 200), "{page}.{suffix}: {}", by_suffix.body);
            for answer in [&by_suffix, &by_accept] {
                assert!(answer.header("content-type").starts_with(kind), "{page}.{suffix}");
                assert_eq!(answer.header("content-location"), format!("{page}.{suffix}"));
                assert_eq!(answer.header("access-control-allow-origin"), "*");
            }
        }
        let html = hub.open(page).await;
        let announced = html.attributes("head link[rel=alternate]", "href");
        let shown = html.attributes("main a", "href");
        for (suffix, _) in SUFFIXES {
            let address = format!("{page}.{suffix}");
            assert!(announced.contains(&address), "{address} is not in the head: {announced:?}");
            assert!(shown.contains(&address), "{address} is not on the page");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_keeps_its_whole_search_in_every_form() {
    let hub = hub().await;
    for (suffix, _) in SUFFIXES {
        let answer = hub.ask(&format!("/datasets.{suffix}?q=breast"), "*/*").await;
        assert!(answer.body.contains("Breast MR before treatment"), "{suffix}: {}", answer.body);
        assert!(!answer.body.contains("Lung CT of two hospitals"), "{suffix}: {}", answer.body);
        assert_eq!(answer.header("content-location"), format!("/datasets.{suffix}?q=breast"));
        let wrong = hub.ask(&format!("/datasets.{suffix}?modality=telepathy"), "*/*").await;
        assert_eq!((wrong.status, wrong.json()["field"].as_str()), (400, Some("modality")), "{suffix}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_gone_in_every_form_and_what_never_was_is_missing_in_every_form() {
    let hub = hub().await;
    hub.withdraw("breast-mr").await;
    let suffixes = SUFFIXES.iter().map(|(suffix, _)| *suffix).chain(["bib", "ris"]);
    for suffix in suffixes {
        for (slug, status) in [("breast-mr", 410), ("never-was", 404)] {
            let path = format!("/datasets/{slug}.{suffix}");
            let answer = hub.ask(&path, "*/*").await;
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
            assert!(!answer.body.contains("before treatment"), "{path} tells of it");
            let page = hub.open(&path).await;
            assert_eq!((page.status, page.texts("h1").len()), (status, 1), "{path}");
        }
    }
    for page in PAGES {
        for (suffix, _) in SUFFIXES {
            let body = hub.ask(&format!("{page}.{suffix}"), "*/*").await.body;
            assert!(!body.contains("before treatment"), "{page}.{suffix} tells of it");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_profile_can_be_asked_for_and_an_unknown_one_is_told_the_known() {
    let hub = hub().await;
    let mut bodies = Vec::new();
    for profile in ["r8", "eucaim-2", "dcat-ap-3", "source"] {
        let answer = hub.ask(&format!("/datasets/lung-ct.nt?profile={profile}"), "*/*").await;
        assert_eq!(answer.status, 200, "{profile}");
        assert!(!answer.header("content-profile").is_empty(), "{profile}");
        bodies.push(answer.body);
    }
    assert!(bodies[0].contains("cancerimage.eu/ontology/EUCAIM#hasCondition"));
    assert!(bodies[1].contains("cancerimage.eu/ontology/EUCAIM#hasCondition"));
    assert!(!bodies[1].contains("atlas-of-cancer-imaging.eu/ns#"));
    assert!(!bodies[2].contains("EUCAIM#hasCondition"));
    let refused = hub.ask("/series/lungs.ttl?profile=r9", "*/*").await;
    assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("profile")));
    let detail = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
    for known in ["r8", "eucaim-2", "dcat-ap-3", "source"] {
        assert!(detail.contains(known), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_description_is_text_in_a_feed_and_a_cell_in_a_table() {
    let hub = hub().await;
    let feed = hub.ask("/datasets.atom?q=lung", "*/*").await.body;
    assert!(feed.contains("&lt;script&gt;") && !feed.contains("<script>"), "{feed}");
    assert!(feed.contains("<id>urn:uuid:"), "{feed}");
    let table = hub.ask("/series/lungs.csv", "*/*").await.body;
    assert_eq!(table.lines().count(), 2, "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_and_options_answer_wherever_get_does_and_other_methods_are_named_as_not_allowed() {
    let hub = hub().await;
    let more =
        ["/", "/help", "/api", "/sparql", "/openapi.json", "/health/readyz", "/api/v1/datasets", "/datasets.ttl"];
    for path in PAGES.iter().chain(&more) {
        let accept = [("accept", "*/*")];
        let got = request(&hub, Method::GET, path, &accept).await;
        let head = request(&hub, Method::HEAD, path, &accept).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        for name in ["content-type", "content-length", "vary", "cache-control", "link"] {
            assert_eq!(head.header(name), got.header(name), "{name} of {path}");
        }
        let options = request(&hub, Method::OPTIONS, path, &[]).await;
        assert_eq!(options.status, 204, "{path}");
        for method in [Method::TRACE, Method::PUT, Method::DELETE, Method::PATCH] {
            let refused = request(&hub, method.clone(), path, &[]).await;
            assert_eq!(refused.status, 405, "{method} {path}");
            assert_eq!(refused.header("allow"), options.header("allow"), "{method} {path}");
        }
    }
    let page = request(&hub, Method::DELETE, "/datasets", &[("accept", "text/html")]).await;
    assert_eq!((page.status, page.header("allow").as_str()), (405, "GET, HEAD, OPTIONS"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_not_sent_twice_and_can_be_had_in_parts() {
    let hub = hub().await;
    let path = "/datasets/lung-ct.ttl";
    let plain = ("accept-encoding", "identity");
    let whole = request(&hub, Method::GET, path, &[plain]).await;
    let tag = whole.header("etag");
    let again = request(&hub, Method::GET, path, &[plain, ("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", tag.clone()));
    let part = request(&hub, Method::GET, path, &[plain, ("range", "bytes=0-9"), ("if-range", &tag)]).await;
    assert_eq!((part.status, part.body.as_str()), (206, &whole.body[..10]));
    let outside = request(&hub, Method::GET, path, &[("range", "bytes=9999999-")]).await;
    assert_eq!(outside.status, 416);
    assert_eq!(outside.header("content-range"), format!("bytes */{}", whole.body.len()));
    let packed = request(&hub, Method::GET, path, &[("accept-encoding", "gzip")]).await;
    let weak = format!("W/{tag}");
    assert_eq!(packed.header("etag"), weak);
    let again = request(&hub, Method::GET, path, &[("accept-encoding", "gzip"), ("if-none-match", &weak)]).await;
    assert_eq!((again.status, again.header("etag")), (304, weak));
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_accept_headers_have_a_plain_answer() {
    let hub = hub().await;
    let many = (0..60).map(|number| format!("image/x{number}")).collect::<Vec<_>>().join(",");
    let long = format!("text/turtle;note=\"{}\"", "a, b;".repeat(1_500));
    for (accept, status) in [
        (many.as_str(), 406),
        (long.as_str(), 200),
        ("text/turtle;note=\"unclosed, text/html", 200),
        ("q=1", 406),
        ("/", 406),
        ("text/turtle;q=", 200),
    ] {
        let answer = hub.ask("/datasets/lung-ct", accept).await;
        assert_eq!(answer.status, status, "{}", &accept[..accept.len().min(60)]);
    }
    let refused = hub.ask("/datasets", "image/png").await;
    assert_eq!(refused.status, 406);
    assert!(refused.body.contains("/datasets.ttl") && refused.body.contains("text/csv"), "{}", refused.body);
}
