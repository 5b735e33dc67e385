//! The engine: opening, feeding, and answering.
//!
//! One writer for the life of the process, one commit for each batch of changes with the projection's cursor in its
//! payload, then one new [`View`] for the readers. A rebuild is made in the next generation and swapped in whole.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::LockError;
use tantivy::schema::Schema;
use tantivy::{DocAddress, Index, IndexReader, IndexWriter, ReloadPolicy, TantivyError, Term};

use super::SearchError;
use super::card::Entry;
use super::facets;
use super::filter::Filters;
use super::highlight::Highlighter;
use super::order::{self, Ranked};
use super::overview;
use super::page::{Hit, Overview, SearchPage, Suggestion};
use super::query::QueryBuilder;
use super::question::Question;
use super::schema::{self, Fields};
use super::suggest;
use super::totals;
use super::view::{Scored, View};
use super::{document, view::Hits};
use crate::domain::search::{Facet, PER_PAGE, SearchRequest};
use crate::generation::{Generation, Generations};
use crate::vocab::{SharedVocabulary, Vocabulary};

/// Memory of the writer in bytes; below 15 MB the engine refuses, far above it an idle process would show it.
const WRITER_MEMORY: usize = 20_000_000;
/// Most results of one answer: exports.
const MOST_RESULTS_AT_ONCE: usize = 10_000;

/// A change of the published data sets.
#[derive(Debug, Clone)]
pub enum SearchChange {
    /// The data set is published like this now.
    Put(Box<Entry>),
    /// The data set is not published any more.
    Remove {
        /// Its slug.
        slug: String,
    },
}

/// The search index of one process.
pub struct SearchEngine {
    generations: Generations,
    vocabulary: SharedVocabulary,
    schema: Schema,
    fields: Fields,
    label: String,
    /// The generation in use, for its cursor.
    index: ArcSwap<Index>,
    live: Mutex<Live>,
    view: ArcSwap<View>,
}

/// The generation in use, for writing.
struct Live {
    index: Index,
    reader: IndexReader,
    /// `None` while another process holds the writer's lock.
    writer: Option<IndexWriter>,
}

impl std::fmt::Debug for SearchEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchEngine").field("label", &self.label).finish_non_exhaustive()
    }
}

impl SearchEngine {
    /// Opens the index in the directory. An index of another shape, or none, is answered with a new, empty generation
    /// whose [`cursor`](Self::cursor) is `None`; an index that cannot be read is an error, never wiped.
    ///
    /// # Errors
    /// [`SearchError`] when the directory or the index in it cannot be used.
    pub fn open(directory: &Path, vocabulary: impl Into<SharedVocabulary>) -> Result<Self, SearchError> {
        let generations = Generations::open(directory)?;
        let (schema, fields) = schema::schema();
        let label = schema::label(&schema)?;
        let current = generations.current()?.filter(|generation| generation.label() == label);
        let generation = if let Some(generation) = current {
            generation
        } else {
            let generation = generations.create_next(&label)?;
            create(&generation, &schema)?;
            generations.publish(&generation)?;
            generation
        };
        let live = Live::open(&generation)?;
        if live.writer.is_some() {
            generations.delete_old()?;
        }
        let view = View::new(live.reader.searcher(), fields, None)?;
        let index = ArcSwap::from_pointee(live.index.clone());
        Ok(Self {
            generations,
            vocabulary: vocabulary.into(),
            schema,
            fields,
            label,
            index,
            live: Mutex::new(live),
            view: ArcSwap::from_pointee(view),
        })
    }

    /// The cursor of the last applied batch; `None` when nothing was applied to this generation: it needs a rebuild.
    ///
    /// # Errors
    /// [`SearchError`] when the index cannot be read.
    pub fn cursor(&self) -> Result<Option<i64>, SearchError> {
        // Not by the writer's lock: a build holds it from its beginning to its end.
        let payload = self.index.load().load_metas()?.payload;
        Ok(payload.and_then(|cursor| cursor.parse().ok()))
    }

    /// Applies the changes and the cursor in one commit; readers see all or nothing. Of several changes of one data
    /// set the last counts.
    ///
    /// # Errors
    /// [`SearchError::ReadOnly`] when another process writes this index; otherwise nothing was applied.
    pub fn apply(&self, changes: &[SearchChange], cursor: i64) -> Result<(), SearchError> {
        let mut live = self.live();
        live.take_writer()?;
        let writer = live.writer.as_mut().ok_or(SearchError::ReadOnly)?;
        let written = self.write(writer, changes).and_then(|()| commit(writer, cursor));
        if let Err(error) = written {
            writer.rollback()?;
            return Err(error);
        }
        self.refresh(&live)
    }

