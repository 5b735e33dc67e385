//! Properties under other names: older releases, misspellings, look-alike namespaces.
//!
//! Policy: the graph is copied with each property under the one name by which everything after reads it; each renaming
//! is one visible repair. The source graph keeps the name as written.

use oxrdf::{Graph, NamedNode, TripleRef};

use crate::domain::dataset::Repair;
use crate::rdf::namespaces::{
    DC_ELEMENTS, DCT, DPV, HEALTHDCATAP, HEALTHDCATAP_W3ID, adms, csvw, dcat, dct, eucaim, geodcatap, health, odrl,
    prefixed, spdx, vcard,
};

/// Whole namespaces that stand for another.
const NAMESPACES: &[(&str, &str, &str)] = &[
    (HEALTHDCATAP_W3ID, HEALTHDCATAP, "HealthDCAT-AP's namespace as older examples write it."),
    ("https://healthdataportal.eu/ns/health#", HEALTHDCATAP, "HealthDCAT-AP's namespace is written with http."),
    (DC_ELEMENTS, DCT, "Dublin Core elements are read as the terms of the same name."),
    ("https://purl.org/dc/terms/", DCT, "The Dublin Core namespace is written with http."),
    ("http://www.w3.org/ns/dpv#", DPV, "The Data Privacy Vocabulary has moved."),
];

/// Single properties that stand for another.
const PROPERTIES: &[(&str, &str, &str)] = &[
    (
        "http://www.w3.org/ns/adms#interoperabilityLevel",
        eucaim::INTEROPERABILITY_LEVEL.as_str(),
        "ADMS has no such property; EUCAIM's profile has.",
    ),
    ("http://www.w3.org/ns/dcat#endPointURL", dcat::ENDPOINT_URL.as_str(), "Misspelt in a published shape."),
    ("http://www.w3.org/ns/dcat#endPointDescription", dcat::ENDPOINT_DESCRIPTION.as_str(), "Misspelt."),
    ("http://www.w3.org/ns/dcat#accessUrl", dcat::ACCESS_URL.as_str(), "Misspelt."),
    ("http://www.w3.org/ns/dcat#downloadUrl", dcat::DOWNLOAD_URL.as_str(), "Misspelt."),
    (
        "http://spdx.org/rdf/terms#Checksum",
        spdx::CHECKSUM.as_str(),
        "The class was written where the property belongs.",
    ),
    (
        "http://www.w3.org/ns/odrl/2/Obligation",
        odrl::OBLIGATION.as_str(),
        "The class was written where the property belongs.",
    ),
    (
        "http://www.w3.org/ns/odrl/2/Permission",
        odrl::PERMISSION.as_str(),
        "The class was written where the property belongs.",
    ),
    (
        "http://www.w3.org/ns/odrl/2/Prohibition",
        odrl::PROHIBITION.as_str(),
        "The class was written where the property belongs.",
    ),
    ("http://www.w3.org/ns/odrl/2/Duty", odrl::DUTY.as_str(), "The class was written where the property belongs."),
    ("http://www.w3.org/ns/csvw#titles", csvw::TITLE.as_str(), "The profile uses csvw:title."),
    (
        health::TRUSTED_DATA_HOLDER.as_str(),
        geodcatap::CUSTODIAN.as_str(),
        "The trusted data holder of earlier releases is the custodian of later ones.",
    ),
    (eucaim::TYPE.as_str(), dct::TYPE.as_str(), "EUCAIM's type is written with dct:type since its release 2."),
    ("http://purl.org/dc/terms/hasVersion", dcat::HAS_VERSION.as_str(), "DCAT 3 has its own property for versions."),
    (
        "http://www.w3.org/2002/07/owl#versionInfo",
        dcat::VERSION.as_str(),
        "DCAT 3 has its own property for the version.",
    ),
    ("http://purl.org/pav/version", dcat::VERSION.as_str(), "DCAT 3 has its own property for the version."),
    ("http://schema.org/startDate", dcat::START_DATE.as_str(), "DCAT 2 and later use dcat:startDate."),
    ("http://schema.org/endDate", dcat::END_DATE.as_str(), "DCAT 2 and later use dcat:endDate."),
    ("https://schema.org/startDate", dcat::START_DATE.as_str(), "DCAT 2 and later use dcat:startDate."),
    ("https://schema.org/endDate", dcat::END_DATE.as_str(), "DCAT 2 and later use dcat:endDate."),
    ("http://www.w3.org/2006/vcard/ns#email", vcard::HAS_EMAIL.as_str(), "The vCard ontology has vcard:hasEmail."),
    ("http://www.w3.org/2006/vcard/ns#hasFN", vcard::FN.as_str(), "The vCard ontology has vcard:fn."),
    ("http://www.w3.org/2006/vcard/ns#url", vcard::HAS_URL.as_str(), "The vCard ontology has vcard:hasURL."),
    ("http://www.w3.org/2006/vcard/ns#hasUrl", vcard::HAS_URL.as_str(), "Misspelt."),
    ("http://purl.org/dc/terms/licence", dct::LICENSE.as_str(), "Dublin Core spells it license."),
    ("http://www.w3.org/ns/adms#versionNote", adms::VERSION_NOTES.as_str(), "Misspelt."),
];

/// The graph with each property under its one name, and what was renamed.
pub(super) fn normalise(graph: &Graph) -> (Graph, Vec<Repair>) {
    let mut normalised = Graph::new();
    let mut repairs = Vec::new();
    for triple in graph {
        match canonical(triple.predicate.as_str()) {
            None => {
                normalised.insert(triple);
            }
            Some((name, reason)) => {
                let predicate = NamedNode::new_unchecked(&name);
                normalised.insert(TripleRef::new(triple.subject, predicate.as_ref(), triple.object));
                let repair = Repair {
                    property: prefixed(&name),
                    original: triple.predicate.as_str().to_owned(),
                    canonical: name,
                    reason: reason.to_owned(),
                };
                if !repairs.contains(&repair) {
                    repairs.push(repair);
                }
            }
        }
    }
    (normalised, repairs)
}

fn canonical(predicate: &str) -> Option<(String, &'static str)> {
    let (renamed, mut reason) = NAMESPACES
        .iter()
        .find_map(|(seen, meant, reason)| Some((format!("{meant}{}", predicate.strip_prefix(seen)?), *reason)))
        .map_or((None, ""), |(name, reason)| (Some(name), reason));
    let current = renamed.as_deref().unwrap_or(predicate);
    let name = match PROPERTIES.iter().find(|(seen, _, _)| *seen == current) {
        Some((_, meant, why)) => {
            reason = why;
            Some((*meant).to_owned())
        }
        None => renamed,
    };
    name.map(|name| (name, reason))
}
