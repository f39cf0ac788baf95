//! Findings about sources, for people.

use std::fmt;
use std::sync::Arc;

use crate::source::{Location, Source};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Compiling went on.
    Warning,
    /// There is no result; less.php reports this as an exception, which costs the one file.
    Error,
    /// There is no result; less.php raises a PHP error here, which ends the whole deployment.
    Fatal,
}

/// One step of the way to the place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was done: `import`, `mixin`, or `ruleset` where a detached one was called.
    pub action: &'static str,
    /// The file, the mixin or the variable.
    pub name: String,
    /// Where it was asked for.
    pub location: Location,
}

/// A finding about a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in less.php's words where it has some, without place.
    pub message: String,
    /// Where it is.
    pub location: Option<Location>,
    /// The imports and calls that led there, innermost first.
    pub chain: Vec<Step>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: shortened(message.into()),
            location: None,
            chain: Vec::new(),
            hint: None,
        }
    }

    /// The same finding at a byte offset of a source.
    #[must_use]
    pub fn at(mut self, source: &Source, offset: usize) -> Self {
        self.location = Some(source.locate(offset));
        self
    }
}

/// A message without the end of what is longer than people read; names in it may be as long as a file.
fn shortened(mut message: String) -> String {
    const LONGEST: usize = 1_000;
    if message.len() > LONGEST {
        message.truncate(message.floor_char_boundary(LONGEST));
        message.push('…');
    }
    message
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Location {
            file, line, column, ..
        }) = &self.location
        {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

/// Findings in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// The findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            list: vec![diagnostic],
        }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self {
            list: diagnostics.into_iter().collect(),
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The text of `candidates` nearest to `name`, if one is near enough to be meant.
pub(crate) fn nearest<'n>(
    name: &str,
    candidates: impl Iterator<Item = &'n Arc<str>>,
) -> Option<Arc<str>> {
    /// Longer names are not compared, which takes the product of their lengths.
    const LONGEST: usize = 100;
    /// Of shorter names, sign included, every other one is near.
    const SHORTEST: usize = 4;
    if name.len() < SHORTEST {
        return None;
    }
    let mut limit = (name.len() / 4).max(1);
    let mut row = Vec::new();
    let mut best: Option<(usize, &Arc<str>)> = None;
    for candidate in candidates {
        let (left, right) = (name.as_bytes(), candidate.as_bytes());
        let is_comparable = left.len() <= LONGEST
            && right.len() <= LONGEST
            && left.len().abs_diff(right.len()) <= limit
            && left.first() == right.first()
            && may_be_near(bytes_of(left), bytes_of(right), limit);
        if is_comparable
            && let Some(found) = distance(left, right, limit, &mut row)
            && found > 0
            && best.is_none_or(|best| (found, candidate) < best)
        {
            best = Some((found, candidate));
            limit = found;
        }
    }
    best.map(|(_, candidate)| Arc::clone(candidate))
}

/// A bit for every byte that occurs, bytes 64 apart sharing one.
fn bytes_of(text: &[u8]) -> u64 {
    text.iter().fold(0, |bits, byte| bits | 1 << (byte & 63))
}

/// Whether so few edits may be enough: each takes away and brings in one byte at most.
fn may_be_near(left: u64, right: u64, limit: usize) -> bool {
    let most = limit as u32;
    (left & !right).count_ones() <= most && (right & !left).count_ones() <= most
}

/// The number of single-byte edits between two texts unless it is above `limit`. `row` is room to work in.
fn distance(left: &[u8], right: &[u8], limit: usize, row: &mut Vec<usize>) -> Option<usize> {
    // What both begin and end with takes no edits, and names of one library have much in common.
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[same..], &right[same..]);
    let ends = left.iter().rev().zip(right.iter().rev());
    let same = ends.take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[..left.len() - same], &right[..right.len() - same]);
    row.clear();
    row.extend(0..=right.len());
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        let mut least = row[0];
        for (j, b) in right.iter().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
            least = least.min(row[j + 1]);
        }
        if least > limit {
            return None;
        }
    }
    (row[right.len()] <= limit).then_some(row[right.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_if_it_is_near() {
        let names: Vec<Arc<str>> = vec!["@color".into(), "@colour__base".into(), "@size".into()];
        assert_eq!(nearest("@colr", names.iter()).as_deref(), Some("@color"));
        assert_eq!(
            nearest("@colour_base", names.iter()).as_deref(),
            Some("@colour__base")
        );
        assert_eq!(nearest("@width", names.iter()), None);
        let names: Vec<Arc<str>> = vec!["@b".into()];
        assert_eq!(nearest("@a", names.iter()), None);
    }
}
