//! Who may write where: data and progress to standard output, findings to standard error, nothing when quiet
//! but errors. Only this folder prints.

pub(crate) mod diagnostic;
pub(crate) mod progress;
pub(crate) mod summary;
mod visible;

use std::io::{IsTerminal, Write};
use std::path::Path;

use scd::diagnostic::{Diagnostic, Severity};

use crate::args::ConsoleArguments;
use crate::exit::Exit;
use visible::visible;

/// How much is said and how it looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// 0 normal, 1 names files, more as asked.
    pub(crate) verbosity: u8,
    /// Nothing but errors.
    pub(crate) is_quiet: bool,
    /// Whether progress may be redrawn in place.
    pub(crate) is_live: bool,
    /// Whether messages are coloured.
    pub(crate) is_coloured: bool,
}

impl Console {
    /// Decides from the options, the terminal and `NO_COLOR`.
    pub(crate) fn new(arguments: &ConsoleArguments) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_coloured =
            arguments.ansi || (!arguments.no_ansi && !no_color && std::io::stderr().is_terminal());
        Self {
            verbosity: arguments.verbose,
            is_quiet: arguments.quiet,
            is_live: is_terminal
                && !arguments.quiet
                && !arguments.no_ansi
                && arguments.verbose == 0,
            is_coloured,
        }
    }

    /// A line for standard output, unless quiet. A reader that has gone away is not an error.
    pub(crate) fn say(&self, line: &str) {
        if !self.is_quiet {
            print_line(line);
        }
    }

    /// Findings for standard error: errors always, warnings unless quiet, notes when asked to say more.
    pub(crate) fn report(&self, findings: &[Diagnostic], root: &Path) {
        for finding in findings {
            let is_shown = match finding.severity {
                Severity::Error => true,
                Severity::Warning => !self.is_quiet,
                Severity::Note => self.verbosity > 0,
            };
            if is_shown {
                self.complain_of(finding, root);
            }
        }
    }

    /// ece-tools' colours for a verdict: green for a good one, white on red for a bad one.
    pub(crate) fn verdict(&self, text: &str, is_well: bool) -> String {
        let text = visible(text);
        match (self.is_coloured, is_well) {
            (false, _) => text.into_owned(),
            (true, true) => format!("\x1b[32m{text}\x1b[39m"),
            (true, false) => format!("\x1b[37;41m{text}\x1b[39;49m"),
        }
    }

    /// A finding for standard error, even when quiet.
    pub(crate) fn complain_of(&self, finding: &Diagnostic, root: &Path) {
        write_error(&diagnostic::draw(finding, root, self));
    }

    /// A line for standard error, even when quiet.
    pub(crate) fn complain(&self, text: &str) {
        complain(text);
    }
}

/// Data for standard output, as it is.
pub(crate) fn print_data(data: &[u8]) {
    // As with lines: a reader that has gone away is not an error.
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(data).and_then(|()| stdout.flush());
}

/// A line for standard output, even when quiet. Control characters are shown as escapes.
pub(crate) fn print_line(line: &str) {
    print_drawn(&visible(line));
}

/// A line that may have colours; whatever it speaks of is visible already.
pub(crate) fn print_drawn(line: &str) {
    // Failing to write means that nobody reads; there is nobody to tell.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

fn complain(text: &str) {
    write_error(&visible(text));
}

fn write_error(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints what kept the program from running, with the chain of reasons and the hint.
pub(crate) fn failure(error: &anyhow::Error) {
    failure_with(error, None);
}

/// The same with a hint of the caller's, which wins over the error's.
pub(crate) fn failure_with(error: &anyhow::Error, hint: Option<&str>) {
    let mut text = format!("error: {error}");
    for reason in error.chain().skip(1) {
        let reason = reason.to_string();
        if !text.contains(&reason) {
            text.push_str(&format!("\n  because: {reason}"));
        }
    }
    if let Some(hint) = hint.or_else(|| error.chain().find_map(diagnostic::hint_of)) {
        text.push_str(&format!("\n  hint: {hint}"));
    }
    complain(&text);
}

/// Prints clap's help, version or complaint, and says how to exit.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() {
        Exit::CouldNotRun
    } else {
        Exit::Done
    }
}
