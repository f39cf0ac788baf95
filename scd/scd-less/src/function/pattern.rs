//! The regular expressions of `replace()`: the common part of PCRE, matched by backtracking under a
//! step limit.
//!
//! Supported: literals, classes, `.`, anchors, groups (capturing or not), looks ahead and behind, alternatives,
//! greedy, lazy and possessive repetition, back-references, the escapes `\d \w \s \h \b \A \z \Z \n
//! \r \t \f \v \e \xHH` and their opposites, and the flags `i m s x u U A D`. Anything else is
//! refused with a message, never matched differently.

use super::pattern_set::Set;
use super::pattern_syntax::{Node, Parser};
use crate::value::Fault;

/// How many steps one match may take, like PHP's own backtrack limit.
const STEP_LIMIT: usize = 1_000_000;

/// How deep a match may recurse, so that the stack holds.
const DEPTH_LIMIT: usize = 1_000;

/// The flags behind a pattern.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) dot_all: bool,
    pub(super) unicode: bool,
    pub(super) lazy: bool,
    pub(super) anchored: bool,
    pub(super) dollar_end_only: bool,
    pub(super) extended: bool,
}

/// A compiled pattern.
pub(super) struct Pattern {
    root: Node,
    groups: usize,
    flags: Flags,
}

/// The failure for a pattern that PHP refuses.
pub(super) fn refused(reason: &str) -> Fault {
    Fault::exception(format!("Warning: preg_replace(): {reason}"))
}

impl Pattern {
    /// Compiles a pattern as `replace()` hands it to PHP: slashes escaped, the flags `e` and `g`
    /// dropped.
    pub(super) fn new(pattern: &str, flags: &str) -> Result<Self, Fault> {
        let mut known = Flags::default();
        for flag in flags.chars() {
            match flag {
                'e' | 'g' | 'S' | ' ' | '\n' | '\r' => {}
                'i' => known.ignore_case = true,
                'm' => known.multiline = true,
                's' => known.dot_all = true,
                'u' => known.unicode = true,
                'U' => known.lazy = true,
                'A' => known.anchored = true,
                'D' => known.dollar_end_only = true,
                'x' => known.extended = true,
                'X' | 'J' | 'n' => {
                    return Err(Fault::exception(format!(
                        "`replace()` does not support the flag `{flag}`; write the pattern without it"
                    )));
                }
                other => return Err(refused(&format!("Unknown modifier '{other}'"))),
            }
        }
        let escaped = pattern.replace('/', "\\/");
        let mut rest = escaped.chars();
        while let Some(sign) = rest.next() {
            if sign == '\\' && rest.next().is_none() {
                return Err(refused("No ending delimiter '/' found"));
            }
            if sign == '/' {
                let next = rest.next().unwrap_or('/');
                return Err(refused(&format!("Unknown modifier '{next}'")));
            }
        }
        let (root, groups) = Parser::new(units(&escaped, known.unicode), known).parse()?;
        Ok(Self {
            root,
            groups,
            flags: known,
        })
    }

    /// Replaces the matches, at most as many as given.
    pub(super) fn replace(
        &self,
        subject: &str,
        replacement: &str,
        most: usize,
    ) -> Result<String, Fault> {
        let text = units(subject, self.flags.unicode);
        let mut out: Vec<u32> = Vec::with_capacity(text.len());
        let mut at = 0;
        let mut copied = 0;
        // After an empty match, PHP looks for one at the same place that is not empty before it
        // moves on.
        let mut not_empty = false;
        let mut steps = 0;
        let mut count = 0;
        while at <= text.len() && count < most {
            let mut run = Run {
                text: &text,
                flags: self.flags,
                groups: vec![None; self.groups + 1],
                start: at,
                not_empty,
                steps: &mut steps,
                depth: 0,
            };
            let end = run.matches(&self.root, at)?;
            let Some(end) = end else {
                if self.flags.anchored && !not_empty {
                    break;
                }
                not_empty = false;
                at += 1;
                continue;
            };
            run.groups[0] = Some((at, end));
            let found: Vec<Option<String>> = run
                .groups
                .iter()
                .map(|group| group.map(|(from, to)| text_of(&text[from..to], self.flags.unicode)))
                .map(Option::transpose)
                .collect::<Result<_, _>>()?;
            let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
            out.extend_from_slice(&text[copied..at]);
            out.extend(units(&expand(replacement, &found), self.flags.unicode));
            check_length(out.len())?;
            copied = end;
            count += 1;
            not_empty = end == at;
            at = end;
        }
        out.extend_from_slice(&text[copied.min(text.len())..]);
        text_of(&out, self.flags.unicode)
    }
}

