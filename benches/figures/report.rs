//! The table in Markdown and the plot in SVG.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Figures, Settings, Timed, grouped, machine};

/// Engines in the order and colours of the plot.
const ENGINES: [(&str, &str); 4] = [
    ("Atlas, engine alone", "#0b5c7a"),
    ("results page over HTTP", "#5aa7c4"),
    ("bare tantivy", "#c98a1b"),
    ("PostgreSQL", "#8a4f7d"),
];

pub fn publish(figures: &Figures, settings: &Settings, folder: &Path, name: &str) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let table = folder.join(format!("{name}.md"));
    std::fs::write(&table, markdown(figures, settings, name)).unwrap();
    if !figures.timed.is_empty() {
        std::fs::write(folder.join(format!("{name}.svg")), svg(figures, settings)).unwrap();
    }
    table
}

fn markdown(figures: &Figures, settings: &Settings, name: &str) -> String {
    let mut text = format!(
        "# Figures: {} data sets searched, {} harvested\n\n",
        grouped(settings.size),
        grouped(settings.harvested)
    );
    text.push_str("Written by `make bench`. Method, targets and profiles: [benches/README.md](../README.md).\n\n| | |\n|---|---|\n");
    for (what, value) in machine::lines() {
        let _ = writeln!(text, "| {what} | {value} |");
    }
    text.push_str("\n| what | figure | target | met | how |\n|---|---|---|---|---|\n");
    for row in &figures.rows {
        let met = row.met.map_or("", |met| if met { "yes" } else { "**no**" });
        let _ = writeln!(text, "| {} | {} | {} | {met} | {} |", row.what, row.figure, row.target, row.how);
    }
    if !figures.timed.is_empty() {
        let _ = write!(
            text,
            "\n## Times of each question\n\nMilliseconds, nearest rank.\n\n![p95 of each question]({name}.svg)\n\n\
             | question | engine | p50 | p95 | p99 | times | |\n|---|---|---|---|---|---|---|\n"
        );
        for Timed { question, engine, times, note } in &figures.timed {
            let _ = writeln!(
                text,
                "| {question} | {engine} | {:.2} | {:.2} | {:.2} | {} | {note} |",
                times.percentile(50.0),
                times.percentile(95.0),
                times.percentile(99.0),
                times.count()
            );
        }
    }
    text
}

/// Bars of the 95th percentile by question and engine, on a logarithmic scale.
fn svg(figures: &Figures, settings: &Settings) -> String {
    const LEFT: f64 = 230.0;
    const WIDTH: f64 = 640.0;
    const BAR: f64 = 11.0;
    const GAP: f64 = 12.0;
    let mut questions: Vec<&str> = Vec::new();
    for timed in &figures.timed {
        if !questions.contains(&timed.question.as_str()) {
            questions.push(&timed.question);
        }
    }
    let present: Vec<_> =
        ENGINES.iter().filter(|(engine, _)| figures.timed.iter().any(|timed| timed.engine == *engine)).collect();
    let values = figures.timed.iter().map(|timed| timed.times.percentile(95.0));
    let low = values.clone().fold(f64::MAX, f64::min).log10().floor();
    let high = values.fold(0.0, f64::max).log10().ceil().max(low + 1.0);
    let x = |value: f64| LEFT + (value.log10() - low) / (high - low) * WIDTH;
    let group = BAR * present.len() as f64 + GAP;
    let bottom = 70.0 + group * questions.len() as f64;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {:.0}\" font-family=\"sans-serif\" font-size=\"12\" \
         role=\"img\" aria-label=\"95th percentile of each question\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"10\" y=\"20\" font-size=\"14\">95th percentile in milliseconds (logarithmic), {} data sets</text>\n",
        LEFT + WIDTH + 70.0,
        bottom + 30.0,
        grouped(settings.size)
    );
    for (at, (engine, colour)) in present.iter().enumerate() {
        let left = 10.0 + at as f64 * 210.0;
        let _ = writeln!(
            text,
            "<rect x=\"{left:.0}\" y=\"32\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"{:.0}\" y=\"42\">{engine}</text>",
            left + 18.0
        );
    }
    for power in low as i32..=high as i32 {
        let at = x(10_f64.powi(power));
        let label = 10_f64.powi(power);
        let _ = writeln!(
            text,
            "<line x1=\"{at:.1}\" y1=\"56\" x2=\"{at:.1}\" y2=\"{bottom:.0}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"{:.0}\" \
             text-anchor=\"middle\">{label}</text>",
            bottom + 18.0
        );
    }
    for (row, question) in questions.iter().enumerate() {
        let top = 60.0 + row as f64 * group;
        let _ = writeln!(
            text,
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{question}</text>",
            LEFT - 8.0,
            top + group / 2.0
        );
        for (at, (engine, colour)) in present.iter().enumerate() {
            let timed = figures.timed.iter().find(|timed| timed.question == *question && timed.engine == *engine);
            let Some(timed) = timed else { continue };
            let (value, y) = (timed.times.percentile(95.0), top + at as f64 * BAR);
            let _ = writeln!(
                text,
                "<rect x=\"{LEFT:.0}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.0}\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"10\">{value:.2}</text>",
                (x(value) - LEFT).max(1.0),
                BAR - 1.0,
                x(value).max(LEFT) + 4.0,
                y + BAR - 2.0
            );
        }
    }
    text.push_str("</svg>\n");
    text
}
