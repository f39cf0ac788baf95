//! ICU's message formatting with no arguments at all, as PHP's `MessageFormatter::formatMessage` performs it.
//!
//! Magento formats every phrase that contains `{`. Without arguments the message syntax leaves only its names:
//! `{n, plural, …}` becomes `{n}`, quoting apostrophes vanish. A text that is no valid message stays as it is, and
//! PHP reports an error for every text that uses one argument with two types, so validity is what counts here.
//! The locale has no influence: styles are only parsed, never applied.
//!
//! Not judged: number skeletons (`{0, number, ::…}`), which are taken as valid. A type or style word with upper case
//! or blanks (`{0, NUMBER}`, `{0, number, integer}` with the blank before the style) leaves a variable of PHP
//! undefined; when the same argument occurs a second time the outcome depends on the compiler that built PHP. Here
//! such a word counts as the plain one.

use std::collections::BTreeMap;

use super::number_pattern;

/// How deep messages may nest. ICU allows 32,767 levels; a text beyond this limit stays unchanged.
const MAX_NESTING: usize = 200;

/// Formats a text that contains `{`.
///
/// `None` when it stays as it is: no `{`, not UTF-8, or not a valid message.
///
/// ```
/// use scd::derive::message_format::format;
///
/// assert_eq!(format(b"It''s { 0 }, {n, plural, other{many}}"), Some(b"It's {0}, {n}".to_vec()));
/// assert_eq!(format(b"open {"), None);
/// ```
#[must_use]
pub fn format(text: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'{', text)?;
    let pattern: Vec<u16> = std::str::from_utf8(text).ok()?.encode_utf16().collect();
    let mut parser = Parser {
        pattern: &pattern,
        output: Vec::new(),
        types: BTreeMap::new(),
    };
    let Ok(_) = parser.message(0, 0, ArgumentKind::None) else {
        return None;
    };
    String::from_utf16(&parser.output)
        .ok()
        .map(String::into_bytes)
}

/// An ASCII character as a UTF-16 unit.
const fn unit(character: u8) -> u16 {
    character as u16
}

const APOSTROPHE: u16 = unit(b'\'');
const OPEN: u16 = unit(b'{');
const CLOSE: u16 = unit(b'}');
const PIPE: u16 = unit(b'|');
const POUND: u16 = unit(b'#');
const COMMA: u16 = unit(b',');

/// What the text after an argument's name says it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ArgumentKind {
    None,
    Choice,
    Plural,
    Select,
    SelectOrdinal,
}

impl ArgumentKind {
    fn is_plural(self) -> bool {
        matches!(self, Self::Plural | Self::SelectOrdinal)
    }
}

/// PHP's idea of an argument's type; one argument must keep to one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ArgumentType {
    Text,
    Integer,
    Double,
    Date,
}

/// An argument's identity: PHP tells numbers from names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Number(i32),
    Word(Vec<u16>),
}

/// The text is no valid message.
struct Invalid;

type Parsed<T> = Result<T, Invalid>;

struct Parser<'a> {
    pattern: &'a [u16],
    /// The formatted top-level message.
    output: Vec<u16>,
    types: BTreeMap<Name, ArgumentType>,
}

