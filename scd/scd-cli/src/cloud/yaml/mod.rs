//! YAML as ece-tools reads it: Symfony's types of scalars, PHP's arrays, and the line of everything for messages.
//!
//! Mirrors `Symfony\Component\Yaml\Yaml::parse` with `PARSE_CONSTANT`, but for the constants themselves: their values are
//! known to PHP alone, so each stays a [`Value::Constant`] that whoever needs its value refuses.

mod read;
mod scalar;

pub(crate) use read::parse;

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