/// The most bytes that a function may make of a few arguments.
const LONGEST: usize = 1 << 20;

/// Bounds a text that a function is making.
pub(super) fn check_length(length: usize) -> Result<(), Fault> {
    if length <= LONGEST {
        return Ok(());
    }
    Err(Fault::limit(format!(
        "a function makes a text of more than {LONGEST} bytes"
    )))
}

/// What the matcher looks at: bytes, or code points with the flag `u`.
fn units(text: &str, unicode: bool) -> Vec<u32> {
    if unicode {
        text.chars().map(u32::from).collect()
    } else {
        text.bytes().map(u32::from).collect()
    }
}

fn text_of(units: &[u32], unicode: bool) -> Result<String, Fault> {
    if unicode {
        return Ok(units
            .iter()
            .filter_map(|unit| char::from_u32(*unit))
            .collect());
    }
    let bytes = units.iter().map(|unit| *unit as u8).collect();
    String::from_utf8(bytes).map_err(|_| {
        Fault::exception("`replace()` cut a character in two; add the flag `u` to match characters")
    })
}

/// Puts the matched groups into a replacement: `$1`, `${1}` or `\1`, of up to two digits.
pub(super) fn expand(replacement: &str, groups: &[Option<&str>]) -> String {
    let bytes = replacement.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut last = 0;
    while at < bytes.len() {
        if matches!(bytes[at], b'\\' | b'$') {
            if last == b'\\' {
                out.pop();
                out.push(bytes[at]);
                at += 1;
                last = 0;
                continue;
            }
            if let Some((group, next)) = reference(bytes, at) {
                let text = groups.get(group).copied().flatten().unwrap_or("");
                out.extend_from_slice(text.as_bytes());
                at = next;
                continue;
            }
        }
        last = bytes[at];
        out.push(last);
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn reference(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let braced = bytes[at] == b'$' && bytes.get(at + 1) == Some(&b'{');
    let mut next = at + 1 + usize::from(braced);
    let digit = |at: usize| {
        bytes
            .get(at)
            .filter(|b| b.is_ascii_digit())
            .map(|b| b - b'0')
    };
    let mut group = usize::from(digit(next)?);
    next += 1;
    if let Some(second) = digit(next) {
        group = group * 10 + usize::from(second);
        next += 1;
    }
    if braced {
        if bytes.get(next) != Some(&b'}') {
            return None;
        }
        next += 1;
    }
    Some((group, next))
}

/// One attempt at one place.
struct Run<'a> {
    text: &'a [u32],
    flags: Flags,
    groups: Vec<Option<(usize, usize)>>,
    start: usize,
    not_empty: bool,
    steps: &'a mut usize,
    depth: usize,
}

/// What has to match after a node, as a linked list on the stack.
enum Then<'a> {
    /// Nothing: the match is complete.
    End,
    /// The end of a look-ahead or of an atomic part.
    Stop,
    /// The nodes from an index on, then the rest.
    Nodes(&'a [Node], &'a Then<'a>),
    /// Closes a group that began at a place.
    Close(usize, usize, &'a Then<'a>),
    /// Further rounds of a repetition whose last round began at a place.
    Again(&'a Node, usize, usize, &'a Then<'a>),
}

type Found = Result<Option<usize>, Fault>;

impl Run<'_> {
    fn matches(&mut self, root: &Node, at: usize) -> Found {
        self.node(root, at, &Then::End)
    }

    fn then(&mut self, then: &Then<'_>, at: usize) -> Found {
        match then {
            Then::End => Ok((!(self.not_empty && at == self.start)).then_some(at)),
            Then::Stop => Ok(Some(at)),
            Then::Nodes(nodes, rest) => match nodes.split_first() {
                Some((first, others)) => self.node(first, at, &Then::Nodes(others, rest)),
                None => self.then(rest, at),
            },
            Then::Close(group, from, rest) => {
                let before = self.groups[*group].replace((*from, at));
                let found = self.then(rest, at)?;
                if found.is_none() {
                    self.groups[*group] = before;
                }
                Ok(found)
            }
            Then::Again(node, round, from, rest) => {
                // A round that took nothing ends the repetition.
                if at == *from {
                    self.then(rest, at)
                } else {
                    self.repeat(node, *round, at, rest)
                }
            }
        }
    }

    /// Goes on where a part that is not tried again ended, if it fits; groups are what they were `before` if nothing follows.
    fn go_on(
        &mut self,
        end: Option<usize>,
        then: &Then<'_>,
        before: Vec<Option<(usize, usize)>>,
    ) -> Found {
        let found = match end {
            Some(end) => self.then(then, end)?,
            None => None,
        };
        if found.is_none() {
            self.groups = before;
        }
        Ok(found)
    }

    fn node(&mut self, node: &Node, at: usize, then: &Then<'_>) -> Found {
        self.depth += 1;
        self.count_step()?;
        let found = self.step(node, at, then);
        self.depth -= 1;
        found
    }

    fn step(&mut self, node: &Node, at: usize, then: &Then<'_>) -> Found {
        match node {
            Node::Set(set) => match self.text.get(at) {
                Some(unit) if set.contains(*unit, self.flags) => self.then(then, at + 1),
                _ => Ok(None),
            },
            Node::Sequence(nodes) => self.then(&Then::Nodes(nodes, then), at),
            Node::Choice(branches) => {
                for branch in branches {
                    if let Some(end) = self.node(branch, at, then)? {
                        return Ok(Some(end));
                    }
                }
                Ok(None)
            }
            Node::Group(index, inner) => self.node(inner, at, &Then::Close(*index, at, then)),
            Node::Repeat { .. } => self.repeat(node, 0, at, then),
            Node::Atomic(inner) => {
                let before = self.groups.clone();
                let end = self.node(inner, at, &Then::Stop)?;
                self.go_on(end, then, before)
            }
            Node::Ahead { inner, negated } => {
                let before = self.groups.clone();
                let seen = self.node(inner, at, &Then::Stop)?.is_some();
                self.go_on((seen != *negated).then_some(at), then, before)
            }
            Node::Behind { branches, negated } => {
                let before = self.groups.clone();
                let mut seen = false;
                for (branch, width) in branches {
                    if let Some(from) = at.checked_sub(*width)
                        && self.node(branch, from, &Then::Stop)? == Some(at)
                    {
                        seen = true;
                        break;
                    }
                }
                self.go_on((seen != *negated).then_some(at), then, before)
            }
            Node::Back(group) => {
                let Some(&Some((from, to))) = self.groups.get(*group) else {
                    return Ok(None);
                };
                let end = at + (to - from);
                let same = self.text.get(at..end).is_some_and(|here| {
                    here.iter()
                        .zip(&self.text[from..to])
                        .all(|(a, b)| fold(*a, self.flags) == fold(*b, self.flags))
                });
                if same { self.then(then, end) } else { Ok(None) }
            }
            Node::Start => {
                let fits = at == 0 || self.flags.multiline && self.text[at - 1] == 10;
                if fits { self.then(then, at) } else { Ok(None) }
            }
            Node::End => {
                let rest = &self.text[at..];
                let fits = match rest {
                    [] => true,
                    [10] if !self.flags.dollar_end_only => true,
                    [10, ..] => self.flags.multiline,
                    _ => false,
                };
                if fits { self.then(then, at) } else { Ok(None) }
            }
            Node::TextStart => {
                if at == 0 {
                    self.then(then, at)
                } else {
                    Ok(None)
                }
            }
            Node::TextEnd { newline } => match &self.text[at..] {
                [] => self.then(then, at),
                [10] if *newline => self.then(then, at),
                _ => Ok(None),
            },
            Node::Boundary { negated } => {
                let word = |at: Option<usize>| {
                    at.and_then(|at| self.text.get(at))
                        .is_some_and(|unit| is_word(*unit, self.flags.unicode))
                };
                let edge = word(at.checked_sub(1)) != word(Some(at));
                if edge == *negated {
                    Ok(None)
                } else {
                    self.then(then, at)
                }
            }
        }
    }

    /// A repeated set needs no recursion: its rounds are one character each.
    fn repeat_set(
        &mut self,
        set: &Set,
        (min, max): (usize, Option<usize>),
        lazy: bool,
        at: usize,
        then: &Then<'_>,
    ) -> Found {
        let limit = max.unwrap_or(usize::MAX);
        let rest = self.text[at..].iter().take(limit);
        let most = rest
            .take_while(|unit| set.contains(**unit, self.flags))
            .count();
        *self.steps += most;
        if most < min {
            return Ok(None);
        }
        for step in 0..=most - min {
            let rounds = if lazy { min + step } else { most - step };
            self.count_step()?;
            if let Some(end) = self.then(then, at + rounds)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    fn count_step(&mut self) -> Result<(), Fault> {
        *self.steps += 1;
        if *self.steps > STEP_LIMIT || self.depth > DEPTH_LIMIT {
            return Err(Fault::exception(
                "the pattern of `replace()` needs too many steps; make it more specific",
            ));
        }
        Ok(())
    }

    fn repeat(&mut self, node: &Node, round: usize, at: usize, then: &Then<'_>) -> Found {
        let Node::Repeat {
            inner,
            min,
            max,
            lazy,
        } = node
        else {
            return Ok(None);
        };
        if let Node::Set(set) = &**inner {
            return self.repeat_set(set, (*min, *max), *lazy, at, then);
        }
        // Only an endless repetition stops at a round that took nothing; a counted one is so many
        // copies of its part.
        let from = if max.is_none() && round + 1 >= *min {
            at
        } else {
            usize::MAX
        };
        if round < *min {
            return self.node(inner, at, &Then::Again(node, round + 1, from, then));
        }
        let more = max.is_none_or(|max| round < max);
        if *lazy && let Some(end) = self.then(then, at)? {
            return Ok(Some(end));
        }
        if more {
            let again = Then::Again(node, round + 1, from, then);
            if let Some(end) = self.node(inner, at, &again)? {
                return Ok(Some(end));
            }
        }
        if *lazy { Ok(None) } else { self.then(then, at) }
    }
}

/// The unit without regard to case, if the flags say so.
pub(super) fn fold(unit: u32, flags: Flags) -> u32 {
    if !flags.ignore_case {
        return unit;
    }
    match char::from_u32(unit) {
        Some(sign) if unit < 128 => u32::from(sign.to_ascii_lowercase()),
        Some(sign) if flags.unicode => sign.to_lowercase().next().map_or(unit, u32::from),
        _ => unit,
    }
}

/// Whether a unit is part of a word.
pub(super) fn is_word(unit: u32, unicode: bool) -> bool {
    char::from_u32(unit).is_some_and(|sign| {
        sign == '_' || sign.is_ascii_alphanumeric() || unicode && sign.is_alphanumeric()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(pattern: &str, flags: &str, replacement: &str, subject: &str) -> String {
        Pattern::new(pattern, flags)
            .and_then(|pattern| pattern.replace(subject, replacement, usize::MAX))
            .unwrap_or_else(|fault| format!("! {fault}"))
    }

    /// Recorded from PHP's `preg_replace`.
    #[test]
    fn replaces_like_pcre() {
        assert_eq!(replace("a*", "", "x", "baac"), "xbxxcx");
        assert_eq!(replace("(a)(b)?", "g", "[$2$1]", "abac"), "[ba][a]c");
        assert_eq!(replace("^.", "m", "-", "ab\ncd"), "-b\n-d");
        assert_eq!(replace("(?=b)", "", "|", "abb"), "a|b|b");
        assert_eq!(replace("[^\\d-]+", "", "", "a1-b2"), "1-2");
        assert_eq!(replace("(\\w)\\1", "i", "<\\0>", "aAbb"), "<aA><bb>");
        assert_eq!(replace("/", "", "\\\\1${1}$", "a/b"), "a\\1$b");
        assert_eq!(replace("é", "iu", "e", "É"), "e");
        assert_eq!(
            replace("(?<=a|bc)d", "", "<$0>", "ad bcd cd"),
            "a<d> bc<d> cd"
        );
        assert_eq!(replace("(?<!a|b)c", "", "-", "ac bc xc c"), "ac bc x- -");
        assert_eq!(replace("(?<=\\bx)y", "", "-", "xy xxy"), "x- xxy");
        assert_eq!(replace("a {2} #c\n(?#d)b", "x", "-", "aab a b"), "- a b");
        assert_eq!(replace("[^[:alpha:]-]+", "", "_", "ab-1 2é"), "ab-_");
        assert_eq!(replace("[[:^digit:]]", "", "", "a1-2"), "12");
        assert_eq!(replace(".{2,3}?", "", ".", "abcde"), "..e");
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for (pattern, flags) in [
            ("(", ""),
            ("a)", ""),
            ("*", ""),
            ("[b-a]", ""),
            ("a\\", ""),
            ("a\\/b", ""),
            ("(?<=a*)b", ""),
            ("[[:foo:]]", ""),
            ("a", "q"),
            ("\\1", ""),
            ("\\p{L}", ""),
        ] {
            let result = replace(pattern, flags, "", "aab");
            assert!(result.starts_with("! "), "`{pattern}` gave `{result}`");
        }
    }

    #[test]
    fn gives_up_instead_of_running_forever() {
        let subject = "a".repeat(60);
        assert!(replace("(a|a)*b", "", "", &subject).starts_with("! "));
    }
}
