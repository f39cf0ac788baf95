//! The translations that are in force for one area, theme and locale.
//!
//! Mirrors `Magento\Framework\Translate`: sources are added one after the other (modules, language packs, themes from
//! the root ancestor down, configuration), the later one wins, and a row that translates a text into itself takes an
//! earlier translation back. Reading the files and finding their order is the caller's part.

use memchr::memmem;
use rustc_hash::FxHashMap;
use scd_magento::php::number::integer_key;

/// Translations by source text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranslationTable {
    translations: FxHashMap<Vec<u8>, Vec<u8>>,
}

impl TranslationTable {
    /// A table without translations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one source whose rows all have a value.
    pub fn add(&mut self, rows: &[(Vec<u8>, Vec<u8>)]) {
        self.add_pairs(
            rows.iter()
                .map(|(key, value)| (key.as_slice(), Some(value.as_slice()))),
        );
    }

    /// Adds one CSV file of a module or theme. A row without a second column translates into the empty text; a row
    /// without columns says nothing; further columns are ignored.
    pub fn add_csv(&mut self, rows: &[Vec<Vec<u8>>]) {
        self.add_pairs(rows.iter().filter_map(|row| {
            let key = row.first()?;
            Some((key.as_slice(), row.get(1).map(Vec::as_slice)))
        }));
    }

    /// Adds all CSV files of a locale's language packs as one source, in the order of merging: the packs from the
    /// weakest to the strongest, the files of a pack by name. Rows with fewer than two columns are skipped.
    pub fn add_packs<'a>(&mut self, files: impl IntoIterator<Item = &'a [Vec<Vec<u8>>]>) {
        self.add_pairs(
            files
                .into_iter()
                .flatten()
                .filter_map(|row| match row.as_slice() {
                    [key, value, ..] => Some((key.as_slice(), Some(value.as_slice()))),
                    _ => None,
                }),
        );
    }

    /// Adds the rows that `app/etc/config.php` holds under `i18n` for the locale and store. Entities of their values
    /// are decoded, those of their keys are not.
    pub fn add_configured(&mut self, rows: &[(Vec<u8>, Vec<u8>)]) {
        let decoded: Vec<(Vec<u8>, Vec<u8>)> = rows
            .iter()
            .map(|(key, value)| (key.clone(), decode_special_chars(value)))
            .collect();
        self.add(&decoded);
    }

    /// The translation of a text.
    #[must_use]
    pub fn get(&self, text: &[u8]) -> Option<&[u8]> {
        self.translations.get(text).map(Vec::as_slice)
    }

    /// Whether nothing is translated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.translations.is_empty()
    }

    /// Reduces the rows to the last one of each key, at the place of the first one, and then applies them in order.
    fn add_pairs<'a>(&mut self, rows: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>) {
        let mut places: FxHashMap<&[u8], usize> = FxHashMap::default();
        let mut pairs: Vec<(&[u8], Option<&[u8]>)> = Vec::new();
        for (key, value) in rows {
            let place = *places.entry(key).or_insert(pairs.len());
            if place == pairs.len() {
                pairs.push((key, value));
            } else {
                pairs[place].1 = value;
            }
        }
        for (key, value) in pairs {
            // PHP turns integer-like keys into integers, which are never identical to the text of a value.
            if value == Some(key) && integer_key(key).is_none() {
                self.translations.remove(key);
            } else {
                self.translations.insert(
                    collapse_quotes(key),
                    collapse_quotes(value.unwrap_or_default()),
                );
            }
        }
    }
}

/// Replaces each `""` by `"`: a remainder of another CSV dialect that Magento applies to parsed fields.
fn collapse_quotes(text: &[u8]) -> Vec<u8> {
    let mut collapsed = Vec::with_capacity(text.len());
    let mut copied = 0;
    for pair in memmem::find_iter(text, b"\"\"") {
        collapsed.extend_from_slice(&text[copied..=pair]);
        copied = pair + 2;
    }
    collapsed.extend_from_slice(&text[copied..]);
    collapsed
}

