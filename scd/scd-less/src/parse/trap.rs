//! The traps of less.php that people fall into, told from the text of a statement that could not be read.

use std::ops::Range;

use super::scan::{is_word, run};
use crate::options::Dialect;
use crate::source::Source;

/// What is known of a failure.
pub(super) struct Trouble<'t> {
    /// The message without its class.
    what: &'t str,
    /// The statement from its beginning.
    pub(super) text: String,
    /// The statement up to the place of the failure, without white space at its end.
    before: String,
    /// What stands at the place.
    rest: &'t [u8],
    /// The line on which `before` ends, and that of the place.
    lines: [u32; 2],
    dialect: Dialect,
}

const NEWER: &str = "values of other blocks (`$property`, `.mixin()[@value]`, `@map[key]`) can be used in less.php 5 only";

impl<'t> Trouble<'t> {
    pub(super) fn new(
        what: &'t str,
        position: usize,
        statement: Range<usize>,
        source: &'t Source,
        dialect: Dialect,
    ) -> Self {
        let bytes = source.text.as_bytes();
        let position = position.min(bytes.len());
        let before = bytes[statement.start.min(position)..position].trim_ascii();
        let end = bytes[..position].trim_ascii_end().len();
        Self {
            what,
            before: String::from_utf8_lossy(before).into_owned(),
            rest: &bytes[position..],
            lines: [end, position].map(|at| source.locate(at).line),
            text: String::from_utf8_lossy(bytes[statement].trim_ascii_start()).into_owned(),
            dialect,
        }
    }

    /// What stands before the block of the statement; all of it if it has none.
    fn head(&self) -> &str {
        let brace = self
            .text
            .match_indices('{')
            .find(|(at, _)| !self.text[..*at].ends_with(['@', '$']));
        brace.map_or(&self.text, |(at, _)| &self.text[..at])
    }

    pub(super) fn has_block(&self) -> bool {
        self.head().len() < self.text.len()
    }

    /// Whether a comment begins in the lines before and does not end there.
    pub(super) fn is_behind_comment_start(&self) -> bool {
        let start = self.before.rfind("/*");
        start.is_some_and(|start| !self.before[start..].contains("*/"))
    }

    fn is_old(&self) -> bool {
        self.dialect == Dialect::V3
    }

    /// Whether the statement calls or defines a mixin, or is a rule of a class or an id.
    fn is_mixin(&self) -> bool {
        self.text.starts_with(['.', '#'])
    }

    fn stands(&self, text: &str) -> bool {
        self.rest.starts_with(text.as_bytes())
    }

    /// The name of the at-rule or variable that the statement begins with.
    fn at_name(&self) -> Option<&str> {
        let name = self.text.strip_prefix('@')?;
        Some(&name[..run(name.as_bytes(), is_word)])
    }

