//! PostgreSQL full text: the schema that a careful user would make for this, on the same machine and over a Unix socket.
//!
//! One row a data set: its words as a weighted `tsvector` under a GIN index, its facet values as an `integer[]` under
//! another, its numbers as columns, its card as text. A question is one statement: the matching rows once, the page of
//! twelve with `ts_rank` and `ts_headline`, the number of hits, the sums, and the counts of fifteen facets under
//! multiple choice. `fsync` is off and the tables are vacuumed and analysed, both in its favour.

use std::collections::BTreeMap;

use atlas::domain::search::{Facet, SearchRequest};
use atlas::search::Plain;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use super::bare::chosen;
use super::questions::{FACETS, Question};

/// Rows of one insertion.
const BATCH: usize = 500;

const SCHEMA: &str = "
    CREATE TABLE token (id integer PRIMARY KEY, facet smallint NOT NULL, value text NOT NULL);
    CREATE UNLOGGED TABLE data_set (
        id integer PRIMARY KEY, slug text NOT NULL, title text NOT NULL, texts text NOT NULL, card text NOT NULL,
        kind integer NOT NULL, subjects bigint, studies bigint, series bigint, images bigint, bytes bigint,
        tokens integer[] NOT NULL, words tsvector NOT NULL);";

const INDEXES: &str = "
    CREATE INDEX data_set_words ON data_set USING gin (words);
    CREATE INDEX data_set_tokens ON data_set USING gin (tokens);
    CREATE INDEX data_set_subjects ON data_set (subjects DESC NULLS LAST, slug);
    VACUUM ANALYZE data_set;";

const SESSION: &str = "
    SET work_mem = '64MB'; SET maintenance_work_mem = '512MB'; SET random_page_cost = 1.1; SET jit = off;
    SET effective_cache_size = '8GB';";

/// The engine.
pub struct Postgres {
    connection: PgConnection,
    tokens: BTreeMap<String, i32>,
    pending: Vec<String>,
    count: i32,
}

/// A line of the one answer: `what` is `page`, `total` or `facet`.
#[derive(QueryableByName)]
pub struct Line {
    #[diesel(sql_type = Text)]
    pub what: String,
    #[diesel(sql_type = Nullable<Integer>)]
    pub token: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub count: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub text: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub headline: Option<String>,
}

impl Postgres {
    /// An empty schema in the database.
    pub fn create(url: &str) -> Self {
        let mut connection = PgConnection::establish(url).unwrap();
        connection.batch_execute(SESSION).unwrap();
        connection.batch_execute(SCHEMA).unwrap();
        Self { connection, tokens: BTreeMap::new(), pending: Vec::new(), count: 0 }
    }

