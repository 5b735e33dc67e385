//! Reading documents that are broken: cut into statements or records, read each by itself, mend what can be mended
//! without guessing, leave out the rest and say so.
//!
//! Policy: a defect costs at most the record that it stands in. A mend is made only where one reading is possible; it is
//! told with what was written and what it was read as. What is left out names its line, its resource where that is
//! known, and how to mend it at the source. Work grows with the length of the document, not with its square: every look
//! ahead is bounded.

pub(super) mod context;
pub(super) mod json;
mod lex;
mod mend;
mod prefixes;
pub(super) mod turtle;
pub(super) mod xml;

use oxrdf::Quad;

use super::parse::{Defect, Problem, ProblemKind};

/// What came of a broken document.
#[derive(Debug, Default)]
pub(super) struct Salvaged {
    /// Statements that could be read.
    pub quads: Vec<Quad>,
    /// What was mended or left out; the place is a byte of the text.
    pub problems: Vec<(Option<usize>, Problem)>,
    /// Whether the document ends in the middle of a statement, or too much of it is broken.
    pub cut: bool,
    /// Parts that were left out.
    pub lost: usize,
    /// Mends that are only counted.
    pub more: usize,
}

/// Problems of one document that are kept with their texts.
const MAX_KEPT: usize = 20_000;

impl Salvaged {
    fn mended(&mut self, at: usize, subject: Option<String>, change: mend::Change) {
        if self.problems.len() >= MAX_KEPT {
            self.more = self.more.saturating_add(1);
            return;
        }
        let problem = Problem::new(ProblemKind::Mended, change.defect, change.message);
        self.problems.push((Some(at), problem.about(subject).texts(&change.original, &change.read_as)));
    }

    fn lost(&mut self, at: usize, subject: Option<String>, defect: Defect, original: &str, message: String) {
        self.lost = self.lost.saturating_add(1);
        let problem = Problem::new(ProblemKind::Lost, defect, message).about(subject).texts(original, "");
        self.problems.push((Some(at), problem));
    }
}
