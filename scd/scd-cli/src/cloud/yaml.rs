//! YAML as ece-tools reads it: Symfony's types of scalars, PHP's arrays, and the line of everything for messages.
//!
//! Mirrors `Symfony\Component\Yaml\Yaml::parse` with `PARSE_CONSTANT`, but for the constants themselves: their values are
//! known to PHP alone, so each stays a [`Value::Constant`] that whoever needs its value refuses.

use std::collections::HashMap;

use anyhow::{Result, anyhow, bail};
use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) value: Value,
    /// Its line, from 1.
    pub(crate) line: usize,
}

/// A value, with the types that PHP has for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// `null`, `~`, or nothing.
    Null,
    /// `true` and `false`, and no other word: `yes` and `on` are strings.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Any other scalar.
    String(String),
    /// A list, whose keys are left empty, or a map.
    Array(Vec<Entry>),
    /// `!php/const NAME`: whatever PHP has under this name.
    Constant(String),
}

/// One element of an array.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Its key; empty in a list.
    pub(crate) key: String,
    /// The line of the key, or of the element of a list.
    pub(crate) line: usize,
    /// Whether the key is `!php/const NAME`.
    pub(crate) is_constant: bool,
    /// Whether the array is a list, so that there is no key.
    pub(crate) is_listed: bool,
    /// The element.
    pub(crate) node: Node,
}

/// Aliases may multiply a small file into a huge one; no project comes near.
const MOST_NODES: usize = 100_000;

impl Value {
    /// PHP's word for the type, as `gettype` says it.
    pub(crate) fn php_type(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "boolean",
            Self::Int(_) => "integer",
            Self::Float(_) => "double",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Constant(_) => "constant",
        }
    }

    /// Whether PHP takes it for true.
    pub(crate) fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(value) => !matches!(value.as_str(), "" | "0"),
            Self::Array(entries) => !entries.is_empty(),
            Self::Constant(_) => true,
        }
    }

    /// The elements, if it is an array.
    pub(crate) fn as_array(&self) -> Option<&[Entry]> {
        match self {
            Self::Array(entries) => Some(entries),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Node {
    /// The element of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let entries = self.value.as_array()?;
        entries
            .iter()
            .find(|entry| !entry.is_listed && entry.key == key)
            .map(|entry| &entry.node)
    }

    /// The name and line of the first PHP constant in it, itself included.
    pub(crate) fn constant(&self) -> Option<(&str, usize)> {
        match &self.value {
            Value::Constant(name) => Some((name, self.line)),
            Value::Array(entries) => entries.iter().find_map(|entry| {
                if entry.is_constant {
                    return Some((entry.key.as_str(), entry.line));
                }
                entry.node.constant()
            }),
            _ => None,
        }
    }
}

/// Reads a document; an empty one is `null`. `name` is that of the file, for messages.
///
/// # Errors
/// Text that is not YAML, a key that occurs twice, tags other than `!php/const` and `!!str`, more than one document.
pub(crate) fn parse(name: &str, text: &str) -> Result<Node> {
    let mut reader = Reader {
        name,
        open: Vec::new(),
        anchors: HashMap::new(),
        document: None,
        node_count: 0,
    };
    // As in Symfony, a byte order mark is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            anyhow!(
                "cannot read `{name}`, line {}: {}",
                error.marker().line(),
                error.info()
            )
        })?;
        reader.take(event, span)?;
    }
    Ok(reader.document.unwrap_or(Node {
        value: Value::Null,
        line: 1,
    }))
}

/// An array whose end has not been seen.
struct Open {
    line: usize,
    anchor: usize,
    is_list: bool,
    entries: Vec<Entry>,
    /// The key that waits for its element: text, line, whether it is a constant, whether it may merge.
    key: Option<(String, usize, bool, bool)>,
}

