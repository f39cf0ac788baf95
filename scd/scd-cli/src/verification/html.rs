//! The result as one page that needs nothing besides itself, for the artifacts of a build.

use std::fmt::Write;

use super::{COLUMNS, Runs, Verification, difference, name, numbers, seconds, sentence};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ccc}\
th:first-child,td:first-child{text-align:left}td.bad{background:#fdd;font-weight:bold}\
.equal{color:#060}.differs{color:#a00}code{background:#f4f4f4}li{margin:.2rem 0;overflow-wrap:anywhere}";

/// The page.
pub(crate) fn html(verification: &Verification) -> String {
    let comparison = &verification.comparison;
    let class = if comparison.is_equal() {
        "equal"
    } else {
        "differs"
    };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>scd verify: {sentence}</title>\n\
         <style>{STYLE}</style>\n<h1 class=\"{class}\">scd verify: {sentence}</h1>\n",
        sentence = sentence(comparison)
    );
    if let Some(runs) = &verification.runs {
        page.push_str(&timings(runs));
    }
    page.push_str("<table>\n<tr><th>package");
    for column in COLUMNS {
        let _ = write!(page, "<th>{column}");
    }
    page.push('\n');
    let total = comparison.tally();
    let packages = comparison.packages.iter();
    let rows = packages.map(|package| (name(package), package.tally()));
    for (name, tally) in rows.chain([("all", total)]) {
        let _ = write!(page, "<tr><td>{}", escaped(name));
        for (column, number) in numbers(&tally).into_iter().enumerate() {
            // The first four columns hold what is as it should be.
            let class = if column >= 4 && number > 0 {
                " class=\"bad\""
            } else {
                ""
            };
            let _ = write!(page, "<td{class}>{number}");
        }
        page.push('\n');
    }
    page.push_str("</table>\n");
    let mut list = String::new();
    for file in comparison.files() {
        if let Some((word, detail)) = difference(file) {
            let detail = detail.map(|detail| format!(": {}", escaped(detail)));
            let path = escaped(&file.path);
            let detail = detail.unwrap_or_default();
            let _ = writeln!(list, "<li>{word} <code>{path}</code>{detail}");
        }
    }
    if !list.is_empty() {
        let _ = write!(
            page,
            "<h2>Files that are not equal</h2>\n<ul>\n{list}</ul>\n"
        );
    }
    page
}

fn timings(runs: &Runs) -> String {
    let arguments = escaped(&runs.arguments.join(" "));
    let mut text = format!(
        "<p><code>setup:static-content:deploy {arguments}</code></p>\n<table>\n<tr><th><th>wall s<th>CPU s\n"
    );
    for (name, took) in [("PHP", runs.php), ("scd", runs.scd)] {
        let (wall, cpu) = (seconds(Some(took.wall)), seconds(took.cpu));
        let _ = writeln!(text, "<tr><td>{name}<td>{wall}<td>{cpu}");
    }
    text.push_str("</table>\n");
    let findings = runs.findings.iter().map(|finding| &finding.message);
    for (title, lines) in [
        (
            "What PHP complained about",
            runs.complaints.iter().collect::<Vec<_>>(),
        ),
        ("What scd found", findings.collect()),
    ] {
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "<h2>{title}</h2>\n<ul>");
        for line in lines {
            let _ = writeln!(text, "<li>{}", escaped(line));
        }
        text.push_str("</ul>\n");
    }
    text
}

/// Text as HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
