//! Addresses: what is read, what is written, what links lead to.

use proptest::prelude::*;

use super::*;

fn request(address: &str) -> SearchRequest {
    let (request, notices) = SearchRequest::parse(address);
    assert_eq!(notices, [], "{address}");
    request
}

#[test]
fn an_address_is_read_and_written_in_one_canonical_form() {
    let request = request(
        "sort=title&modality=MR&q=++breast+mri&page=2&modality=ct&modality.match=all&subjects=100-&year=2010-2020",
    );
    assert_eq!(request.query(), "breast mri");
    assert_eq!(request.values(Facet::Modality).collect::<Vec<_>>(), ["ct", "mr"]);
    assert_eq!(request.matching(Facet::Modality), Match::All);
    assert_eq!((request.page(), request.offset(), request.sort()), (2, PER_PAGE, Sort::Title));
    let canonical =
        "q=breast+mri&modality=ct&modality=mr&modality.match=all&year=2010-2020&subjects=100-&sort=title&page=2";
    assert_eq!(request.to_string(), canonical);
    assert!(request.is_canonical(canonical) && !request.is_canonical("q=breast++mri"));
    assert_eq!(SearchRequest::default().address("/datasets"), "/datasets");
    assert_eq!(request.clear().address("/datasets"), "/datasets?q=breast+mri");
}

#[test]
fn two_inputs_of_a_form_make_one_range() {
    let request = request("subjects.from=100&subjects.to=&year.from=2010&year.to=2012&age.to=18&q=");
    assert_eq!(request.to_string(), "year=2010-2012&subjects=100-&age=-18");
}

#[test]
fn what_cannot_be_used_is_left_out_and_named() {
    let address = "modality=c%2Ft&year=soon&subjects=9-3&sort=luck&page=-1&colour=red&licence=%00";
    let (request, notices) = SearchRequest::parse(address);
    assert_eq!(request, SearchRequest::default());
    let named: Vec<&str> = notices.iter().map(Notice::parameter).collect();
    assert_eq!(named, ["modality", "year", "subjects", "sort", "page", "colour", "licence"]);
    assert!(notices.iter().any(Notice::asks_redirect));
    assert!(notices.iter().all(|notice| notice.message().ends_with('.')));
    for page in ["0", "1001", "two", "99999999999999999999"] {
        assert!(SearchRequest::parse(&format!("page={page}")).1[0].asks_redirect(), "{page}");
    }
}

#[test]
fn a_text_that_is_too_long_is_kept_but_not_run() {
    let long = "glioma ".repeat(1_500);
    let (request, notices) = SearchRequest::parse(&format!("q={long}&modality=ct"));
    assert_eq!(request.query(), long.trim());
    assert_eq!(request.runnable_query(), None);
    assert_eq!(notices, [Notice::QueryTooLong { characters: long.trim().chars().count() }]);
    assert_eq!(notices[0].remedy(&request).to_string(), "modality=ct");
    assert!(SearchRequest::parse(&format!("q={}", "x".repeat(MAX_QUERY_CHARACTERS))).0.runnable_query().is_some());
}

#[test]
fn links_choose_remove_and_go_back_to_the_first_page() {
    let start = request("q=lung&page=3");
    let with = start.with(Facet::Modality, "ct");
    assert_eq!(with.to_string(), "q=lung&modality=ct");
    assert_eq!(with.toggled(Facet::Modality, "ct").to_string(), "q=lung");
    assert_eq!(with.with(Facet::Modality, "no such/value"), with);
    assert_eq!(with.with_page(9).without(Facet::Modality, "ct"), with.toggled(Facet::Modality, "ct"));
    let unknown = Notice::UnknownValue { facet: Facet::Modality, value: "ct".to_owned() };
    assert_eq!(unknown.remedy(&with).to_string(), "q=lung");
    assert_eq!(with.with_page(0).page(), 1);
    assert_eq!(with.with_page(u32::MAX).page(), MAX_PAGE);
}

