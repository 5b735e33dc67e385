//! The canonical form: the same for the same statements, refused where it would take forever.

use atlas::rdf::canonical::{CanonicalRefused, canonicalise};
use atlas::rdf::{Graph, split::split};
use oxrdf::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use proptest::prelude::*;

use super::graph;

fn triple(subject: u8, predicate: u8, object: u8, salt: &str) -> Triple {
    let node = |number: u8| BlankNode::new(format!("{salt}{number}")).unwrap();
    let subject: NamedOrBlankNode = if subject.is_multiple_of(2) {
        NamedNode::new(format!("https://x.example/{subject}")).unwrap().into()
    } else {
        node(subject).into()
    };
    let object: Term = match object % 3 {
        0 => Literal::new_simple_literal(format!("text {object}")).into(),
        1 => node(object).into(),
        _ => NamedNode::new(format!("https://x.example/{object}")).unwrap().into(),
    };
    Triple::new(subject, NamedNode::new(format!("https://x.example/p{predicate}")).unwrap(), object)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_hash_depends_neither_on_names_of_blank_nodes_nor_on_the_order_of_statements(
        codes in proptest::collection::vec((0_u8..12, 0_u8..4, 0_u8..12), 1..24),
    ) {
        let mut one = Graph::new();
        for (s, p, o) in &codes {
            one.insert(&triple(*s, *p, *o, "one"));
        }
        let mut other = Graph::new();
        for (s, p, o) in codes.iter().rev() {
            other.insert(&triple(*s, *p, *o, "other"));
        }
        match (canonicalise(&one), canonicalise(&other)) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
            (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
        }
    }
}

#[test]
fn the_form_is_that_of_the_standard() {
    // The example "unique hashes" of the recommendation.
    let form = canonicalise(&graph(
        "<http://example.com/#p> <http://example.com/#q> _:e0 ; <http://example.com/#r> _:e1 .
         _:e0 <http://example.com/#s> <http://example.com/#u> .
         _:e1 <http://example.com/#t> <http://example.com/#u> .",
    ))
    .unwrap();
    let expected = "<http://example.com/#p> <http://example.com/#q> _:c14n0 .
<http://example.com/#p> <http://example.com/#r> _:c14n1 .
_:c14n0 <http://example.com/#s> <http://example.com/#u> .
_:c14n1 <http://example.com/#t> <http://example.com/#u> .
";
    assert_eq!(form.nquads, expected);
    assert_eq!(form.hash.len(), 64);
}

#[test]
fn a_graph_built_to_take_forever_is_refused_at_once() {
    let mut poison = Graph::new();
    let knows = NamedNode::new("https://x.example/knows").unwrap();
    for one in 0..10 {
        for other in 0..10 {
            if one != other {
                let node = |number: i32| BlankNode::new(format!("b{number}")).unwrap();
                poison.insert(&Triple::new(node(one), knows.clone(), node(other)));
            }
        }
    }
    let started = std::time::Instant::now();
    assert!(matches!(canonicalise(&poison), Err(CanonicalRefused::TooSymmetric { .. })));
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn a_hundred_equal_contacts_are_no_poison() {
    let text: String = (0..100).map(|_| ":a dcat:contactPoint [ vcard:fn \"Data office\" ] .\n").collect();
    assert!(canonicalise(&graph(&text)).is_ok());
}

#[test]
fn a_record_takes_what_it_uses_and_stops_at_another_data_set() {
    let graph = graph(
        ":cat a dcat:Catalog ; dcat:dataset :a , :b ; dct:publisher :hospital .
         :a a dcat:Dataset ; dct:publisher :hospital ; dcat:distribution :file ; dct:relation :b ;
            dcat:contactPoint [ vcard:fn \"Office\" ] .
         :b a dcat:Dataset ; dct:publisher :hospital ; dcat:inSeries :s .
         :s a dcat:DatasetSeries ; dct:title \"Series\" .
         :file a dcat:Distribution ; dcat:accessURL <https://files.example/> .
         :hospital a foaf:Agent ; foaf:name \"Hospital\" .
         :elsewhere rdfs:label \"left over\" .",
    );
    let split = split(&graph);
    let sizes: Vec<(Option<&str>, usize)> =
        split.records.iter().map(|record| (record.iri.as_deref(), record.graph.len())).collect();
    assert_eq!(
        sizes,
        [
            (Some("https://provider.example/a"), 5 + 1 + 2 + 2),
            (Some("https://provider.example/b"), 3 + 2),
            (Some("https://provider.example/s"), 2),
        ]
    );
    assert_eq!(split.remainder.len(), 4 + 1);
}
