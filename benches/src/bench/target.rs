//! What scd is to reach, as ratios out of one run.

use super::contender::{FLOORS, PHP, SCD, SCD_KEEPING, SCD_WARM};
use super::result::{Results, Row};

/// One target and what became of it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// What was measured; none where a part of it is missing.
    pub(crate) value: Option<f64>,
    pub(crate) limit: Limit,
    pub(crate) unit: &'static str,
}

/// What a value is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    /// Whether it is met, in words.
    pub(crate) fn verdict(&self) -> &'static str {
        let Some(value) = self.value else {
            return "not measured";
        };
        let is_met = match self.limit {
            Limit::AtLeast(limit) => value >= limit,
            Limit::AtMost(limit) => value <= limit,
        };
        if is_met { "met" } else { "missed" }
    }

    /// The limit in words.
    pub(crate) fn limit(&self) -> String {
        match self.limit {
            Limit::AtLeast(limit) => format!("at least {limit}{}", self.unit),
            Limit::AtMost(limit) => format!("at most {limit}{}", self.unit),
        }
    }

    /// The value in words.
    pub(crate) fn value(&self) -> String {
        let digits = |value: f64| if value < 10.0 { 2 } else { 1 };
        self.value.map_or("-".to_owned(), |value| {
            format!("{value:.*}{}", digits(value), self.unit)
        })
    }
}

/// All targets, those that were not measured included.
pub(crate) fn targets(results: &Results) -> Vec<Target> {
    let row = |id: &str| results.rows.iter().find(|row| row.id == id);
    let wall = |id: &str, contender: &str| Some(row(id)?.valid(contender)?.wall_seconds);
    let floor = |id: &str| fastest_floor(row(id)?);
    let ratio = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    let (one, eight) = ("locales-1", "locales-8");
    let further = |of_one: Option<f64>, of_eight: Option<f64>| Some((of_eight? - of_one?) / 7.0);
    let megabytes = |id: &str| Some(row(id)?.valid(SCD)?.peak_bytes? as f64 / 1e6);
    let target = |name: &str, value, limit, unit| Target {
        name: name.to_owned(),
        value,
        limit,
        unit,
    };
    vec![
        target(
            "three themes, one locale: PHP -j 1 / scd",
            ratio(wall(one, PHP), wall(one, SCD)),
            Limit::AtLeast(60.0),
            "",
        ),
        target(
            "the same with a store that is filled",
            ratio(wall(one, PHP), wall(one, SCD_KEEPING)),
            Limit::AtLeast(60.0),
            "",
        ),
        target(
            "three themes, one locale: scd / bare writer",
            ratio(wall(one, SCD), floor(one)),
            Limit::AtMost(4.0),
            "",
        ),
        target(
            "each further locale: scd / bare writer of its files",
            ratio(
                further(wall(one, SCD), wall(eight, SCD)),
                further(floor(one), floor(eight)),
            ),
            Limit::AtMost(1.5),
            "",
        ),
        target(
            "eight locales: PHP -j 1 / scd",
            ratio(wall(eight, PHP), wall(eight, SCD)),
            Limit::AtLeast(150.0),
            "",
        ),
        target(
            "nothing changed / cold",
            ratio(wall(one, SCD_WARM), wall(one, SCD)),
            Limit::AtMost(0.05),
            "",
        ),
        target(
            "copy-only theme: scd / bare writer",
            ratio(wall("copy-only", SCD), floor("copy-only")),
            Limit::AtMost(1.5),
            "",
        ),
        target(
            "peak memory, three themes, one locale",
            megabytes(one),
            Limit::AtMost(400.0),
            " MB",
        ),
        target(
            "peak memory, synthetic shop",
            megabytes("synth"),
            Limit::AtMost(1000.0),
            " MB",
        ),
    ]
}

/// The better one of the bare writers.
pub(crate) fn fastest_floor(row: &Row) -> Option<f64> {
    let floors = FLOORS.iter().filter_map(|(name, _)| row.valid(name));
    floors
        .map(|figures| figures.wall_seconds)
        .min_by(f64::total_cmp)
}
