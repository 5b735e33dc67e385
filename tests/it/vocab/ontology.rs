//! Makes ontologies of the form of the EUCAIM hyper-ontology: RDF/XML of OWL classes, thousands of them, with labels
//! twice (RDFS and SKOS), synonyms and codes as annotation properties, and restrictions among the parents. The words
//! are made of syllables, so that nothing in them is anybody's text and no embedded label meets one by chance.

use std::fmt::Write as _;

/// What every IRI starts with.
pub const EUCAIM: &str = "https://cancerimage.eu/ontology/EUCAIM#";
/// The class that stands for malignant neoplasms, above everything made here.
pub const ROOT: &str = "CLIN1007977";
/// The class that says by a SNOMED CT code to be an embedded concept.
pub const JOINED_BY_CODE: usize = 5;
/// The class that says by its label to be an embedded concept.
pub const JOINED_BY_LABEL: usize = 7;

/// A file to be made.
#[derive(Debug, Clone, Copy)]
pub struct Ontology {
    /// Classes below the root.
    pub classes: usize,
    /// `owl:versionInfo`.
    pub version: &'static str,
    /// A class that gets another synonym.
    pub renewed: Option<(usize, &'static str)>,
    /// A class that is left out.
    pub withdrawn: Option<usize>,
}

impl Ontology {
    pub fn of(classes: usize) -> Self {
        Self { classes, version: "1.0", renewed: None, withdrawn: None }
    }

    /// The file as RDF/XML.
    pub fn rdf_xml(&self) -> String {
        let mut text = head(self.version);
        class(&mut text, ROOT, "Malignant neoplasm", None, "");
        for number in (1..=self.classes).filter(|number| Some(*number) != self.withdrawn) {
            let mut more = synonym(&synonym_of(number));
            match number {
                JOINED_BY_CODE => more.push_str("  <SNOMEDCT>399068003</SNOMEDCT>\n"),
                JOINED_BY_LABEL => more.push_str("  <ICD10>C50</ICD10>\n"),
                _ => {}
            }
            if let Some((_, words)) = self.renewed.filter(|(renewed, _)| *renewed == number) {
                more.push_str(&synonym(words));
            }
            let label = if number == JOINED_BY_LABEL { "Breast cancer".to_owned() } else { label_of(number) };
            class(&mut text, &code_of(number), &label, Some(&parent_of(number)), &more);
        }
        text.push_str("</rdf:RDF>\n");
        text
    }
}

fn head(version: &str) -> String {
    format!(
        r#"<?xml version="1.0"?>
<rdf:RDF xmlns="{EUCAIM}" xml:base="{EUCAIM}"
  xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:skos="http://www.w3.org/2004/02/skos/core#"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:terms="http://purl.org/dc/terms/">
<owl:Ontology rdf:about="https://cancerimage.eu/ontology/EUCAIM">
  <dc:title>Ontology of made-up tumours</dc:title>
  <terms:license>https://creativecommons.org/publicdomain/zero/1.0/</terms:license>
  <owl:versionInfo>{version}</owl:versionInfo>
</owl:Ontology>
<owl:AnnotationProperty rdf:about="{EUCAIM}synonym"/>
<owl:ObjectProperty rdf:about="{EUCAIM}hasSite"/>
"#
    )
}

fn class(text: &mut String, code: &str, label: &str, parent: Option<&str>, more: &str) {
    let _ = writeln!(text, "<owl:Class rdf:about=\"{EUCAIM}{code}\">");
    if let Some(parent) = parent {
        let _ = writeln!(text, "  <rdfs:subClassOf rdf:resource=\"{EUCAIM}{parent}\"/>");
        let _ = writeln!(
            text,
            "  <rdfs:subClassOf><owl:Restriction><owl:onProperty rdf:resource=\"{EUCAIM}hasSite\"/><owl:someValuesFrom \
             rdf:resource=\"{EUCAIM}BP9000001\"/></owl:Restriction></rdfs:subClassOf>"
        );
    }
    let _ = writeln!(text, "  <rdfs:label xml:lang=\"en\">{label}</rdfs:label>");
    let _ = writeln!(text, "  <skos:prefLabel xml:lang=\"en\">{label}</skos:prefLabel>");
    let _ = writeln!(text, "{more}</owl:Class>");
}

fn synonym(words: &str) -> String {
    format!("  <synonym xml:lang=\"en\">{words}</synonym>\n")
}

/// Local name of the class with this number.
pub fn code_of(number: usize) -> String {
    format!("CLIN{}", 1_100_000 + number)
}

/// The class above: ten have a number's first digits above them, the first nine stand below the root.
pub fn parent_of(number: usize) -> String {
    if number < 10 { ROOT.to_owned() } else { code_of(number / 10) }
}

/// Preferred label.
pub fn label_of(number: usize) -> String {
    let word = word(number);
    format!("{}{} tumour", word[..1].to_uppercase(), &word[1..])
}

/// The synonym that every class has.
pub fn synonym_of(number: usize) -> String {
    // Far from every word of the label, also for a search that forgives typing errors.
    format!("morbus {}", word((number * 7_919 + 0x5a5a) & 0xffff))
}

/// A word of four syllables, another one for each number below 65,536.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "bax", "cev", "dix", "fov", "gux", "hav", "kex", "liv", "mox", "nuv", "pax", "rev", "six", "tov", "vux", "zav",
    ];
    [12, 8, 4, 0].into_iter().map(|shift| SYLLABLES[(number >> shift) & 15]).collect()
}
