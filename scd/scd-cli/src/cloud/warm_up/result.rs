//! What came of the pages, for people and for programs.

use std::time::Duration;

use serde_json::{Value, json};

use super::request::Visit;

/// A line for each page, failed ones with the reason, and the sum.
pub(super) fn lines(visits: &[Visit], elapsed: Duration) -> Vec<String> {
    let mut lines: Vec<String> = visits.iter().map(line).collect();
    let fine = visits.iter().filter(|visit| visit.is_fine()).count();
    lines.push(format!(
        "{fine} of {} pages warmed up in {:.1} s",
        visits.len(),
        elapsed.as_secs_f64()
    ));
    lines
}

fn line(visit: &Visit) -> String {
    let status = visit.status.map(|status| status.to_string());
    let first_byte = visit.first_byte.map(|time| time.as_millis().to_string());
    let mut line = format!(
        "{:>6} {:>8} ms, first byte {:>8} ms  {}",
        status.as_deref().unwrap_or("failed"),
        visit.elapsed.as_millis(),
        first_byte.as_deref().unwrap_or("-"),
        visit.url
    );
    if visit.attempts > 1 {
        line.push_str(&format!("  ({} attempts)", visit.attempts));
    }
    if let Some(error) = &visit.error {
        line.push_str(&format!("  ({error})"));
    }
    line
}

/// The same as JSON.
pub(super) fn json(visits: &[Visit], elapsed: Duration) -> Value {
    json!({
        "pages": visits.iter().map(|visit| json!({
            "url": visit.url,
            "is_fine": visit.is_fine(),
            "status": visit.status,
            "error": visit.error,
            "attempts": visit.attempts,
            "first_byte_milliseconds": visit.first_byte.map(|time| time.as_secs_f64() * 1000.0),
            "milliseconds": visit.elapsed.as_secs_f64() * 1000.0,
        })).collect::<Vec<_>>(),
        "failed": visits.iter().filter(|visit| !visit.is_fine()).count(),
        "milliseconds": elapsed.as_secs_f64() * 1000.0,
    })
}
