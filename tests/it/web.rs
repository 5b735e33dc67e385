//! The pages, machine forms and doors of a running hub, as their readers meet them.

mod shelf;

#[cfg(feature = "demo")]
#[tokio::test(flavor = "multi_thread")]
async fn preview() {
    use atlas::rdf::Graph;
    if std::env::var("ATLAS_PREVIEW").is_err() { return; }
    let shelf = shelf::Shelf::empty().await;
    let facts = atlas::demo::Facts::carried().unwrap();
    for node in atlas::demo::allocate(&facts.collections, 30) {
        let point = atlas::demo::data_point(&node, &shelf.app.vocabulary);
        let mut graph = Graph::new();
        for entry in point.catalogues.iter().flat_map(|catalogue| &catalogue.datasets) {
            for triple in &entry.graph { graph.insert(triple); }
        }
        let turtle = String::from_utf8(atlas::rdf::write::serialise(&graph, atlas::rdf::media::Format::Turtle)).unwrap();
        shelf.provider_publishes(&node.name(), node.country, &turtle).await;
    }
    println!("{}", shelf.base);
    std::fs::write("/tmp/web-preview.url", &shelf.base).unwrap();
    while std::path::Path::new("/tmp/web-preview.url").exists() {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
}
