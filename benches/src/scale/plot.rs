//! Lines in an SVG.

/// A line of a plot.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    /// From left to right.
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
/// Room for the numbers at the axes.
const MARGIN: f64 = 60.0;

/// Colours that are told apart without colour vision, too.
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/// Draws lines over one pair of axes that begin at zero.
pub(crate) fn plot(title: &str, horizontal: &str, lines: &[Line<'_>]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let right = points().map(|point| point.0).fold(1.0, f64::max);
    let top = round_up(points().map(|point| point.1).fold(1.0, f64::max));
    let x = |value: f64| MARGIN + value / right * (WIDTH - 2.0 * MARGIN);
    let y = |value: f64| HEIGHT - MARGIN - value / top * (HEIGHT - 2.0 * MARGIN);
    let (left, base, end) = (x(0.0), y(0.0), x(right));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{left}\" y=\"24\" font-size=\"15\">{title}</text>\n\
         <text x=\"{end}\" y=\"{}\" text-anchor=\"end\">{horizontal}</text>\n",
        base + 36.0
    );
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (height, value) = (y(top * share), top * share);
        text += &format!(
            "<path d=\"M{left} {height}H{end}\" stroke=\"#ddd\"/>\n<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{value:.0}</text>\n",
            left - 6.0,
            height + 4.0
        );
    }
    let mut places: Vec<f64> = points().map(|point| point.0).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    for place in places {
        text += &format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{place:.0}</text>\n",
            x(place),
            base + 18.0
        );
    }
    for (number, line) in lines.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let drawn: Vec<String> = line
            .points
            .iter()
            .map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1)))
            .collect();
        text += &format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            drawn.join(" ")
        );
        if let Some(&(place, value)) = line.points.last() {
            text += &format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>\n",
                x(place) + 4.0,
                y(value) - 4.0,
                line.name
            );
        }
    }
    text + "</svg>\n"
}

/// The next number whose quarters are easy to read.
fn round_up(value: f64) -> f64 {
    let magnitude = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0];
    let step = steps.into_iter().find(|step| step * magnitude >= value);
    step.unwrap_or(10.0) * magnitude
}
