//! The syntax of the regular expressions of `replace()`.

use super::pattern::{Flags, refused};
use super::pattern_set::{Kind, Set, named_class};
use crate::value::Fault;

/// The most rounds that a counted repetition may name.
const REPEAT_LIMIT: usize = 1_000;

/// How deep groups may nest.
const NEST_LIMIT: usize = 60;

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    /// One character out of a set.
    Set(Set),
    /// One after the other.
    Sequence(Vec<Node>),
    /// The first that fits.
    Choice(Vec<Node>),
    /// A group that remembers what it matched.
    Group(usize, Box<Node>),
    /// Rounds of a part.
    Repeat {
        inner: Box<Node>,
        min: usize,
        max: Option<usize>,
        lazy: bool,
    },
    /// A part that is not tried again once it fits.
    Atomic(Box<Node>),
    /// A look at what follows.
    Ahead { inner: Box<Node>, negated: bool },
    /// A look at what precedes: branches with the number of characters that each one takes.
    Behind {
        branches: Vec<(Node, usize)>,
        negated: bool,
    },
    /// What a group matched.
    Back(usize),
    /// `^`
    Start,
    /// `$`
    End,
    /// `\A`
    TextStart,
    /// `\z`, or `\Z` before a last newline.
    TextEnd { newline: bool },
    /// `\b` or `\B`
    Boundary { negated: bool },
}

/// Reads a pattern.
pub(super) struct Parser {
    pattern: Vec<u32>,
    at: usize,
    flags: Flags,
    groups: usize,
    /// The highest group that is referred back to.
    highest: usize,
    /// Where the first look behind begins that has no fixed length.
    unmeasured: Option<usize>,
    depth: usize,
}

/// What an escape stands for.
enum Escape {
    Unit(u32),
    Kind(Kind, bool),
    Node(Node),
}

impl Parser {
    /// A parser at the beginning of a pattern.
    pub(super) fn new(pattern: Vec<u32>, flags: Flags) -> Self {
        Self {
            pattern,
            at: 0,
            flags,
            groups: 0,
            highest: 0,
            unmeasured: None,
            depth: 0,
        }
    }

    /// The whole pattern and how many groups it has.
    pub(super) fn parse(mut self) -> Result<(Node, usize), Fault> {
        let root = self.choice()?;
        if self.at < self.pattern.len() {
            return Err(self.failure("unmatched closing parenthesis"));
        }
        if self.highest > self.groups {
            return Err(self.failure("reference to non-existent subpattern"));
        }
        if let Some(start) = self.unmeasured {
            self.at = start;
            return Err(self.failure("lookbehind assertion is not fixed length"));
        }
        Ok((root, self.groups))
    }

    fn failure(&self, reason: &str) -> Fault {
        refused(&format!(
            "Compilation failed: {reason} at offset {}",
            self.at
        ))
    }

    /// The failure for a quantifier with nothing to repeat, which is named by its last sign.
    fn unrepeatable(&self, end: usize) -> Fault {
        refused(&format!(
            "Compilation failed: quantifier does not follow a repeatable item at offset {}",
            end - 1
        ))
    }

    fn peek(&self) -> Option<char> {
        self.pattern.get(self.at).copied().and_then(char::from_u32)
    }

    fn eat(&mut self, text: &str) -> bool {
        let wanted: Vec<u32> = text.chars().map(u32::from).collect();
        let found = self.pattern[self.at..].starts_with(&wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn choice(&mut self) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > NEST_LIMIT {
            return Err(self.failure("parentheses are too deeply nested"));
        }
        let mut branches = vec![self.sequence()?];
        while self.eat("|") {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => {
                branches.extend(last);
                Node::Choice(branches)
            }
        })
    }

    fn sequence(&mut self) -> Result<Node, Fault> {
        let mut nodes = Vec::new();
        loop {
            self.skip_comments()?;
            if matches!(self.peek(), None | Some('|' | ')')) {
                break;
            }
            let node = self.atom()?;
            nodes.push(self.repetition(node)?);
        }
        Ok(Node::Sequence(nodes))
    }

