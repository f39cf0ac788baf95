//! Plots as SVG: bars side by side, and lines over a logarithmic axis. Readable on white and on dark pages.

use std::fmt::Write;

/// Colours that stand apart for most eyes, on white and on black.
const COLOURS: [&str; 6] = [
    "#3b82c4", "#d97706", "#2f9e6e", "#b5489a", "#8a8f98", "#c0392b",
];

/// One bar with its label.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    /// Which of the colours.
    pub(crate) colour: usize,
}

/// Horizontal bars over a logarithmic axis, for values that lie far apart.
pub(crate) fn bars(title: &str, unit: &str, bars: &[Bar]) -> String {
    const LEFT: f64 = 250.0;
    const WIDTH: f64 = 460.0;
    const LINE: f64 = 22.0;
    let values = || {
        bars.iter()
            .map(|bar| bar.value)
            .filter(|value| *value > 0.0)
    };
    let low = values().fold(f64::MAX, f64::min).log10().floor();
    let high = values()
        .fold(f64::MIN_POSITIVE, f64::max)
        .log10()
        .ceil()
        .max(low + 1.0);
    let x = |value: f64| LEFT + WIDTH * (value.max(1e-12).log10() - low).max(0.0) / (high - low);
    let height = 60.0 + LINE * bars.len() as f64;
    let mut svg = open(title, LEFT + WIDTH + 90.0, height);
    let mut power = low;
    while power <= high {
        let at = x(10f64.powf(power));
        let _ = writeln!(
            svg,
            r#"<line x1="{at:.0}" y1="34" x2="{at:.0}" y2="{:.0}" class="grid"/>"#,
            height - 22.0
        );
        let _ = writeln!(
            svg,
            r#"<text x="{at:.0}" y="{:.0}" text-anchor="middle">{}{unit}</text>"#,
            height - 8.0,
            plain(10f64.powf(power))
        );
        power += 1.0;
    }
    for (number, bar) in bars.iter().enumerate() {
        let top = 38.0 + LINE * number as f64;
        let end = x(bar.value);
        let colour = COLOURS[bar.colour % COLOURS.len()];
        let _ = writeln!(
            svg,
            r#"<text x="{:.0}" y="{:.0}" text-anchor="end">{}</text>"#,
            LEFT - 8.0,
            top + 13.0,
            escaped(&bar.label)
        );
        let _ = writeln!(
            svg,
            r#"<rect x="{LEFT:.0}" y="{top:.0}" width="{:.1}" height="16" fill="{colour}"/>"#,
            (end - LEFT).max(1.0)
        );
        let _ = writeln!(
            svg,
            r#"<text x="{:.0}" y="{:.0}">{}{unit}</text>"#,
            end + 5.0,
            top + 13.0,
            plain(bar.value)
        );
    }
    svg + "</svg>\n"
}

/// One line of a plot.
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Lines; both axes are logarithmic.
pub(crate) fn lines(title: &str, [x_name, y_name]: [&str; 2], lines: &[Line]) -> String {
    const LEFT: f64 = 70.0;
    const TOP: f64 = 40.0;
    const WIDTH: f64 = 480.0;
    const HEIGHT: f64 = 300.0;
    let points = || lines.iter().flat_map(|line| line.points.iter().copied());
    let (x_low, x_high) = bounds(points().map(|(x, _)| x));
    let (y_low, y_high) = bounds(points().map(|(_, y)| y));
    let place = |low: f64, high: f64, value: f64| (value / low).ln() / (high / low).ln().max(1e-9);
    let x = |value: f64| LEFT + WIDTH * place(x_low, x_high, value);
    let y = |value: f64| TOP + HEIGHT * (1.0 - place(y_low, y_high, value));
    let mut svg = open(title, LEFT + WIDTH + 210.0, TOP + HEIGHT + 50.0);
    let mut ticks: Vec<f64> = points().map(|(x, _)| x).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    for tick in ticks {
        let at = x(tick);
        let _ = writeln!(
            svg,
            r#"<line x1="{at:.0}" y1="{TOP:.0}" x2="{at:.0}" y2="{:.0}" class="grid"/>"#,
            TOP + HEIGHT
        );
        let _ = writeln!(
            svg,
            r#"<text x="{at:.0}" y="{:.0}" text-anchor="middle">{}</text>"#,
            TOP + HEIGHT + 18.0,
            plain(tick)
        );
    }
    for tick in steps(y_low, y_high) {
        let at = y(tick);
        let _ = writeln!(
            svg,
            r#"<line x1="{LEFT:.0}" y1="{at:.0}" x2="{:.0}" y2="{at:.0}" class="grid"/>"#,
            LEFT + WIDTH
        );
        let _ = writeln!(
            svg,
            r#"<text x="{:.0}" y="{:.0}" text-anchor="end">{}</text>"#,
            LEFT - 6.0,
            at + 4.0,
            plain(tick)
        );
    }
    let _ = writeln!(
        svg,
        r#"<text x="{:.0}" y="{:.0}" text-anchor="middle">{}</text>"#,
        LEFT + WIDTH / 2.0,
        TOP + HEIGHT + 38.0,
        escaped(x_name)
    );
    let _ = writeln!(
        svg,
        r#"<text x="{LEFT:.0}" y="{:.0}">{}</text>"#,
        TOP - 8.0,
        escaped(y_name)
    );
    for (number, line) in lines.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let path: Vec<String> = line
            .points
            .iter()
            .map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)))
            .collect();
        let _ = writeln!(
            svg,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            path.join(" ")
        );
        for (at, value) in &line.points {
            let _ = writeln!(
                svg,
                r#"<circle cx="{:.1}" cy="{:.1}" r="3" fill="{colour}"/>"#,
                x(*at),
                y(*value)
            );
        }
        let height = TOP + 16.0 + 20.0 * number as f64;
        let _ = writeln!(
            svg,
            r#"<rect x="{:.0}" y="{:.0}" width="12" height="12" fill="{colour}"/>"#,
            LEFT + WIDTH + 16.0,
            height - 10.0
        );
        let _ = writeln!(
            svg,
            r#"<text x="{:.0}" y="{height:.0}">{}</text>"#,
            LEFT + WIDTH + 34.0,
            escaped(&line.label)
        );
    }
    svg + "</svg>\n"
}

/// The least and the greatest, apart from each other.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
        (low.min(value.max(1e-9)), high.max(value))
    });
    (low.min(high), high.max(low * 1.01))
}

/// Round values within: 1, 2 and 5 times powers of ten.
fn steps(low: f64, high: f64) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let all = (first..=last).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10f64.powi(power)));
    all.filter(|step| (low..=high).contains(step)).collect()
}

fn open(title: &str, width: f64, height: f64) -> String {
    let title = escaped(title);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{title}">
<style>text{{font:12px sans-serif;fill:#57606a}} .title{{font-weight:bold;font-size:14px}} .grid{{stroke:#8a8f98;stroke-opacity:.35}} @media (prefers-color-scheme:dark){{text{{fill:#c9d1d9}}}}</style>
<text x="8" y="20" class="title">{title}</text>
"##
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// A number with three digits that count.
fn plain(value: f64) -> String {
    let digits = if value >= 100.0 || value.fract() == 0.0 {
        0
    } else if value >= 10.0 {
        1
    } else if value >= 1.0 {
        2
    } else {
        3
    };
    format!("{value:.digits$}")
}
