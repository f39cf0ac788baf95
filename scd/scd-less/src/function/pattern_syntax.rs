//! The syntax of the regular expressions of `replace()`, and sets of characters.

use super::pattern::{Flags, fold, is_word, refused};
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

/// A set of characters.
#[derive(Debug, Default)]
pub(super) struct Set {
    negated: bool,
    ranges: Vec<(u32, u32)>,
    kinds: Vec<(Kind, bool)>,
}

/// The named sets.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Digit,
    Word,
    Space,
    Blank,
    /// Everything but a newline.
    Line,
    Any,
}

impl Kind {
    fn contains(self, unit: u32, unicode: bool) -> bool {
        let sign = char::from_u32(unit);
        match self {
            Self::Digit => sign
                .is_some_and(|s| s.is_ascii_digit() || unicode && !s.is_ascii() && s.is_numeric()),
            Self::Word => is_word(unit, unicode),
            Self::Space => {
                matches!(unit, 9..=13 | 32) || unicode && sign.is_some_and(char::is_whitespace)
            }
            Self::Blank => matches!(unit, 9 | 32 | 0xa0),
            Self::Line => unit != 10,
            Self::Any => true,
        }
    }
}

impl Set {
    fn one(unit: u32) -> Self {
        Self {
            ranges: vec![(unit, unit)],
            ..Self::default()
        }
    }

    fn kind(kind: Kind, negated: bool) -> Self {
        Self {
            kinds: vec![(kind, negated)],
            ..Self::default()
        }
    }

    /// Whether the set holds a character.
    pub(super) fn contains(&self, unit: u32, flags: Flags) -> bool {
        let inside = |unit: u32| {
            self.ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&unit))
        };
        let folded = fold(unit, flags);
        let upper =
            || char::from_u32(folded).map_or(folded, |sign| u32::from(sign.to_ascii_uppercase()));
        let found = inside(unit)
            || flags.ignore_case
                && (inside(folded)
                    || inside(upper())
                    || self
                        .ranges
                        .iter()
                        .any(|(from, to)| from == to && fold(*from, flags) == folded))
            || self
                .kinds
                .iter()
                .any(|(kind, no)| kind.contains(unit, flags.unicode) != *no);
        found != self.negated
    }
}

/// Reads a pattern.
pub(super) struct Parser {
    pattern: Vec<u32>,
    at: usize,
    flags: Flags,
    groups: usize,
    /// The highest group that is referred back to.
    highest: usize,
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
        while let Some(sign) = self.peek() {
            if matches!(sign, '|' | ')') {
                break;
            }
            let node = self.atom()?;
            nodes.push(self.repetition(node)?);
        }
        Ok(Node::Sequence(nodes))
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
        } else if self.eat("?>") {
            let inner = Box::new(self.choice()?);
            self.close()?;
            return Ok(Node::Atomic(inner));
        } else if matches!(self.peek(), Some('?' | '*')) {
            return Err(Fault::exception(
                "`replace()` does not support this kind of group; use `(…)`, `(?:…)`, `(?=…)` or `(?!…)`",
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
            if anchor || repeated && self.pattern[before] != u32::from('{') {
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
            if sign == Some('[') && matches!(self.peek(), Some(':' | '.' | '=')) {
                return Err(Fault::exception(
                    "`replace()` does not support named classes; list the characters instead",
                ));
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
