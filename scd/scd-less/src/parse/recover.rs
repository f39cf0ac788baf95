//! Reading a file to its end although something in it is wrong.
//!
//! The grammar stops at the first failure, as less.php does. Here the statement in which it failed is taken out of a copy of the
//! text, by overwriting it with blanks so that all offsets stay, and the copy is read again: what remains shows the next error.
//! A broken head of a block becomes `&`, so that what stands in the block is read still.

use std::ops::Range;

use super::hint::hint;
use super::statement_range::{Shape, statement_at, unclosed_paren, unclosed_quote};
use super::trap::is_empty_at_rule;
use super::{Failure, Stop, attempt};
use crate::ast::Tree;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::options::ParseOptions;
use crate::source::{Damage, Source};
use crate::value::Text;

/// How many bytes may be read again in all.
const BUDGET: usize = 16 << 20;

/// Collects all independent errors of a file, beginning with that of `stop`, and reads the rest of it.
pub(super) fn recover(source: &Source, options: &ParseOptions, stop: Stop) -> (Tree, Damage) {
    let mut recovery = Recovery {
        source,
        options,
        bytes: source.text.as_bytes().to_vec(),
        errors: Diagnostics::default(),
        done: Vec::new(),
        lost_names: Vec::new(),
        has_closed: false,
        lacks_braces: false,
    };
    let mut stop = stop;
    let mut budget = BUDGET;
    loop {
        let goes_on = recovery.take_out(&stop) && budget >= recovery.bytes.len();
        if !goes_on {
            // Nothing is known of the rest, so every name that it mentions may be defined there.
            recovery.lose(0..source.text.len(), true);
            return recovery.finish(Tree::default());
        }
        budget -= recovery.bytes.len();
        // Whole statements are overwritten, so what is left is valid.
        let text = String::from_utf8_lossy(&recovery.bytes);
        match attempt(&text, options) {
            Ok(tree) => return recovery.finish(tree),
            Err(next) => stop = *next,
        }
    }
}

struct Recovery<'s> {
    source: &'s Source,
    options: &'s ParseOptions,
    /// The text with the lost statements overwritten; closing braces may be added at its end.
    bytes: Vec<u8>,
    errors: Diagnostics,
    /// What was overwritten.
    done: Vec<Range<usize>>,
    lost_names: Vec<Text>,
    has_closed: bool,
    /// Whether what was taken out may have closed blocks.
    lacks_braces: bool,
}