    /// Passes over `(?#…)`, and with the flag `x` over white space and `#` up to the end of a line.
    fn skip_comments(&mut self) -> Result<(), Fault> {
        loop {
            if self.eat("(?#") {
                let rest = &self.pattern[self.at..];
                let Some(end) = rest.iter().position(|unit| *unit == u32::from(')')) else {
                    self.at = self.pattern.len();
                    return Err(self.failure("missing ) after (?# comment"));
                };
                self.at += end + 1;
            } else if !self.flags.extended {
                return Ok(());
            } else if self.eat("#") {
                let rest = &self.pattern[self.at..];
                let end = rest.iter().position(|unit| *unit == 10);
                self.at += end.map_or(rest.len(), |end| end + 1);
            } else if matches!(self.peek(), Some('\t'..='\r' | ' ')) {
                self.at += 1;
            } else {
                return Ok(());
            }
        }
    }

    fn atom(&mut self) -> Result<Node, Fault> {
        let unit = self.pattern[self.at];
        self.at += 1;
        Ok(match char::from_u32(unit) {
            Some('.') => Node::Set(Set::kind(
                if self.flags.dot_all {
                    Kind::Any
                } else {
                    Kind::Line
                },
                false,
            )),
            Some('^') => Node::Start,
            Some('$') => Node::End,
            Some('{') if self.counts_ahead() => {
                return Err(self.failure("quantifier does not follow a repeatable item"));
            }
            Some('[') if self.collation() => {
                return Err(self.failure("POSIX collating elements are not supported"));
            }
            Some('[') => Node::Set(self.class()?),
            Some('(') => self.group()?,
            Some('*' | '+' | '?') => {
                return Err(self.unrepeatable(self.at));
            }
            Some('\\') => match self.escape()? {
                Escape::Unit(unit) => Node::Set(Set::one(unit)),
                Escape::Kind(kind, negated) => Node::Set(Set::kind(kind, negated)),
                Escape::Node(node) => node,
            },
            _ => Node::Set(Set::one(unit)),
        })
    }

    fn group(&mut self) -> Result<Node, Fault> {
        let open = if self.eat("?:") {
            None
        } else if self.eat("?=") || self.eat("?!") {
            let negated = self.pattern[self.at - 1] == u32::from('!');
            let inner = Box::new(self.choice()?);
            self.close()?;
            return Ok(Node::Ahead { inner, negated });
        } else if self.eat("?<=") || self.eat("?<!") {
            let negated = self.pattern[self.at - 1] == u32::from('!');
            let start = self.at - 4;
            let inner = self.choice()?;
            self.close()?;
            let branches = match inner {
                Node::Choice(branches) => branches,
                only => vec![only],
            };
            let measured = branches
                .into_iter()
                .map(|branch| width(&branch).map(|width| (branch, width)));
            let branches = measured.collect::<Option<_>>().unwrap_or_else(|| {
                // The group inside is named only if there is none around it.
                let first = self.unmeasured.get_or_insert(start);
                *first = start.min(*first);
                Vec::new()
            });
            return Ok(Node::Behind { branches, negated });
        } else if self.eat("?>") {
            let inner = Box::new(self.choice()?);
            self.close()?;
            return Ok(Node::Atomic(inner));
        } else if matches!(self.peek(), Some('?' | '*')) {
            return Err(Fault::exception(
                "`replace()` does not support this kind of group; use `(…)`, `(?:…)` or a look ahead or behind",
            ));
        } else {
            self.groups += 1;
            Some(self.groups)
        };
        let inner = self.choice()?;
        self.close()?;
        Ok(match open {
            Some(index) => Node::Group(index, Box::new(inner)),
            None => inner,
        })
    }

    fn close(&mut self) -> Result<(), Fault> {
        if self.eat(")") {
            Ok(())
        } else {
            Err(self.failure("missing closing parenthesis"))
        }
    }

