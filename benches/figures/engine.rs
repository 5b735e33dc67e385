//! The search engine alone, and the two that a user would pick instead, over one catalogue in one run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use atlas::domain::search::Facet;
use atlas::search::{SearchEngine, SearchPage, plain};
use atlas::vocab::Vocabulary;

use super::bare::Bare;
use super::catalogue::Catalogue;
use super::clock::Times;
use super::postgres::{Line, Postgres};
use super::questions::{FACETS, Question, questions};
use super::{Figures, Settings, fresh, grouped, progress};

/// Facets whose counts every engine must agree on, value by value.
const CHECKED: [Facet; 3] = [Facet::Modality, Facet::Sex, Facet::SubjectKind];

/// Three engines with the same data sets.
pub struct Engines {
    atlas: SearchEngine,
    bare: Bare,
    postgres: Postgres,
    size: usize,
}

impl Engines {
    /// Feeds all three.
    pub fn build(
        figures: &mut Figures,
        catalogue: &Catalogue,
        vocabulary: &Arc<Vocabulary>,
        settings: &Settings,
    ) -> Self {
        let size = catalogue.size;
        let atlas = SearchEngine::open(&fresh(&settings.folder, "search"), Arc::clone(vocabulary)).unwrap();
        let begun = Instant::now();
        atlas.rebuild((0..size).map(|number| catalogue.entry(number)), 1).unwrap();
        let seconds = begun.elapsed().as_secs_f64();
        figures.row(
            format!("full-text index of {} data sets, built anew", grouped(size)),
            format!("{:.0} data sets/s ({seconds:.1} s)", size as f64 / seconds),
            "",
            None,
            format!("synthetic, {} providers; making the data sets is inside", catalogue.providers()),
        );
        let mut bare = Bare::create(&fresh(&settings.folder, "bare"));
        let mut postgres = Postgres::create(&settings.postgres);
        for number in 0..size {
            let plain = plain(&catalogue.entry(number), vocabulary).unwrap();
            bare.add(&plain);
            postgres.add(&plain);
        }
        bare.finish();
        postgres.finish();
        progress("all three engines are fed");
        Self { atlas, bare, postgres, size }
    }

    /// Asks all three every question.
    pub fn compare(mut self, figures: &mut Figures, settings: &Settings) {
        let questions = questions(&self.atlas);
        let mut own = Vec::new();
        let (mut against_postgres, mut against_bare) = (Vec::new(), Vec::new());
        for question in &questions {
            let page = self.atlas.search(&question.request).unwrap();
            let share = page.total as f64 / self.size as f64;
            let note = format!("{} hits, {:.1} % of the catalogue", grouped(page.total as usize), share * 100.0);
            let atlas = Times::of(settings.effort, || {
                self.atlas.search(&question.request).unwrap();
            });
            figures.time(question.name, "Atlas, engine alone", &atlas, &note);
            let found = self.bare.ask(question);
            let bare = Times::of(settings.effort, || {
                self.bare.ask(question);
            });
            figures.time(question.name, "bare tantivy", &bare, format!("{} hits", grouped(found.total as usize)));
            let lines = self.postgres.ask(question);
            let effort = super::Effort { warm_up: settings.effort.warm_up.min(3), ..settings.effort };
            let postgres = Times::of(effort, || {
                self.postgres.ask(question);
            });
            let total = Postgres::total(&lines);
            figures.time(question.name, "PostgreSQL", &postgres, format!("{} hits", grouped(total as usize)));
            if question.same_answer {
                self.check(question, &page, found.total, &lines);
            }
            against_postgres.push((question.name, atlas.rate() / postgres.rate()));
            against_bare.push((question.name, share, atlas.rate() / bare.rate()));
            own.push(atlas);
        }
        let all = own.iter().fold(Times::default(), |all, times| all.with(times));
        let (p95, p99) = (all.percentile(95.0), all.percentile(99.0));
        figures.row(
            "engine alone, all questions together",
            format!("p50 {:.2} ms, p95 {p95:.2} ms, p99 {p99:.2} ms", all.percentile(50.0)),
            format!("p95 <= {} ms", settings.limit.0),
            Some(p95 <= settings.limit.0),
            format!("{} searches on one thread: hits, cards, passages, 21 facets, totals", all.count()),
        );
        report_postgres(figures, &against_postgres);
        report_bare(figures, &against_bare);
    }

    /// The same data sets and the same counts in all three engines.
    fn check(&self, question: &Question, page: &SearchPage, bare: u64, lines: &[Line]) {
        let name = question.name;
        assert_eq!(page.total, bare, "{name}: Atlas and bare tantivy differ");
        assert_eq!(page.total, Postgres::total(lines), "{name}: Atlas and PostgreSQL differ");
        for facet in CHECKED {
            let own = page.facets.iter().find(|result| result.facet == facet).unwrap();
            let mut theirs = self.postgres.counts(facet, lines);
            let mut own: BTreeMap<String, u64> =
                own.values.iter().map(|value| (value.value.clone(), value.count)).collect();
            // The product leaves out the two concepts that only part modalities, and adds what was chosen at zero.
            for part in ["acquired", "derived", "any"] {
                theirs.remove(part);
                own.remove(part);
            }
            own.retain(|_, count| *count > 0);
            assert_eq!(own, theirs, "{name}: counts of {} differ", facet.key());
        }
    }
}

fn report_postgres(figures: &mut Figures, ratios: &[(&str, f64)]) {
    let worst = ratios.iter().min_by(|one, other| one.1.total_cmp(&other.1)).unwrap();
    let mean = (ratios.iter().map(|(_, ratio)| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    figures.row(
        "throughput against PostgreSQL full text",
        format!("{mean:.0} times (geometric mean), least {:.0} times ({})", worst.1, worst.0),
        ">= 20 times",
        Some(mean >= 20.0),
        format!("one client each, engine alone; PostgreSQL counts {} facets, Atlas 21; answers checked", FACETS.len()),
    );
}

fn report_bare(figures: &mut Figures, ratios: &[(&str, f64, f64)]) {
    for (least, target, what) in
        [(0.0, 0.7, "every question"), (0.1, 2.5, "over a tenth of the catalogue"), (0.25, 5.0, "over a quarter")]
    {
        let among = ratios.iter().filter(|(_, share, _)| *share > least || least == 0.0);
        let Some(worst) = among.min_by(|one, other| one.2.total_cmp(&other.2)) else { continue };
        figures.row(
            format!("throughput against bare tantivy, {what}"),
            format!("least {:.1} times ({})", worst.2, worst.0),
            format!(">= {target} times"),
            Some(worst.2 >= target),
            "one thread each; tantivy: hits, count, 15 terms aggregations, cards fetched",
        );
    }
}
