//! Values of PHP literals, with PHP's rules for array keys and truth.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashMap;

/// A PHP value that a literal can have.
#[derive(Clone, Debug, PartialEq)]
pub enum PhpValue {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A string: bytes of no particular encoding.
    String(Vec<u8>),
    /// An array, list or map.
    Array(PhpArray),
}

/// A key of a PHP array.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PhpKey {
    /// A whole number; strings such as `'7'` and `'-7'` become one, `'07'` does not.
    Int(i64),
    /// Any other string.
    String(Box<[u8]>),
}

/// A PHP array: a map in order of first insertion.
#[derive(Clone, Debug, Default)]
pub struct PhpArray {
    entries: Vec<(PhpKey, PhpValue)>,
    index: FxHashMap<PhpKey, usize>,
    next: i64,
}

impl PartialEq for PhpArray {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl PhpValue {
    /// A string value.
    pub fn string(text: impl AsRef<[u8]>) -> Self {
        Self::String(text.as_ref().to_vec())
    }

    /// Whether PHP takes it for true: all but `null`, `false`, 0, 0.0, `''`, `'0'` and `[]`.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(value) => !matches!(value.as_slice(), b"" | b"0"),
            Self::Array(value) => !value.is_empty(),
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&PhpArray> {
        match self {
            Self::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The string, if it is one and valid UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The whole number, if it is one (a numeric string is not).
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// What `(string)` makes of it; none for arrays.
    pub fn to_text(&self) -> Option<Cow<'_, [u8]>> {
        Some(match self {
            Self::Null | Self::Bool(false) => Cow::Borrowed(b""),
            Self::Bool(true) => Cow::Borrowed(b"1"),
            Self::Int(value) => Cow::Owned(value.to_string().into_bytes()),
            Self::Float(value) => Cow::Owned(value.to_string().into_bytes()),
            Self::String(value) => Cow::Borrowed(value),
            Self::Array(_) => return None,
        })
    }

    /// The value as an array key, none if it cannot be one.
    pub fn to_key(&self) -> Option<PhpKey> {
        Some(match self {
            Self::Null => PhpKey::String(Box::default()),
            Self::Bool(value) => PhpKey::Int(i64::from(*value)),
            Self::Int(value) => PhpKey::Int(*value),
            // As in PHP, the fraction is dropped; `as` saturates, which no key in practice meets.
            Self::Float(value) => PhpKey::Int(*value as i64),
            Self::String(value) => PhpKey::from_bytes(value),
            Self::Array(_) => return None,
        })
    }

    /// A word for messages: `array`, `string`, …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) => "integer",
            Self::Float(_) => "float",
            Self::String(_) => "string",
            Self::Array(_) => "array",
        }
    }
}

impl PhpKey {
    /// The key that a string becomes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
        let is_canonical = match digits {
            [] => false,
            [b'0'] => digits.len() == bytes.len(),
            [b'0', ..] => false,
            _ => digits.iter().all(u8::is_ascii_digit),
        };
        if is_canonical
            && let Some(number) = std::str::from_utf8(bytes).ok().and_then(|t| t.parse().ok())
        {
            return Self::Int(number);
        }
        Self::String(bytes.into())
    }
}

impl fmt::Display for PhpKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(formatter, "{number}"),
            Self::String(bytes) => formatter.write_str(&String::from_utf8_lossy(bytes)),
        }
    }
}

impl PhpArray {
    /// An empty array.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key; an existing one keeps its place.
    pub fn insert(&mut self, key: PhpKey, value: PhpValue) {
        if let PhpKey::Int(number) = key
            && number >= self.next
        {
            self.next = number.saturating_add(1);
        }
        match self.index.get(&key) {
            Some(&place) => self.entries[place].1 = value,
            None => {
                self.index.insert(key.clone(), self.entries.len());
                self.entries.push((key, value));
            }
        }
    }

    /// Appends under the next free number.
    pub fn push(&mut self, value: PhpValue) {
        self.insert(PhpKey::Int(self.next), value);
    }

    /// The value of a key given as PHP text: `get("0")` finds the number 0.
    pub fn get(&self, key: &str) -> Option<&PhpValue> {
        let place = self.index.get(&PhpKey::from_bytes(key.as_bytes()))?;
        Some(&self.entries[*place].1)
    }

    /// The value below several keys.
    pub fn at(&self, path: &[&str]) -> Option<&PhpValue> {
        let (first, rest) = path.split_first()?;
        let value = self.get(first)?;
        if rest.is_empty() {
            return Some(value);
        }
        value.as_array()?.at(rest)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&PhpKey, &PhpValue)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &PhpValue> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// PHP's `array_replace_recursive($this, $other)`: arrays on both sides are merged key by key, anything else
    /// of the other side wins.
    pub fn replace_recursive(&mut self, other: &Self) {
        for (key, value) in &other.entries {
            if let PhpValue::Array(theirs) = value
                && let Some(&place) = self.index.get(key)
                && let PhpValue::Array(ours) = &mut self.entries[place].1
            {
                ours.replace_recursive(theirs);
            } else {
                self.insert(key.clone(), value.clone());
            }
        }
    }
}
