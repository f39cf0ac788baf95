//! Takes heredocs out of a template before the other passes run, and puts them back afterwards.
//!
//! Mirrors the first and the last step of `Magento\Framework\View\Template\Html\Minifier`. Its notion of
//! a heredoc is loose: `<<<`, a run of bytes from `A` to `z`, and the nearest later place where the run,
//! or else its longest possible prefix, stands before a semicolon, whatever the case of its letters.

use memchr::{memchr_iter, memmem};

use super::edit::Edit;
use crate::MinifyError;

const PLACEHOLDER: &[u8] = b"__MINIFIED_HEREDOC__";
const OPENER: &[u8] = b"<<<";

/// Multiplier of the rolling hash; any large odd number does, since every hit is compared.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The heredocs of one template, in the order in which they were taken out.
pub(super) struct Heredocs<'a> {
    texts: Vec<&'a [u8]>,
}

/// Replaces each heredoc by a numbered placeholder.
pub(super) fn take_out(source: &[u8]) -> (Heredocs<'_>, Option<Vec<u8>>) {
    let mut heredocs = Heredocs { texts: Vec::new() };
    let finder = memmem::Finder::new(OPENER);
    let Some(first) = finder.find(source) else {
        return (heredocs, None);
    };
    let ends = Ends::index(source, first);
    let mut edit = Edit::new(source);
    let mut from = first;
    while let Some(found) = finder.find(&source[from..]) {
        let start = from + found;
        let name = start + OPENER.len();
        match ends.end_of(source, name) {
            Some(end) => {
                let mut placeholder = PLACEHOLDER.to_vec();
                placeholder.extend_from_slice(heredocs.texts.len().to_string().as_bytes());
                edit.replace(start, end, &placeholder);
                heredocs.texts.push(&source[start..end]);
                from = end;
            }
            None => from = start + 1,
        }
    }
    (heredocs, edit.finish())
}

impl Heredocs<'_> {
    /// Puts the heredocs back. `source` serves only to locate the error.
    pub(super) fn put_back(
        &self,
        text: &[u8],
        source: &[u8],
    ) -> Result<Option<Vec<u8>>, MinifyError> {
        let finder = memmem::Finder::new(b"__");
        let mut edit = Edit::new(text);
        let mut from = 0;
        while let Some(found) = finder.find(&text[from..]) {
            let start = from + found;
            let digits = start + PLACEHOLDER.len();
            if !starts_with_ignoring_case(&text[start..], PLACEHOLDER) {
                from = start + 1;
                continue;
            }
            let count = text[digits..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if count == 0 {
                from = start + 1;
                continue;
            }
            let end = digits + count;
            // An index too large for `usize` cannot be one of ours either.
            let heredoc = std::str::from_utf8(&text[digits..end])
                .ok()
                .and_then(|number| number.parse::<usize>().ok())
                .and_then(|index| self.texts.get(index));
            let Some(heredoc) = heredoc else {
                return Err(unknown(&text[start..end], source));
            };
            edit.replace(start, end, heredoc);
            from = end;
        }
        Ok(edit.finish())
    }
}

fn unknown(placeholder: &[u8], source: &[u8]) -> MinifyError {
    let word = &placeholder[..PLACEHOLDER.len()];
    let offset = memmem::find(source, placeholder).or_else(|| memmem::find(source, word));
    MinifyError {
        offset: offset.unwrap_or(0),
        message: format!(
            "`{}` refers to a heredoc that the template does not have",
            String::from_utf8_lossy(placeholder)
        ),
        hint: Some(
            "rename the word in the template, or put white space between a heredoc's `;` and a digit"
                .to_owned(),
        ),
    }
}

fn starts_with_ignoring_case(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn is_name_byte(byte: u8) -> bool {
    (b'A'..=b'z').contains(&byte)
}

/// All places where a name could end a heredoc: for every run of name bytes before a `;`, every suffix
/// of that run by its hash, with the offset of the `;`, sorted. A run contributes as many entries as it
/// has bytes, so the index is never larger than the text, and all prefixes of a name are looked up in
/// one sweep over it.
struct Ends {
    entries: Vec<(u64, usize)>,
}

impl Ends {
    fn index(source: &[u8], first_opener: usize) -> Self {
        let longest = longest_name(source, first_opener);
        let mut entries = Vec::new();
        for found in memchr_iter(b';', &source[first_opener..]) {
            let semicolon = first_opener + found;
            let mut hash = 0u64;
            let mut power = 1u64;
            let run = source[first_opener..semicolon].iter().rev();
            for &byte in run.take_while(|byte| is_name_byte(**byte)).take(longest) {
                let letter = u64::from(byte.to_ascii_lowercase());
                hash = hash.wrapping_add(letter.wrapping_mul(power));
                power = power.wrapping_mul(BASE);
                entries.push((hash, semicolon));
            }
        }
        entries.sort_unstable();
        Self { entries }
    }

    /// The offset behind the `;` that ends the heredoc whose name starts at `name`: the longest possible
    /// prefix of the run there that stands before a later `;`, and the first such place.
    fn end_of(&self, source: &[u8], name: usize) -> Option<usize> {
        let run = &source[name..];
        let mut hash = 0u64;
        let mut hits = Vec::new();
        for (index, &byte) in run
            .iter()
            .take_while(|byte| is_name_byte(**byte))
            .enumerate()
        {
            let length = index + 1;
            let letter = u64::from(byte.to_ascii_lowercase());
            hash = hash.wrapping_mul(BASE).wrapping_add(letter);
            // The closing name may begin directly behind the opening one, not earlier.
            let earliest = (hash, name + 2 * length);
            let at = self.entries.partition_point(|entry| *entry < earliest);
            if self.entries.get(at).is_some_and(|entry| entry.0 == hash) {
                hits.push((length, hash, at));
            }
        }
        hits.into_iter().rev().find_map(|(length, hash, at)| {
            let candidates = self.entries[at..]
                .iter()
                .take_while(|entry| entry.0 == hash);
            let mut ends = candidates.map(|(_, semicolon)| *semicolon);
            let equals = |semicolon: &usize| {
                source[semicolon - length..*semicolon].eq_ignore_ascii_case(&run[..length])
            };
            ends.find(equals).map(|semicolon| semicolon + 1)
        })
    }
}

/// Length of the longest name behind a `<<<`: longer suffixes need no entry.
fn longest_name(source: &[u8], first_opener: usize) -> usize {
    memmem::find_iter(&source[first_opener..], OPENER)
        .map(|found| {
            let behind = source[first_opener + found..]
                .iter()
                .skip_while(|byte| **byte == b'<');
            behind.take_while(|byte| is_name_byte(**byte)).count()
        })
        .max()
        .unwrap_or(0)
}
