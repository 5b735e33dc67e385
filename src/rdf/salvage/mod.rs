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
pub(super) const MAX_KEPT: usize = 20_000;

/// Lost parts after which the rest of a document is given up.
const MAX_LOST: usize = 10_000;

impl Salvaged {
    /// Notes a problem. What was lost is always kept, so that it is known whose it was: a document with more than
    /// [`MAX_LOST`] such parts counts as cut. Mends beyond [`MAX_KEPT`] are only counted.
    pub(super) fn push(&mut self, at: Option<usize>, problem: Problem) {
        let is_kept = match problem.kind {
            ProblemKind::Lost => {
                self.lost = self.lost.saturating_add(1);
                self.cut |= self.lost > MAX_LOST;
                self.lost <= MAX_LOST
            }
            ProblemKind::Mended => self.problems.len() < MAX_KEPT,
        };
        if is_kept {
            self.problems.push((at, problem));
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    fn mended(&mut self, at: usize, subject: Option<String>, change: mend::Change) {
        let problem = Problem::new(ProblemKind::Mended, change.defect, change.message);
        self.push(Some(at), problem.about(subject).texts(&change.original, &change.read_as));
    }

    fn lost(&mut self, at: usize, subject: Option<String>, defect: Defect, original: &str, message: String) {
        let problem = Problem::new(ProblemKind::Lost, defect, message).about(subject).texts(original, "");
        self.push(Some(at), problem);
    }
}

/// A stretch of text of about so many bytes from a byte on.
fn window(text: &str, from: usize, bytes: usize) -> &str {
    let mut end = text.len().min(from.saturating_add(bytes));
    while !text.is_char_boundary(end) {
        end += 1;
    }
    text.get(from..end).unwrap_or_default()
}