impl Parser<'_> {
    fn at(&self, index: usize) -> Option<u16> {
        self.pattern.get(index).copied()
    }

    fn skip_white_space(&self, index: usize) -> usize {
        self.skip_while(index, is_pattern_white_space)
    }

    fn skip_word(&self, index: usize) -> usize {
        self.skip_while(index, |c| {
            !is_pattern_white_space(c) && !is_pattern_syntax(c)
        })
    }

    fn skip_number(&self, index: usize) -> usize {
        self.skip_while(index, |c| {
            matches!(c, 0x30..=0x39 | 0x221E)
                || [b'+', b'-', b'.', b'e', b'E']
                    .into_iter()
                    .any(|byte| unit(byte) == c)
        })
    }

    fn skip_while(&self, index: usize, wanted: impl Fn(u16) -> bool) -> usize {
        let index = index.min(self.pattern.len());
        index
            + self.pattern[index..]
                .iter()
                .take_while(|&&c| wanted(c))
                .count()
    }

    /// Writes literal text of the top-level message; nested messages are never selected.
    fn emit(&mut self, nesting: usize, c: u16) {
        if nesting == 0 {
            self.output.push(c);
        }
    }

    /// Reads a message from `index` on; returns where reading goes on: behind its `}`, or at the `|` or `}` that
    /// ends the message of a choice.
    fn message(&mut self, mut index: usize, nesting: usize, parent: ArgumentKind) -> Parsed<usize> {
        if nesting > MAX_NESTING {
            return Err(Invalid);
        }
        while let Some(c) = self.at(index) {
            index += 1;
            match c {
                APOSTROPHE => index = self.apostrophe(index, nesting, parent),
                OPEN => index = self.argument(index, nesting)?,
                CLOSE if nesting > 0 => {
                    return Ok(if parent == ArgumentKind::Choice {
                        index - 1
                    } else {
                        index
                    });
                }
                PIPE if parent == ArgumentKind::Choice => return Ok(index - 1),
                _ => self.emit(nesting, c),
            }
        }
        if nesting > 0 { Err(Invalid) } else { Ok(index) }
    }

    /// Handles an apostrophe in literal text; `index` is behind it.
    fn apostrophe(&mut self, index: usize, nesting: usize, parent: ArgumentKind) -> usize {
        let quotes = match self.at(index) {
            Some(APOSTROPHE) => {
                self.emit(nesting, APOSTROPHE);
                return index + 1;
            }
            Some(OPEN | CLOSE) => true,
            Some(PIPE) => parent == ArgumentKind::Choice,
            Some(POUND) => parent.is_plural(),
            _ => false,
        };
        if !quotes {
            self.emit(nesting, APOSTROPHE);
            return index;
        }
        let mut index = index;
        while let Some(c) = self.at(index) {
            if c != APOSTROPHE {
                self.emit(nesting, c);
                index += 1;
            } else if self.at(index + 1) == Some(APOSTROPHE) {
                self.emit(nesting, APOSTROPHE);
                index += 2;
            } else {
                return index + 1;
            }
        }
        index
    }

    /// Reads an argument, `index` behind its `{`; returns the position behind its `}`.
    fn argument(&mut self, index: usize, nesting: usize) -> Parsed<usize> {
        let start = self.skip_white_space(index);
        let end = self.skip_word(start);
        let word = &self.pattern[start..end];
        let name = argument_name(word)?;
        if nesting == 0 {
            self.output.push(OPEN);
            self.output.extend_from_slice(word);
            self.output.push(CLOSE);
        }
        let index = self.skip_white_space(end);
        match self.at(index) {
            Some(CLOSE) => {
                self.declare(name, ArgumentType::Text)?;
                Ok(index + 1)
            }
            Some(COMMA) => {
                let limit = self.typed_argument(name, index + 1, nesting)?;
                Ok(limit + 1)
            }
            _ => Err(Invalid),
        }
    }

    /// Reads an argument's type and style, `index` behind the comma; returns the position of its `}`.
    fn typed_argument(&mut self, name: Name, index: usize, nesting: usize) -> Parsed<usize> {
        let start = self.skip_white_space(index);
        let end = self.skip_while(start, |c| {
            u8::try_from(c).is_ok_and(|b| b.is_ascii_alphabetic())
        });
        let index = self.skip_white_space(end);
        let kind_name = String::from_utf16_lossy(&self.pattern[start..end]);
        let kind = match kind_name.to_ascii_lowercase().as_str() {
            "choice" => ArgumentKind::Choice,
            "plural" => ArgumentKind::Plural,
            "select" => ArgumentKind::Select,
            "selectordinal" => ArgumentKind::SelectOrdinal,
            "" => return Err(Invalid),
            _ => {
                let (style, limit) = match self.at(index) {
                    Some(CLOSE) => (&self.pattern[index..index], index),
                    Some(COMMA) => {
                        let limit = self.simple_style(index + 1)?;
                        (&self.pattern[index + 1..limit], limit)
                    }
                    _ => return Err(Invalid),
                };
                let argument_type = simple_type(&kind_name, style)?;
                self.declare(name, argument_type)?;
                return Ok(limit);
            }
        };
        if self.at(index) != Some(COMMA) {
            return Err(Invalid);
        }
        match kind {
            ArgumentKind::Select => self.declare(name, ArgumentType::Text)?,
            _ => self.declare(name, ArgumentType::Double)?,
        }
        if kind == ArgumentKind::Choice {
            self.choice_style(index + 1, nesting)
        } else {
            self.selector_style(kind, index + 1, nesting)
        }
    }

    /// Notes the type with which an argument is used.
    fn declare(&mut self, name: Name, argument_type: ArgumentType) -> Parsed<()> {
        let known = *self.types.entry(name).or_insert(argument_type);
        if known == argument_type {
            Ok(())
        } else {
            Err(Invalid)
        }
    }

    /// The position of the `}` that ends the style of a simple argument.
    fn simple_style(&self, mut index: usize) -> Parsed<usize> {
        let mut depth = 0;
        while let Some(c) = self.at(index) {
            match c {
                APOSTROPHE => {
                    index = self.skip_while(index + 1, |c| c != APOSTROPHE);
                    if index == self.pattern.len() {
                        return Err(Invalid);
                    }
                }
                OPEN => depth += 1,
                CLOSE if depth == 0 => return Ok(index),
                CLOSE => depth -= 1,
                _ => {}
            }
            index += 1;
        }
        Err(Invalid)
    }

    /// Reads `number separator message` triples joined by `|`; returns the position of the closing `}`.
    fn choice_style(&mut self, index: usize, nesting: usize) -> Parsed<usize> {
        let mut index = self.skip_white_space(index);
        loop {
            let end = self.skip_number(index);
            check_number(&self.pattern[index..end], true)?;
            index = self.skip_white_space(end);
            let separator = self.at(index).ok_or(Invalid)?;
            if separator != POUND && separator != unit(b'<') && separator != 0x2264 {
                return Err(Invalid);
            }
            index = self.message(index + 1, nesting + 1, ArgumentKind::Choice)?;
            if self.at(index) != Some(PIPE) {
                return Ok(index);
            }
            index = self.skip_white_space(index + 1);
        }
    }

    /// Reads the selectors and messages of a plural or select; returns the position of the closing `}`.
    fn selector_style(
        &mut self,
        kind: ArgumentKind,
        mut index: usize,
        nesting: usize,
    ) -> Parsed<usize> {
        let mut is_first = true;
        let mut has_other = false;
        loop {
            index = self.skip_white_space(index);
            let start = index;
            match self.at(index) {
                None => return Err(Invalid),
                Some(CLOSE) => return if has_other { Ok(index) } else { Err(Invalid) },
                Some(c) if kind.is_plural() && c == unit(b'=') => {
                    index = self.skip_number(start + 1);
                    check_number(&self.pattern[start + 1..index], false)?;
                }
                Some(_) => {
                    index = self.skip_word(start);
                    let word = String::from_utf16_lossy(&self.pattern[start..index]);
                    if word.is_empty() {
                        return Err(Invalid);
                    }
                    if kind.is_plural() && word == "offset" && self.at(index) == Some(unit(b':')) {
                        if !is_first {
                            return Err(Invalid);
                        }
                        is_first = false;
                        let value = self.skip_white_space(index + 1);
                        index = self.skip_number(value);
                        check_number(&self.pattern[value..index], false)?;
                        continue;
                    }
                    has_other |= word == "other";
                }
            }
            index = self.skip_white_space(index);
            if self.at(index) != Some(OPEN) {
                return Err(Invalid);
            }
            index = self.message(index + 1, nesting + 1, kind)?;
            is_first = false;
        }
    }
}