/// PHP's `htmlspecialchars_decode` with its default flags: `&amp;`, `&lt;`, `&gt;`, `&quot;` and the numeric forms
/// of these four characters and of the apostrophe.
fn decode_special_chars(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest) {
        decoded.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (byte, length) = special_char(rest).unwrap_or((b'&', 1));
        decoded.push(byte);
        rest = &rest[length..];
    }
    decoded.extend_from_slice(rest);
    decoded
}

/// The character that the entity at the start of `text` stands for and the length of the entity.
fn special_char(text: &[u8]) -> Option<(u8, usize)> {
    let end = memchr::memchr(b';', text)?;
    let byte = match &text[1..end] {
        b"amp" => b'&',
        b"lt" => b'<',
        b"gt" => b'>',
        b"quot" => b'"',
        [b'#', b'x' | b'X', digits @ ..] => numeric_special_char(digits, 16)?,
        [b'#', digits @ ..] => numeric_special_char(digits, 10)?,
        _ => return None,
    };
    Some((byte, end + 1))
}

/// The special character with the code that `digits` give in the base.
fn numeric_special_char(digits: &[u8], radix: u32) -> Option<u8> {
    // PHP hands the digits to C's `strtol`, which skips a second prefix: `&#x0x26;` is `&`.
    let digits = match digits {
        [b'0', b'x' | b'X', behind @ ..] if radix == 16 => behind,
        _ => digits,
    };
    if digits.is_empty() {
        return None;
    }
    let code = digits.iter().try_fold(0u32, |code, &digit| {
        // The cap keeps long numbers from overflowing; all wanted codes are far below it.
        Some((code * radix + char::from(digit).to_digit(radix)?).min(0xFFFF))
    })?;
    u8::try_from(code)
        .ok()
        .filter(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\''))
}

#[cfg(test)]
mod tests {
    use super::{TranslationTable, decode_special_chars};

    fn row(fields: &[&str]) -> Vec<Vec<u8>> {
        fields
            .iter()
            .map(|field| field.as_bytes().to_vec())
            .collect()
    }

    fn get<'a>(table: &'a TranslationTable, key: &str) -> Option<&'a str> {
        table
            .get(key.as_bytes())
            .map(|value| std::str::from_utf8(value).expect("text"))
    }

    #[test]
    fn later_rows_and_sources_win_and_identity_takes_back() {
        let mut table = TranslationTable::new();
        table.add_csv(&[
            row(&["a", "x"]),
            row(&["b", "b"]),
            row(&["a", "y", "module"]),
        ]);
        assert_eq!((get(&table, "a"), get(&table, "b")), (Some("y"), None));
        table.add_csv(&[row(&["a", "a"]), row(&["11", "11"])]);
        assert_eq!((get(&table, "a"), get(&table, "11")), (None, Some("11")));
    }

    #[test]
    fn short_rows_count_in_modules_but_not_in_packs() {
        let mut table = TranslationTable::new();
        table.add_packs([&[row(&["a"])][..]]);
        assert!(table.is_empty());
        table.add_csv(&[row(&["a"]), row(&[])]);
        assert_eq!(get(&table, "a"), Some(""));
    }

    #[test]
    fn packs_are_one_source() {
        // The weaker pack's identity row does not undo the stronger pack's translation, nor does it survive it.
        let mut table = TranslationTable::new();
        table.add_packs([&[row(&["a", "a"])][..], &[row(&["a", "x"])][..]]);
        assert_eq!(get(&table, "a"), Some("x"));
    }

    #[test]
    fn doubled_quotes_collapse_after_the_identity_test() {
        let mut table = TranslationTable::new();
        table.add_csv(&[row(&["x \"\"\" y", "\"\""])]);
        assert_eq!(get(&table, "x \"\" y"), Some("\""));
    }

    #[test]
    fn configured_values_lose_their_entities() {
        let mut table = TranslationTable::new();
        table.add_configured(&[(
            b"&amp;".to_vec(),
            b"a &quot;q&quot; &amp;amp; &#039;".to_vec(),
        )]);
        assert_eq!(get(&table, "&amp;"), Some("a \"q\" &amp; '"));
        let kept: &[u8] = b"&apos; &eacute; &#65; &#; & &lt";
        assert_eq!(decode_special_chars(kept), kept);
        assert_eq!(decode_special_chars(b"&#x27;&#00038;&#x0x3c;"), b"'&<");
    }
}
