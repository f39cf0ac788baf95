//! Static Knockout templates (`.html`) at the opt-in level, through the minify-html crate.
//!
//! minify-html rewrites attributes (it sorts and unquotes them), and Knockout's bindings are attributes
//! and comments. So it never sees an attribute: each start tag that has some is replaced by a numbered
//! one and put back afterwards. What remains for it is white space. The result is compared with the source
//! token by token, and the source is published if they differ, or if white space went that shows.

use memchr::{memchr, memmem};
use minify_html::Cfg;

use crate::Minified;

/// Elements that begin and end a line whatever surrounds them, so white space beside their tags does not show.
const BLOCKS: [&str; 36] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "col",
    "colgroup",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "ul",
];
const TABLE_PARTS: [&str; 3] = ["tr", "td", "th"];
/// A document with one of these is left alone: their text counts as it is.
const VERBATIM: [&str; 6] = ["script", "style", "pre", "textarea", "svg", "plaintext"];

/// Minifies a Knockout template, or returns it as it is where that is not safe.
#[must_use]
pub fn html(source: &[u8]) -> Minified {
    let bytes = minified(source).unwrap_or_else(|| source.to_vec());
    Minified {
        bytes,
        findings: Vec::new(),
    }
}

/// Whether two Knockout templates show the same: what [`html`] makes of one source.
///
/// A document that [`html`] leaves alone equals itself only.
#[must_use]
pub fn is_same_html(left: &[u8], right: &[u8]) -> bool {
    left == right
        || tokens(left)
            .zip(tokens(right))
            .is_some_and(|(left, right)| same(&left, &right))
}

fn minified(source: &[u8]) -> Option<Vec<u8>> {
    let before = tokens(source)?;
    let verbatim = |token: &Token| VERBATIM.iter().any(|name| token.is_named(name));
    if std::str::from_utf8(source).is_err() || before.iter().any(verbatim) {
        return None;
    }
    let (masked, tags) = mask(&before);
    let config = Cfg {
        do_not_minify_doctype: true,
        ensure_spec_compliant_unquoted_attribute_values: true,
        keep_closing_tags: true,
        keep_html_and_head_opening_tags: true,
        keep_spaces_between_attributes: true,
        keep_comments: true,
        keep_input_type_text_attr: true,
        keep_ssi_comments: true,
        ..Cfg::default()
    };
    // The crate panics on some malformed documents; one template must not end a whole run.
    let text = std::panic::catch_unwind(|| minify_html::minify(&masked, &config)).ok()?;
    let restored = unmask(&tokens(&text)?, &tags)?;
    let smaller = restored.len() < source.len();
    (smaller && same(&before, &tokens(&restored)?)).then_some(restored)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Comment,
    Start,
    End,
}

#[derive(Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a [u8],
}

impl<'a> Token<'a> {
    fn name(&self) -> &'a [u8] {
        let skipped = match self.kind {
            Kind::Start => 1,
            Kind::End => 2,
            Kind::Text | Kind::Comment => return b"",
        };
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
        let rest = &self.text[skipped..];
        &rest[..rest.iter().position(ends).unwrap_or(rest.len())]
    }

    fn is_named(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    fn is_block(&self) -> bool {
        BLOCKS
            .iter()
            .chain(&TABLE_PARTS)
            .any(|name| self.is_named(name))
    }

    fn is_blank(&self) -> bool {
        self.kind == Kind::Text && self.text.trim_ascii().is_empty()
    }
}

/// Splits a document; `None` if it has anything unusual: a doctype, an unfinished tag, a stray `<`.
fn tokens(text: &[u8]) -> Option<Vec<Token<'_>>> {
    let mut list = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (kind, length) = if rest.starts_with(b"<!--") {
            (Kind::Comment, memmem::find(&rest[4..], b"-->")? + 7)
        } else if rest.starts_with(b"</") {
            (Kind::End, memchr(b'>', rest)? + 1)
        } else if rest.starts_with(b"<") {
            rest.get(1).filter(|byte| byte.is_ascii_alphabetic())?;
            (Kind::Start, start_tag(rest)?)
        } else {
            (Kind::Text, memchr(b'<', rest).unwrap_or(rest.len()))
        };
        list.push(Token {
            kind,
            text: &rest[..length],
        });
        at += length;
    }
    Some(list)
}

