//! `//@magento_import`: one directive becomes an `@import` line for each module that offers the file.
//!
//! Mirrors `Magento\Framework\Css\PreProcessor\Instruction\MagentoImport`.

use memchr::memmem;

use super::mapped_text::{MappedText, Rewriter};

/// A directive as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// First byte of the directive.
    pub start: usize,
    /// Behind its semicolon.
    pub end: usize,
    /// Whether `(reference)` is asked for.
    pub is_reference: bool,
    /// The path as written.
    pub path: Vec<u8>,
}

const MARK: &[u8] = b"//@magento_import";

/// All directives of a text, in order. Comments do not hide them.
pub fn directives(text: &[u8]) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(offset) = memmem::find(&text[position..], MARK) {
        let start = position + offset;
        position = start + MARK.len();
        if let Some(directive) = directive_at(text, start) {
            position = directive.end;
            found.push(directive);
        }
    }
    found
}

fn directive_at(text: &[u8], start: usize) -> Option<Directive> {
    let after_mark = start + MARK.len();
    let mut quote_at = skip_space(text, after_mark);
    let mut is_reference = false;
    if quote_at > after_mark && text[quote_at..].starts_with(b"(reference)") {
        is_reference = true;
        let after_reference = quote_at + b"(reference)".len();
        quote_at = skip_space(text, after_reference);
        if quote_at == after_reference {
            return None;
        }
    } else if quote_at == after_mark {
        return None;
    }
    if !matches!(text.get(quote_at), Some(b'"' | b'\'')) {
        return None;
    }
    let path_start = quote_at + 1;
    let path_end = path_start
        + text[path_start..]
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\''))?;
    let path = &text[path_start..path_end];
    if path.is_empty() || is_absolute(path) {
        return None;
    }
    let semicolon = skip_space(text, path_end + 1);
    (text.get(semicolon) == Some(&b';')).then(|| Directive {
        start,
        end: semicolon + 1,
        is_reference,
        path: path.to_vec(),
    })
}

/// A path that begins at the root of a disk, of either kind of system.
fn is_absolute(path: &[u8]) -> bool {
    match path {
        [b'/' | b'\\', ..] => true,
        [letter, b':', b'/' | b'\\', ..] => letter.is_ascii_alphanumeric() || *letter == b'_',
        _ => false,
    }
}

/// White space as a regular expression's `\s` has it.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0B | 0x0C | b'\r')
}

pub(super) fn skip_space(text: &[u8], mut position: usize) -> usize {
    while text.get(position).is_some_and(|&byte| is_space(byte)) {
        position += 1;
    }
    position
}

/// The text with every directive replaced by what `lines` gives for it.
pub fn expand(
    text: &[u8],
    directives: &[Directive],
    mut lines: impl FnMut(&Directive) -> Vec<u8>,
) -> MappedText {
    let mut rewriter = Rewriter::new(text);
    for directive in directives {
        rewriter.replace(directive.start, directive.end, &lines(directive));
    }
    rewriter.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<(String, bool)> {
        directives(text.as_bytes())
            .into_iter()
            .map(|found| (String::from_utf8(found.path).unwrap(), found.is_reference))
            .collect()
    }

    #[test]
    fn recognises_exactly_the_documented_form() {
        let plain = |path: &str| vec![(path.to_owned(), false)];
        assert_eq!(paths("//@magento_import 'a/b.less';"), plain("a/b.less"));
        assert_eq!(
            paths("/* //@magento_import\n \"x.less\" ; */"),
            plain("x.less")
        );
        assert_eq!(paths("// //@magento_import 'x.less\";"), plain("x.less"));
        assert_eq!(
            paths("//@magento_import (reference) 'r.less';"),
            vec![("r.less".into(), true)]
        );
        for not_one in [
            "// @magento_import 'x';",
            "//@magento_import'x';",
            "//@magento_import (reference)'x';",
            "//@magento_import 'x'",
            "//@magento_import '/x';",
            "//@magento_import 'C:\\x';",
            "//@magento_import '';",
            "//@magento_import x;",
        ] {
            assert_eq!(paths(not_one), vec![], "{not_one}");
        }
    }

    #[test]
    fn expansion_keeps_the_text_around() {
        let text = b"a;\n//@magento_import 'm.less'; // why\nb;";
        let found = directives(text);
        let expanded = expand(text, &found, |_| b"@import 'A_B::m.less';\n".to_vec());
        assert_eq!(expanded.text(), b"a;\n@import 'A_B::m.less';\n // why\nb;");
        assert_eq!(expanded.origin(5), 3);
    }
}
