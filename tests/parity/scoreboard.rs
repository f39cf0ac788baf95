//! The committed scoreboard: a head with the known differences, then one row for each configuration.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::outcome::Outcome;

/// Where the rows begin.
const HEADING: &str = "configuration";

/// A row; timings stand at its end.
pub(crate) fn row(outcome: &Outcome) -> String {
    let tally = &outcome.tally;
    let counts = match &outcome.remark {
        Some(remark) => remark.clone(),
        None if tally.files == 0 && !outcome.faults.is_empty() => {
            "scd does not deploy it".to_owned()
        }
        None => format!(
            "{:>6} {:>10} {:>8} {:>6} {:>10}",
            tally.files, tally.same, tally.same_meaning, tally.known, tally.different
        ),
    };
    format!(
        "{:<36} {counts:<44} {:>7} {:>7}",
        outcome.name,
        seconds(outcome.php),
        seconds(outcome.scd)
    )
}

fn heading() -> String {
    let counts = format!(
        "{:>6} {:>10} {:>8} {:>6} {:>10}",
        "files", "same bytes", "meaning", "known", "different"
    );
    format!("{HEADING:<36} {counts:<44} {:>7} {:>7}\n", "PHP s", "scd s")
}

fn seconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64())
}

/// Writes all rows anew below the head.
pub(crate) fn rewrite(path: &Path, outcomes: &[Outcome]) {
    let committed = fs::read_to_string(path).expect("the scoreboard is there");
    let (head, _) = parts(&committed);
    let mut text = head.to_owned() + &heading();
    for outcome in outcomes {
        text.push_str(&row(outcome));
        text.push('\n');
    }
    let files: usize = outcomes.iter().map(|outcome| outcome.tally.files).sum();
    let (php, scd) = outcomes
        .iter()
        .fold((Duration::ZERO, Duration::ZERO), |(php, scd), outcome| {
            (php + outcome.php, scd + outcome.scd)
        });
    let equal = outcomes
        .iter()
        .filter(|outcome| outcome.faults.is_empty())
        .count();
    let summary = format!(
        "\n{} configurations, {equal} without a difference that is not known; {files} files; PHP {:.0} s, scd {:.1} s of CPU\n",
        outcomes.len(),
        php.as_secs_f64(),
        scd.as_secs_f64()
    );
    fs::write(path, text + &summary).expect("the scoreboard can be written");
}

/// Rows that say otherwise than the committed ones, timings aside.
pub(crate) fn changes(path: &Path, outcomes: &[Outcome]) -> Vec<String> {
    let committed = fs::read_to_string(path).expect("the scoreboard is there");
    let (_, rows) = parts(&committed);
    let words = |row: &str| -> Vec<String> {
        let words: Vec<&str> = row.split_whitespace().collect();
        let counts = words.len().saturating_sub(2);
        words[..counts]
            .iter()
            .map(|&word| word.to_owned())
            .collect()
    };
    outcomes
        .iter()
        .filter_map(|outcome| {
            let now = words(&row(outcome));
            let then = rows
                .lines()
                .map(words)
                .find(|row| row.first() == Some(&outcome.name));
            (then.as_ref() != Some(&now)).then(|| {
                format!(
                    "{}: the scoreboard says {then:?}, it is {now:?}",
                    outcome.name
                )
            })
        })
        .collect()
}

fn parts(text: &str) -> (&str, &str) {
    let at = text
        .find(&format!("\n{HEADING} "))
        .map_or(text.len(), |at| at + 1);
    text.split_at(at)
}