impl Recovery<'_> {
    fn finish(self, tree: Tree) -> (Tree, Damage) {
        let damage = Damage {
            errors: self.errors,
            lost_names: self.lost_names,
        };
        (tree, damage)
    }

    /// Reports a failure and removes its cause from the text; false if reading again is of no use.
    fn take_out(&mut self, stop: &Stop) -> bool {
        let failure = &stop.failure;
        let message = &*failure.message;
        if self.errors.len() >= self.options.error_limit as usize {
            let mut more = Diagnostic::error("further errors are not shown");
            more.hint = Some("correct those above first".to_owned());
            self.errors.push(more);
            return false;
        }
        let what = message.strip_prefix("ParseError: ").unwrap_or(message);
        // Strings and parentheses that do not end take much of what follows with them, so their beginning is looked for.
        let culprit = match what {
            "unmatched `\"`" | "unmatched `'`" => unclosed_quote(&self.bytes),
            "missing closing `)`" => unclosed_paren(&self.bytes),
            _ if what.starts_with("Expected ')'") => unclosed_paren(&self.bytes),
            _ => None,
        };
        let position = culprit.unwrap_or(stop.position).min(self.bytes.len());
        let is_limit = message.starts_with("nested more than")
            || message.starts_with("the file needs too many attempts")
            || message == super::grammar::TOO_MANY_STATEMENTS;
        if is_limit {
            self.report(failure, position, None);
            return false;
        }
        if what.starts_with("missing closing `}`") {
            // A comment or string that was cut off takes braces with it; that is one error.
            if !self.lacks_braces {
                self.report(failure, position, None);
            }
            return self.close_blocks();
        }
        let offset = failure.offset.min(self.bytes.len());
        let range = match what {
            "missing opening `{`" => self.headless(offset),
            "missing closing `*/`" => offset..self.bytes.len(),
            "unmatched `/*`" => offset..(offset + 2).min(self.bytes.len()),
            "unescaped `\\`" => offset..self.bytes.len(),
            _ if what.starts_with("unmatched") => {
                let start = statement_at(&self.bytes, position, false).range.start;
                let line = memchr::memchr(b'\n', &self.bytes[position..]);
                let end = line.map_or(self.bytes.len(), |length| position + length);
                // A brace at the end of the line rather closes the block than belongs to the string.
                let line = self.bytes[position..end].trim_ascii_end();
                let end = position + line.strip_suffix(b"}").unwrap_or(line).len();
                start.min(position)..end.max(position + 1)
            }
            _ => return self.take_statement(failure, position, culprit.is_some()),
        };
        self.lacks_braces = true;
        self.report(failure, position, Some(&range));
        self.blank(range)
    }

    fn take_statement(&mut self, failure: &Failure, position: usize, in_parens: bool) -> bool {
        let found = statement_at(&self.bytes, position, in_parens);
        // What is noticed behind the end only follows from the braces that were added there.
        let is_at_end = self.has_closed && position >= self.source.text.trim_end().len();
        let is_follow_up = is_at_end
            || self.done.iter().any(|done| {
                done.contains(&position) || done.start == found.range.start && done.start > 0
            });
        if is_follow_up {
            return self.blank(found.range);
        }
        self.report(failure, position, Some(&found.range));
        match found.shape {
            // The block of a custom property holds anything.
            Shape::Head(_) if self.bytes[found.range.clone()].starts_with(b"--") => {
                self.blank(found.range)
            }
            Shape::Head(end) if end > found.range.start => {
                let head = found.range.start..end;
                self.lose(head.clone(), true);
                self.done.push(head.clone());
                self.bytes[head.clone()].fill(b' ');
                self.bytes[head.start] = b'&';
                true
            }
            Shape::Unclosed(gap) if gap < self.bytes.len() => {
                self.bytes[gap] = b';';
                true
            }
            _ => self.blank(found.range),
        }
    }

    /// Statements whose `{` is missing: everything between the last block or variable and a `}` too many.
    fn headless(&self, brace: usize) -> Range<usize> {
        let mut start = brace;
        loop {
            let before = self.bytes[..start].trim_ascii_end();
            let end = before.strip_suffix(b";").unwrap_or(before).len();
            let found = memchr::memrchr3(b';', b'{', b'}', &self.bytes[..end]);
            let begin = found.map_or(0, |at| at + 1);
            let statement = self.bytes[begin..end].trim_ascii();
            if statement.is_empty() || statement.starts_with(b"@") || begin >= start {
                return start..brace + 1;
            }
            start = begin;
            if found.is_none_or(|at| self.bytes[at] != b';') {
                return start..brace + 1;
            }
        }
    }

    /// Adds the closing braces that are missing at the end.
    fn close_blocks(&mut self) -> bool {
        let mut open = 0_usize;
        super::statement_range::braces(&self.bytes, |is_opening, _| {
            open = if is_opening {
                open + 1
            } else {
                open.saturating_sub(1)
            };
            true
        });
        if open == 0 || std::mem::replace(&mut self.has_closed, true) {
            return false;
        }
        // A comment at the end without a newline would swallow them.
        self.bytes.push(b'\n');
        self.bytes.extend(std::iter::repeat_n(b'}', open));
        true
    }

    fn blank(&mut self, range: Range<usize>) -> bool {
        // less.php can give up behind the end.
        let length = self.bytes.len();
        let range = range.start.min(length)..range.end.min(length);
        let is_progress = self.bytes[range.clone()]
            .iter()
            .any(|byte| !byte.is_ascii_whitespace());
        self.lose(range.clone(), false);
        self.bytes[range.clone()].fill(b' ');
        self.done.push(range);
        is_progress
    }

    /// Notes the names that a part of the text may define; in a head, every variable is a parameter.
    fn lose(&mut self, range: Range<usize>, is_head: bool) {
        let end = range.end.min(self.source.text.len());
        let bytes = &self.source.text.as_bytes()[range.start.min(end)..end];
        let mut at = 0;
        while let Some(found) = memchr::memchr3(b'@', b'.', b'#', &bytes[at..]) {
            let start = at + found;
            let length = super::scan::run(&bytes[start + 1..], super::scan::is_word);
            at = start + 1 + length;
            let rest = bytes[at..].trim_ascii_start();
            let defines = match bytes[start] {
                b'@' => is_head || rest.starts_with(b":"),
                _ => is_head || rest.starts_with(b"(") || rest.starts_with(b"{"),
            };
            if length > 0 && defines {
                let name = String::from_utf8_lossy(&bytes[start..at]);
                self.lost_names.push(Text::from(&*name));
            }
        }
    }

    /// Adds a failure: the first one at less.php's place if that says something, the others where the parser gave up. What
    /// less.php expected and did not find it tells at the end of what it understood, which can be pages before.
    fn report(&mut self, failure: &Failure, position: usize, range: Option<&Range<usize>>) {
        let is_first = self.errors.is_empty();
        let says_what_was_expected = !failure.message.starts_with("ParseError: ");
        let statement = range.map_or(0..0, |range| {
            let end = range.end.min(self.source.text.len());
            range.start.min(end)..end
        });
        let offset = if let Some(start) = self.true_place(failure, &statement) {
            start
        } else if is_first && !says_what_was_expected {
            failure.offset
        } else {
            position
        };
        // In dialect 5 nothing is found at the end.
        let message = match failure.message.strip_suffix("got ''") {
            Some(expected) => format!("{expected}got the end of the file"),
            None => failure.message.clone(),
        };
        let mut error = Diagnostic::error(message).at(self.source, offset);
        if failure.fatal {
            error.severity = Severity::Fatal;
        }
        error.hint = hint(
            &failure.message,
            position,
            statement.clone(),
            self.source,
            self.options.dialect,
        );
        if offset == statement.start {
            return self.errors.push(error);
        }
        let told = error.location.as_ref().map_or(0, |location| location.line);
        let line = self.source.locate(position).line;
        if line != told
            && let Some(hint) = &mut error.hint
        {
            hint.push_str(&format!("; reading stopped on line {line}"));
        }
        self.errors.push(error);
    }

    /// The place of a failure where less.php names one that has nothing to do with it: the end of the file for what begins the
    /// file, and what follows an at-rule for its empty block.
    fn true_place(&self, failure: &Failure, statement: &Range<usize>) -> Option<usize> {
        let text = &*self.source.text;
        let what = failure.message.strip_prefix("ParseError: ")?;
        if what.starts_with("missing closing `*/`") && text.starts_with("/*") {
            let is_first = !text.contains("*/");
            return is_first.then_some(0);
        }
        let is_structural = what.starts_with("missing closing") || what.starts_with("unmatched");
        if is_structural && failure.offset == text.len() {
            return Some(0);
        }
        let is_empty = what == "Unexpected input" && is_empty_at_rule(&text[statement.clone()]);
        is_empty.then_some(statement.start)
    }
}
