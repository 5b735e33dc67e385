//! Which profile and release a record was written in, told by the properties that only some of them have.

use oxrdf::Graph;

use crate::domain::dataset::Profile;
use crate::rdf::namespaces::{EUCAIM, HEALTHDCATAP, HEALTHDCATAP_W3ID, cv, geodcatap};

/// The profile that fits the graph's properties best.
pub(super) fn profile(graph: &Graph) -> Profile {
    let mut signs = Signs::default();
    for triple in graph {
        signs.note(triple.predicate.as_str());
    }
    signs.profile()
}

/// What was seen.
#[derive(Debug, Default)]
struct Signs {
    eucaim: bool,
    health: bool,
    pilot: bool,
    release_7: bool,
    release_8: bool,
}

impl Signs {
    fn note(&mut self, predicate: &str) {
        if predicate.starts_with(EUCAIM) || predicate == "http://www.w3.org/ns/adms#interoperabilityLevel" {
            self.eucaim = true;
        }
        if predicate == cv::CONTACT_POINT.as_str() || predicate == geodcatap::CUSTODIAN.as_str() {
            self.release_7 = true;
        }
        let health = predicate.strip_prefix(HEALTHDCATAP).or_else(|| predicate.strip_prefix(HEALTHDCATAP_W3ID));
        if let Some(name) = health {
            self.health = true;
            match name {
                "publisherType" | "publisherNote" | "publishertype" | "publishernote" => self.pilot = true,
                "hasStructuredData" | "hasVariables" => self.release_7 = true,
                "hdabCoordinator" => self.release_8 = true,
                _ => {}
            }
        }
    }

    fn profile(&self) -> Profile {
        match self {
            Signs { eucaim: true, release_7, release_8, .. } if *release_7 || *release_8 => Profile::Eucaim2,
            Signs { eucaim: true, .. } => Profile::Eucaim1,
            Signs { health: true, release_8: true, .. } => Profile::HealthDcatApR8,
            Signs { health: true, release_7: true, .. } => Profile::HealthDcatApR7,
            Signs { health: true, pilot: true, .. } => Profile::HealthDcatApPilot,
            Signs { health: true, .. } => Profile::HealthDcatApR5,
            Signs { .. } => Profile::DcatAp,
        }
    }
}
