//! The index's fields, their tokenizers, and the label under which a generation of this shape is kept.

use sha2::{Digest as _, Sha256};
use tantivy::Index;
use tantivy::schema::{Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer,
};

use super::SearchError;

/// Raised whenever documents are made in another way, so that older generations are rebuilt.
const MAPPING_VERSION: u32 = 2;
/// Folded and stemmed words.
pub(super) const STEMMED: &str = "atlas_stemmed";
/// Folded words as written.
pub(super) const FOLDED: &str = "atlas_folded";
/// Words longer than this (bytes) are not indexed: no term is, and hostile text would swell the dictionary.
const LONGEST_WORD: usize = 64;

/// The index's fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// Slug: the document's key.
    pub(super) slug: Field,
    /// The stored card, JSON.
    pub(super) card: Field,
    /// Folded title for sorting.
    pub(super) title_order: Field,
    /// Facet tokens `{facet}/{value}`, ancestors included.
    pub(super) facet: Field,
    /// Concepts that the data set states, `{scheme}/{code}`.
    pub(super) own: Field,
    /// Concepts that it states and all broader ones.
    pub(super) broad: Field,
    /// As `broad`, for schemes in which the data set states few concepts: it is about them.
    pub(super) focus: Field,
    /// Titles, stemmed.
    pub(super) title: Field,
    /// Keywords, stemmed.
    pub(super) keywords: Field,
    /// Descriptions, stemmed.
    pub(super) description: Field,
    /// Provider, publisher, creators, series; stemmed.
    pub(super) agents: Field,
    /// Identifiers, folded.
    pub(super) identifier: Field,
    /// Everything, stemmed.
    pub(super) all: Field,
    /// Everything, folded: the lexicon, quoted phrases.
    pub(super) exact: Field,
}

/// Names of the whole-number columns, in the order of [`super::columns::Number`].
pub(super) const NUMBERS: [&str; 13] = [
    "subjects",
    "studies",
    "series",
    "images",
    "bytes",
    "min_age",
    "max_age",
    "first_year",
    "last_year",
    "changed",
    "published",
    "completeness",
    "flags",
];

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let fast_raw = || STRING.set_fast("raw");
    let text = |tokenizer: &str, option: IndexRecordOption| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option))
    };
    let positions = IndexRecordOption::WithFreqsAndPositions;
    let fields = Fields {
        slug: builder.add_text_field("slug", fast_raw()),
        card: builder.add_text_field("card", STORED),
        title_order: builder.add_text_field("title_order", TextOptions::default().set_fast("raw")),
        facet: builder.add_text_field("facet", fast_raw()),
        own: builder.add_text_field("own", STRING),
        broad: builder.add_text_field("broad", STRING),
        focus: builder.add_text_field("focus", STRING),
        title: builder.add_text_field("title", text(STEMMED, positions)),
        keywords: builder.add_text_field("keywords", text(STEMMED, positions)),
        description: builder.add_text_field("description", text(STEMMED, positions)),
        agents: builder.add_text_field("agents", text(STEMMED, positions)),
        identifier: builder.add_text_field("identifier", text(FOLDED, positions)),
        all: builder.add_text_field("all", text(STEMMED, positions)),
        exact: builder.add_text_field("exact", text(FOLDED, positions)),
    };
    for name in NUMBERS {
        builder.add_i64_field(name, tantivy::schema::FAST | INDEXED);
    }
    (builder.build(), fields)
}

/// The generation label of this shape: 16 hexadecimal digits over schema, tokenizers and mapping.
pub(super) fn label(schema: &Schema) -> Result<String, SearchError> {
    let shape = serde_json::to_string(schema)?;
    let digest = Sha256::digest(format!("{shape} {LONGEST_WORD} {MAPPING_VERSION}"));
    Ok(digest.iter().take(8).fold(String::new(), |label, byte| format!("{label}{byte:02x}")))
}

/// The stemmed or the folded word splitter.
pub(super) fn analyzer(stemmed: bool) -> TextAnalyzer {
    let words = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter);
    if stemmed { words.filter(Stemmer::new(Language::English)).build() } else { words.build() }
}

/// Tokenizers are not kept with an index: they are registered at every opening.
pub(super) fn register(index: &Index) {
    index.tokenizers().register(STEMMED, analyzer(true));
    index.tokenizers().register(FOLDED, analyzer(false));
}
