//! What researchers type and what catalogues write.

use atlas::domain::concept::Scheme;
use atlas::domain::dataset::{LangText, Value};
use atlas::vocab::ReadingRoute;

use super::{VOCABULARY, id, text};

/// The codes that a free text reads as; `?` for an unread piece.
fn codes(scheme: Scheme, text: &str) -> Vec<String> {
    let readings = VOCABULARY.read_text(scheme, text);
    readings.into_iter().map(|reading| reading.concept.map_or("?".to_owned(), |id| id.code().to_owned())).collect()
}

#[test]
fn four_names_of_lung_cancer_meet() {
    for typed in ["lung cancer", "pulmonary carcinoma", "C34", "Lung Cancers", "Krebs? no: lung neoplasm"] {
        let found = VOCABULARY.find_in_words(typed);
        assert!(found.iter().any(|found| found.ids.contains(&id("condition/lung-cancer"))), "{typed}: {found:?}");
    }
    let nsclc = VOCABULARY.find_in_words("nsclc ct scans");
    assert_eq!(nsclc[0].ids, [id("condition/non-small-cell-lung-cancer")]);
    assert_eq!(nsclc[0].range, 0..5);
    assert!(VOCABULARY.ancestors(&nsclc[0].ids[0]).contains(&id("condition/lung-cancer")));
    assert!(VOCABULARY.find_in_words("C34.1")[0].ids.contains(&id("topography/lung")));
}

#[test]
fn common_words_are_not_taken_for_codes() {
    for typed in ["is it at all in us", "no other unknown", "be or not to be", "1 2 3", "various"] {
        assert_eq!(VOCABULARY.find_in_words(typed), [], "{typed}");
    }
    assert_eq!(VOCABULARY.find_in_words("ALL")[0].ids, [id("condition/acute-lymphoblastic-leukaemia")]);
    assert_eq!(VOCABULARY.find_in_words("images from Spain")[0].ids, [id("country/es")]);
}

#[test]
fn the_longest_label_wins() {
    let found = VOCABULARY.find_in_words("triple negative breast cancer mri in the Netherlands");
    let ids: Vec<_> = found.into_iter().flat_map(|found| found.ids).collect();
    assert_eq!(ids, [id("condition/triple-negative-breast-cancer"), id("modality/mr"), id("country/nl")]);
}

#[test]
fn lists_are_split_and_names_with_and_or_commas_stay_whole() {
    let both = |text: &str| codes(Scheme::Condition, text);
    assert_eq!(both("Diffuse Large B-Cell Lymphoma, Not Otherwise Specified"), ["diffuse-large-b-cell-lymphoma"]);
    assert_eq!(both("Head and Neck Cancer"), ["head-and-neck-cancer"]);
    assert_eq!(both("Breast Cancer, Non-small Cell Lung Cancer"), ["breast-cancer", "non-small-cell-lung-cancer"]);
    assert_eq!(both("lung cancer and melanoma"), ["lung-cancer", "melanoma"]);
    assert_eq!(both("GIST/HCC"), ["gastrointestinal-stromal-tumour", "hepatocellular-carcinoma"]);
    assert_eq!(both("Melanoma; gobbledygook"), ["melanoma", "?"]);
    assert_eq!(both("Lung Cancer, Non-Cancer"), ["lung-cancer", "non-cancer"]);
    assert_eq!(both("COVID-19 (non-cancer)"), ["covid-19"]);
    assert_eq!(codes(Scheme::Topography, "Head, Chest, Phantom"), ["head", "thorax", "phantom"]);
    assert_eq!(codes(Scheme::Topography, "Head-Neck"), ["head-and-neck"]);
    assert_eq!(
        codes(Scheme::Topography, "Head and Neck, Chest-Abdomen-Pelvis"),
        ["head-and-neck", "chest-abdomen-pelvis"]
    );
    assert_eq!(
        codes(Scheme::Topography, "larynx, lip, oral cavity, pancreas"),
        ["larynx", "lip", "oral-cavity", "pancreas"]
    );
}

#[test]
fn what_nobody_declared_stays_unread() {
    for unknown in ["Carcinoma of the elbow of Mars", "lungs or so", "C99", "BRCA1 status", "cancerous"] {
        assert_eq!(codes(Scheme::Condition, unknown), ["?"], "{unknown}");
    }
    let reading = VOCABULARY.read(Scheme::Country, &Value::Iri("http://example.org/country/ESP".to_owned()), None);
    assert_eq!((reading.concept, reading.route), (None, ReadingRoute::Unread));
}

