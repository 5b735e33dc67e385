//! Pages for people.

use super::hub;
use super::shelf::Shelf;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_one_heading_a_way_past_the_head_and_nothing_inline() {
    let hub = hub().await;
    let pages = [
        "/",
        "/datasets",
        "/datasets?q=lung",
        "/datasets/lung-ct",
        "/series",
        "/series/lungs",
        "/providers",
        "/providers/example-hospital",
        "/terms",
        "/terms/modality",
        "/terms/modality/ct",
        "/help",
        "/help/searching",
        "/help/numbers",
        "/help/subject-kinds",
        "/help/access",
        "/help/providing-data",
        "/help/metadata",
        "/help/demonstration",
        "/help/errors",
        "/help/contact",
        "/about",
        "/sparql",
        "/api",
        "/no-such-page",
    ];
    for path in pages {
        let page = hub.open(path).await;
        assert_eq!(page.texts("h1").len(), 1, "{path}: {:?}", page.texts("h1"));
        assert_eq!(page.texts("main").len(), 1, "{path}");
        assert_eq!(page.attributes("a.skip", "href"), ["#main"], "{path}");
        assert!(!page.texts("title").join("").is_empty(), "{path}");
        assert!(page.attributes("[style], [onclick], [onload], [onerror]", "class").is_empty(), "{path}");
        assert!(page.texts("style").is_empty(), "{path}");
        assert_eq!(page.attributes("script", "src").len(), page.texts("script").len(), "inline script on {path}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!page.header("x-request-id").is_empty(), "{path}");
        assert!(page.texts("nav[aria-label='Help and contact']").len() == 1, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn home_says_how_much_there_is_and_how_it_is_counted() {
    let hub = hub().await;
    let text = hub.open("/").await.texts("main").join(" ");
    assert!(text.contains("not de-duplicated"), "{text}");
    assert!(text.contains("from 1 provider"), "{text}");
    assert!(text.contains("1 data set without this count"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_hub_still_has_a_home_page() {
    let hub = Shelf::empty().await;
    for path in ["/", "/datasets", "/series", "/providers"] {
        assert_eq!(hub.open(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_description_is_only_text() {
    let hub = hub().await;
    let page = hub.open("/datasets/lung-ct").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script>alert"), "script survived");
    assert!(!page.body.contains("<img src"), "image survived");
    assert!(page.attributes("main a", "href").iter().all(|href| !href.to_lowercase().starts_with("javascript")));
    assert!(page.texts(".prose strong").contains(&"non-small cell lung cancer".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_does_not_exist_is_shown_and_called_not_stated() {
    let hub = hub().await;
    let text = hub.open("/datasets/lung-ct").await.texts("dl.facts").join(" ");
    assert!(text.contains("not stated (the source says \u{201c}2021-02-31\u{201d}"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_number_is_not_zero() {
    let hub = hub().await;
    let figures = hub.open("/datasets/unnumbered").await.texts("dl.figures dd");
    assert!(figures.iter().all(|figure| figure == "not stated"), "{figures:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_set_leads_to_its_series_its_provider_and_its_machine_forms() {
    let hub = hub().await;
    let page = hub.open("/datasets/lung-ct").await;
    let links = page.attributes("main a", "href");
    for wanted in ["/series/lungs", "/providers/example-hospital", "/datasets/lung-ct.ttl", "/datasets/lung-ct.jsonld"]
    {
        assert!(links.iter().any(|link| link == wanted), "{wanted} is not among {links:?}");
    }
    let series = hub.open("/series/lungs").await;
    assert!(series.attributes("main a", "href").contains(&"/datasets/lung-ct".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_number_that_cannot_be_leads_to_the_canonical_address() {
    let hub = hub().await;
    for (asked, canonical) in [
        ("/datasets?page=-1", "/datasets"),
        ("/datasets?q=lung&page=0", "/datasets?q=lung"),
        ("/datasets?q=lung&page=7", "/datasets?q=lung"),
    ] {
        let answer = hub.open(asked).await;
        assert_eq!(answer.status, 303, "{asked}");
        assert_eq!(answer.header("location"), canonical, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_filter_value_is_named_with_a_link_that_removes_it() {
    let hub = hub().await;
    let page = hub.open("/datasets?modality=telepathy&q=lung").await;
    assert_eq!(page.status, 200);
    assert!(page.texts(".box.warn").join(" ").contains("telepathy"), "{:?}", page.texts(".box"));
    assert_eq!(page.attributes(".box.warn a", "href"), ["/datasets?q=lung"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_too_long_stays_in_the_form() {
    let hub = hub().await;
    let long = "lung".repeat(2_500);
    let page = hub.open(&format!("/datasets?q={long}")).await;
    assert_eq!(page.status, 200);
    assert!(page.texts("main").join(" ").contains("at most 500"), "no word on the limit");
    assert!(page.attributes("input[type=search]", "value").contains(&long));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_results_offers_ways_that_work() {
    let hub = hub().await;
    let page = hub.open("/datasets?q=zzzzqqqq&modality=ct").await;
    let ways = page.attributes("main .box ul a", "href");
    assert!(ways.len() >= 2, "{ways:?}");
    for way in ways {
        assert_eq!(hub.open(&way).await.status, 200, "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_says_so_and_leads_on() {
    let hub = hub().await;
    let page = hub.open("/datasets/lung-ctt").await;
    assert_eq!(page.status, 404);
    assert!(!page.attributes("main ul a", "href").is_empty());
    for path in ["/series/none", "/providers/none", "/terms/none", "/terms/modality/none", "/help/none", "/x/y/z"] {
        assert_eq!(hub.open(path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withdrawn_leaves_a_tombstone_that_says_nothing_of_it() {
    let hub = hub().await;
    hub.withdraw("breast-mr").await;
    for path in
        ["/datasets/breast-mr", "/datasets/breast-mr.ttl", "/datasets/breast-mr.csv", "/api/v1/datasets/breast-mr"]
    {
        let answer = hub.open(path).await;
        assert_eq!(answer.status, 410, "{path}");
        assert!(!answer.body.contains("before treatment"), "{path} tells of it");
    }
    for path in ["/", "/datasets", "/datasets.csv", "/datasets.json", "/providers/example-hospital"] {
        let body = hub.open(path).await.body;
        let told = body.find("before treatment").map(|at| body.get(at.saturating_sub(300)..at + 100));
        assert_eq!(told, None, "{path} tells of it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn style_and_scripts_are_kept_for_ever_under_their_hash_and_are_small() {
    let hub = hub().await;
    let page = hub.open("/").await;
    let style = page.attributes("link[rel=stylesheet]", "href").remove(0);
    let answer = hub.open(&style).await;
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(answer.header("content-type").starts_with("text/css"));
    let folder = page.attributes("script", "src").remove(0).replace("atlas.js", "");
    let mut scripts = 0;
    for name in ["atlas.js", "live.js", "combobox.js", "copy.js"] {
        let script = hub.open(&format!("{folder}{name}")).await;
        assert_eq!(script.status, 200, "{name}");
        scripts += script.body.len();
    }
    assert!(scripts <= 14_000, "{scripts} bytes of script");
}
