//! The mapping target: at least 98 % of the 179 real collections, none of them wrongly. `idc-v25.tsv` carries the
//! strings as facts, so that the test is whole by itself; with the data at hand it is compared to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use atlas::domain::concept::{ConceptId, Scheme};

use super::{VOCABULARY, id};

const FACTS: &str = include_str!("idc-v25.tsv");
const EXPECTED: &str = include_str!("expected.tsv");

struct Collection {
    name: &'static str,
    species: &'static str,
    subjects: u64,
    cancers: &'static str,
    sites: &'static str,
}

fn collections() -> Vec<Collection> {
    let rows = FACTS.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, species, subjects, cancers, sites] = fields[..] else { panic!("five fields: {line}") };
        Collection { name, species, subjects: subjects.parse().unwrap(), cancers, sites }
    })
    .collect()
}

/// The pieces of a text that nothing reads.
fn unread(scheme: Scheme, text: &str) -> Vec<String> {
    let readings = VOCABULARY.read_text(scheme, text).into_iter();
    readings.filter(|reading| reading.concept.is_none()).map(|reading| reading.original).collect()
}

fn read(scheme: Scheme, text: &str) -> Vec<ConceptId> {
    VOCABULARY.read_text(scheme, text).into_iter().filter_map(|reading| reading.concept).collect()
}

#[test]
fn real_collections_map_to_the_target_and_the_published_figures_are_these() {
    let collections = collections();
    let whole = |one: &&Collection| {
        unread(Scheme::Condition, one.cancers).is_empty() && unread(Scheme::Topography, one.sites).is_empty()
    };
    let mapped: Vec<&Collection> = collections.iter().filter(whole).collect();
    let mut strings: BTreeMap<(Scheme, String), bool> = BTreeMap::new();
    for (scheme, text) in
        collections.iter().flat_map(|one| [(Scheme::Condition, one.cancers), (Scheme::Topography, one.sites)])
    {
        for reading in VOCABULARY.read_text(scheme, text) {
            strings.insert((scheme, reading.original), reading.concept.is_some());
        }
    }
    let (subjects, subjects_mapped): (u64, u64) =
        (collections.iter().map(|one| one.subjects).sum(), mapped.iter().map(|one| one.subjects).sum::<u64>());
    let read = strings.values().filter(|read| **read).count();
    let left: Vec<String> =
        strings.iter().filter(|(_, read)| !**read).map(|((s, text), _)| format!("{s}: {text}")).collect();
    println!(
        "collections {}/{}, strings {read}/{}, subject entries {subjects_mapped}/{subjects}, left: {left:?}",
        mapped.len(),
        collections.len(),
        strings.len()
    );
    assert!(mapped.len() * 100 >= collections.len() * 98, "left: {left:?}");

    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mapping.md")).unwrap();
    for figure in [
        format!("| collections | {} | {} |", collections.len(), mapped.len()),
        format!("| distinct strings | {} | {read} |", strings.len()),
        format!("| subject entries | {subjects} | {subjects_mapped} |"),
    ] {
        assert!(page.contains(&figure), "docs/mapping.md must say {figure:?}");
    }
    for text in &left {
        assert!(page.contains(text), "docs/mapping.md must name what is left: {text}");
    }
}

#[test]
fn no_string_is_read_as_something_else_than_was_reviewed() {
    let expected: BTreeSet<&str> = EXPECTED.lines().filter(|line| !line.starts_with('#')).collect();
    let mut actual = BTreeSet::new();
    for (scheme, text) in
        collections().iter().flat_map(|one| [(Scheme::Condition, one.cancers), (Scheme::Topography, one.sites)])
    {
        for reading in VOCABULARY.read_text(scheme, text) {
            let code = reading.concept.map_or("?".to_owned(), |id| id.code().to_owned());
            actual.insert(format!("{scheme}\t{}\t{code}", reading.original));
        }
    }
    let actual: BTreeSet<&str> = actual.iter().map(String::as_str).collect();
    let changed: Vec<_> = actual.symmetric_difference(&expected).collect();
    assert!(changed.is_empty(), "read differently from the reviewed list: {changed:#?}");
}

#[test]
fn every_collection_has_its_subject_kind() {
    let mut by_kind: BTreeMap<String, u64> = BTreeMap::new();
    for one in collections() {
        let stated: Vec<ConceptId> = read(Scheme::SubjectKind, one.species);
        let corrected = VOCABULARY.corrections().for_identifier(&format!("https://a.example/dataset/{}", one.name));
        let kinds = match corrected.first() {
            Some(row) => {
                assert_eq!(row.wrong, one.species, "{}: the source no longer says the wrong thing", one.name);
                row.right.clone()
            }
            None => VOCABULARY.subject_kinds(&stated, &read(Scheme::Condition, one.cancers)),
        };
        let names: Vec<&str> = kinds.iter().map(|id| id.code()).collect();
        assert!(!names.is_empty(), "{}", one.name);
        *by_kind.entry(names.join(" + ")).or_default() += one.subjects;
        let must = |kind: &str| assert_eq!(names, [kind], "{}", one.name);
        match one.name {
            name if name.contains("phantom") => must("phantom"),
            name if name.contains("dro") => must("simulated"),
            "victre" => must("simulated"),
            name if name.starts_with("covid") || name.starts_with("midrc") => must("human-no-cancer"),
            "nlst" | "gtex" | "pancreas_ct" | "vestibular_schwannoma_seg" => must("human-no-cancer"),
            "pseudo_phi_dicom_data" => must("human"),
            "ccdi_mci" => must("human-cancer"),
            name if name.starts_with("tcga_") || name.starts_with("cptac_") => must("human-cancer"),
            "catch" | "icdc_glioma" | "mouse_mammary" => must("animal"),
            _ => {}
        }
    }
    println!("{by_kind:#?}");
    assert_eq!(by_kind.values().sum::<u64>(), collections().iter().map(|one| one.subjects).sum::<u64>());
}

