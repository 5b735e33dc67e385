//! Descriptions in our own words, made from the facts alone: what was imaged, how much of it, what comes with it, and
//! what a reader must know about the numbers.

use super::facts::Collection;

/// Names of programmes that are known by more than their identifier.
const PROGRAMS: [(&str, &str); 20] = [
    ("apollo", "APOLLO"),
    ("ccdi", "Childhood Cancer Data Initiative"),
    ("cddp_eagle", "CDDP EAGLE"),
    ("cgci", "Cancer Genome Characterization Initiative"),
    ("cmb", "Cancer Moonshot Biobank"),
    ("community", "Community collections"),
    ("covid_19", "COVID-19"),
    ("cptac", "Clinical Proteomic Tumor Analysis Consortium"),
    ("fda", "FDA"),
    ("hcmi", "Human Cancer Models Initiative"),
    ("htan", "Human Tumor Atlas Network"),
    ("icdc", "Integrated Canine Data Commons"),
    ("midi", "Medical Image De-Identification"),
    ("nci_trials", "NCI Trials"),
    ("nctn", "National Clinical Trials Network"),
    ("pdmr", "Patient-Derived Models Repository"),
    ("qiba", "Quantitative Imaging Biomarkers Alliance"),
    ("qin", "Quantitative Imaging Network"),
    ("rider", "RIDER"),
    ("tcga", "The Cancer Genome Atlas"),
];

/// Names of DICOM modalities in running text.
const MODALITIES: [(&str, &str); 13] = [
    ("CT", "computed tomography"),
    ("MR", "magnetic resonance imaging"),
    ("PT", "positron emission tomography"),
    ("MG", "mammography"),
    ("CR", "computed radiography"),
    ("DX", "digital radiography"),
    ("US", "ultrasound"),
    ("NM", "nuclear medicine"),
    ("SM", "slide microscopy"),
    ("XA", "X-ray angiography"),
    ("RF", "radiofluoroscopy"),
    ("XC", "photography"),
    ("OT", "other imaging"),
];

/// Derived objects in running text.
const DERIVED: [(&str, &str); 6] = [
    ("SEG", "segmentations"),
    ("RTSTRUCT", "radiotherapy structures"),
    ("RTDOSE", "dose distributions"),
    ("SR", "structured reports"),
    ("ANN", "annotations"),
    ("M3D", "three-dimensional models"),
];

/// Title of a programme.
#[must_use]
pub(super) fn program_title(program: &str) -> String {
    PROGRAMS
        .iter()
        .find(|(id, _)| *id == program)
        .map_or_else(|| program.to_uppercase(), |(_, name)| (*name).to_owned())
}

/// A description of the collection, three to five sentences.
#[must_use]
pub(super) fn collection(facts: &Collection) -> String {
    let mut sentences = vec![opening(facts), volume(facts)];
    sentences.extend(additions(facts));
    sentences.extend(population(facts));
    sentences.push(closing(facts));
    sentences.join(" ")
}

fn opening(facts: &Collection) -> String {
    let imaged = spelled(&facts.modality, &MODALITIES);
    let how = if imaged.is_empty() { "Imaging".to_owned() } else { sentence_case(&and_list(&imaged)) };
    let about = facts.cancer_types.trim();
    let place = facts.tumor_locations.trim();
    let lower_species = facts.species.to_lowercase();
    if lower_species.contains("phantom") || about.eq_ignore_ascii_case("phantom") {
        return format!("{how} of test objects (phantoms), published for {place}.");
    }
    let subjects = match lower_species.as_str() {
        "human" => String::new(),
        "canine" => " in dogs".to_owned(),
        "mouse" => " in mice".to_owned(),
        other => format!(" in {}", other.replace(", ", " and ")),
    };
    if about.to_lowercase().contains("non-cancer") && !about.contains(',') {
        return format!("{how} of a condition without cancer{subjects}: {about}, imaged region {place}.");
    }
    match variant(facts, 3) {
        0 => format!("{how}{subjects} for {about} ({place})."),
        1 => format!("A collection on {about}{subjects}, with {} of {place}.", lower_first(&how)),
        _ => format!("{how} of {place}{subjects}; the published diagnosis is {about}."),
    }
}