#[test]
fn all_needs_two_values_of_a_facet_that_can_have_several() {
    assert_eq!(request("modality=ct&modality.match=all").to_string(), "modality=ct");
    assert_eq!(request("provider=a&provider=b&provider.match=all").to_string(), "provider=a&provider=b");
    let both = request("modality=ct&modality=mr&modality.match=all");
    assert_eq!(both.without(Facet::Modality, "mr").matching(Facet::Modality), Match::Any);
}

#[test]
fn lists_open_on_human_data_until_a_kind_is_chosen() {
    assert!(SearchRequest::default().opens_on_human());
    let any = SearchRequest::default().with(Facet::SubjectKind, "phantom").with_all_subject_kinds();
    assert_eq!(any.to_string(), "subject-kind=any");
    assert!(!any.opens_on_human());
    assert_eq!(request("subject-kind=any&subject-kind=animal").to_string(), "subject-kind=any");
}

#[test]
fn a_request_holds_a_bounded_number_of_values() {
    let address: String = (0..MAX_VALUES + 5).map(|n| format!("condition=c{n}&")).collect();
    let (request, notices) = SearchRequest::parse(&address);
    assert_eq!(request.values(Facet::Condition).count(), MAX_VALUES);
    assert_eq!(notices, [Notice::TooManyValues { facet: Facet::Condition }]);
}

#[test]
fn bands_have_labels_that_say_their_unit() {
    assert_eq!(Facet::Size.plain_label("100-1000").unwrap(), "100 to 1000 GB");
    assert_eq!(Facet::SizeOrder.plain_label("10000-99999").unwrap(), "10 000 to 99 999");
    assert_eq!(Facet::SizeOrder.plain_label("100000-").unwrap(), "100 000 or more");
    assert_eq!(Facet::Year.plain_label("2010-2010").unwrap(), "2010");
    assert_eq!(Facet::Modality.plain_label("not-stated").unwrap(), "not stated");
    assert_eq!(Facet::Modality.plain_label("ct"), None);
}

fn any_request() -> impl Strategy<Value = SearchRequest> {
    let values =
        prop::collection::vec((0..Facet::ALL.len(), "[a-z0-9.-]{1,12}|[0-9]{1,4}-[0-9]{0,4}|any|not-stated"), 0..8);
    let spans =
        prop::collection::vec((0_usize..3, prop::option::of(0_i64..5_000), prop::option::of(0_i64..5_000)), 0..3);
    let all = prop::collection::vec(0..Facet::ALL.len(), 0..3);
    (".{0,40}", values, spans, all, 0..Sort::ALL.len(), 0_u32..1_200).prop_map(
        |(query, values, spans, all, sort, page)| {
            let mut request = SearchRequest::default().with_query(&query).with_sort(Sort::ALL[sort]);
            for (facet, value) in values {
                request = request.with(Facet::ALL[facet], &value);
            }
            for (measure, low, high) in spans {
                request = request.with_span(Measure::ALL[measure], Span::new(low, high));
            }
            for facet in all {
                request = request.with_match(Facet::ALL[facet], Match::All);
            }
            request.with_page(page)
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(request in any_request()) {
        let (read, notices) = SearchRequest::parse(&request.to_string());
        let too_long = notices.iter().all(|notice| matches!(notice, Notice::QueryTooLong { .. }));
        prop_assert!(too_long, "{notices:?}");
        prop_assert_eq!(read, request);
    }

    #[test]
    fn the_canonical_form_of_any_address_is_a_fixpoint(address in "(q|page|sort|modality|year|subjects|year\\.from|modality\\.match|x)=[ -~]{0,20}(&(q|page|condition|age)=\\PC{0,20}){0,4}|\\PC{0,60}") {
        let (request, _) = SearchRequest::parse(&address);
        let canonical = request.to_string();
        prop_assert_eq!(SearchRequest::parse(&canonical).0.to_string(), canonical);
    }

    #[test]
    fn a_span_reads_back_and_agrees_with_itself(low in prop::option::of(0_i64..9_999), high in prop::option::of(0_i64..9_999), at in 0_i64..9_999) {
        if let Some(span) = Span::new(low, high) {
            prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
            prop_assert_eq!(span.contains(at), low.is_none_or(|low| at >= low) && high.is_none_or(|high| at <= high));
        }
    }
}
