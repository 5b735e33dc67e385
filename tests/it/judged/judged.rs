//! The judged queries: nDCG@10, wrong results at the top, empty answers.

use std::collections::HashMap;

use atlas::domain::search::SearchRequest;
use atlas::search::SearchEngine;

use super::collections;
use super::support::VOCABULARY;

const QUERIES: &str = include_str!("queries.tsv");

struct Judged {
    query: String,
    address: String,
    grades: HashMap<String, f64>,
}

fn judged() -> Vec<Judged> {
    QUERIES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.split('\t');
            let (query, parameters, relevant) =
                (columns.next().unwrap(), columns.next().unwrap(), columns.next().unwrap());
            let grade = |pair: &str| {
                let (slug, grade) = pair.split_once('=').unwrap();
                (slug.to_owned(), grade.parse().unwrap())
            };
            Judged {
                query: query.to_owned(),
                address: format!("{parameters}&{}", SearchRequest::default().with_query(query)),
                grades: relevant.split_whitespace().map(grade).collect(),
            }
        })
        .collect()
}

/// Discounted cumulative gain with gain `2^grade - 1`.
fn gain(grades: impl Iterator<Item = f64>) -> f64 {
    let mut rank = 1.0_f64;
    grades.take(10).fold(0.0, |sum, grade| {
        rank += 1.0;
        sum + (grade.exp2() - 1.0) / rank.log2()
    })
}

#[test]
fn experts_find_what_they_look_for() {
    let vocabulary = VOCABULARY.clone();
    let directory = tempfile::tempdir().unwrap();
    let engine = SearchEngine::open(directory.path(), vocabulary.clone()).unwrap();
    engine.rebuild(collections::entries(&vocabulary), 1).unwrap();
    assert_eq!(engine.count(), 179);

    let (mut sum, mut empty, mut wrong) = (0.0, 0, Vec::new());
    let judged = judged();
    for question in &judged {
        let (request, notices) = SearchRequest::parse(&question.address);
        assert!(notices.is_empty(), "{}: {notices:?}", question.address);
        let page = engine.search(&request).unwrap();
        let grade = |slug: &str| question.grades.get(slug).copied().unwrap_or(0.0);
        let mut ideal: Vec<f64> = question.grades.values().copied().collect();
        ideal.sort_by(|one, other| other.total_cmp(one));
        let found = page.hits.iter().map(|hit| grade(&hit.card.slug));
        let ndcg = gain(found) / gain(ideal.into_iter());
        sum += ndcg;
        empty += usize::from(page.hits.is_empty());
        wrong.extend(
            page.hits
                .iter()
                .take(3)
                .filter(|hit| grade(&hit.card.slug) == 0.0)
                .map(|hit| (&question.query, hit.card.slug.clone())),
        );
        let shown: Vec<String> =
            page.hits.iter().take(10).map(|hit| format!("{}:{}", hit.card.slug, grade(&hit.card.slug))).collect();
        println!("{ndcg:.3}  {:40} {:4} found  {}", question.query, page.total, shown.join(" "));
    }
    let count = f64::from(u32::try_from(judged.len()).unwrap());
    println!(
        "judged queries: {}; mean nDCG@10 {:.3}; wrong in the top 3: {wrong:?}; empty: {empty}",
        judged.len(),
        sum / count
    );
    assert_eq!(judged.len(), 40);
    assert!(sum / count >= 0.90, "mean nDCG@10 is {:.3}", sum / count);
    assert!(wrong.is_empty(), "wrong results in the top 3: {wrong:?}");
    assert!(empty * 20 < judged.len(), "{empty} queries found nothing");
}