#[test]
fn both_modality_codes_of_eucaim_mean_the_modality() {
    for code in ["IMG1000022", "IMG1000038"] {
        let iri = Value::Iri(format!("https://cancerimage.eu/ontology/EUCAIM#{code}"));
        assert_eq!(VOCABULARY.read(Scheme::Modality, &iri, None).concept, Some(id("modality/mr")));
    }
    assert_eq!(VOCABULARY.read(Scheme::Modality, &text("RID10321"), None).concept, Some(id("modality/ct")));
}

#[test]
fn an_unknown_iri_is_read_by_its_label_and_says_so() {
    let label = LangText { lang: Some("en".to_owned()), text: "MR".to_owned() };
    let iri = Value::Iri("https://dicom.example/00080060".to_owned());
    let reading = VOCABULARY.read(Scheme::Modality, &iri, Some(&label));
    assert_eq!((reading.concept, reading.route), (Some(id("modality/mr")), ReadingRoute::Label));
    assert!(reading.note.is_some_and(|note| note.contains("label")));
    assert_eq!(reading.original, "https://dicom.example/00080060");
}

#[test]
fn health_lists_are_read_from_every_base_they_were_seen_under() {
    for base in [
        "http://13.81.34.152:1101/resource/authority/healthcategories/",
        "https://hdeu-dcat.acceptance.data.health.europa.eu/resource/authority/healthcategories/",
        "https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/",
        "http://publications.europa.eu/resource/authority/healthcategories/",
        "http://healthdataportal.eu/resource/authority/health-category/",
        "https://healthdata.ec.europa.eu/authority/healthcategories/",
    ] {
        let reading = VOCABULARY.read(Scheme::HealthCategory, &Value::Iri(format!("{base}EHRS")), None);
        assert_eq!(reading.concept, Some(id("health-category/ehrs")), "{base}");
    }
    let theme = Value::Iri("http://13.81.34.152:1101/resource/authority/health-theme/CANCER".to_owned());
    assert_eq!(VOCABULARY.read(Scheme::HealthTheme, &theme, None).concept, Some(id("health-theme/cancer-disease")));
}

#[test]
fn codes_are_read_with_and_without_their_system() {
    let condition = |value: &str| VOCABULARY.read(Scheme::Condition, &text(value), None).concept;
    assert_eq!(condition("SNOMED-CT :25370001"), Some(id("condition/hepatocellular-carcinoma")));
    assert_eq!(condition("SNOMEDCT254837009"), Some(id("condition/breast-cancer")));
    assert_eq!(condition("CLIN1000065"), Some(id("condition/lung-cancer")));
    assert_eq!(condition("C50.4"), Some(id("condition/breast-cancer")));
    assert_eq!(condition("363406005"), Some(id("condition/colorectal-cancer")), "one list says colon, one colorectal");
}

#[test]
fn spain_is_spain_however_it_is_written() {
    for value in ["ES", "ESP", "Spain", "España", "es"] {
        assert_eq!(VOCABULARY.read(Scheme::Country, &text(value), None).concept, Some(id("country/es")), "{value}");
    }
    let iri = Value::Iri("http://publications.europa.eu/resource/authority/country/ESP".to_owned());
    assert_eq!(VOCABULARY.read(Scheme::Country, &iri, None).concept, Some(id("country/es")));
}

#[test]
fn a_wrong_species_is_corrected_by_doi_and_by_identifier_with_a_reason() {
    for name in [
        "https://node07.atlas-demo.example/dataset/lung_phantom",
        "10.7937/K9/TCIA.2015.08A1IXOO",
        "https://doi.org/10.7937/k9/tcia.2015.08a1ixoo",
    ] {
        let rows = VOCABULARY.corrections().for_identifier(name);
        assert_eq!(rows.len(), 1, "{name}");
        assert_eq!(
            (rows[0].wrong.as_str(), rows[0].right.as_slice()),
            ("Human", [id("subject-kind/phantom")].as_slice())
        );
        assert!(rows[0].reason.ends_with('.'));
    }
    assert!(VOCABULARY.corrections().for_identifier("https://x.example/dataset/my_lung_phantom").is_empty());
}