#[test]
fn the_carried_strings_are_those_of_the_data() {
    let folder = std::env::var_os("ATLAS_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let file = folder.join("idc-v25/collections.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("data absent ({}), 0 of 179 collections compared; the carried facts were tested", file.display());
        return;
    };
    let source: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let carried = collections();
    assert_eq!(source.len(), carried.len());
    for (source, carried) in source.iter().zip(&carried) {
        assert_eq!(source["id"], carried.name);
        assert_eq!(source["species"], carried.species);
        assert_eq!(source["cancer_types"], carried.cancers);
        assert_eq!(source["tumor_locations"], carried.sites);
        assert_eq!(source["patients"], carried.subjects);
    }
}

/// Lists of patients.csv.gz: the modalities, body parts and manufacturers with at least 30 subject entries.
#[test]
fn frequent_values_of_the_images_are_read() {
    const MANUFACTURERS: &str = "GE MEDICAL SYSTEMS|Leica Biosystems|SIEMENS|HOLOGIC, Inc.|Philips|VICTRE|TOSHIBA|\
        Philips Medical Systems|CARESTREAM HEALTH|Eigen|Carl Zeiss|Gevaert Lab Converted By Imaging Data Commons|Mirax|\
        Elekta|PixelMed|Agfa|Hamamatsu|Carestream|GE Healthcare|Unknown manufacturer|Siemens|CPS|GE|Siemens Healthcare|\
        CMS, Inc.|Confirma Inc.|Siemens HealthCare GmbH|ELEKTA / MIM Software|Philips / MIM Software|\
        Varian Medical Systems|Siemens Healthineers|Varian Medical Systems / MIM Software|Canon Medical Systems|\
        GE MEDICAL SYSTEMS / MIM Software|FUJIFILM Corporation|Riverain Technologies|GE MEDICAL S]STEMS|GEMS";
    const BODY_PARTS: &str = "CHEST|BREAST|ABDOMEN|LUNG|WHOLEBODY|PELVIS|PROSTATE|COLON|LIVER|BRAIN|KIDNEY|\
        CHESTABDPELVIS|HEAD|HEADNECK|LEFT BREAST|RIGHT BREAST|OVARY|ABDOMENPELVIS|BLADDER|PANCREAS|LSPINE|MEDIASTINUM|\
        EXTREMITY|NECK|SPINE|UTERUS|CHESTABDOMEN|SKULL|CERVIX|PHANTOM|STOMACH|ADRENAL|TSPINE|BONYPELVIS";
    const MODALITIES: &str =
        "SEG|CT|SR|SM|MG|MR|ANN|RTSTRUCT|PT|CR|US|M3D|DX|OT|RTDOSE|RTPLAN|PR|NM|REG|RWV|XA|KO|FUSION|RF|XC";
    for (scheme, values) in
        [(Scheme::Manufacturer, MANUFACTURERS), (Scheme::BodyPart, BODY_PARTS), (Scheme::Modality, MODALITIES)]
    {
        for value in values.split('|') {
            let reading = VOCABULARY.read(scheme, &super::text(value), None);
            assert!(reading.concept.is_some(), "{scheme}: {value}");
        }
    }
    for derived in ["SEG", "SR", "RTSTRUCT", "RTDOSE", "RTPLAN", "ANN", "PR", "M3D", "REG", "KO", "RWV", "FUSION"] {
        let concept = VOCABULARY.read(Scheme::Modality, &super::text(derived), None).concept.unwrap();
        assert_eq!(VOCABULARY.concept(&concept).unwrap().role, Some(atlas::vocab::ModalityRole::Derived), "{derived}");
    }
    assert!(VOCABULARY.concept(&id("modality/ct")).is_some());
}

/// With the data at hand: the share of stated values of the 86,451 subject entries that are read, by value and entry.
#[test]
fn the_values_of_the_images_are_read_for_nearly_every_subject_entry() {
    let folder = std::env::var_os("ATLAS_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let file = folder.join("idc-v25/patients.csv.gz");
    let Ok(packed) = std::fs::File::open(&file) else {
        println!("data absent ({}), 0 of 86451 entries checked; the frequent values were tested", file.display());
        return;
    };
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
    for (scheme, column) in [(Scheme::Sex, 2), (Scheme::Modality, 4), (Scheme::BodyPart, 5), (Scheme::Manufacturer, 6)]
    {
        let mut entries: BTreeMap<String, u64> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let fields = csv_fields(line);
            for value in fields[column].split('|').filter(|value| !value.is_empty()) {
                *entries.entry(value.to_owned()).or_default() += 1;
            }
        }
        let is_read = |value: &str| VOCABULARY.read(scheme, &super::text(value), None).concept.is_some();
        let all: u64 = entries.values().sum();
        let read: u64 = entries.iter().filter(|(value, _)| is_read(value)).map(|(_, count)| count).sum();
        let left: Vec<&String> = entries.keys().filter(|value| !is_read(value)).collect();
        println!(
            "{scheme}: {}/{} values, {read}/{all} entries; left {left:?}",
            entries.len() - left.len(),
            entries.len()
        );
        assert!(read * 1000 >= all * 995, "{scheme}: {left:?}");
    }
}

/// The fields of one line of comma-separated values with quotation marks.
fn csv_fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}
