//! Finds `SERVICE` in a query, wherever it hides: in groups, subqueries, `EXISTS` in filters, aggregates and orders.
//!
//! Policy: a query with `SERVICE` is refused before it runs, also when it says `SILENT`. Answering it as if the other
//! endpoint had nothing to say would be a shorter answer that looks whole.

use spargebra::Query;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};

/// The first `SERVICE` of the query as text: an IRI in brackets or a variable.
pub(super) fn named_in(query: &Query) -> Option<String> {
    let (Query::Select { pattern, .. }
    | Query::Construct { pattern, .. }
    | Query::Describe { pattern, .. }
    | Query::Ask { pattern, .. }) = query;
    in_pattern(pattern)
}

fn in_pattern(pattern: &GraphPattern) -> Option<String> {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => None,
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => in_pattern(left).or_else(|| in_pattern(right)),
        GraphPattern::LeftJoin { left, right, expression } => {
            in_pattern(left).or_else(|| in_pattern(right)).or_else(|| expression.as_ref().and_then(in_expression))
        }
        GraphPattern::Filter { expr, inner } => in_expression(expr).or_else(|| in_pattern(inner)),
        GraphPattern::Extend { inner, expression, .. } => in_expression(expression).or_else(|| in_pattern(inner)),
        GraphPattern::OrderBy { inner, expression } => {
            let ordered = expression.iter().find_map(|order| match order {
                OrderExpression::Asc(expression) | OrderExpression::Desc(expression) => in_expression(expression),
            });
            ordered.or_else(|| in_pattern(inner))
        }
        GraphPattern::Group { inner, aggregates, .. } => {
            let counted = aggregates.iter().find_map(|(_, aggregate)| match aggregate {
                AggregateExpression::CountSolutions { .. } => None,
                AggregateExpression::FunctionCall { expr, .. } => in_expression(expr),
            });
            counted.or_else(|| in_pattern(inner))
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => in_pattern(inner),
        GraphPattern::Service { name, .. } => Some(name.to_string()),
    }
}

fn in_expression(expression: &Expression) -> Option<String> {
    match expression {
        Expression::NamedNode(_) | Expression::Literal(_) | Expression::Variable(_) | Expression::Bound(_) => None,
        Expression::Or(left, right)
        | Expression::And(left, right)
        | Expression::Equal(left, right)
        | Expression::SameTerm(left, right)
        | Expression::Greater(left, right)
        | Expression::GreaterOrEqual(left, right)
        | Expression::Less(left, right)
        | Expression::LessOrEqual(left, right)
        | Expression::Add(left, right)
        | Expression::Subtract(left, right)
        | Expression::Multiply(left, right)
        | Expression::Divide(left, right) => in_expression(left).or_else(|| in_expression(right)),
        Expression::In(left, list) => in_expression(left).or_else(|| list.iter().find_map(in_expression)),
        Expression::UnaryPlus(inner) | Expression::UnaryMinus(inner) | Expression::Not(inner) => in_expression(inner),
        Expression::Exists(pattern) => in_pattern(pattern),
        Expression::If(condition, left, right) => {
            in_expression(condition).or_else(|| in_expression(left)).or_else(|| in_expression(right))
        }
        Expression::Coalesce(list) | Expression::FunctionCall(_, list) => list.iter().find_map(in_expression),
    }
}

#[cfg(test)]
mod tests {
    use spargebra::SparqlParser;

    #[test]
    fn a_service_is_found_wherever_it_hides() {
        let found = |text: &str| super::named_in(&SparqlParser::new().parse_query(text).unwrap());
        for text in [
            "SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }",
            "SELECT * { SERVICE SILENT <http://a.example/> { ?s ?p ?o } }",
            "ASK { { SELECT ?s { ?s ?p ?o . { SERVICE <http://a.example/> { ?s ?q ?r } } } } }",
            "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <http://a.example/> { ?s ?p ?o } } }",
            "SELECT * { ?s ?p ?o FILTER (?o > 1 && NOT EXISTS { GRAPH ?g { SERVICE <http://a.example/> { } } }) }",
            "SELECT * { ?s ?p ?o OPTIONAL { ?s ?q ?r FILTER EXISTS { SERVICE <http://a.example/> { } } } }",
            "SELECT * { { ?s ?p ?o } UNION { ?s ?p ?o MINUS { SERVICE <http://a.example/> { } } } }",
            "SELECT (SUM(IF(EXISTS { SERVICE <http://a.example/> { } }, 1, 0)) AS ?n) { ?s ?p ?o }",
            "SELECT * { ?s ?p ?o } ORDER BY (EXISTS { SERVICE <http://a.example/> { } })",
            "SELECT * { ?s ?p ?o BIND (COALESCE(EXISTS { SERVICE <http://a.example/> { } }, 1) AS ?b) }",
            "CONSTRUCT { ?s ?p ?o } { SERVICE <http://a.example/> { ?s ?p ?o } }",
            "DESCRIBE ?s { SERVICE <http://a.example/> { ?s ?p ?o } }",
        ] {
            assert_eq!(found(text).as_deref(), Some("<http://a.example/>"), "{text}");
        }
        assert_eq!(found("SELECT * { ?s ?p ?where SERVICE ?where { ?a ?b ?c } }").as_deref(), Some("?where"));
        assert_eq!(found("SELECT * { ?s ?p \"SERVICE <http://a.example/> { }\" }"), None);
    }
}
