//! Applies the vocabulary's table of labels that are known to be wrong at their source. Policy: only the named data
//! set, only where the source still says the wrong thing, the original beside the right value, always as a repair that
//! everybody can see.

use crate::domain::dataset::{Dataset, Repair, Term};
use crate::vocab::Vocabulary;

/// Corrects the data set; returns what was mended.
pub fn apply(dataset: &mut Dataset, vocabulary: &Vocabulary) -> Vec<Repair> {
    let mut names: Vec<String> = dataset.identifiers.clone();
    names.extend(dataset.iri.clone());
    names.extend(dataset.other_identifiers.iter().map(|other| other.notation.clone()));
    names.extend(dataset.landing_pages.iter().cloned());
    let mut repairs: Vec<Repair> = Vec::new();
    for name in names {
        for correction in vocabulary.corrections().for_identifier(&name) {
            let Some(terms) = field(dataset, &correction.property) else { continue };
            let Some(at) = terms.iter().position(|term| says(term, &correction.wrong)) else { continue };
            let original = terms.remove(at);
            let right: Vec<String> = correction.right.iter().map(ToString::to_string).collect();
            for concept in &correction.right {
                let term = Term { concept: Some(concept.clone()), ..original.clone() };
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
            terms.sort();
            repairs.push(Repair {
                property: correction.property.clone(),
                original: original.original.as_str().to_owned(),
                canonical: right.join(", "),
                reason: correction.reason.clone(),
            });
        }
    }
    repairs
}

fn says(term: &Term, wrong: &str) -> bool {
    let code_is = term.concept.as_ref().is_some_and(|concept| concept.code() == wrong || concept.to_string() == wrong);
    code_is || term.original.as_str().eq_ignore_ascii_case(wrong)
}

/// The list that a property fills.
fn field<'a>(dataset: &'a mut Dataset, property: &str) -> Option<&'a mut Vec<Term>> {
    match property {
        "atlas:subjectKind" => Some(&mut dataset.subject_kinds),
        "atlas:topography" => Some(&mut dataset.topographies),
        "atlas:linkedData" => Some(&mut dataset.linked_data),
        "eucaim:hasCondition" => Some(&mut dataset.conditions),
        "eucaim:hasImageBodyPart" => Some(&mut dataset.body_parts),
        "eucaim:hasImageModality" => Some(&mut dataset.modalities),
        "eucaim:hasEquipmentManufacturer" => Some(&mut dataset.manufacturers),
        "eucaim:hasBirthSex" => Some(&mut dataset.sexes),
        _ => None,
    }
}
