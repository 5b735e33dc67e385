//! Mending what a parser lets through: IRIs with forbidden characters, two in one, prefixed names where an IRI belongs,
//! control characters, triple terms, blank-node names.
//!
//! Policy: an IRI with a space or another forbidden character is escaped with `%` and reported; one that stays wrong
//! is kept as text where it is a value, and its statement is left out where it is a subject or a property. After this
//! every IRI of a graph is valid (RFC 3987) and every text can be written in every format (XML 1.0, section 2.2), so a
//! graph that is written can be read again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use oxrdf::{BlankNode, Graph, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Triple};

use super::namespaces;
use super::parse::{Defect, Problem, ProblemKind};
use super::salvage::MAX_KEPT;

/// What [`clean`] gives.
pub struct Cleaned {
    /// The statements with valid IRIs and fresh blank nodes.
    pub graph: Graph,
    /// What was changed or left out, each with the offending text; lines are not known here.
    pub problems: Vec<(Problem, String)>,
    /// Problems that are only counted.
    pub more: usize,
    /// The resources of which statements were left out: their IRIs, or what stands in the place of one.
    pub lost_of: BTreeSet<String>,
    /// Whether statements of blank nodes were left out.
    pub lost_unnamed: bool,
}

/// Turns parsed statements into a graph whose IRIs are all valid. Graph names are dropped: a document's named graphs
/// are read as one. Each problem comes with the offending text, by which its line can be found.
#[must_use]
pub fn clean(quads: Vec<Quad>, check_iris: bool) -> Cleaned {
    let out =
        Cleaned { graph: Graph::new(), problems: Vec::new(), more: 0, lost_of: BTreeSet::new(), lost_unnamed: false };
    let mut cleaner = Cleaner { check_iris, names: HashMap::new(), known: HashMap::new(), told: HashSet::new(), out };
    let mut graph = Graph::new();
    for quad in quads {
        cleaner.take(quad, &mut graph);
    }
    Cleaned { graph, ..cleaner.out }
}

/// Where in a statement an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Subject,
    Property,
    Value,
}

struct Cleaner {
    check_iris: bool,
    names: HashMap<BlankNode, BlankNode>,
    /// What each wrong IRI became.
    known: HashMap<String, Option<NamedNode>>,
    /// Wrong IRIs that were told, each with its place and with whose they are.
    told: HashSet<(String, Part, String)>,
    out: Cleaned,
}

