//! `@import` statements as the preprocessor sees them: found by text, without knowing LESS.
//!
//! Mirrors `Magento\Framework\Css\PreProcessor\Instruction\Import`: comments are cut out by a rule of
//! their own, module notation becomes a relative path, a missing extension is added.

use memchr::memmem;

use super::directive::{is_space, skip_space};
use super::mapped_text::{MappedText, Rewriter};

/// A statement as it stands in a text without comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportStatement {
    /// First byte of `@import`.
    pub start: usize,
    /// Behind the semicolon.
    pub end: usize,
    /// What stands before the path, from behind the white space after `@import`: options, `url(`, the quote.
    pub prefix: Vec<u8>,
    /// The path with its extension, `less` where none is written.
    pub path: Vec<u8>,
    /// What stands behind the path: the quote, media words, a closing parenthesis.
    pub suffix: Vec<u8>,
}

impl ImportStatement {
    /// Whether the file has to exist: everything but `url(…)`.
    pub fn is_related(&self) -> bool {
        !self.prefix.starts_with(b"url")
    }
}

/// The text without the comments that the preprocessor recognises: `//` that is first on its line, and
/// `/*` that is first on its line up to a `*/` that is last on a line.
pub fn without_comments(text: &[u8]) -> MappedText {
    let mut rewriter = Rewriter::new(text);
    let mut line_start = 0;
    while line_start <= text.len() {
        let first = skip_space(text, line_start);
        let comment_end = if text[first..].starts_with(b"//") {
            Some(memchr::memchr(b'\n', &text[first..]).map_or(text.len(), |offset| first + offset))
        } else if text[first..].starts_with(b"/*") {
            block_comment_end(text, first)
        } else {
            None
        };
        let resume = match comment_end {
            Some(end) => {
                rewriter.replace(line_start, end, b"");
                end
            }
            None => first,
        };
        match memchr::memchr(b'\n', &text[resume.min(text.len())..]) {
            Some(offset) => line_start = resume + offset + 1,
            None => break,
        }
    }
    rewriter.finish()
}

/// The end of the block comment at `start`: behind the first `*/` that is followed by a line break or the end.
fn block_comment_end(text: &[u8], start: usize) -> Option<usize> {
    memmem::find_iter(&text[start + 2..], b"*/")
        .map(|offset| start + 2 + offset + 2)
        .find(|&end| matches!(text.get(end), None | Some(b'\n')))
}

/// All statements of a text, in order.
pub fn import_statements(text: &[u8]) -> Vec<ImportStatement> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(offset) = memmem::find(&text[position..], b"@import") {
        let start = position + offset;
        position = start + b"@import".len();
        if let Some(statement) = statement_at(text, start) {
            position = statement.end;
            found.push(statement);
        }
    }
    found
}