    /// Adds a data set.
    pub fn add(&mut self, plain: &Plain) {
        let mut ids = Vec::new();
        let mut kind = 0;
        for token in &plain.tokens {
            let (key, value) = token.split_once('/').unwrap();
            let facet = FACETS.iter().position(|facet| facet.key() == key);
            if facet.is_none() && key != "kind" {
                continue;
            }
            let next = self.tokens.len() as i32 + 1;
            let id = *self.tokens.entry(token.clone()).or_insert(next);
            if id == next {
                let facet = facet.map_or(-1, |at| at as i32);
                let row = format!("INSERT INTO token VALUES ({id}, {facet}, {});", quoted(value));
                self.connection.batch_execute(&row).unwrap();
            }
            if key == "kind" { kind = id } else { ids.push(id.to_string()) }
        }
        let number = |name: &str| {
            let found = plain.numbers.iter().find(|(known, _)| *known == name);
            found.map_or("NULL".to_owned(), |(_, number)| number.to_string())
        };
        let (title, texts) = (quoted(&plain.titles.join(". ")), quoted(&plain.texts.join(". ")));
        self.pending.push(format!(
            "({}, {}, {title}, {texts}, {}, {kind}, {}, {}, {}, {}, {}, '{{{}}}', \
             setweight(to_tsvector('english', {title}), 'A') || to_tsvector('english', {texts}))",
            self.count,
            quoted(&plain.slug),
            quoted(&plain.card),
            number("subjects"),
            number("studies"),
            number("series"),
            number("images"),
            number("bytes"),
            ids.join(","),
        ));
        self.count += 1;
        if self.pending.len() >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let rows = std::mem::take(&mut self.pending).join(",\n");
            self.connection.batch_execute(&format!("INSERT INTO data_set VALUES {rows};")).unwrap();
        }
    }

    /// Builds the indexes.
    pub fn finish(&mut self) {
        self.flush();
        for statement in INDEXES.split_inclusive(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            self.connection.batch_execute(statement).unwrap();
        }
    }

    /// Answers the question.
    pub fn ask(&mut self, question: &Question) -> Vec<Line> {
        let statement = self.statement(question);
        sql_query(statement).load(&mut self.connection).unwrap()
    }

    /// The number of hits in an answer.
    pub fn total(lines: &[Line]) -> u64 {
        lines.iter().filter(|line| line.what == "total").filter_map(|line| line.count).sum::<i64>() as u64
    }

    /// The counts of a facet in an answer, by value.
    pub fn counts(&self, facet: Facet, lines: &[Line]) -> BTreeMap<String, u64> {
        let prefix = format!("{}/", facet.key());
        let names: BTreeMap<i32, &str> =
            self.tokens.iter().filter_map(|(token, id)| Some((*id, token.strip_prefix(&prefix)?))).collect();
        let facets = lines.iter().filter(|line| line.what == "facet");
        facets.filter_map(|line| Some(((*names.get(&line.token?)?).to_owned(), line.count? as u64))).collect()
    }

    fn statement(&self, question: &Question) -> String {
        let request = &question.request;
        let (matching, rank, headline) = if question.words.is_empty() {
            ("true".to_owned(), "0::real", "NULL::text")
        } else {
            let parse = if question.same_answer { "plainto_tsquery" } else { "phraseto_tsquery" };
            (
                format!("words @@ {parse}('english', {})", quoted(question.words)),
                "ts_rank(words, asked.query)",
                "ts_headline('english', texts, asked.query)",
            )
        };
        let parse = if question.same_answer { "plainto_tsquery" } else { "phraseto_tsquery" };
        let filter = |except: Option<Facet>| self.filter(request, except);
        let own: Vec<Facet> = FACETS.into_iter().filter(|facet| !chosen(*facet, request).is_empty()).collect();
        let own_numbers: Vec<String> =
            own.iter().map(|own| FACETS.iter().position(|facet| facet == own).unwrap().to_string()).collect();
        let shared = if own.is_empty() {
            String::new()
        } else {
            format!("WHERE token.facet NOT IN ({})", own_numbers.join(","))
        };
        let mut counts = format!(
            "SELECT counted.value AS token, n FROM (SELECT value, count(*) AS n FROM passing, unnest(tokens) AS value \
             GROUP BY value) AS counted JOIN token ON token.id = counted.value {shared}"
        );
        for (facet, number) in own.iter().zip(&own_numbers) {
            counts.push_str(&format!(
                " UNION ALL SELECT value, count(*) FROM base, unnest(tokens) AS value WHERE {} AND value IN \
                 (SELECT id FROM token WHERE facet = {number}) GROUP BY value",
                filter(Some(*facet))
            ));
        }
        format!(
            "WITH asked AS (SELECT {parse}('english', {words}) AS query),
             base AS MATERIALIZED (SELECT id, slug, kind, subjects, studies, series, images, bytes, tokens, \
                 {rank} AS rank FROM data_set, asked WHERE {matching}),
             passing AS MATERIALIZED (SELECT * FROM base WHERE {passing}),
             page AS (SELECT id, rank, subjects, slug FROM passing \
                 ORDER BY rank DESC, subjects DESC NULLS LAST, slug LIMIT 12),
             counts AS ({counts})
             SELECT 'page' AS what, NULL::integer AS token, NULL::bigint AS count, card AS text, {headline} AS headline \
                 FROM page JOIN data_set USING (id), asked
             UNION ALL SELECT 'total', kind, count(*), concat_ws(',', sum(subjects), sum(studies), sum(series), \
                 sum(images), sum(bytes)), NULL FROM passing GROUP BY kind
             UNION ALL SELECT 'facet', token, n, NULL, NULL FROM counts",
            words = quoted(question.words),
            passing = filter(None),
        )
    }

    fn filter(&self, request: &SearchRequest, except: Option<Facet>) -> String {
        let mut parts = vec!["true".to_owned()];
        for facet in FACETS.into_iter().filter(|facet| Some(*facet) != except) {
            let values = chosen(facet, request);
            if !values.is_empty() {
                let ids = values.iter().filter_map(|value| self.tokens.get(&format!("{}/{value}", facet.key())));
                let ids: Vec<String> = ids.map(ToString::to_string).collect();
                parts.push(format!("tokens && '{{{}}}'::integer[]", ids.join(",")));
            }
        }
        parts.join(" AND ")
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\0', ""))
}