/// What an argument is called: digits without leading zero are a number, which must be small.
fn argument_name(word: &[u16]) -> Parsed<Name> {
    if word.is_empty() {
        return Err(Invalid);
    }
    if !word.iter().all(|&c| matches!(c, 0x30..=0x39)) {
        return Ok(Name::Word(word.to_vec()));
    }
    if word[0] == unit(b'0') && word.len() > 1 {
        return Err(Invalid);
    }
    match String::from_utf16_lossy(word).parse() {
        Ok(number) if number <= i32::from(i16::MAX) => Ok(Name::Number(number)),
        _ => Err(Invalid),
    }
}

/// Judges a simple argument's type and style. The type must be one of six words in any case.
fn simple_type(kind_name: &str, style: &[u16]) -> Parsed<ArgumentType> {
    let style = String::from_utf16_lossy(style);
    match kind_name.to_ascii_lowercase().as_str() {
        "number" => {
            let keyword = style
                .trim_matches(is_pattern_white_space_char)
                .to_ascii_lowercase();
            let is_keyword = matches!(keyword.as_str(), "" | "integer" | "currency" | "percent");
            if !is_keyword && !keyword.starts_with("::") && !number_pattern::is_valid(&style) {
                return Err(Invalid);
            }
            Ok(if keyword == "integer" {
                ArgumentType::Integer
            } else {
                ArgumentType::Double
            })
        }
        "date" | "time" => Ok(ArgumentType::Date),
        "spellout" | "ordinal" | "duration" => Ok(ArgumentType::Double),
        _ => Err(Invalid),
    }
}

