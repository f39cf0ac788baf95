//! Findings about sources, drawn with an excerpt as rustc draws them.

use std::error::Error as StdError;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use scd::diagnostic::{Diagnostic, Place, Severity};

use super::Console;
use super::visible::visible;

/// Lines longer than this are minified text: an excerpt would fill the screen.
const LONGEST_LINE: usize = 300;

/// Draws a finding. Paths are shown relative to the root.
pub(crate) fn draw(finding: &Diagnostic, root: &Path, console: &Console) -> String {
    let renderer = if console.is_coloured {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = visible(&finding.message);
    let mut group = Group::with_title(level.primary_title(&*message));
    let shown;
    let excerpt;
    if let Some(place) = &finding.place {
        shown = shown_path(&place.path, root);
        excerpt = finding
            .text
            .as_deref()
            .and_then(|text| excerpt_of(text, place));
        group = match &excerpt {
            Some(excerpt) => group.element(
                Snippet::source(&excerpt.text)
                    .path(&shown)
                    .line_start(excerpt.first_line)
                    .annotation(AnnotationKind::Primary.span(excerpt.span.clone())),
            ),
            None => {
                let mut origin = Origin::path(&shown);
                if place.line > 0 {
                    origin = origin.line(place.line);
                }
                if place.column > 0 {
                    origin = origin.char_column(place.column);
                }
                group.element(origin)
            }
        };
    }
    let mut text = renderer.render(&[group]);
    let mut line = |label: &str, said: &str| {
        let _ = write!(text, "\n  = {label}: {}", visible(said));
    };
    for (step, place) in &finding.trail {
        line("trail", &format!("{step} at {}", shown_place(place, root)));
    }
    if let Some(output) = &finding.output {
        line("output", output);
    }
    if let Some(hint) = &finding.hint {
        line("hint", hint);
    }
    text
}

/// The hint that an error carries, if it is one of ours.
pub(super) fn hint_of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a str> {
    if let Some(error) = error.downcast_ref::<scd::Error>() {
        return match error {
            scd::Error::Refused { hint, .. } => hint.as_deref(),
            scd::Error::CannotFollow { .. } => Some(
                "--fallback=php lets bin/magento deploy instead; --allow-customised goes on without what it cannot follow",
            ),
            scd::Error::Root(error) => root_hint(error),
            scd::Error::Store(error) => error.hint(),
            _ => None,
        };
    }
    error
        .downcast_ref::<scd_magento::Error>()
        .and_then(root_hint)
}

fn root_hint(error: &scd_magento::Error) -> Option<&str> {
    match error {
        scd_magento::Error::Malformed { hint, .. }
        | scd_magento::Error::Inconsistent { hint, .. } => hint.as_deref(),
        _ => None,
    }
}

fn shown_path(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    visible(&path.to_string_lossy()).into_owned()
}

fn shown_place(place: &Place, root: &Path) -> String {
    let path = shown_path(&place.path, root);
    match (place.line, place.column) {
        (0, _) => path,
        (line, 0) => format!("{path}:{line}"),
        (line, column) => format!("{path}:{line}:{column}"),
    }
}

/// The line of a place with one line around it.
struct Excerpt {
    text: String,
    first_line: usize,
    /// The character at the place, in bytes of the text.
    span: Range<usize>,
}

fn excerpt_of(text: &[u8], place: &Place) -> Option<Excerpt> {
    if place.line == 0 || place.column == 0 {
        return None;
    }
    let text = String::from_utf8_lossy(text);
    let first_line = place.line.saturating_sub(1).max(1);
    let lines: Vec<&str> = text
        .lines()
        .skip(first_line - 1)
        .take(place.line + 2 - first_line)
        .collect();
    let at = place.line - first_line;
    let line = lines.get(at)?;
    if lines.iter().any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    let before: usize = lines[..at].iter().map(|line| line.len() + 1).sum();
    let (start, length) = line
        .char_indices()
        .nth(place.column - 1)
        .map_or((line.len(), 0), |(start, character)| {
            (start, character.len_utf8())
        });
    Some(Excerpt {
        text: lines.join("\n"),
        first_line,
        span: before + start..before + start + length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Console {
        Console {
            verbosity: 0,
            is_quiet: false,
            is_live: false,
            is_coloured: false,
        }
    }

    #[test]
    fn a_finding_shows_place_excerpt_trail_output_and_hint() {
        let text = b".a {\n  color: @nope;\n}\n";
        let mut finding = Diagnostic::error("variable `@nope` is undefined")
            .at(Place {
                path: "/root/app/a.less".into(),
                line: 2,
                column: 10,
            })
            .in_text(text.to_vec().into())
            .with_hint("did you mean `@note`?")
            .for_output("frontend/A/b/en_US/css/a.css");
        finding.trail.push((
            "imported by `css/b.less`".into(),
            Place {
                path: "/root/app/b.less".into(),
                line: 7,
                column: 1,
            },
        ));
        let drawn = draw(&finding, Path::new("/root"), &plain());
        for expected in [
            "error: variable `@nope` is undefined",
            "app/a.less:2:10",
            "color: @nope;",
            "= trail: imported by `css/b.less` at app/b.less:7:1",
            "= output: frontend/A/b/en_US/css/a.css",
            "= hint: did you mean `@note`?",
        ] {
            assert!(drawn.contains(expected), "{expected} in\n{drawn}");
        }
    }

    #[test]
    fn nothing_that_a_terminal_would_obey_is_drawn() {
        let finding = Diagnostic::warning("w\x1b[2J")
            .at(Place {
                path: "/r/a\x1b[2J.js".into(),
                line: 1,
                column: 2,
            })
            .in_text(b"x\x1b[2J\n".to_vec().into())
            .with_hint("h\x1b[2J");
        let drawn = draw(&finding, Path::new("/r"), &plain());
        assert!(
            !drawn.contains('\x1b') && drawn.contains("a\\u{1b}[2J.js"),
            "{drawn}"
        );
    }

    #[test]
    fn long_lines_and_unknown_places_get_no_excerpt() {
        let long = "x".repeat(LONGEST_LINE + 1);
        let place = Place {
            path: "/r/a.js".into(),
            line: 1,
            column: 5,
        };
        assert!(excerpt_of(long.as_bytes(), &place).is_none());
        let finding = Diagnostic::warning("w")
            .at(Place::file("/r/a.js"))
            .in_text(b"x".to_vec().into());
        let drawn = draw(&finding, Path::new("/r"), &plain());
        assert!(drawn.contains("a.js"), "{drawn}");
        let behind = Place {
            path: "/r/a.js".into(),
            line: 9,
            column: 1,
        };
        assert!(excerpt_of(b"x\n", &behind).is_none());
    }
}
