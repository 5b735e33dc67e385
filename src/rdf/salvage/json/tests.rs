//! JSON that is sound, JSON with slips, JSON that is broken.

use super::*;

fn read_all(text: &str) -> (Value, Vec<(ProblemKind, Defect, Option<String>)>) {
    let mut out = Salvaged::default();
    let json = read(text, 50, &mut out);
    let problems = out.problems.into_iter().map(|(_, problem)| (problem.kind, problem.defect, problem.subject));
    (json.value, problems.collect())
}

#[test]
fn sound_json_is_read_as_it_is() {
    let text = r#"[{"@id": "a", "n": [1, 2.5, -3e2, true, null], "t": "a \"b\" \u00e9 \ud83d\ude00"}, {}]"#;
    let (value, problems) = read_all(text);
    assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(problems, []);
}

#[test]
fn slips_are_mended() {
    let (value, problems) = read_all(
        "{\"@id\": \"a\", \"t\": \"say \"hi\" now\",, \"u\": \"C:\\data\" \"v\": \"two\nlines\", \"w\": [1,2,],}",
    );
    assert_eq!(value["t"], "say \"hi\" now");
    assert_eq!((value["u"].as_str(), value["v"].as_str()), (Some("C:\\data"), Some("two\nlines")));
    assert_eq!(value["w"], serde_json::json!([1, 2]));
    assert!(
        problems.iter().all(|(kind, _, subject)| *kind == ProblemKind::Mended && subject.as_deref() == Some("a")),
        "{problems:?}"
    );
}

#[test]
fn a_broken_member_costs_only_its_object() {
    let (value, problems) = read_all(r#"[{"@id":"a","t":"x"},{"@id":"b","t":@@@,"u":"y"},{"@id":"c","t":"z"}]"#);
    assert_eq!(
        (value[0]["t"].as_str(), value[1]["u"].as_str(), value[2]["t"].as_str()),
        (Some("x"), Some("y"), Some("z"))
    );
    assert_eq!(problems, [(ProblemKind::Lost, Defect::Syntax, Some("b".to_owned()))]);
    let (value, problems) = read_all(r#"[{"@id":"a","t":"x"},{"@id":"b","t":"y",{"@id":"c","t":"z"}]"#);
    assert_eq!(value[2]["@id"], "c");
    assert_eq!(problems.first(), Some(&(ProblemKind::Lost, Defect::Punctuation, Some("b".to_owned()))));
    assert!(problems.iter().skip(1).all(|(kind, ..)| *kind == ProblemKind::Mended), "{problems:?}");
}
