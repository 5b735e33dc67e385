//! Which simulated node holds which collection. A rule without chance, so that every demonstration is the same.

use super::facts::Collection;

/// Countries of the simulated nodes: ISO 3166-1 code and name, two nodes each, in this order.
const COUNTRIES: [(&str, &str); 15] = [
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("CY", "Cyprus"),
    ("DE", "Germany"),
    ("ES", "Spain"),
    ("FR", "France"),
    ("GR", "Greece"),
    ("IT", "Italy"),
    ("LT", "Lithuania"),
    ("LV", "Latvia"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SE", "Sweden"),
];

/// Simulated nodes of a whole demonstration.
pub const NODES: usize = 2 * COUNTRIES.len();

/// One simulated node and what it holds.
#[derive(Debug, Clone)]
pub struct Node {
    /// Number, from 1.
    pub number: usize,
    /// ISO 3166-1 alpha-2 code in lower case.
    pub country: &'static str,
    /// Name of the country.
    pub country_name: &'static str,
    /// Its collections, the largest first.
    pub collections: Vec<Collection>,
}

impl Node {
    /// Machine name: `node07`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("node{:02}", self.number)
    }

    /// Name that says what it is: `Simulated node 07 (Germany)`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("Simulated node {:02} ({})", self.number, self.country_name)
    }

    /// Persistent base of its addresses; the host is under `.example`, which no one can own (RFC 2606).
    #[must_use]
    pub fn base(&self) -> String {
        format!("https://{}.atlas-demo.example", self.id())
    }

    /// Subject entries that it holds.
    #[must_use]
    pub fn subjects(&self) -> i64 {
        self.collections.iter().map(|collection| collection.patients).sum()
    }
}

/// Spreads the collections: the largest first, each to the node with the fewest subject entries so far; ties go to the
/// smaller identifier and the smaller node number. At least one node, at most [`NODES`].
#[must_use]
pub fn allocate(collections: &[Collection], nodes: usize) -> Vec<Node> {
    let mut spread: Vec<Node> = COUNTRIES
        .iter()
        .flat_map(|country| [country, country])
        .take(nodes.clamp(1, NODES))
        .enumerate()
        .map(|(index, (code, name))| Node {
            number: index + 1,
            country: code,
            country_name: name,
            collections: Vec::new(),
        })
        .collect();
    let mut largest_first: Vec<&Collection> = collections.iter().collect();
    largest_first.sort_by(|a, b| b.patients.cmp(&a.patients).then_with(|| a.id.cmp(&b.id)));
    for collection in largest_first {
        if let Some(node) = spread.iter_mut().min_by_key(|node| (node.subjects(), node.number)) {
            node.collections.push(collection.clone());
        }
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::super::facts::Facts;
    use super::*;

    #[test]
    fn thirty_nodes_in_fifteen_countries_hold_every_collection_once() {
        let facts = Facts::carried().unwrap();
        let nodes = allocate(&facts.collections, NODES);
        assert_eq!(nodes.len(), 30);
        assert_eq!(nodes[6].name(), "Simulated node 07 (Germany)");
        assert_eq!(nodes[6].base(), "https://node07.atlas-demo.example");
        assert!(nodes.iter().all(|node| !node.collections.is_empty()));
        let mut held: Vec<&str> = nodes.iter().flat_map(|n| n.collections.iter().map(|c| c.id.as_str())).collect();
        held.sort_unstable();
        held.dedup();
        assert_eq!(held.len(), 179);
        assert_eq!(nodes[0].collections[0].id, "nlst");
        assert_eq!(nodes.iter().map(Node::subjects).sum::<i64>(), 86_451);
    }

    #[test]
    fn fewer_nodes_hold_everything_too() {
        let facts = Facts::carried().unwrap();
        for asked in [0, 1, 3, 99] {
            let nodes = allocate(&facts.collections, asked);
            assert_eq!(nodes.iter().map(Node::subjects).sum::<i64>(), 86_451);
        }
    }
}