fn volume(facts: &Collection) -> String {
    let (subjects, studies) = (entries(facts.patients), plural(facts.studies, "study", "studies"));
    let (series, images) = (plural(facts.series, "series", "series"), plural(facts.images, "image", "images"));
    match variant(facts, 2) {
        0 => format!("It holds {subjects}, {studies}, {series} and {images}."),
        _ => format!("Published are {images} in {series} and {studies}, from {subjects}."),
    }
}

fn additions(facts: &Collection) -> Option<String> {
    let derived = spelled(&facts.modality, &DERIVED);
    let supporting = facts.supporting_data.as_deref().map(str::trim).filter(|text| !text.is_empty());
    match (derived.is_empty(), supporting) {
        (true, None) => None,
        (false, None) => Some(format!("{} accompany the images.", sentence_case(&and_list(&derived)))),
        (true, Some(data)) => Some(format!("Supporting data, in the source's words: {data}.")),
        (false, Some(data)) => Some(format!(
            "{} accompany the images; supporting data, in the source's words: {data}.",
            sentence_case(&and_list(&derived))
        )),
    }
}

fn population(facts: &Collection) -> Option<String> {
    let stated = facts.patients - facts.age_band.get("not stated").and_then(serde_json::Value::as_i64).unwrap_or(0);
    let (youngest, oldest) = facts.ages?;
    if stated == facts.patients {
        Some(format!("Ages at study run from {youngest} to {oldest} years."))
    } else {
        Some(format!(
            "Ages at study, stated for {} of {} subject entries, run from {youngest} to {oldest} years.",
            grouped(stated),
            grouped(facts.patients)
        ))
    }
}

fn closing(facts: &Collection) -> String {
    let state = if facts.status == "Ongoing" { "still growing" } else { "complete" };
    match variant(facts, 2) {
        0 => format!("The collection is {state}; dates in it may have been shifted to protect the subjects."),
        _ => format!("Study dates may have been shifted to protect the subjects; the collection is {state}."),
    }
}

/// A number from 0 to `choices - 1` that is the same for a collection in every demonstration.
fn variant(facts: &Collection, choices: usize) -> usize {
    facts.id.bytes().map(usize::from).sum::<usize>() % choices
}

fn spelled(tally: &serde_json::Map<String, serde_json::Value>, names: &[(&str, &str)]) -> Vec<String> {
    tally
        .keys()
        .filter_map(|code| names.iter().find(|(known, _)| known == code).map(|(_, name)| (*name).to_owned()))
        .collect()
}

fn and_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The first letter in lower case, unless it belongs to a name such as `X-ray`.
fn lower_first(text: &str) -> String {
    if text.starts_with("X-") {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn entries(count: i64) -> String {
    plural(count, "subject entry", "subject entries")
}

fn plural(count: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// Digits in groups of three: `1,044,191`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::facts::Facts;
    use super::*;

    #[test]
    fn every_description_is_readable_and_says_its_counts() {
        for facts in Facts::carried().unwrap().collections {
            let text = collection(&facts);
            assert!(text.contains(&grouped(facts.images)), "{text}");
            assert!(text.ends_with('.') && !text.contains("..") && !text.contains("  "), "{text}");
            assert!(text.starts_with(|letter: char| letter.is_uppercase()), "{text}");
        }
    }

    #[test]
    fn descriptions_vary() {
        let facts = Facts::carried().unwrap();
        let openings: std::collections::HashSet<String> =
            facts.collections.iter().map(|c| collection(c).split(' ').take(3).collect()).collect();
        assert!(openings.len() >= 10, "{openings:?}");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(58_784_975), "58,784,975");
        assert_eq!(grouped(105), "105");
    }
}