    fn repetition(&mut self, node: Node) -> Result<Node, Fault> {
        let mut node = node;
        let mut repeated = false;
        loop {
            self.skip_comments()?;
            let before = self.at;
            let (min, max) = match self.peek() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                Some('{') => match self.counts() {
                    Some(counts) => counts,
                    None => return Ok(node),
                },
                _ => return Ok(node),
            };
            let anchor = matches!(
                node,
                Node::Start
                    | Node::End
                    | Node::TextStart
                    | Node::TextEnd { .. }
                    | Node::Boundary { .. }
            );
            if anchor || repeated {
                return Err(self.unrepeatable(self.at.max(before + 1)));
            }
            if self.pattern[before] != u32::from('{') {
                self.at += 1;
            }
            if min > REPEAT_LIMIT || max.is_some_and(|max| max > REPEAT_LIMIT) {
                return Err(Fault::exception(format!(
                    "`replace()` supports at most {REPEAT_LIMIT} counted repetitions"
                )));
            }
            if max.is_some_and(|max| max < min) {
                return Err(self.failure("numbers out of order in {} quantifier"));
            }
            self.skip_comments()?;
            let possessive = self.eat("+");
            let lazy = !possessive && self.eat("?") != self.flags.lazy;
            node = Node::Repeat {
                inner: Box::new(node),
                min,
                max,
                lazy,
            };
            if possessive {
                node = Node::Atomic(Box::new(node));
            }
            repeated = true;
        }
    }

    /// Whether the brace just read opens a repetition.
    fn counts_ahead(&mut self) -> bool {
        let before = self.at;
        self.at -= 1;
        let found = self.counts().is_some();
        self.at = before;
        found
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else is literal text.
    fn counts(&mut self) -> Option<(usize, Option<usize>)> {
        let rest = &self.pattern[self.at + 1..];
        let end = rest.iter().position(|unit| *unit == u32::from('}'))?;
        let text: String = rest[..end]
            .iter()
            .filter_map(|unit| char::from_u32(*unit))
            .collect();
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(usize::MAX))
        };
        let counts = match text.split_once(',') {
            None => number(&text).map(|count| (count, Some(count)))?,
            Some((from, "")) => (number(from)?, None),
            Some((from, to)) => (number(from)?, Some(number(to)?)),
        };
        self.at += end + 2;
        Some(counts)
    }

    /// Whether a bracket opens `[:…:]`, `[.….]` or `[=…=]` outside of a class.
    fn collation(&self) -> bool {
        let Some(mark) = self.peek().filter(|sign| matches!(sign, ':' | '.' | '=')) else {
            return false;
        };
        let close = [u32::from(mark), u32::from(']')];
        let rest = &self.pattern[self.at + 1..];
        let end = rest
            .iter()
            .position(|unit| *unit == close[1])
            .unwrap_or(rest.len());
        end < rest.len() && end > 0 && rest[end - 1] == close[0]
    }

    fn class(&mut self) -> Result<Set, Fault> {
        let mut set = Set {
            negated: self.eat("^"),
            ..Set::default()
        };
        let mut first = true;
        loop {
            let Some(unit) = self.pattern.get(self.at).copied() else {
                return Err(self.failure("missing terminating ] for character class"));
            };
            self.at += 1;
            let sign = char::from_u32(unit);
            if sign == Some(']') && !first {
                return Ok(set);
            }
            first = false;
            if sign == Some('[') && self.collation() {
                self.named_class(&mut set)?;
                continue;
            }
            let from = if sign == Some('\\') {
                match self.class_escape()? {
                    Escape::Unit(unit) => unit,
                    Escape::Kind(kind, negated) => {
                        let range = self.peek() == Some('-')
                            && self.pattern.get(self.at + 1) != Some(&u32::from(']'));
                        if range {
                            return Err(self.failure("invalid range in character class"));
                        }
                        set.kinds.push((kind, negated));
                        continue;
                    }
                    Escape::Node(_) => return Err(self.failure("invalid escape in class")),
                }
            } else {
                unit
            };
            let dash = self.peek() == Some('-')
                && self
                    .pattern
                    .get(self.at + 1)
                    .is_some_and(|next| *next != u32::from(']'));
            if !dash {
                set.ranges.push((from, from));
                continue;
            }
            self.at += 1;
            let mut to = self.pattern[self.at];
            self.at += 1;
            if to == u32::from('\\') {
                match self.class_escape()? {
                    Escape::Unit(unit) => to = unit,
                    _ => return Err(self.failure("invalid range in character class")),
                }
            }
            if to < from {
                return Err(self.failure("range out of order in character class"));
            }
            set.ranges.push((from, to));
        }
    }

    /// `:name:]` or `:^name:]` inside a class, the bracket before it just read.
    fn named_class(&mut self, set: &mut Set) -> Result<(), Fault> {
        let start = self.at;
        let rest = &self.pattern[start..];
        let length = rest
            .iter()
            .position(|unit| *unit == u32::from(']'))
            .unwrap_or(rest.len());
        let text: String = rest[..length]
            .iter()
            .filter_map(|unit| char::from_u32(*unit))
            .collect();
        self.at += length + 1;
        let Some(name) = text
            .strip_prefix(':')
            .and_then(|text| text.strip_suffix(':'))
        else {
            return Err(self.failure("POSIX collating elements are not supported"));
        };
        if self.flags.unicode {
            return Err(Fault::exception(
                "`replace()` does not support named classes with the flag `u`; list the characters instead",
            ));
        }
        let Some(ranges) = named_class(name.trim_start_matches('^')) else {
            self.at = start;
            return Err(self.failure("unknown POSIX class name"));
        };
        let ranges = ranges
            .iter()
            .map(|(from, to)| (u32::from(*from), u32::from(*to)));
        if !name.starts_with('^') {
            set.ranges.extend(ranges);
            return Ok(());
        }
        // What lies between the ranges, and every byte beyond ASCII.
        let mut next = 0;
        for (from, to) in ranges {
            if from > next {
                set.ranges.push((next, from - 1));
            }
            next = to + 1;
        }
        set.ranges.push((next, u32::MAX));
        Ok(())
    }

    fn class_escape(&mut self) -> Result<Escape, Fault> {
        if self.eat("b") {
            return Ok(Escape::Unit(8));
        }
        self.escape()
    }

    fn escape(&mut self) -> Result<Escape, Fault> {
        let Some(unit) = self.pattern.get(self.at).copied() else {
            return Err(self.failure("\\ at end of pattern"));
        };
        self.at += 1;
        let Some(sign) = char::from_u32(unit).filter(char::is_ascii_alphanumeric) else {
            return Ok(Escape::Unit(unit));
        };
        Ok(match sign {
            'd' | 'D' => Escape::Kind(Kind::Digit, sign == 'D'),
            'w' | 'W' => Escape::Kind(Kind::Word, sign == 'W'),
            's' | 'S' => Escape::Kind(Kind::Space, sign == 'S'),
            'h' | 'H' => Escape::Kind(Kind::Blank, sign == 'H'),
            'N' => Escape::Kind(Kind::Line, false),
            'b' | 'B' => Escape::Node(Node::Boundary {
                negated: sign == 'B',
            }),
            'A' => Escape::Node(Node::TextStart),
            'z' | 'Z' => Escape::Node(Node::TextEnd {
                newline: sign == 'Z',
            }),
            'n' => Escape::Unit(10),
            'r' => Escape::Unit(13),
            't' => Escape::Unit(9),
            'f' => Escape::Unit(12),
            'e' => Escape::Unit(27),
            'a' => Escape::Unit(7),
            'x' => Escape::Unit(self.hexadecimal()),
            '1'..='9' if !self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                let group = unit as usize - 48;
                self.highest = self.highest.max(group);
                Escape::Node(Node::Back(group))
            }
            _ => {
                return Err(Fault::exception(format!(
                    "`replace()` does not support the escape `\\{sign}`"
                )));
            }
        })
    }

    /// Up to two hexadecimal digits.
    fn hexadecimal(&mut self) -> u32 {
        let mut value = 0;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|sign| sign.to_digit(16)) else {
                break;
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        value
    }
}

/// How many characters a part takes, if that is the same for everything that it matches.
fn width(node: &Node) -> Option<usize> {
    match node {
        Node::Set(_) => Some(1),
        Node::Sequence(nodes) => nodes.iter().map(width).sum(),
        Node::Choice(branches) => {
            let (first, rest) = branches.split_first()?;
            let first = width(first)?;
            let same = rest.iter().all(|branch| width(branch) == Some(first));
            same.then_some(first)
        }
        Node::Group(_, inner) | Node::Atomic(inner) => width(inner),
        // However often one looks, it takes nothing.
        Node::Repeat { inner, .. } if matches!(**inner, Node::Ahead { .. }) => Some(0),
        Node::Repeat {
            inner, min, max, ..
        } => (*max == Some(*min)).then_some(width(inner)?.checked_mul(*min)?),
        Node::Back(_) => None,
        Node::Ahead { .. }
        | Node::Behind { .. }
        | Node::Start
        | Node::End
        | Node::TextStart
        | Node::TextEnd { .. }
        | Node::Boundary { .. } => Some(0),
    }
}