/// Whether the text is a number that ICU can read as a selector.
fn check_number(text: &[u16], allow_infinity: bool) -> Parsed<()> {
    let text = String::from_utf16_lossy(text);
    let magnitude = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if magnitude == "\u{221e}" {
        return if allow_infinity { Ok(()) } else { Err(Invalid) };
    }
    // ICU copies everything but small integers into a buffer of 128 bytes.
    let fits = text.len() < 128 || magnitude.bytes().all(|byte| byte == b'0');
    let starts_as_number = magnitude.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if fits && starts_as_number && magnitude.parse::<f64>().is_ok() {
        Ok(())
    } else {
        Err(Invalid)
    }
}

fn is_pattern_white_space_char(c: char) -> bool {
    u16::try_from(u32::from(c)).is_ok_and(is_pattern_white_space)
}

/// Unicode's `Pattern_White_Space`.
fn is_pattern_white_space(c: u16) -> bool {
    matches!(
        c,
        0x09..=0x0D | 0x20 | 0x85 | 0x200E | 0x200F | 0x2028 | 0x2029
    )
}

/// Unicode's `Pattern_Syntax`.
fn is_pattern_syntax(c: u16) -> bool {
    match c {
        0x00..=0x7F => u8::try_from(c).is_ok_and(|b| b.is_ascii_punctuation() && b != b'_'),
        0xA1..=0xA7 | 0xA9 | 0xAB | 0xAC | 0xAE | 0xB0 | 0xB1 | 0xB6 | 0xBB | 0xBF => true,
        0xD7 | 0xF7 => true,
        0x2010..=0x2027 | 0x2030..=0x203E | 0x2041..=0x2053 | 0x2055..=0x205E => true,
        0x2190..=0x245F | 0x2500..=0x2775 | 0x2794..=0x2BFF | 0x2E00..=0x2E7F => true,
        0x3001..=0x3003 | 0x3008..=0x3020 | 0x3030 => true,
        0xFD3E | 0xFD3F | 0xFE45 | 0xFE46 => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn formats_as_php_does() {
        // Recorded from PHP 8.2 with ICU 72; `None` is an error there, so the text stays.
        let table: &[(&str, Option<&str>)] = &[
            ("{0} of { 1 }", Some("{0} of {1}")),
            (
                "{name}, {n, plural, one{# x} other{'#' {y}}}",
                Some("{name}, {n}"),
            ),
            ("{0,number} {0, number, #,##0.0#}", Some("{0} {0}")),
            ("{0, date} {1,time,HH:mm}", Some("{0} {1}")),
            ("It''s {0}", Some("It's {0}")),
            ("'{1}' {0}", Some("{1} {0}")),
            ("l'{0}", Some("l{0}")),
            ("don't {0}", Some("don't {0}")),
            ("'{0}'''{1}", Some("{0}'{1}")),
            ("{0} }", Some("{0} }")),
            ("{n, choice, 0#none|1<{0} of |2#x}", Some("{n}")),
            ("{n, selectordinal, offset:1 =2{a} other{b}}", Some("{n}")),
            ("{", None),
            ("{}", None),
            ("{a b}", None),
            ("{-1}", None),
            ("{00}", None),
            ("{32768}", None),
            ("{{x}}", None),
            ("${ $.x }", None),
            ("{0} {0, number}", None),
            ("{0,number,integer} {0,number}", None),
            ("{0, foo}", None),
            ("{0, number, 0#}", None),
            ("{n, plural, one{x}}", None),
            ("{n, plural}", None),
            ("{n, choice, 0}", None),
            ("no braces", None),
        ];
        for (text, expected) in table {
            let formatted = format(text.as_bytes());
            assert_eq!(formatted.as_deref(), expected.map(str::as_bytes), "{text}");
        }
        assert_eq!(format(b"{0} \xff"), None);
    }

    #[test]
    fn deep_nesting_ends() {
        let text = "{a, select, other{".repeat(100_000);
        assert_eq!(format(text.as_bytes()), None);
    }
}