    /// Builds the index anew beside the one in use and swaps it in whole.
    ///
    /// # Errors
    /// [`SearchError`]; the index in use is then unchanged.
    pub fn rebuild(&self, entries: impl IntoIterator<Item = Entry>, cursor: i64) -> Result<(), SearchError> {
        self.rebuild_from(entries.into_iter().map(Ok::<_, SearchError>), cursor)
    }

    /// The same from entries that are still being read: when one cannot be read, nothing is swapped in.
    ///
    /// # Errors
    /// [`SearchError`] or what the entries ended with; the index in use is then unchanged.
    pub fn rebuild_from<E: From<SearchError>>(
        &self,
        entries: impl IntoIterator<Item = Result<Entry, E>>,
        cursor: i64,
    ) -> Result<(), E> {
        let mut live = self.live();
        let next = self.built(&mut live, entries, cursor)?;
        self.swap(&mut live, next)?;
        Ok(())
    }

    fn built<E: From<SearchError>>(
        &self,
        live: &mut Live,
        entries: impl IntoIterator<Item = Result<Entry, E>>,
        cursor: i64,
    ) -> Result<(Generation, Live), E> {
        let (generation, mut next) = self.begin(live)?;
        let writer = next.writer.as_mut().ok_or(SearchError::ReadOnly)?;
        for entry in entries {
            self.write(writer, &[SearchChange::Put(Box::new(entry?))])?;
        }
        commit(writer, cursor)?;
        Ok((generation, next))
    }

    fn begin(&self, live: &mut Live) -> Result<(Generation, Live), SearchError> {
        live.take_writer()?;
        if live.writer.is_none() {
            return Err(SearchError::ReadOnly);
        }
        let generation = self.generations.create_next(&self.label)?;
        create(&generation, &self.schema)?;
        let next = Live::open(&generation)?;
        Ok((generation, next))
    }

    fn swap(&self, live: &mut Live, (generation, next): (Generation, Live)) -> Result<(), SearchError> {
        self.generations.publish(&generation)?;
        *live = next;
        self.index.store(Arc::new(live.index.clone()));
        self.refresh(live)?;
        // Readers of the older view keep its files open until they are done.
        self.generations.delete_old()?;
        Ok(())
    }

