//! The home page: search, honest totals, and ways into the catalogue by site, modality and country.

use actix_web::web::Data;
use askama::Template;

use crate::domain::dataset::{Count, Precision};
use crate::domain::search::{Facet, SearchRequest};
use crate::search::{Bucket, Card, KindTotal, Matrix, Overview, Sum};
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::chart::{Bars, Datum};
use crate::web::view::map::{self, Country, Tile};
use crate::web::view::{dates, numbers};

/// Bars of one chart.
const BARS: usize = 12;
/// Rows and columns of the matrix.
const MATRIX_ROWS: usize = 14;
/// Columns of the matrix.
const MATRIX_COLUMNS: usize = 9;
/// Data sets in the list of new ones.
const NEWEST: usize = 6;

/// The home page.
#[derive(Template)]
#[template(path = "home/index.html")]
pub struct HomePage {
    layout: Layout,
    figures: Vec<Figure>,
    kinds: Vec<KindRow>,
    matrix: MatrixView,
    by_site: Bars,
    by_modality: Bars,
    tiles: Vec<Tile>,
    countries: Vec<CountryRow>,
    newest: Vec<NewItem>,
    as_of: String,
    as_of_machine: String,
}

framed!(HomePage);

struct Figure {
    label: &'static str,
    value: String,
    note: String,
}

struct KindRow {
    label: String,
    href: String,
    datasets: String,
    subjects: String,
    studies: String,
    series: String,
    images: String,
}

#[derive(Default)]
struct MatrixView {
    columns: Vec<String>,
    rows: Vec<MatrixRow>,
}

struct MatrixRow {
    label: String,
    href: String,
    cells: Vec<CellView>,
}

struct CellView {
    column: String,
    href: String,
    datasets: u64,
    shown_datasets: String,
    shown_subjects: String,
    tone: i64,
}

struct CountryRow {
    label: String,
    href: String,
    providers: String,
    datasets: String,
    subjects: String,
}

struct NewItem {
    href: String,
    title: String,
    line: String,
}

/// `GET /`.
pub async fn home(web: Data<Web>) -> Result<Page<HomePage>, Fault> {
    let _turn = web.turn().await?;
    let overview = web.catalogue.overview().await?;
    let now = web.catalogue.now();
    let layout = web
        .layout(web.site.name.clone())
        .at("/")
        .about("A catalogue of cancer imaging data sets held across Europe.")
        .alternate("application/json", "Totals as JSON", "/api/v1/overview");
    Ok(Page::new(HomePage {
        layout,
        figures: figures(&overview),
        kinds: overview.totals.by_kind.iter().map(kind_row).collect(),
        matrix: matrix(&overview.matrix),
        by_site: bars(&overview.matrix.sites, Facet::Condition, "Cancer site"),
        by_modality: bars(&overview.matrix.modalities, Facet::Modality, "Modality"),
        tiles: map::tiles(&map_countries(&overview)),
        countries: overview.by_country.iter().map(country_row).collect(),
        newest: overview.newest.iter().take(NEWEST).map(new_item).collect(),
        as_of: dates::moment(now),
        as_of_machine: dates::machine(now),
    }))
}

/// The address of the list with one facet value.
fn list_with(facet: Facet, value: &str) -> String {
    SearchRequest::default().with(facet, value).address("/datasets")
}

fn figures(overview: &Overview) -> Vec<Figure> {
    let (all, human) = (&overview.totals.all, &overview.totals.human);
    let providers = i64::try_from(overview.providers).unwrap_or(i64::MAX);
    vec![
        Figure {
            label: "Data sets",
            value: whole(all.datasets),
            note: format!("from {}", numbers::counted(providers, "provider", "providers")),
        },
        Figure {
            label: "Human subject entries",
            value: numbers::group(human.subjects.value),
            note: format!("in {}, as published{}", data_sets(human.datasets), left_out(&human.subjects)),
        },
        Figure {
            label: "Imaging studies",
            value: numbers::group(all.studies.value),
            note: format!("all subject kinds{}", left_out(&all.studies)),
        },
        Figure {
            label: "Imaging series",
            value: numbers::group(all.series.value),
            note: format!("all subject kinds{}", left_out(&all.series)),
        },
        Figure {
            label: "Images",
            value: numbers::group(all.images.value),
            note: format!("{}{}", size_note(&all.bytes), left_out(&all.images)),
        },
    ]
}