impl Cleaner {
    fn take(&mut self, quad: Quad, graph: &mut Graph) {
        let subject = match quad.subject {
            NamedOrBlankNode::BlankNode(node) => NamedOrBlankNode::BlankNode(self.fresh(node)),
            NamedOrBlankNode::NamedNode(node) => match self.iri(node, Part::Subject, None) {
                Ok(node) => NamedOrBlankNode::NamedNode(node),
                Err(_) => return,
            },
        };
        let about = match &subject {
            NamedOrBlankNode::NamedNode(node) => Some(node.as_str().to_owned()),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        let Ok(predicate) = self.iri(quad.predicate, Part::Property, about.as_deref()) else { return };
        let object = match quad.object {
            Term::BlankNode(node) => Term::BlankNode(self.fresh(node)),
            Term::NamedNode(node) => {
                if let Some(both) = self.joined(&node, about.as_deref()) {
                    for one in both {
                        graph.insert(&Triple::new(subject.clone(), predicate.clone(), one));
                    }
                    return;
                }
                match self.iri(node, Part::Value, about.as_deref()) {
                    Ok(node) => {
                        // Escaping can bring two addresses to light; what is written must read the same again.
                        if let Some(both) = self.joined(&node, about.as_deref()) {
                            for one in both {
                                graph.insert(&Triple::new(subject.clone(), predicate.clone(), one));
                            }
                            return;
                        }
                        Term::NamedNode(node)
                    }
                    Err(text) => {
                        let text = Literal::new_simple_literal(text);
                        Term::Literal(self.without_controls(text, about.as_deref()))
                    }
                }
            }
            Term::Literal(literal) => Term::Literal(self.literal(literal, about.as_deref())),
            Term::Triple(_) => {
                let message = "a statement about a statement (RDF 1.2 triple term) was left out";
                let problem = Problem::new(ProblemKind::Lost, Defect::TripleTerm, message);
                self.push(problem.about(about), "<<".to_owned());
                return;
            }
        };
        graph.insert(&Triple::new(subject, predicate, object));
    }

    fn fresh(&mut self, node: BlankNode) -> BlankNode {
        self.names.entry(node).or_default().clone()
    }

    /// The IRIs of one that is two.
    fn joined(&mut self, node: &NamedNode, about: Option<&str>) -> Option<Vec<NamedNode>> {
        let both = split_joined(node.as_str())?;
        let nodes: Vec<NamedNode> = both.iter().map(NamedNode::new_unchecked).collect();
        let message = format!("{} addresses are written as one: {:?}", nodes.len(), node.as_str());
        self.report(about, ProblemKind::Mended, Defect::TwoIris, message, node.as_str(), &both.join(" "));
        Some(nodes)
    }

    /// The IRI made valid, or its text when it cannot be.
    fn iri(&mut self, node: NamedNode, part: Part, about: Option<&str>) -> Result<NamedNode, String> {
        let compact = expanded(node.as_str());
        if compact.is_none() && !self.check_iris {
            return Ok(node);
        }
        let mended = match self.known.get(node.as_str()) {
            Some(known) => known.clone(),
            None if compact.is_none() && NamedNode::new(node.as_str()).is_ok() => return Ok(node),
            None => {
                let mended = NamedNode::new(compact.as_deref().map_or_else(|| escape(node.as_str()), escape)).ok();
                self.known.insert(node.as_str().to_owned(), mended.clone());
                mended
            }
        };
        // A subject that is wrong is itself the resource that is meant.
        let itself = mended.as_ref().map(NamedNode::as_str).or((part == Part::Subject).then(|| node.as_str()));
        let about = about.or(itself);
        self.wrong_iri(&node, mended.as_ref(), compact.is_some(), part, about);
        mended.ok_or_else(|| node.into_string())
    }

    /// Tells a wrong IRI, once for each resource that has it.
    fn wrong_iri(
        &mut self,
        node: &NamedNode,
        mended: Option<&NamedNode>,
        is_compact: bool,
        part: Part,
        about: Option<&str>,
    ) {
        let told = (node.as_str().to_owned(), part, about.unwrap_or_default().to_owned());
        if self.told.contains(&told) {
            return;
        }
        if self.told.len() < MAX_KEPT {
            self.told.insert(told);
        }
        let written = node.as_str();
        let (kind, defect, message) = match (mended, part) {
            (Some(mended), _) if is_compact => {
                let message = format!("the prefix of {written:?} is not declared, read as {mended}");
                (ProblemKind::Mended, Defect::Prefix, message)
            }
            (Some(mended), _) => {
                let message = format!("the address {written:?} has forbidden characters, read as {mended}");
                (ProblemKind::Mended, Defect::Iri, message)
            }
            (None, Part::Value) => {
                let message = format!("{written:?} is not an address (IRI) and was kept as a text");
                (ProblemKind::Mended, Defect::Iri, message)
            }
            (None, Part::Subject | Part::Property) => {
                let message = format!("{written:?} is not an address (IRI); what it says was left out");
                (ProblemKind::Lost, Defect::Iri, message)
            }
        };
        let read_as = match (mended, kind) {
            (Some(mended), _) => mended.as_str(),
            (None, ProblemKind::Mended) => written,
            (None, ProblemKind::Lost) => "",
        };
        self.report(about, kind, defect, message, written, read_as);
    }

    /// A literal whose characters, language tag and datatype are valid; one whose tag or datatype is not becomes plain.
    fn literal(&mut self, literal: Literal, about: Option<&str>) -> Literal {
        let literal = self.without_controls(literal, about);
        if let Some(language) = literal.language() {
            if !self.check_iris || Literal::new_language_tagged_literal(literal.value(), language).is_ok() {
                return literal;
            }
            let plain = Literal::new_simple_literal(literal.value());
            let written = format!("@{language}");
            let message = format!("{language:?} is not a language tag, the text was kept without it");
            let mended = language.replace('_', "-");
            if let Ok(tagged) = Literal::new_language_tagged_literal(literal.value(), &mended) {
                let message = format!("the language tag {language} is written {mended}");
                self.report(about, ProblemKind::Mended, Defect::LanguageTag, message, &written, &format!("@{mended}"));
                return tagged;
            }
            self.report(about, ProblemKind::Mended, Defect::LanguageTag, message, &written, "");
            return plain;
        }
        match self.datatype(&literal.datatype().into_owned(), about) {
            None => literal,
            Some(Ok(datatype)) => Literal::new_typed_literal(literal.value(), datatype),
            Some(Err(())) => Literal::new_simple_literal(literal.value()),
        }
    }

    /// `None`: the datatype is fine as it is.
    fn datatype(&mut self, datatype: &NamedNode, about: Option<&str>) -> Option<Result<NamedNode, ()>> {
        if expanded(datatype.as_str()).is_none() && (!self.check_iris || NamedNode::new(datatype.as_str()).is_ok()) {
            return None;
        }
        Some(match expanded(datatype.as_str()).and_then(|full| NamedNode::new(full).ok()) {
            Some(full) => {
                let message = format!("the datatype {:?} is written without its full address", datatype.as_str());
                self.report(about, ProblemKind::Mended, Defect::Datatype, message, datatype.as_str(), full.as_str());
                Ok(full)
            }
            None => {
                let message = format!("{:?} is not a datatype, the text was kept without it", datatype.as_str());
                self.report(about, ProblemKind::Mended, Defect::Datatype, message, datatype.as_str(), "");
                Err(())
            }
        })
    }

    fn without_controls(&mut self, literal: Literal, about: Option<&str>) -> Literal {
        if !literal.value().contains(is_forbidden_character) {
            return literal;
        }
        let text: String = literal.value().chars().filter(|mark| !is_forbidden_character(*mark)).collect();
        let message = "a text has control characters in it, which were taken out";
        let shown = literal.value().escape_debug().to_string();
        let problem = Problem::new(ProblemKind::Mended, Defect::ControlCharacter, message);
        self.push(problem.about(about.map(str::to_owned)).texts(&shown, &text), String::new());
        match literal.language() {
            Some(language) => Literal::new_language_tagged_literal_unchecked(text, language),
            None => Literal::new_typed_literal(text, literal.datatype().into_owned()),
        }
    }

    fn report(
        &mut self,
        about: Option<&str>,
        kind: ProblemKind,
        defect: Defect,
        message: String,
        text: &str,
        read_as: &str,
    ) {
        let problem = Problem::new(kind, defect, message).about(about.map(str::to_owned)).texts(text, read_as);
        self.push(problem, text.to_owned());
    }

    /// Notes a problem; beyond [`MAX_KEPT`] it is only counted.
    fn push(&mut self, problem: Problem, written: String) {
        if problem.kind == ProblemKind::Lost {
            match &problem.subject {
                Some(subject) => {
                    self.out.lost_of.insert(subject.clone());
                }
                None => self.out.lost_unnamed = true,
            }
        }
        if self.out.problems.len() < MAX_KEPT {
            self.out.problems.push((problem, written));
        } else {
            self.out.more = self.out.more.saturating_add(1);
        }
    }
}

/// Whether XML 1.0 has no way to write a character, and so no export of ours has.
fn is_forbidden_character(mark: char) -> bool {
    (mark < ' ' && !matches!(mark, '\t' | '\n' | '\r')) || matches!(mark, '\u{fffe}' | '\u{ffff}')
}

/// A prefixed name that was taken for an IRI (`dcat:Dataset`), in full.
fn expanded(iri: &str) -> Option<String> {
    const LONGEST_PREFIX: usize = 14;
    let head = iri.as_bytes().get(..iri.len().min(LONGEST_PREFIX))?;
    let colon = head.iter().position(|byte| *byte == b':')?;
    let (prefix, local) = (iri.get(..colon)?, iri.get(colon + 1..)?);
    if local.starts_with("//") || local.is_empty() {
        return None;
    }
    let (_, base) = namespaces::PREFIXES.iter().find(|(known, _)| *known == prefix)?;
    Some(format!("{base}{local}"))
}

/// The addresses of a text that is several of them: separated by blanks, commas, semicolons or bars, or one directly
/// after the other. `None`: it is one.
#[must_use]
pub fn split_joined(text: &str) -> Option<Vec<String>> {
    // An address inside another one follows a mark (`?url=`, `/`); two in one touch at a letter or digit.
    let second = text.get(8..)?.match_indices("http").map(|(at, _)| at.saturating_add(8)).find(|at| {
        let rest = text.get(*at..).unwrap_or_default();
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        (rest.starts_with("http://") || rest.starts_with("https://"))
            && before
                .is_some_and(|mark| mark.is_alphanumeric() || mark.is_whitespace() || matches!(mark, ',' | ';' | '|'))
    })?;
    let separators = |mark: char| mark.is_whitespace() || matches!(mark, ',' | ';' | '|');
    let first = text.get(..second)?.trim_matches(separators);
    let rest = text.get(second..)?.trim_matches(separators);
    let is_absolute = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    if !is_absolute(first) || NamedNode::new(first).is_err() {
        return None;
    }
    let mut all = vec![first.to_owned()];
    match split_joined(rest) {
        Some(more) => all.extend(more),
        None if NamedNode::new(rest).is_ok() => all.push(rest.to_owned()),
        None => return None,
    }
    Some(all)
}

/// The text with every character that no IRI may have escaped as `%` and two hexadecimal digits per UTF-8 byte.
#[must_use]
pub fn escape(iri: &str) -> String {
    let trimmed = iri.trim();
    let mut escaped = String::with_capacity(trimmed.len());
    let bytes = trimmed.as_bytes();
    // Square brackets belong around the address of a host only (RFC 3986, section 3.2.2).
    let host_end = host_end(trimmed);
    for (at, mark) in trimmed.char_indices() {
        let is_bare_percent = mark == '%'
            && !bytes
                .get(at.saturating_add(1)..at.saturating_add(3))
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let forbidden = mark.is_control()
            || mark.is_whitespace()
            || matches!(mark, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
            || (matches!(mark, '[' | ']') && at >= host_end)
            || (mark == '#' && trimmed.get(..at).is_some_and(|before| before.contains('#')));
        if forbidden || is_bare_percent {
            let mut buffer = [0; 4];
            for byte in mark.encode_utf8(&mut buffer).bytes() {
                let _ = write!(escaped, "%{byte:02X}");
            }
        } else {
            escaped.push(mark);
        }
    }
    escaped
}

/// The byte where the host of an address ends; 0 where it has none.
fn host_end(iri: &str) -> usize {
    let Some(scheme) = iri.find("://") else { return 0 };
    let start = scheme.saturating_add(3);
    let host = iri.get(start..).unwrap_or_default();
    host.find(['/', '?', '#']).map_or(iri.len(), |end| start.saturating_add(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped_where_they_must_be_and_nowhere_else() {
        assert_eq!(escape(" https://x.example/a b{c}[d] "), "https://x.example/a%20b%7Bc%7D%5Bd%5D");
        assert_eq!(escape("https://[::1]:80/a[1]#b#c"), "https://[::1]:80/a%5B1%5D#b%23c");
        assert_eq!(escape("https://x.example/50%/a%20b"), "https://x.example/50%25/a%20b");
        assert_eq!(escape("https://x.example/ä"), "https://x.example/ä");
    }

    #[test]
    fn an_address_that_cannot_be_mended_is_kept_as_a_text_that_can_be_written() {
        let node = |iri: &str| NamedNode::new_unchecked(iri);
        let graph_name = oxrdf::GraphName::DefaultGraph;
        let quad =
            Quad::new(node("https://x.example/a"), node("https://x.example/p"), node("h\u{b}ttp://x"), graph_name);
        let cleaned = clean(vec![quad], true);
        let objects: Vec<String> = cleaned.graph.iter().map(|triple| triple.object.to_string()).collect();
        assert_eq!(objects, ["\"http://x\""]);
        assert!(cleaned.problems.iter().any(|(problem, _)| problem.defect == Defect::ControlCharacter));
    }

    #[test]
    fn a_wrong_address_is_told_once_for_each_resource_that_has_it() {
        let node = |iri: &str| NamedNode::new_unchecked(iri);
        let quad = |subject: &str, property: &str, value: &str| {
            Quad::new(node(subject), node(property), node(value), oxrdf::GraphName::DefaultGraph)
        };
        let (a, b, p) = ("https://x.example/a", "https://x.example/b", "https://x.example/p");
        let cleaned = clean(vec![quad(a, p, "no address"), quad(b, p, "no address"), quad(b, p, "no address")], true);
        let told: Vec<_> = cleaned
            .problems
            .iter()
            .map(|(problem, _)| (problem.subject.as_deref(), problem.kind, problem.read_as.as_str()))
            .collect();
        let kept = ProblemKind::Mended;
        assert_eq!(told, [(Some(a), kept, "no address"), (Some(b), kept, "no address")]);
        assert!(cleaned.lost_of.is_empty() && !cleaned.lost_unnamed);
        let cleaned = clean(vec![quad(a, "no property", a), quad(b, "no property", a), quad("no subject", p, a)], true);
        assert!(cleaned.problems.iter().all(|(problem, _)| problem.kind == ProblemKind::Lost));
        assert_eq!(cleaned.lost_of.iter().map(String::as_str).collect::<Vec<_>>(), [a, b, "no subject"]);
        assert!(cleaned.graph.is_empty());
    }

    #[test]
    fn very_many_problems_are_counted_and_what_was_lost_is_known_all_the_same() {
        let node = |iri: &str| NamedNode::new_unchecked(iri);
        let quads = (0..MAX_KEPT + 5).map(|number| {
            let subject = node(&format!("https://x.example/{number}"));
            Quad::new(subject, node("no property"), node("https://x.example/o"), oxrdf::GraphName::DefaultGraph)
        });
        let cleaned = clean(quads.collect(), true);
        assert_eq!((cleaned.problems.len(), cleaned.more, cleaned.lost_of.len()), (MAX_KEPT, 5, MAX_KEPT + 5));
    }

    #[test]
    fn what_was_mended_reads_the_same_again() {
        let node = |iri: &str| NamedNode::new_unchecked(iri);
        let joined = node("https://x.example/a}b,\"https://x.example/c");
        let graph_name = oxrdf::GraphName::DefaultGraph;
        let quad = Quad::new(node("https://x.example/a"), node("https://x.example/p"), joined, graph_name.clone());
        let once = clean(vec![quad], true);
        let again =
            clean(once.graph.iter().map(|triple| triple.into_owned().in_graph(graph_name.clone())).collect(), true);
        assert_eq!((once.graph.len(), again.problems.len()), (again.graph.len(), 0));
    }

    #[test]
    fn two_addresses_in_one_are_told_from_one_inside_another() {
        let split = |text| split_joined(text).map(|all| all.join(" "));
        let both = Some("https://a.example/1 https://b.example/2".to_owned());
        for joined in [
            "https://a.example/1https://b.example/2",
            "https://a.example/1 , https://b.example/2",
            "https://a.example/1;https://b.example/2",
        ] {
            assert_eq!(split(joined), both, "{joined}");
        }
        for one in [
            "https://web.archive.org/web/2020/https://b.example/",
            "https://a.example/?url=https://b.example/",
            "https://a.example/x",
        ] {
            assert_eq!(split(one), None, "{one}");
        }
    }
}