    /// What stands before the last parenthesis that is open at the place.
    fn open_paren(&self) -> Option<&str> {
        let mut depth = 0_usize;
        for (at, sign) in self.before.char_indices().rev() {
            match sign {
                ')' => depth += 1,
                '(' if depth == 0 => return Some(&self.before[..at]),
                '(' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// Whether a declaration was being read: `name: …`, not a selector with a pseudo class.
    fn is_in_value(&self) -> bool {
        let name = self.before.trim_start_matches(['@', '*', '$']);
        let length = run(name.as_bytes(), |byte| is_word(byte) || byte == b'+');
        let rest = name[length..].trim_start();
        length > 0 && rest.starts_with(':') && !rest.starts_with("::")
    }
}

/// The known trap that a failure is a sign of.
pub(super) fn trap(trouble: &Trouble<'_>) -> Option<String> {
    let of_places: [fn(&Trouble<'_>) -> Option<String>; 7] =
        [comment, at_rule, extend, semicolon, mixin, value, selector];
    of_places.iter().find_map(|find| find(trouble))
}

fn told(advice: &str) -> Option<String> {
    Some(advice.to_owned())
}

fn comment(trouble: &Trouble<'_>) -> Option<String> {
    if trouble.stands("/*") || trouble.before.ends_with("*/") {
        return told(
            "less.php takes no comment at this place; write it in front of or behind the statement",
        );
    }
    None
}

fn at_rule(trouble: &Trouble<'_>) -> Option<String> {
    let name = trouble.at_name()?;
    let (text, head) = (&*trouble.text, trouble.head());
    let rest = text[1 + name.len()..].trim_start();
    if let Some(value) = rest.strip_prefix(':')
        && value.trim_start().starts_with('{')
        && text.trim_end().ends_with('}')
    {
        return told("a detached ruleset needs a `;` behind its `}`, and at least one statement");
    }
    let is_condition = matches!(name, "media" | "supports");
    if is_condition && head.contains("@{") {
        return Some(format!(
            "`@{{…}}` is not replaced in `@{name}`; write the variable as `@name`"
        ));
    }
    if name == "media" && (trouble.stands("<") || trouble.stands(">")) {
        return told(
            "less.php does not know `<` and `>` in queries; write `min-width: …` and `max-width: …`, or put the query into a variable as `~\"…\"`",
        );
    }
    if name == "media" && trouble.stands(":") && trouble.before.contains("(@") {
        return told(
            "the name of a feature cannot be a variable; put the query into a variable as `~\"(…)\"`",
        );
    }
    if is_condition && !trouble.has_block() {
        return Some(format!("`@{name}` needs a block `{{ … }}`"));
    }
    match name {
        "plugin" => {
            return told(
                "plugins are JavaScript, which less.php does not run; write a mixin instead",
            );
        }
        "import" => {
            return told(
                "`@import` wants options in parentheses, a string or `url(…)`, media queries and a `;`",
            );
        }
        "charset" | "namespace" => {
            return told("write it on a line of its own that ends in `;`");
        }
        "keyframes" if trouble.what.ends_with("identifier") || head.contains("@{") => {
            return told("the name of keyframes is a plain word, in which no variable is replaced");
        }
        _ => {}
    }
    if is_empty_at_rule(text) {
        return told("less.php refuses at-rules with an empty block; remove it");
    }
    if rest.starts_with('[') {
        return told(NEWER);
    }
    if rest.starts_with('(') && !trouble.has_block() && !is_condition {
        return told("a call of a detached ruleset is `@name();`");
    }
    if name.is_empty() && !rest.starts_with('{') {
        return told("the name of a variable is made of ASCII letters, digits, `-` and `_`");
    }
    if rest.is_empty() || rest.starts_with(';') {
        return told(
            "a variable is set with `@name: value;`, a detached ruleset is called with `@name();`",
        );
    }
    if rest.starts_with([':', '{']) && !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) && !rest.starts_with(':') {
        return told("write the name of an at-rule in lower case");
    }
    let is_known = ["host", "page", "document", "viewport", "font-face"].contains(&name)
        || name.ends_with("keyframes")
        || is_condition;
    if !trouble.is_old() || is_known || name.is_empty() || rest.starts_with(':') {
        return None;
    }
    let of_css = [
        "layer",
        "container",
        "property",
        "counter-style",
        "scope",
        "starting-style",
        "font-feature-values",
    ];
    if of_css.contains(&name) {
        return told(
            "less.php 3 does not know this at-rule; put it into a `.css` file that is imported with `(inline)`",
        );
    }
    Some(format!(
        "less.php 3 does not know an at-rule `@{name}`; if a variable is meant, it is set with `@{name}: value;`"
    ))
}

fn extend(trouble: &Trouble<'_>) -> Option<String> {
    if !trouble.head().contains(":extend(") {
        return None;
    }
    if trouble.what.starts_with("Expected ';'") {
        return told("a statement `&:extend(…)` must end in `;`, also as the last one of a block");
    }
    None
}

/// A statement that goes on where the next one was meant to begin.
fn semicolon(trouble: &Trouble<'_>) -> Option<String> {
    let missing = |line: u32| Some(format!("a `;` is missing at the end of line {line}"));
    let before = &*trouble.before;
    let [end, place] = trouble.lines;
    if trouble.what != "Unexpected input" || before.is_empty() {
        return None;
    }
    let is_call = trouble.is_mixin() && before.contains('(') && !before.contains('{');
    if trouble.is_in_value() && !before.ends_with([':', ',', '(']) {
        if end < place {
            return missing(end);
        }
        // The name of the next declaration was taken for a part of the value.
        if (trouble.stands(":") || trouble.stands("{"))
            && let Some(newline) = before.rfind('\n')
        {
            let lines = before[newline..].matches('\n').count() as u32;
            let blank = before[..newline].len() - before[..newline].trim_end().len();
            let blank = before[newline - blank..newline].matches('\n').count() as u32;
            return missing(end.saturating_sub(lines + blank));
        }
    }
    let is_next = trouble.stands(":") || trouble.rest.first().is_some_and(u8::is_ascii_alphabetic);
    let is_next = is_next && !trouble.stands("when") && !before.contains(" when");
    if is_call && is_next && !trouble.has_block() {
        return told("a `;` is missing behind this mixin call");
    }
    None
}

fn mixin(trouble: &Trouble<'_>) -> Option<String> {
    let (head, before, what) = (trouble.head(), &*trouble.before, trouble.what);
    if head.contains(";;") && head.contains('(') {
        return told(
            "`;;` in arguments is an error; leave the argument out by naming the ones behind it",
        );
    }
    if what.starts_with("Cannot mix") {
        return told("`,` and `;` both separate arguments here; write `;` between all of them");
    }
    if head.contains(" when") || head.contains(")when") {
        return guard(trouble);
    }
    if !trouble.is_mixin() || !head.contains('(') {
        return None;
    }
    if head.contains("!important") {
        return told(
            "`!important` inside arguments is an error; write it behind the `)`, or as `~'… !important'`",
        );
    }
    if head.contains("...") && what != "Unexpected input" && trouble.has_block() {
        return told("`...` must be the last of the parameters");
    }
    if head.contains("...") && trouble.is_old() {
        return told(
            "lists are spread over parameters by `...` in less.php 5 only; hand the values over one by one",
        );
    }
    if head.contains("...") && trouble.has_block() {
        return told("`...` must be the last of the parameters");
    }
    let is_default = before.ends_with(':') || what.ends_with("named argument");
    if trouble.is_old() && is_default {
        return told(
            "less.php 3 takes no detached ruleset as a default or by name; hand it over as a plain argument",
        );
    }
    if trouble.is_old() && (head.contains(")[") || head.contains("($")) {
        return told(NEWER);
    }
    match what {
        "Expected ')' got ','" => told("an argument is missing before this `,`"),
        "Expected ')' got '.'" | "Expected ')' got '#'" => told(
            "a selector cannot be an argument; hand it over as `~\"…\"` and use it as `@{name}`",
        ),
        _ => None,
    }
}

fn guard(trouble: &Trouble<'_>) -> Option<String> {
    let what = trouble.what;
    if trouble.stands("!") || what.ends_with("got '!'") {
        return told("guards compare by `=`, `>`, `>=`, `=<` and `<`; the opposite is `not (…)`");
    }
    if trouble.stands("when") {
        return told("there can be one `when` only; conditions are joined by `and` and `,`");
    }
    if trouble.is_old() && trouble.stands("or") {
        return told("`or` works in less.php 5 only; separate the alternatives by `,`");
    }
    if trouble.is_old() && trouble.head().contains(")[") {
        return told(NEWER);
    }
    let is_nested = trouble.head().contains("((") || trouble.head().contains("( (");
    if trouble.is_old() && is_nested && what.starts_with("Expected ')'") {
        return told(
            "less.php 3 takes no parentheses around several conditions; join `(…) and (…)`, and separate alternatives by `,`",
        );
    }
    if what.starts_with("Expected '('")
        || what.to_ascii_lowercase().starts_with("expected condition")
    {
        return told("every condition of a guard stands in parentheses: `when (@a > 1) and (@b)`");
    }
    None
}

fn value(trouble: &Trouble<'_>) -> Option<String> {
    let (text, head, before) = (&*trouble.text, trouble.head(), &*trouble.before);
    let lower = head.to_ascii_lowercase();
    if lower.contains('!') && lower.contains("important") && !head.contains("important") {
        return told("write `!important` in lower case");
    }
    if before.ends_with("!important") {
        return told("`!important` ends a value; nothing but `;` can follow");
    }
    let newer = [
        (
            "if(",
            "`if()` works in less.php 5 only; use a mixin with a guard",
            true,
        ),
        (
            "boolean(",
            "`boolean()` works in less.php 5 only; compare in the guard of a mixin",
            true,
        ),
        (
            "each(",
            "less.php has no `each()`; use a mixin that calls itself",
            false,
        ),
        (
            "range(",
            "less.php has no `range()`; use a mixin that calls itself",
            false,
        ),
    ];
    for (sign, advice, is_in_5) in newer {
        if (trouble.is_old() || !is_in_5) && has_call(head, sign) {
            return told(advice);
        }
    }
    if trouble.is_old() && text.starts_with("--") {
        return told(
            "less.php 3 reads a custom property like any other; escape its value as `~\"…\"`",
        );
    }
    if before.ends_with("[@") && trouble.stands("{")
        || before.ends_with('[') && trouble.stands("@{")
    {
        return told("a value is looked up by `[name]`, `[@name]`, `[@@name]` or `[$@name]`");
    }
    if trouble.is_old() && is_lookup(trouble) {
        return told(NEWER);
    }
    if !trouble.is_in_value() {
        return None;
    }
    if trouble.stands("@{") {
        return told(
            "in values a variable is written `@name`; `@{name}` is for strings, selectors and names of properties",
        );
    }
    if trouble.stands("{") && before.ends_with(':') && !text.starts_with('@') {
        return told("only variables can hold a block: `@name: { … };`");
    }
    if lower.contains("url(") && !head.contains("url(") {
        return told("write `url(…)` in lower case");
    }
    if trouble.what == "Expected ')' got '('" && lower.contains("url(") {
        return told("put the address of `url(…)` into quotes");
    }
    if trouble.stands("~") {
        return told("`~` stands directly before a quote");
    }
    let is_quote = trouble.stands("\"") || trouble.stands("'");
    let line = trouble
        .rest
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    if is_quote && memchr::memchr_iter(line[0], line).count() == 1 {
        return told("a string must end on the line on which it begins");
    }
    let is_operator = ["+", "*", "/"].iter().any(|sign| trouble.stands(sign));
    if is_operator && !before.ends_with(':') {
        let last = before
            .rsplit([' ', ':', ',', '('])
            .next()
            .unwrap_or_default();
        let unit = last.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == '.');
        let is_upper =
            unit.len() < last.len() && unit.bytes().any(|byte| byte.is_ascii_uppercase());
        if is_upper {
            return told("less.php 3 computes with units in lower case only");
        }
        return Some(format!(
            "what stands before this `{}` cannot be computed with: no number, hexadecimal colour or variable; escape the value as `~\"…\"`",
            char::from(trouble.rest[0])
        ));
    }
    let open = trouble.open_paren();
    if open.is_some_and(|open| !open.ends_with(|sign: char| sign.is_ascii_alphanumeric())) {
        return told(
            "parentheses in values hold sums of numbers, colours and variables; escape others as `~\"(…)\"`",
        );
    }
    None
}

/// Whether a value of another block is asked for at the place.
fn is_lookup(trouble: &Trouble<'_>) -> bool {
    let (head, before) = (trouble.head(), &*trouble.before);
    let last = before
        .rsplit([' ', ':', ',', '('])
        .next()
        .unwrap_or_default();
    let is_name = |text: &str| text.len() > 1 && text.starts_with(['@', '.', '#', '$']);
    if trouble.stands("[") && is_name(last) || before.ends_with(")[") {
        return true;
    }
    let name = |text: &[u8]| matches!(text.first(), Some(byte) if is_word(*byte));
    let is_value = trouble.is_in_value() || trouble.what.starts_with("Expected ')'");
    if trouble.stands("$") {
        return name(&trouble.rest[1..])
            || trouble.rest[1..].starts_with(b"@")
            || trouble.rest[1..].starts_with(b"{");
    }
    if is_value && (trouble.stands(".") || trouble.stands("#")) && name(&trouble.rest[1..]) {
        let length = run(trouble.rest, |byte| {
            is_word(byte) || matches!(byte, b'.' | b'#' | b'>' | b' ')
        });
        return matches!(trouble.rest.get(length), Some(b'(' | b'['));
    }
    head.contains(")[")
}

fn selector(trouble: &Trouble<'_>) -> Option<String> {
    let (text, before) = (&*trouble.text, &*trouble.before);
    let is_attribute = trouble.what.starts_with("Expected ']'")
        || trouble
            .what
            .starts_with("expected the name of an attribute");
    if is_attribute {
        return told(
            "less.php reads `[name]` and `[name=value]` without flags and variables in names; put another selector into a variable and write `@{name}`",
        );
    }
    if text.starts_with(':') && trouble.stands(":") && before.is_empty() {
        return told("the name of a property is missing before this `:`");
    }
    if trouble.is_mixin() && !trouble.has_block() && (trouble.stands(";") || trouble.stands("}")) {
        let is_pseudo = |at: usize| text[at + 1..].starts_with(|sign: char| !sign.is_whitespace());
        if text.find(':').is_some_and(is_pseudo) {
            return told("only classes and ids can be called as mixins, without pseudo classes");
        }
    }
    let is_pseudo = trouble.open_paren().is_some_and(|open| {
        let name = open.trim_end_matches(|sign: char| sign.is_ascii_alphanumeric() || sign == '-');
        name.len() < open.len() && name.ends_with(':')
    });
    if is_pseudo && trouble.has_block() {
        return told(
            "less.php takes one plain selector inside of a pseudo class; put another into a variable and write `@{name}`",
        );
    }
    if trouble.has_block() && trouble.rest.first().is_some_and(|byte| !byte.is_ascii()) {
        return told(
            "less.php does not take this character in a name; write it as an escape, `\\…`",
        );
    }
    None
}

/// Whether a statement is an at-rule with nothing in its block.
pub(super) fn is_empty_at_rule(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('@')
        && text
            .strip_suffix('}')
            .is_some_and(|text| text.trim_end().ends_with('{'))
}

/// Whether a call begins with the name and `(` of `sign`, not with a longer name.
fn has_call(text: &str, sign: &str) -> bool {
    text.match_indices(sign).any(|(at, _)| {
        text[..at]
            .bytes()
            .next_back()
            .is_none_or(|before| !is_word(before) && before != b'.' && before != b'@')
    })
}