struct Reader<'a> {
    name: &'a str,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    document: Option<Node>,
    node_count: usize,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        let line = span.start.line();
        match event {
            Event::DocumentStart(..) if self.document.is_some() => {
                bail!(
                    "cannot read `{}`, line {line}: a second document begins",
                    self.name
                )
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), line)
            }
            Event::SequenceStart(_, anchor, tag) => self.begin(true, anchor, tag.as_deref(), line),
            Event::MappingStart(_, anchor, tag) => self.begin(false, anchor, tag.as_deref(), line),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(array) = self.open.pop() else {
                    return Ok(());
                };
                let node = Node {
                    value: Value::Array(array.entries),
                    line: array.line,
                };
                self.finish(node, array.anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    bail!(
                        "cannot read `{}`, line {line}: the reference leads nowhere",
                        self.name
                    )
                };
                self.count(&node)?;
                self.finish(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        is_list: bool,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<()> {
        if let Some(tag) = tag {
            return Err(self.unknown_tag(tag, line));
        }
        self.expect_no_key(line)?;
        self.open.push(Open {
            line,
            anchor,
            is_list,
            entries: Vec::new(),
            key: None,
        });
        Ok(())
    }

    /// Refuses an array where the key of a map belongs.
    fn expect_no_key(&self, line: usize) -> Result<()> {
        match self.open.last() {
            Some(array) if !array.is_list && array.key.is_none() => {
                bail!(
                    "cannot read `{}`, line {line}: a key must be a text",
                    self.name
                )
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<()> {
        let is_plain = style == ScalarStyle::Plain;
        let is_constant = tag.is_some_and(|tag| tag.original().starts_with("!php/const"));
        if let Some(array) = self.open.last_mut()
            && !array.is_list
            && array.key.is_none()
        {
            array.key = Some((text.to_owned(), line, is_constant, is_plain && text == "<<"));
            return Ok(());
        }
        let value = match tag {
            None if is_plain => plain(text),
            None => Value::String(text.to_owned()),
            Some(_) if is_constant => Value::Constant(text.to_owned()),
            Some(tag) if tag.is_yaml_core_schema_tag("str") || tag.original() == "!str" => {
                Value::String(text.to_owned())
            }
            Some(tag) => return Err(self.unknown_tag(tag, line)),
        };
        self.finish(Node { value, line }, anchor)
    }

    fn unknown_tag(&self, tag: &Tag, line: usize) -> anyhow::Error {
        anyhow!(
            "cannot read `{}`, line {line}: the tag `{}` is not supported",
            self.name,
            tag.original()
        )
    }

    /// Puts a complete node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<()> {
        self.node_count += 1;
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let name = self.name;
        let Some(array) = self.open.last_mut() else {
            self.document = Some(node);
            return Ok(());
        };
        if array.is_list {
            array.entries.push(Entry {
                key: String::new(),
                line: node.line,
                is_constant: false,
                is_listed: true,
                node,
            });
            return Ok(());
        }
        let Some((key, line, is_constant, may_merge)) = array.key.take() else {
            bail!(
                "cannot read `{name}`, line {}: a key must be a text",
                node.line
            );
        };
        if may_merge {
            return merge(array, node, name);
        }
        // What a merge brought in gives way.
        let mut known = array.entries.iter().position(|entry| entry.key == key);
        if let Some(position) = known
            && array.entries[position].line == MERGED
        {
            array.entries.remove(position);
            known = None;
        }
        if known.is_some() {
            bail!("cannot read `{name}`, line {line}: the key `{key}` occurs twice");
        }
        array.entries.push(Entry {
            key,
            line,
            is_constant,
            is_listed: false,
            node,
        });
        Ok(())
    }

    /// Counts what an alias repeats.
    fn count(&mut self, node: &Node) -> Result<()> {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            self.node_count += 1;
            if self.node_count > MOST_NODES {
                bail!(
                    "cannot read `{}`: its references make it too large",
                    self.name
                );
            }
            if let Value::Array(entries) = &node.value {
                waiting.extend(entries.iter().map(|entry| &entry.node));
            }
        }
        Ok(())
    }
}

/// The line of entries that `<<` brought in; the file's own keys win over them.
const MERGED: usize = 0;

fn merge(array: &mut Open, node: Node, name: &str) -> Result<()> {
    let Value::Array(entries) = node.value else {
        bail!("cannot read `{name}`, line {}: `<<` needs a map", node.line);
    };
    for entry in entries {
        if entry.is_listed {
            merge(array, entry.node, name)?;
        } else if !array.entries.iter().any(|known| known.key == entry.key) {
            array.entries.push(Entry {
                line: MERGED,
                ..entry
            });
        }
    }
    Ok(())
}

/// What an unquoted scalar means. Mirrors `Symfony\Component\Yaml\Inline::evaluateScalar`; what it makes of dates is left a
/// string, since no setting takes one.
fn plain(text: &str) -> Value {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "" | "~" | "null" => return Value::Null,
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        ".inf" | ".nan" => return Value::Float(f64::INFINITY),
        "-.inf" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    number(text).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let octal = |digits: &str| {
        let number = i64::from_str_radix(&digits.replace('_', ""), 8).ok()?;
        Some(Value::Int(sign * number))
    };
    if let Some(digits) = digits.strip_prefix("0o") {
        let is_octal = |byte: u8| matches!(byte, b'0'..=b'7' | b'_');
        return (!digits.is_empty() && digits.bytes().all(is_octal))
            .then(|| octal(digits))
            .flatten();
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(&digits.replace('_', ""), 16)
            .ok()
            .map(Value::Int);
    }
    let mut plain = text.to_owned();
    if digits.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        plain = plain.replace('_', "");
        let bare = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
        let is_octal = |byte: u8| matches!(byte, b'0'..=b'7');
        if bare.len() > 1
            && bare.starts_with('0')
            && bare.bytes().all(is_octal)
            && !text.starts_with('+')
        {
            return octal(bare);
        }
        if plain.starts_with('+') {
            return plain.parse().ok().map(Value::Float);
        }
        // What PHP's integers cannot hold, or would print otherwise, stays a string.
        return match plain.parse::<i64>() {
            Ok(number) if number.to_string() == plain => Some(Value::Int(number)),
            _ => Some(Value::String(plain)),
        };
    }
    let first = digits.bytes().next()?;
    let is_decimal =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'e' | b'E' | b'+' | b'-');
    if !(first.is_ascii_digit() || first == b'.') || !digits.bytes().all(is_decimal) {
        return None;
    }
    if plain.contains('_') && plain.contains(['e', 'E']) {
        return None;
    }
    plain.retain(|letter| letter != '_');
    plain.parse().ok().map(Value::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        parse("x.yaml", &format!("k: {text}\n"))
            .unwrap()
            .get("k")
            .unwrap()
            .value
            .clone()
    }

    fn refusal(text: &str) -> String {
        parse("x.yaml", text).unwrap_err().to_string()
    }

    #[test]
    fn scalars_have_symfonys_types() {
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(value(text), Value::Null, "{text}");
        }
        for (text, expected) in [("true", true), ("TRUE", true), ("False", false)] {
            assert_eq!(value(text), Value::Bool(expected), "{text}");
        }
        for text in [
            "yes", "no", "on", "off", "1a", "'1'", "\"true\"", "2.1.0", "!!str 4",
        ] {
            assert_eq!(value(text).php_type(), "string", "{text}");
        }
        for (text, expected) in [
            ("0", 0),
            ("-1", -1),
            ("1_000", 1000),
            ("010", 8),
            ("0o17", 15),
            ("0x1F", 31),
        ] {
            assert_eq!(value(text), Value::Int(expected), "{text}");
        }
        for (text, expected) in [("1.5", 1.5), ("1e3", 1000.0), ("+3", 3.0)] {
            assert_eq!(value(text), Value::Float(expected), "{text}");
        }
        assert_eq!(value("99999999999999999999").php_type(), "string");
        assert_eq!(value("[]"), Value::Array(Vec::new()));
    }

    #[test]
    fn lines_keys_and_lists_are_kept() {
        let node = parse("x.yaml", "# c\na:\n  b: [x, y]\n  'c': 2\n").unwrap();
        let a = node.get("a").unwrap();
        let list = a.get("b").unwrap();
        assert_eq!((a.line, list.line), (3, 3));
        let entries = list.value.as_array().unwrap();
        assert!(entries.iter().all(|entry| entry.is_listed));
        assert_eq!(entries[1].node.value.as_str(), Some("y"));
        assert_eq!(a.get("c").unwrap().line, 4);
        assert!(node.get("b").is_none());
        assert_eq!(parse("x.yaml", "").unwrap().value, Value::Null);
        assert_eq!(
            parse("x.yaml", "\u{feff}a: 1")
                .unwrap()
                .get("a")
                .unwrap()
                .value,
            Value::Int(1)
        );
    }

    #[test]
    fn references_and_merges_are_followed() {
        let node = parse(
            "x.yaml",
            "a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: *x\n  q: 3\n",
        )
        .unwrap();
        assert_eq!(
            node.get("b").unwrap().get("q").unwrap().value,
            Value::Int(2)
        );
        let merged = node.get("c").unwrap();
        assert_eq!(merged.get("p").unwrap().value, Value::Int(1));
        assert_eq!(merged.get("q").unwrap().value, Value::Int(3));
        assert!(refusal("a: *x\n").contains("line 1"));
    }

    #[test]
    fn constants_are_found_with_their_lines() {
        let node = parse(
            "x.yaml",
            "a:\n  b: !php/const PHP_INT_MAX\nc:\n  !php/const PDO::X: 1\nd: 1\n",
        )
        .unwrap();
        assert_eq!(node.get("a").unwrap().constant(), Some(("PHP_INT_MAX", 2)));
        assert_eq!(node.get("c").unwrap().constant(), Some(("PDO::X", 4)));
        assert_eq!(node.get("d").unwrap().constant(), None);
    }

    #[test]
    fn what_is_not_yaml_is_refused_with_its_line() {
        assert!(refusal("a: 1\nb: [\n").contains("`x.yaml`, line "));
        assert!(refusal("a: 1\na: 2\n").contains("line 2: the key `a` occurs twice"));
        assert!(refusal("a: !thing 1\n").contains("the tag `!thing`"));
        assert!(refusal("a: !thing {}\n").contains("the tag `!thing`"));
        assert!(refusal("[a]: 1\n").contains("a key must be a text"));
        assert!(refusal("a: 1\n---\nb: 1\n").contains("a second document"));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let parts = vec![format!("*a{}", level - 1); 8].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{parts}]\n"));
        }
        assert!(refusal(&bomb).contains("too large"));
    }
}
