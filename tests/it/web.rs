//! The pages, machine forms and doors of a running hub, as their readers meet them.

mod doors;
mod forms;
mod pages;
mod shelf;
mod sparql;

use shelf::Shelf;

/// Three data sets and a series of one hospital.
const HOSPITAL: &str = include_str!("web/shelf.ttl");

/// A hub on which the hospital has published.
async fn hub() -> Shelf {
    let shelf = Shelf::empty().await;
    shelf.provider_publishes("Example Hospital", "es", HOSPITAL).await;
    shelf
}