/// Length of a start tag; a `>` in a quoted value does not end it.
fn start_tag(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'>' => return Some(at + 1),
            b'<' => return None,
            quote @ (b'"' | b'\'') => at += memchr(*quote, &text[at + 1..])? + 2,
            _ => at += 1,
        }
    }
}

/// The document with numbers in place of attributes, and the tags that had them.
fn mask<'a>(tokens: &[Token<'a>]) -> (Vec<u8>, Vec<Token<'a>>) {
    let mut masked = Vec::new();
    let mut tags = Vec::new();
    for token in tokens {
        let bare = token.text.len() == token.name().len() + 2;
        if token.kind == Kind::Start && !bare {
            let name = String::from_utf8_lossy(token.name()).into_owned();
            masked.extend_from_slice(format!("<{name} m{}>", tags.len()).as_bytes());
            tags.push(*token);
        } else {
            masked.extend_from_slice(token.text);
        }
    }
    (masked, tags)
}

/// Puts the tags back; `None` unless each stands once and in its place.
fn unmask(tokens: &[Token<'_>], tags: &[Token<'_>]) -> Option<Vec<u8>> {
    let mut restored = Vec::new();
    let mut next = 0;
    for token in tokens {
        let bare = token.text.len() == token.name().len() + 2;
        if token.kind == Kind::Start && !bare {
            let tag = tags.get(next)?;
            let number = &token.text[token.name().len() + 1..token.text.len() - 1];
            let number = number.trim_ascii().trim_ascii_end();
            if number != format!("m{next}").as_bytes() {
                return None;
            }
            restored.extend_from_slice(tag.text);
            next += 1;
        } else {
            restored.extend_from_slice(token.text);
        }
    }
    (next == tags.len()).then_some(restored)
}

/// Whether two documents have the same tags and comments, byte for byte, and the same words between
/// them, and white space beside all words and inline tags that had some.
fn same(before: &[Token<'_>], after: &[Token<'_>]) -> bool {
    let before = gaps(before);
    let after = gaps(after);
    before.len() == after.len()
        && before.iter().zip(&after).all(|(one, other)| {
            let gap = !one.gap || other.gap || one.hidden;
            one.word == other.word && gap
        })
}

/// A word, tag or comment, and the white space before it.
struct Item<'a> {
    word: &'a [u8],
    gap: bool,
    /// Whether white space here would not show, as a block begins or ends next to it.
    hidden: bool,
}

fn gaps<'a>(tokens: &[Token<'a>]) -> Vec<Item<'a>> {
    let mut items: Vec<Item<'a>> = Vec::new();
    let mut gap = false;
    // Between inline content the gap shows once, wherever comments stand in it.
    let mut behind_block = true;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Text {
            let spaced = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
            gap |= spaced(token.text.first());
            for word in token
                .text
                .split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty())
            {
                items.push(Item {
                    word,
                    gap,
                    hidden: behind_block && gap,
                });
                gap = true;
                behind_block = false;
            }
            if !token.is_blank() {
                gap = spaced(token.text.last());
            }
            continue;
        }
        let comment = token.kind == Kind::Comment;
        let next = tokens[index..]
            .iter()
            .find(|it| it.kind != Kind::Comment && !it.is_blank());
        let before_block = next.is_none_or(Token::is_block);
        items.push(Item {
            word: token.text,
            gap,
            hidden: behind_block || before_block,
        });
        behind_block = if comment {
            behind_block
        } else {
            token.is_block()
        };
        gap = false;
    }
    items
}