fn statement_at(text: &[u8], start: usize) -> Option<ImportStatement> {
    let prefix_start = skip_space(text, start + b"@import".len());
    let is_prefix_byte =
        |byte: &u8| matches!(byte, b'(' | b')' | b',') || is_space(*byte) || is_word(*byte);
    let quote = prefix_start
        + text[prefix_start..]
            .iter()
            .position(|byte| !is_prefix_byte(byte))?;
    if !matches!(text[quote], b'"' | b'\'') {
        return None;
    }
    let path_start = skip_space(text, quote + 1);
    let closing = path_start
        + text[path_start..]
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\'' | b')'))?;
    if text[closing] == b')' {
        return None;
    }
    let mut path_end = closing;
    while path_end > path_start && is_space(text[path_end - 1]) {
        path_end -= 1;
    }
    let mut suffix_end = closing + 1;
    while text
        .get(suffix_end)
        .is_some_and(|&byte| is_space(byte) || is_word(byte))
    {
        suffix_end += 1;
    }
    if text.get(suffix_end) == Some(&b')') {
        suffix_end += 1;
    }
    let semicolon = skip_space(text, suffix_end);
    if text.get(semicolon) != Some(&b';') {
        return None;
    }
    Some(ImportStatement {
        start,
        end: semicolon + 1,
        prefix: text[prefix_start..path_start].to_vec(),
        path: with_extension(&text[path_start..path_end]),
        suffix: text[path_end..suffix_end].to_vec(),
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Adds `.less` where the last segment has no extension, or only an empty one or `0`, both of which PHP
/// takes for none.
fn with_extension(path: &[u8]) -> Vec<u8> {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let extension = memchr::memrchr(b'.', name).map_or(&b""[..], |dot| &name[dot + 1..]);
    let mut path = path.to_vec();
    if extension.is_empty() || extension == b"0" {
        path.extend_from_slice(b".less");
    }
    path
}

/// The text with every statement written anew, its path replaced by what `resolved` gives for it.
pub fn rewrite(
    text: &[u8],
    statements: &[ImportStatement],
    mut resolved: impl FnMut(&ImportStatement) -> Vec<u8>,
) -> MappedText {
    let mut rewriter = Rewriter::new(text);
    for statement in statements {
        let mut written = b"@import ".to_vec();
        written.extend_from_slice(&statement.prefix);
        written.extend_from_slice(&resolved(statement));
        written.extend_from_slice(&statement.suffix);
        written.push(b';');
        rewriter.replace(statement.start, statement.end, &written);
    }
    rewriter.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> String {
        String::from_utf8(without_comments(text.as_bytes()).text().to_vec()).unwrap()
    }

    #[test]
    fn comments_end_where_the_preprocessor_thinks_they_do() {
        assert_eq!(
            stripped("a\n\n  // x\nb"),
            "a\n\nb",
            "the blank line belongs to the comment"
        );
        assert_eq!(stripped("// x"), "");
        assert_eq!(stripped(".b{} // x\n"), ".b{} // x\n");
        assert_eq!(stripped("/* a */\n.b{}"), "\n.b{}");
        assert_eq!(
            stripped("/* a */ .b{}\n/* c */\n.d{}"),
            "\n.d{}",
            "code in between is lost"
        );
        assert_eq!(
            stripped("/* a */ .b{}"),
            "/* a */ .b{}",
            "no end in sight: kept"
        );
        assert_eq!(stripped("/*/\n.a{}\n*/"), "");
        assert_eq!(stripped(""), "");
    }

    fn statements(text: &str) -> Vec<(String, String, String, bool)> {
        let string = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        import_statements(text.as_bytes())
            .iter()
            .map(|s| {
                (
                    string(&s.prefix),
                    string(&s.path),
                    string(&s.suffix),
                    s.is_related(),
                )
            })
            .collect()
    }

    #[test]
    fn statements_are_split_around_their_path() {
        let one = |prefix: &str, path: &str, suffix: &str, related: bool| {
            vec![(
                prefix.to_owned(),
                path.to_owned(),
                suffix.to_owned(),
                related,
            )]
        };
        assert_eq!(statements("@import 'x';"), one("'", "x.less", "'", true));
        assert_eq!(
            statements("@import\n(reference) \"x.css\";"),
            one("(reference) \"", "x.css", "\"", true)
        );
        assert_eq!(
            statements("@import 'x' print ;"),
            one("'", "x.less", "' print ", true)
        );
        assert_eq!(
            statements("@import url( ' x ' );"),
            one("url( ' ", "x.less", " ' )", false)
        );
        assert_eq!(
            statements("@import (css) url('x');"),
            one("(css) url('", "x.less", "')", true)
        );
        assert_eq!(
            statements("@import 'a.b/c';"),
            one("'", "a.b/c.less", "'", true)
        );
        assert_eq!(
            statements("@import 'f?v=1.2';"),
            one("'", "f?v=1.2", "'", true)
        );
        for not_one in [
            "@import url(x);",
            "@import 'x' (min-width:1px);",
            "@import 'x', 'y';",
            "@import 'x'",
            "@import 'a)b';",
        ] {
            assert_eq!(statements(not_one), vec![], "{not_one}");
        }
    }

    #[test]
    fn rewriting_normalises_white_space_only_where_the_preprocessor_does() {
        let text = b"@import   'x'  ;\n@import 'y' ;";
        let found = import_statements(text);
        let rewritten = rewrite(text, &found, |statement| statement.path.clone());
        assert_eq!(rewritten.text(), b"@import 'x.less'  ;\n@import 'y.less' ;");
    }
}