#[test]
fn what_is_typed_is_completed() {
    let labels =
        |prefix: &str| -> Vec<String> { VOCABULARY.complete(prefix, 5).into_iter().map(|(_, label)| label).collect() };
    assert!(labels("gliob").contains(&"Glioblastoma".to_owned()));
    assert!(labels("nscl").contains(&"NSCLC".to_owned()));
    assert!(labels("").is_empty());
    assert_eq!(VOCABULARY.complete("c", 3).len(), 3);
}

#[test]
fn a_histology_at_a_site_is_the_cancer_of_that_site() {
    let refine =
        |condition: &str, site: &str| VOCABULARY.refine(&id(condition), &id(site)).map(|id| id.code().to_owned());
    assert_eq!(
        refine("condition/clear-cell-carcinoma", "topography/kidney").as_deref(),
        Some("clear-cell-renal-cell-carcinoma")
    );
    assert_eq!(
        refine("condition/squamous-cell-carcinoma", "topography/lung").as_deref(),
        Some("lung-squamous-cell-carcinoma")
    );
    assert_eq!(refine("condition/clear-cell-carcinoma", "topography/lung"), None);
    for (organ, site) in [("bladder-cancer", "bladder"), ("prostate-cancer", "prostate"), ("sarcoma", "bone")] {
        let refined = refine(&format!("condition/{organ}"), &format!("topography/{site}"));
        assert_eq!(refined, None, "{organ} is not made a tissue type by its own site");
    }
}

#[test]
fn the_lists_that_healthdcat_ap_asks_for_are_read_by_iri() {
    let authority = "http://publications.europa.eu/resource/authority";
    for (iri, expected) in [
        (format!("{authority}/access-right/RESTRICTED"), "access-right/restricted"),
        (format!("{authority}/language/FIN"), "language/fi"),
        (format!("{authority}/frequency/ANNUAL_2"), "frequency/annual-2"),
        (format!("{authority}/file-type/CSV"), "file-type/csv"),
        (format!("{authority}/data-theme/HEAL"), "theme/heal"),
        (format!("{authority}/dataset-type/STATISTICAL"), "dataset-type/statistical"),
        (format!("{authority}/planned-availability/STABLE"), "planned-availability/stable"),
        (format!("{authority}/country/ESP"), "country/es"),
        ("http://purl.org/adms/status/Completed".to_owned(), "distribution-status/completed"),
        ("http://purl.org/adms/licencetype/PublicDomain".to_owned(), "licence-type/publicdomain"),
        ("http://spdx.org/rdf/terms#checksumAlgorithm_sha256".to_owned(), "checksum-algorithm/sha256"),
        ("https://w3id.org/dpv/pd#AgeRange".to_owned(), "personal-data/age-range"),
        ("http://www.iana.org/assignments/media-types/application/dicom".to_owned(), "media-type/application-dicom"),
    ] {
        let expected = id(expected);
        let reading = VOCABULARY.read(expected.scheme(), &Value::Iri(iri.clone()), None);
        assert_eq!(reading.concept, Some(expected), "{iri}");
    }
    for (scheme, count) in [(Scheme::HealthCategory, 17), (Scheme::HealthTheme, 20), (Scheme::PlannedAvailability, 4)] {
        assert_eq!(VOCABULARY.concepts(scheme).count(), count, "{scheme}");
    }
}

#[test]
fn every_icd_10_category_of_a_neoplasm_and_every_opened_icd_o_3_site_is_a_concept() {
    // What ICD-10 has between C00 and D48: these categories were never given out.
    let empty = ["C27", "C28", "C29", "C35", "C36", "C42", "C59", "C86", "C87", "C89", "C98", "C99", "D08"];
    let chapter = (0..=99).map(|number| format!("C{number:02}")).chain((0..=48).map(|number| format!("D{number:02}")));
    let unread: Vec<String> =
        chapter.filter(|code| VOCABULARY.find_in_words(code).is_empty() && !empty.contains(&code.as_str())).collect();
    assert!(unread.is_empty(), "{unread:?}");
    let sites = (0..=80).map(|number| format!("C{number:02}"));
    let gaps = ["C27", "C28", "C29", "C35", "C36", "C42", "C43", "C45", "C46", "C59", "C78", "C79"];
    let missing: Vec<String> = sites
        .filter(|code| VOCABULARY.read(Scheme::Topography, &text(code), None).concept.is_none())
        .filter(|code| !gaps.contains(&code.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
