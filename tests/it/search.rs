//! Searching: words, concepts, facets, sums, order, and the index's life.

mod support {
    //! Small data sets to search in.

    use std::sync::{Arc, LazyLock};

    use atlas::domain::concept::{ConceptId, Scheme};
    use atlas::domain::dataset::{Count, Dataset, LangText, Precision, Profile, Term, Value};
    use atlas::domain::quality;
    use atlas::domain::search::SearchRequest;
    use atlas::search::{Entry, ProviderBrief, SearchEngine, SearchPage};
    use atlas::vocab::Vocabulary;

    pub fn english(text: &str) -> LangText {
        LangText { lang: Some("en".to_owned()), text: text.to_owned() }
    }

    pub fn term(scheme: Scheme, code: &str) -> Term {
        let concept = ConceptId::new(scheme, code).unwrap();
        Term { original: Value::Iri(format!("urn:atlas:concept:{concept}")), label: None, concept: Some(concept) }
    }

    pub fn exact(value: i64) -> Count {
        Count { value, precision: Precision::Exact }
    }

    /// A data set about the conditions, imaged with the modalities.
    pub fn entry(slug: &str, title: &str, conditions: &[&str], modalities: &[&str], subjects: i64) -> Entry {
        let terms = |scheme, codes: &[&str]| codes.iter().map(|code| term(scheme, code)).collect();
        let mut dataset = Dataset {
            iri: Some(format!("https://example.org/dataset/{slug}")),
            identifiers: vec![slug.to_owned()],
            titles: vec![english(title)],
            conditions: terms(Scheme::Condition, conditions),
            modalities: terms(Scheme::Modality, modalities),
            subject_kinds: terms(Scheme::SubjectKind, &["human-cancer"]),
            ..Dataset::default()
        };
        dataset.counts.subjects = Some(exact(subjects));
        wrap(slug, dataset)
    }

    pub fn wrap(slug: &str, dataset: Dataset) -> Entry {
        Entry {
            slug: slug.to_owned(),
            record_id: format!("record-{slug}"),
            completeness: quality::completeness(&dataset).score,
            dataset,
            series: Vec::new(),
            provider: ProviderBrief {
                slug: "north-hospital".to_owned(),
                name: "North Hospital".to_owned(),
                country: Some("se".to_owned()),
                simulated: false,
            },
            profile: Profile::Eucaim2,
            published_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            changed_at: "2026-02-01T00:00:00Z".parse().unwrap(),
        }
    }

    /// Read once: it is large, and every test needs it.
    pub static VOCABULARY: LazyLock<Arc<Vocabulary>> = LazyLock::new(|| Arc::new(Vocabulary::embedded().unwrap()));

    /// An index in a folder of its own.
    pub struct Bench {
        pub folder: tempfile::TempDir,
        pub engine: SearchEngine,
    }

    pub fn open(folder: &std::path::Path) -> SearchEngine {
        SearchEngine::open(folder, VOCABULARY.clone()).unwrap()
    }

    pub fn bench(entries: Vec<Entry>) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let engine = open(folder.path());
        engine.rebuild(entries, 1).unwrap();
        Bench { folder, engine }
    }

    impl Bench {
        pub fn page(&self, address: &str) -> SearchPage {
            self.engine.search(&SearchRequest::parse(address).0).unwrap()
        }
        pub fn slugs(&self, address: &str) -> Vec<String> {
            self.page(address).hits.into_iter().map(|hit| hit.card.slug).collect()
        }
    }
}

#[cfg(feature = "demo")]
#[path = "judged/collections.rs"]
mod collections;
#[path = "search/facets.rs"]
mod facets;
#[cfg(feature = "demo")]
#[path = "judged/judged.rs"]
mod judged;
#[path = "search/life.rs"]
mod life;
#[path = "search/sums.rs"]
mod sums;
#[path = "search/words.rs"]
mod words;