    /// Answers the request.
    ///
    /// # Errors
    /// [`SearchError`] when the index cannot be read.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchPage, SearchError> {
        self.answer(request, PER_PAGE)
    }

    /// Everything that matches on one page, in order, at most 10,000: for exports.
    ///
    /// # Errors
    /// [`SearchError`] when the index cannot be read.
    pub fn all(&self, request: &SearchRequest) -> Result<SearchPage, SearchError> {
        self.answer(&request.with_page(1), MOST_RESULTS_AT_ONCE)
    }

    /// The first `length` matches on one page, in order.
    ///
    /// # Errors
    /// [`SearchError`] when the index cannot be read.
    pub fn first(&self, request: &SearchRequest, length: usize) -> Result<SearchPage, SearchError> {
        self.answer(&request.with_page(1), length.min(MOST_RESULTS_AT_ONCE))
    }

    /// Suggestions for what is being typed: concepts, then data sets, then providers.
    ///
    /// # Errors
    /// [`SearchError`] when the index cannot be read.
    pub fn suggest(&self, prefix: &str) -> Result<Vec<Suggestion>, SearchError> {
        suggest::suggest(prefix, &self.view.load(), &self.vocabulary.current())
    }

    /// The whole catalogue at a glance.
    ///
    /// # Errors
    /// [`SearchError`] when the index cannot be read.
    pub fn overview(&self) -> Result<Overview, SearchError> {
        overview::overview(&self.view.load(), &self.vocabulary.current())
    }

    /// How many data sets the index has.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.view.load().alive.len()
    }

    fn answer(&self, request: &SearchRequest, length: usize) -> Result<SearchPage, SearchError> {
        let view = self.view.load_full();
        let Some(text) = request.runnable_query() else {
            return Ok(SearchPage::default());
        };
        let vocabulary = self.vocabulary.current();
        let question = Question::read(text, &vocabulary, &view.lexicon);
        let filters = Filters::of(request, &view);
        let (scored, relaxed) = self.matching(&question, &filters, &view)?;
        let base = scored.as_ref().map_or(&view.alive, |scored| &scored.hits);
        let left = filters.apply(base, None);
        let ranked = order::page(request, &left, scored.as_ref(), &view, length)?;
        let hits = hits(&ranked, &question, &view, &vocabulary)?;
        Ok(SearchPage {
            total: left.len(),
            hits,
            facets: facets::facets(request, base, &left, &filters, &view, &vocabulary),
            totals: totals::totals(&left, &view, &vocabulary),
            hidden_not_human: hidden_not_human(request, base, &left, &filters),
            relaxed,
            notices: facets::unknown(request, &view, &vocabulary),
            understood: question.understood,
            suggestions: question.suggestions,
        })
    }

    /// The documents that match the words, and whether one clause had to be given up to find any.
    fn matching(
        &self,
        question: &Question,
        filters: &Filters,
        view: &View,
    ) -> Result<(Option<Scored>, bool), SearchError> {
        if question.is_empty() {
            return Ok((None, false));
        }
        let mut builder = QueryBuilder::new(self.fields);
        let all = view.run(&*builder.query(question, false))?;
        if !question.can_relax() || filters.apply(&all.hits, None).len() > 0 {
            return Ok((Some(all), false));
        }
        let some = view.run(&*builder.query(question, true))?;
        let found = some.hits.len() > 0;
        Ok((Some(if found { some } else { all }), found))
    }

    fn write(&self, writer: &IndexWriter, changes: &[SearchChange]) -> Result<(), SearchError> {
        let vocabulary = self.vocabulary.current();
        for change in changes {
            let slug = match change {
                SearchChange::Put(entry) => &entry.slug,
                SearchChange::Remove { slug } => slug,
            };
            writer.delete_term(Term::from_field_text(self.fields.slug, slug));
            if let SearchChange::Put(entry) = change {
                writer.add_document(document::document(entry, &vocabulary, &self.schema, self.fields)?)?;
            }
        }
        Ok(())
    }

    fn refresh(&self, live: &Live) -> Result<(), SearchError> {
        live.reader.reload()?;
        let view = View::new(live.reader.searcher(), self.fields, Some(&self.view.load()))?;
        self.view.store(Arc::new(view));
        Ok(())
    }

    /// A panic while writing leaves at worst uncommitted changes, which the next commit or rollback settles.
    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    fn open(generation: &Generation) -> Result<Self, SearchError> {
        let index = Index::open_in_dir(generation.path())?;
        schema::register(&index);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let mut live = Self { index, reader, writer: None };
        match live.take_writer() {
            Ok(()) | Err(SearchError::ReadOnly) => Ok(live),
            Err(error) => Err(error),
        }
    }

    /// Takes the writer's lock, which a process that died has given back.
    fn take_writer(&mut self) -> Result<(), SearchError> {
        if self.writer.is_none() {
            match self.index.writer_with_num_threads(1, WRITER_MEMORY) {
                Ok(writer) => self.writer = Some(writer),
                Err(TantivyError::LockFailure(LockError::LockBusy, _)) => return Err(SearchError::ReadOnly),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn create(generation: &Generation, schema: &Schema) -> Result<(), SearchError> {
    let directory = MmapDirectory::open(generation.path()).map_err(TantivyError::from)?;
    Index::create(directory, schema.clone(), tantivy::IndexSettings::default())?;
    Ok(())
}

fn commit(writer: &mut IndexWriter, cursor: i64) -> Result<(), SearchError> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&cursor.to_string());
    prepared.commit()?;
    Ok(())
}

fn hits(ranked: &[Ranked], question: &Question, view: &View, vocabulary: &Vocabulary) -> Result<Vec<Hit>, SearchError> {
    let mut highlighter = Highlighter::new(question, vocabulary);
    let mut hits = Vec::with_capacity(ranked.len());
    for place in ranked {
        let segment = u32::try_from(place.segment).map_err(|_| SearchError::Damaged("too many segments"))?;
        let card = view.card(DocAddress::new(segment, place.document))?;
        let (title_html, snippet_html, matched) = highlighter.card(&card, vocabulary);
        hits.push(Hit { title_html, snippet_html, matched, score: place.score, card });
    }
    Ok(hits)
}

fn hidden_not_human(request: &SearchRequest, base: &Hits, left: &Hits, filters: &Filters) -> u64 {
    if request.opens_on_human() {
        filters.apply(base, Some(Facet::SubjectKind)).len().saturating_sub(left.len())
    } else {
        0
    }
}
