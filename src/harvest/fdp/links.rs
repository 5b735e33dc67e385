//! How the documents of a FAIR Data Point lead from one to the next (FDP specification 1.2, LDP 1.0): by relations and
//! by direct containers; both are read, in every namespace that servers have used.

use std::collections::BTreeSet;

use oxrdf::{NamedNodeRef, NamedOrBlankNodeRef, TermRef};

use crate::rdf::Graph;

const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const LDP: &str = "http://www.w3.org/ns/ldp#";
const DCAT: &str = "http://www.w3.org/ns/dcat#";
const DCT: &str = "http://purl.org/dc/terms/";
const ADMS: &str = "http://www.w3.org/ns/adms#";

/// Namespaces of the FDP ontology, the present one first.
const FDP_NAMESPACES: [&str; 4] = [
    "https://w3id.org/fdp/fdp-o#",
    "http://w3id.org/fdp/fdp-o#",
    "http://rdf.biosemantics.org/ontologies/fdp-o#",
    "http://purl.org/fdp/fdp-o#",
];

/// Namespaces of the registry ontology that older servers describe themselves with.
const R3D_NAMESPACES: [&str; 2] = ["http://www.re3data.org/schema/3-0#", "https://www.re3data.org/schema/3-0#"];

/// Namespaces in which the health profile's `analytics` occurs.
const HEALTH_NAMESPACES: [&str; 2] = ["http://healthdataportal.eu/ns/health#", "https://w3id.org/healthdcat-ap#"];

/// A step down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// From the FDP to its catalogues.
    Catalogs,
    /// From a catalogue to further catalogues.
    SubCatalogs,
    /// From a catalogue to its data sets.
    Datasets,
    /// From a catalogue or data set to the series.
    Series,
    /// From a data set to what belongs to its description.
    Parts,
}

impl Step {
    fn predicates(self) -> Vec<String> {
        let dcat = |name: &str| format!("{DCAT}{name}");
        match self {
            Self::Catalogs => FDP_NAMESPACES
                .iter()
                .map(|namespace| format!("{namespace}metadataCatalog"))
                .chain(R3D_NAMESPACES.iter().map(|namespace| format!("{namespace}dataCatalog")))
                .chain([dcat("catalog")])
                .collect(),
            Self::SubCatalogs => vec![dcat("catalog")],
            Self::Datasets => vec![dcat("dataset")],
            Self::Series => vec![dcat("inSeries"), dcat("datasetSeries")],
            Self::Parts => HEALTH_NAMESPACES
                .iter()
                .map(|namespace| format!("{namespace}analytics"))
                .chain([dcat("distribution"), format!("{ADMS}sample")])
                .collect(),
        }
    }
}

/// A container's members and the place that they are served under.
#[derive(Debug, Default)]
pub(super) struct Children {
    /// The members' IRIs, in order.
    pub(super) iris: BTreeSet<String>,
    /// IRIs of the containers that list them.
    pub(super) containers: BTreeSet<String>,
}

/// The children of `parent` by the step: objects of its relations, and members of its direct containers.
pub(super) fn children(graph: &Graph, parent: &str, step: Step) -> Children {
    let mut found = Children::default();
    let predicates = step.predicates();
    for subject in spellings(parent) {
        for predicate in &predicates {
            for object in iri_objects(graph, &subject, predicate) {
                found.iris.insert(object);
            }
        }
    }
    for container in subjects_with(graph, &format!("{LDP}membershipResource"), &spellings(parent)) {
        let relation = iri_objects(graph, &container, &format!("{LDP}hasMemberRelation"));
        if relation.iter().any(|relation| predicates.contains(relation)) {
            found.iris.extend(iri_objects(graph, &container, &format!("{LDP}contains")));
            found.containers.insert(container);
        }
    }
    found
}

/// The node that describes the FDP itself; `None`: the document is no FDP's root.
pub(super) fn root_subject(graph: &Graph, asked: &str) -> Option<String> {
    let classes: Vec<String> = FDP_NAMESPACES
        .iter()
        .flat_map(|namespace| [format!("{namespace}FAIRDataPoint"), format!("{namespace}MetadataService")])
        .chain(R3D_NAMESPACES.iter().map(|namespace| format!("{namespace}Repository")))
        .collect();
    let mut candidates = BTreeSet::new();
    for class in &classes {
        candidates.extend(subjects_with(graph, RDF_TYPE, std::slice::from_ref(class)));
    }
    let asked = spellings(asked);
    candidates.iter().find(|candidate| asked.contains(candidate)).or_else(|| candidates.first()).cloned()
}

/// Data sets and series that the graph describes with their types.
pub(in crate::harvest) fn described(graph: &Graph) -> BTreeSet<String> {
    let classes = [format!("{DCAT}Dataset"), format!("{DCAT}DatasetSeries")];
    classes.iter().flat_map(|class| subjects_with(graph, RDF_TYPE, std::slice::from_ref(class))).collect()
}

/// Whether what the graph says about the data set lacks a title or a description, which every profile wants: then it is
/// an entry of a list rather than the record.
pub(super) fn is_stub(graph: &Graph, iri: &str) -> bool {
    let Ok(node) = NamedNodeRef::new(iri) else { return false };
    let says = |name: &str| {
        let wanted = format!("{DCT}{name}");
        graph.triples_for_subject(node).any(|triple| triple.predicate.as_str() == wanted)
    };
    !says("title") || !says("description")
}

/// Whether the graph says anything about the resource.
pub(super) fn describes(graph: &Graph, iri: &str) -> bool {
    NamedNodeRef::new(iri).is_ok_and(|node| graph.triples_for_subject(node).next().is_some())
}

/// Whether the resource is a catalogue.
pub(super) fn is_catalog(graph: &Graph, iri: &str) -> bool {
    iri_objects(graph, iri, RDF_TYPE).iter().any(|class| *class == format!("{DCAT}Catalog"))
}

/// An address with and without the slash at its end: servers differ from themselves in this.
fn spellings(address: &str) -> [String; 2] {
    let bare = address.trim_end_matches('/');
    [bare.to_owned(), format!("{bare}/")]
}

fn iri_objects(graph: &Graph, subject: &str, predicate: &str) -> Vec<String> {
    let (Ok(subject), Ok(predicate)) = (NamedNodeRef::new(subject), NamedNodeRef::new(predicate)) else {
        return Vec::new();
    };
    let objects = graph.objects_for_subject_predicate(subject, predicate);
    objects
        .filter_map(|object| match object {
            TermRef::NamedNode(node) => Some(node.as_str().to_owned()),
            // Some servers write addresses as text.
            TermRef::Literal(literal) if literal.value().starts_with("http") => Some(literal.value().to_owned()),
            _ => None,
        })
        .collect()
}

fn subjects_with(graph: &Graph, predicate: &str, objects: &[String]) -> Vec<String> {
    let Ok(predicate) = NamedNodeRef::new(predicate) else { return Vec::new() };
    let mut found = Vec::new();
    for object in objects {
        let Ok(object) = NamedNodeRef::new(object) else { continue };
        for subject in graph.subjects_for_predicate_object(predicate, object) {
            if let NamedOrBlankNodeRef::NamedNode(node) = subject {
                found.push(node.as_str().to_owned());
            }
        }
    }
    found
}
