//! The SPARQL 1.1 protocol over HTTP and its page.

use reqwest::Method;
use reqwest::header::{ACCEPT, IF_MODIFIED_SINCE};

use super::hub;
use super::shelf::{Answer, Shelf};

const COUNT: &str = "SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> }";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A request with any method and headers.
async fn send(hub: &Shelf, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut request = client.request(method, format!("{}{path}", hub.base)).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_sent_in_the_address_as_a_form_or_as_the_body() {
    let hub = hub().await;
    let address = format!("/sparql?query={}", encoded(COUNT));
    let got = hub.ask(&address, "application/sparql-results+json").await;
    assert_eq!(got.json()["results"]["bindings"][0]["n"]["value"], "3");
    let posted = hub.send("/sparql", "application/sparql-query", "text/csv", COUNT.to_owned()).await;
    assert_eq!((posted.status, posted.body.lines().nth(1)), (200, Some("3")));
    let with_charset = "application/sparql-query; charset=UTF-8";
    assert_eq!(hub.send("/sparql", with_charset, "text/csv", COUNT.to_owned()).await.status, 200);
    let form = format!("query={}", encoded(COUNT));
    let form = hub.send("/sparql", "application/x-www-form-urlencoded", "text/csv", form).await;
    assert_eq!((form.status, form.body.lines().nth(1)), (200, Some("3")));
}

#[tokio::test(flavor = "multi_thread")]
async fn graphs_are_named_in_the_address_also_of_a_direct_post() {
    let hub = hub().await;
    let graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?d a <http://www.w3.org/ns/dcat#Dataset> } }";
    let graphs = hub.send("/sparql", "application/sparql-query", "text/csv", graphs.to_owned()).await;
    let graph = graphs.body.lines().nth(1).unwrap().to_owned();
    let all = "SELECT (COUNT(*) AS ?n) { { ?d a <http://www.w3.org/ns/dcat#Dataset> } UNION { GRAPH ?g { ?d a <http://www.w3.org/ns/dcat#Dataset> } } }";
    let count = async |path: String| {
        let answer = hub.send(&path, "application/sparql-query", "text/csv", all.to_owned()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body.lines().nth(1).unwrap().to_owned()
    };
    let name = encoded(&graph);
    assert_eq!(count("/sparql".to_owned()).await, "6");
    assert_eq!(count(format!("/sparql?default-graph-uri={name}")).await, "1");
    assert_eq!(count(format!("/sparql?named-graph-uri={name}")).await, "1");
    assert_eq!(count(format!("/sparql?default-graph-uri={name}&named-graph-uri={name}")).await, "2");
    let form = format!("query={}&default-graph-uri={name}", encoded(all));
    let form = hub.send("/sparql", "application/x-www-form-urlencoded", "text/csv", form).await;
    assert_eq!(form.body.lines().nth(1), Some("1"));
    let wrong =
        hub.send("/sparql?default-graph-uri=a%20b", "application/sparql-query", "text/csv", all.to_owned()).await;
    assert_eq!(wrong.status, 400, "{}", wrong.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_comes_by_accept_and_by_its_name_in_the_address() {
    let hub = hub().await;
    let table = format!("/sparql?query={}", encoded("SELECT ?t { ?d <http://purl.org/dc/terms/title> ?t }"));
    let graph = format!("/sparql?query={}", encoded("CONSTRUCT WHERE { ?d <http://purl.org/dc/terms/title> ?t }"));
    for (path, name, kind) in [
        (&table, "json", "application/sparql-results+json"),
        (&table, "xml", "application/sparql-results+xml"),
        (&table, "csv", "text/csv"),
        (&table, "tsv", "text/tab-separated-values"),
        (&graph, "ttl", "text/turtle"),
        (&graph, "nt", "application/n-triples"),
        (&graph, "rdf", "application/rdf+xml"),
        (&graph, "jsonld", "application/ld+json"),
        (&graph, "json", "application/ld+json"),
        (&graph, "xml", "application/rdf+xml"),
    ] {
        let by_accept = hub.ask(path, &format!("{kind}, */*;q=0.1")).await;
        let by_name = hub.ask(&format!("{path}&format={name}"), BROWSER).await;
        for answer in [by_accept, by_name] {
            assert_eq!(answer.status, 200, "{name}: {}", answer.body);
            assert!(answer.header("content-type").starts_with(kind), "{name}: {}", answer.header("content-type"));
            assert!(answer.body.contains("Lung CT of two hospitals"), "{name}: {}", answer.body);
        }
    }
    let quality = "text/csv;q=0.5, application/sparql-results+xml;q=0.9, */*;q=0.1";
    assert_eq!(hub.ask(&table, quality).await.header("content-type"), "application/sparql-results+xml");
    assert_eq!(hub.ask(&table, "text/turtle").await.status, 406);
    assert_eq!(hub.ask(&table, "image/png").await.status, 406);
    assert_eq!(hub.ask(&format!("{graph}&format=csv"), "*/*").await.status, 406);
    let unknown = hub.ask(&format!("{table}&format=docx"), "*/*").await;
    assert_eq!((unknown.status, unknown.json()["field"].as_str()), (400, Some("format")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_query_the_endpoint_describes_itself_in_the_form_asked_for() {
    let hub = hub().await;
    for kind in ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"] {
        let answer = hub.ask("/sparql", kind).await;
        assert_eq!((answer.status, answer.header("content-type").as_str()), (200, kind));
        assert!(answer.body.contains("sparql-service-description#"), "{}", answer.body);
        assert!(answer.body.contains(&format!("{}/sparql", hub.base)), "{}", answer.body);
    }
    assert_eq!(hub.ask("/sparql", "*/*").await.header("content-type"), "text/turtle");
    assert_eq!(hub.ask("/sparql", "image/png").await.status, 406);
    assert!(hub.open("/sparql").await.header("content-type").starts_with("text/html"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_wrong_has_the_status_that_says_how() {
    let hub = hub().await;
    let form = "application/x-www-form-urlencoded";
    let json = "application/sparql-results+json";
    let syntax = hub.ask("/sparql?query=SELECT", json).await;
    assert_eq!((syntax.status, syntax.json()["field"].as_str()), (400, Some("query")));
    assert_eq!(syntax.header("content-type"), "application/problem+json");
    let twice = format!("/sparql?query={0}&query={0}", encoded(COUNT));
    assert_eq!(hub.ask(&twice, json).await.status, 400);
    let both = format!("/sparql?query={}", encoded(COUNT));
    assert_eq!(hub.send(&both, "application/sparql-query", json, COUNT.to_owned()).await.status, 400);
    assert_eq!(hub.ask("/sparql?query=", json).await.status, 400);
    assert_eq!(hub.ask("/sparql?default-graph-uri=urn:x", json).await.status, 400);
    assert_eq!(hub.ask("/sparql?query=ASK%20%7B%7D%FF", json).await.status, 400);
    assert_eq!(hub.send("/sparql", form, json, "update=DROP%20ALL".into()).await.status, 400);
    assert_eq!(hub.send("/sparql", form, json, format!("query={}", encoded("DROP ALL"))).await.status, 400);
    for (kind, body) in [
        ("application/sparql-update", "DROP ALL"),
        ("application/json", "{}"),
        ("text/plain", COUNT),
        ("application/sparql-query; charset=utf-16", COUNT),
    ] {
        let refused = hub.send("/sparql", kind, json, body.to_owned()).await;
        assert_eq!(refused.status, 415, "{kind}: {}", refused.body);
        assert!(refused.header("accept-post").contains("application/sparql-query"));
    }
    let long = format!("ASK {{ # {} }}", "x".repeat(25_000));
    assert_eq!(hub.send("/sparql", "application/sparql-query", json, long).await.status, 413);
    let longer = "x".repeat(600_000);
    let longer = hub.send("/sparql", "application/sparql-query", json, longer).await;
    assert_eq!((longer.status, longer.header("content-type").as_str()), (413, "application/problem+json"));
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        for accept in [json, BROWSER] {
            let refused = send(&hub, method.clone(), "/sparql", &[(ACCEPT.as_str(), accept)], "").await;
            assert_eq!((refused.status, refused.header("allow").as_str()), (405, "GET, HEAD, OPTIONS, POST"));
        }
    }
    let service = "SELECT * WHERE { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }";
    let service = hub.send("/sparql", "application/sparql-query", json, service.to_owned()).await;
    assert_eq!(service.status, 400);
    assert!(service.json()["detail"].as_str().unwrap().contains("SERVICE"), "{}", service.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_of_other_sites_may_ask_and_read_answers_and_errors() {
    let hub = hub().await;
    let origin = ("origin", "https://notebook.example");
    let preflight = send(
        &hub,
        Method::OPTIONS,
        "/sparql",
        &[origin, ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")],
        "",
    )
    .await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin").as_str()), (204, "*"));
    assert!(preflight.header("access-control-allow-methods").contains("POST"));
    assert!(preflight.header("access-control-allow-headers").contains("Content-Type"));
    let address = format!("/sparql?query={}", encoded(COUNT));
    for path in [address.as_str(), "/sparql?query=SELECT", "/sparql"] {
        for accept in ["application/sparql-results+json, */*;q=0.5", BROWSER] {
            let answer = send(&hub, Method::GET, path, &[origin, (ACCEPT.as_str(), accept)], "").await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path} {accept}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_says_what_get_would_and_an_unchanged_answer_is_not_sent_again() {
    let hub = hub().await;
    let path = format!("/sparql?query={}", encoded(COUNT));
    let accept = (ACCEPT.as_str(), "text/csv");
    let head = send(&hub, Method::HEAD, &path, &[accept], "").await;
    let get = send(&hub, Method::GET, &path, &[accept], "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-type"), get.header("content-type"));
    let modified = get.header("last-modified");
    assert!(!modified.is_empty());
    let again = send(&hub, Method::GET, &path, &[accept, (IF_MODIFIED_SINCE.as_str(), &modified)], "").await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let older = (IF_MODIFIED_SINCE.as_str(), "Thu, 01 Jan 2015 00:00:00 GMT");
    assert_eq!(send(&hub, Method::GET, &path, &[accept, older], "").await.status, 200);
    assert_eq!(send(&hub, Method::HEAD, "/sparql", &[accept], "").await.status, 406);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_arrives_whole() {
    let hub = hub().await;
    let long = "0123456789".repeat(1_000);
    let values = (0..90).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
    let query = format!("SELECT ?n ?x {{ VALUES ?n {{ {values} }} BIND(\"{long}\" AS ?x) }}");
    let answer = hub.send("/sparql", "application/sparql-query", "text/csv", query).await;
    assert_eq!((answer.status, answer.body.lines().count()), (200, 91));
    assert!(answer.body.len() > 900_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_rows_as_a_table_with_links_and_downloads() {
    let hub = hub().await;
    let query = "PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>\n\
        SELECT ?d ?title ?n ?modality ?home ?text { ?d a dcat:Dataset ; dct:title ?title ; dct:identifier \"lung-ct\" ;\n\
        <http://healthdataportal.eu/ns/health#numberOfUniqueIndividuals> ?n ;\n\
        <https://cancerimage.eu/ontology/EUCAIM#hasImageModality> ?modality ; dcat:landingPage ?home .\n\
        BIND(\"<b onclick='x()'>bold</b>\" AS ?text) }";
    let address = format!("/sparql?query={}", encoded(query));
    let page = hub.open(&address).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.texts("table.table thead th"), ["d", "title", "n", "modality", "home", "text"]);
    let cells = page.texts("table.table tbody td");
    assert_eq!(cells[1], "Lung CT of two hospitals en");
    assert_eq!(cells[2], "1204 xsd:integer");
    assert_eq!(cells[5], "<b onclick='x()'>bold</b>");
    let links = page.attributes("table.table tbody a", "href");
    assert_eq!(links[0], "/datasets/lung-ct");
    assert!(links[1].starts_with("/terms/modality/"), "{links:?}");
    assert_eq!(links[2], "https://doi.org/10.5555/lung-ct");
    assert_eq!(hub.open(&links[1]).await.status, 200);
    assert_eq!(page.attributes("table.table tbody span[lang]", "lang"), ["en"]);
    assert!(page.texts("section p strong").contains(&"1 row".to_owned()), "{:?}", page.texts("section p strong"));
    assert_eq!(page.attributes("section time", "datetime").len(), 1);
    assert_eq!(page.texts("textarea#query"), [query.split_whitespace().collect::<Vec<_>>().join(" ")]);
    let downloads = page.attributes("ul.chips a[href*='format=']", "href");
    assert_eq!(downloads.len(), 4);
    for download in downloads {
        assert_eq!(hub.open(&download).await.status, 200, "{download}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_yes_or_no_shows_graphs_and_keeps_a_wrong_query() {
    let hub = hub().await;
    let open = async |query: &str| hub.open(&format!("/sparql?query={}", encoded(query))).await;
    let yes = open("ASK { ?d a <http://www.w3.org/ns/dcat#Dataset> }").await;
    assert!(yes.body.contains("The answer is yes."));
    let graph = open("CONSTRUCT WHERE { ?d <http://purl.org/dc/terms/title> ?t }").await;
    assert!(graph.texts("pre")[0].contains("Lung CT"), "{:?}", graph.texts("pre"));
    assert_eq!(graph.attributes("ul.chips a[href*='format=']", "href").len(), 4);
    let none = open("SELECT ?x { ?x <urn:none> ?y }").await;
    assert!(none.body.contains("0 rows"));
    let wrong = open("SELECT ?x WHERE { <b>").await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.texts("[role=alert] h2"), ["The query was not answered"]);
    assert_eq!(wrong.texts("textarea#query"), ["SELECT ?x WHERE { <b>"]);
    let many = open("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 900").await;
    assert_eq!(many.texts("table.table tbody tr").len(), 200);
    assert!(many.body.contains("900 rows") && many.body.contains("the first 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_leads_to_an_address_where_the_query_is_short_enough() {
    let hub = hub().await;
    let form = "application/x-www-form-urlencoded";
    let sent = hub.send("/sparql", form, BROWSER, format!("query={}", encoded(COUNT))).await;
    assert_eq!(sent.status, 303);
    assert_eq!(hub.open(&sent.header("location")).await.texts("table.table tbody td"), ["3 xsd:integer"]);
    let long = format!("{COUNT} # {}", "long ".repeat(2_000));
    let sent = hub.send("/sparql", form, BROWSER, format!("query={}", encoded(&long))).await;
    assert_eq!((sent.status, sent.texts("table.table tbody td")), (200, vec!["3 xsd:integer".to_owned()]));
    let buttons = sent.attributes("form button[name=format]", "value");
    assert_eq!(buttons, ["json", "xml", "csv", "tsv"]);
    let csv = hub.send("/sparql", form, BROWSER, format!("query={}&format=csv", encoded(&long))).await;
    assert_eq!((csv.status, csv.body.lines().nth(1)), (200, Some("3")));
    let empty = hub.send("/sparql", form, BROWSER, "query=".to_owned()).await;
    assert_eq!(hub.open(&empty.header("location")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_takes_its_worker_with_it() {
    use tokio::io::AsyncWriteExt as _;
    let hub = hub().await;
    let endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }";
    let address = hub.base.trim_start_matches("http://").to_owned();
    let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /sparql?query={} HTTP/1.1\r\nHost: {address}\r\n\r\n", encoded(endless));
    connection.write_all(request.as_bytes()).await.unwrap();
    let metrics = &hub.app.metrics;
    while metrics.sparql_running.get() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    // The process has begun with it.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    drop(connection);
    for _ in 0..100 {
        if metrics.sparql_running.get() == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let ended = |reason| metrics.sparql_workers_ended.with_label_values(&[reason]).get();
    assert_eq!((metrics.sparql_running.get(), ended("left"), ended("deadline")), (0, 1, 0));
}

#[cfg(feature = "demo")]
#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_page_has_rows_on_the_demonstration() {
    let visitor = tokio::task::spawn_blocking(crate::helpers::hub::demo_visitor).await.unwrap();
    let page = scraper::Html::parse_document(&visitor.open("/sparql").await.body);
    let links = scraper::Selector::parse("section dl dt a").unwrap();
    let examples: Vec<(String, String)> = page
        .select(&links)
        .map(|link| (link.text().collect(), link.value().attr("href").unwrap().to_owned()))
        .collect();
    assert!(examples.len() >= 12, "{}", examples.len());
    for (title, address) in examples {
        let answer = visitor.ask(&address, "text/csv, application/n-triples").await;
        assert_eq!(answer.status, 200, "{title}: {}", answer.body);
        assert!(answer.body.lines().count() > 2, "{title}: {}", answer.body);
        let shown = visitor.open(&address).await;
        assert_eq!(shown.status, 200, "{title}");
        assert!(!shown.body.contains("The query was not answered"), "{title}");
    }
}