fn size_note(bytes: &Sum) -> String {
    if bytes.value > 0 { numbers::bytes(bytes.value) } else { "size not stated".to_owned() }
}

/// What a sum leaves out, in words; nothing when it is whole.
fn left_out(sum: &Sum) -> String {
    let mut words = String::new();
    if sum.not_stated > 0 {
        words.push_str(&format!(", {} without this count", data_sets(sum.not_stated)));
    }
    if sum.inexact > 0 {
        words.push_str(&format!(", {} rounded or a lower bound", whole(sum.inexact)));
    }
    words
}

fn data_sets(number: u64) -> String {
    numbers::counted(i64::try_from(number).unwrap_or(i64::MAX), "data set", "data sets")
}

fn whole(number: u64) -> String {
    numbers::group(i64::try_from(number).unwrap_or(i64::MAX))
}

fn kind_row(kind: &KindTotal) -> KindRow {
    let shown = |sum: &Sum| {
        if sum.value == 0 && sum.not_stated > 0 { "not stated".to_owned() } else { numbers::group(sum.value) }
    };
    // No list holds just the data sets that name people and others.
    let href = if kind.kind == "mixed" { String::new() } else { list_with(Facet::SubjectKind, &kind.kind) };
    KindRow {
        label: kind.label.clone(),
        href,
        datasets: whole(kind.datasets),
        subjects: shown(&kind.subjects),
        studies: shown(&kind.studies),
        series: shown(&kind.series),
        images: shown(&kind.images),
    }
}

fn matrix(source: &Matrix) -> MatrixView {
    let greatest = source.cells.iter().flatten().map(|cell| cell.subjects).max().unwrap_or(0);
    let columns: Vec<&Bucket> = source.modalities.iter().take(MATRIX_COLUMNS).collect();
    let rows = source
        .sites
        .iter()
        .zip(&source.cells)
        .take(MATRIX_ROWS)
        .map(|(site, cells)| MatrixRow {
            label: site.label.clone(),
            href: site.address.clone(),
            cells: columns
                .iter()
                .zip(cells)
                .map(|(modality, cell)| CellView {
                    column: modality.label.clone(),
                    href: cell.address.clone(),
                    datasets: cell.datasets,
                    shown_datasets: whole(cell.datasets),
                    shown_subjects: numbers::group(cell.subjects),
                    tone: map::tone(cell.subjects, greatest),
                })
                .collect(),
        })
        .collect();
    MatrixView { columns: columns.iter().map(|modality| modality.label.clone()).collect(), rows }
}

fn bars(buckets: &[Bucket], facet: Facet, heading: &str) -> Bars {
    let mut sorted: Vec<&Bucket> = buckets.iter().collect();
    sorted.sort_by_key(|bucket| std::cmp::Reverse(bucket.subjects));
    let data: Vec<Datum> = sorted
        .into_iter()
        .take(BARS)
        .map(|bucket| Datum {
            label: bucket.label.clone(),
            href: Some(list_with(facet, &bucket.value)),
            count: Count { value: bucket.subjects, precision: Precision::Exact },
            not_stated: false,
            beside: format!("in {}", whole(bucket.datasets)),
        })
        .collect();
    let caption = format!("Human subject entries by {}, and in how many data sets", heading.to_lowercase());
    Bars::new(&caption, heading, "Subject entries", &data, None)
}

fn country_href(code: &str) -> String {
    format!("/providers?country={code}")
}

fn map_countries(overview: &Overview) -> Vec<Country> {
    overview
        .by_country
        .iter()
        .map(|country| Country {
            code: country.country.clone(),
            name: country.label.clone(),
            href: country_href(&country.country),
            value: country.subjects,
            shown: format!("{}, {} subject entries", data_sets(country.datasets), numbers::group(country.subjects)),
        })
        .collect()
}

fn country_row(country: &crate::search::CountryTotal) -> CountryRow {
    CountryRow {
        label: country.label.clone(),
        href: country_href(&country.country),
        providers: whole(country.providers),
        datasets: whole(country.datasets),
        subjects: numbers::group(country.subjects),
    }
}

fn new_item(card: &Card) -> NewItem {
    NewItem {
        href: format!("/datasets/{}", card.slug),
        title: card.title.text.clone(),
        line: format!("{} \u{b7} {}", card.provider.name, dates::day(card.published_at)),
    }
}
