//! A canonical form of stylesheets: two sheets with the same form mean the same to a browser, and what a form has lost (white
//! space, comments, the spelling of colours and numbers) means nothing.
//!
//! The tree is generic: at-rules, preludes and declarations as tokens, so a construct this module has never heard of is
//! compared token by token instead of being dropped.

use super::selector;
use super::token::{Kind, Token, tokenize};
use super::value;
use crate::Difference;

/// One statement of the canonical form.
#[derive(Debug, PartialEq)]
struct Item {
    /// At-rules and selectors around it, outermost first, and the declarations or the prelude.
    text: Vec<u8>,
    /// Where it begins in the source.
    start: usize,
}

/// Where two stylesheets first differ in meaning; none when they are equal. Order of rules and of declarations counts,
/// order inside a selector list does not.
#[must_use]
pub fn css_difference(left: &[u8], right: &[u8]) -> Option<Difference> {
    let (left, right) = (canonical(left), canonical(right));
    let same = left
        .iter()
        .zip(&right)
        .take_while(|(left, right)| left.text == right.text)
        .count();
    let (left, right) = (left.get(same), right.get(same));
    if left.is_none() && right.is_none() {
        return None;
    }
    let show = |item: Option<&Item>| match item {
        Some(item) => {
            let text = String::from_utf8_lossy(&item.text).into_owned();
            let short: String = text.chars().take(160).collect();
            format!("`{short}`")
        }
        None => "nothing".to_owned(),
    };
    Some(Difference {
        left: left.map(|item| item.start),
        right: right.map(|item| item.start),
        message: format!("{} is not {}", show(left), show(right)),
    })
}

/// An open block.
struct Block {
    /// Length of the context before this block's own part.
    outer: usize,
    /// Declarations since the last nested rule: important or not, canonical text.
    declarations: Vec<(bool, Vec<u8>)>,
    start: usize,
    keyframes: bool,
}

fn canonical(source: &[u8]) -> Vec<Item> {
    let tokens = tokenize(source);
    let mut builder = Builder::default();
    let mut at = 0;
    while at < tokens.len() {
        at = builder.statement(source, &tokens, at);
    }
    while !builder.blocks.is_empty() {
        builder.close();
    }
    let Builder {
        mut imports,
        namespaces,
        items,
        ..
    } = builder;
    imports.extend(namespaces);
    imports.extend(items);
    imports
}

#[derive(Default)]
struct Builder {
    imports: Vec<Item>,
    namespaces: Vec<Item>,
    items: Vec<Item>,
    blocks: Vec<Block>,
    context: Vec<u8>,
}

impl Builder {
    /// Reads one statement, or a closing brace, from `at`; returns where the next one begins.
    fn statement(&mut self, source: &[u8], tokens: &[Token], at: usize) -> usize {
        match &tokens[at].kind {
            Kind::Space | Kind::Delim(b';') => return at + 1,
            Kind::Delim(b'}') if !self.blocks.is_empty() => {
                self.close();
                return at + 1;
            }
            _ => {}
        }
        let custom = matches!(&tokens[at].kind, Kind::Ident(name) if name.starts_with(b"--"))
            && tokens[at + 1..]
                .iter()
                .find(|t| t.kind != Kind::Space)
                .map(|t| &t.kind)
                == Some(&Kind::Delim(b':'))
            && !self.blocks.is_empty();
        let (end, stop) = prelude_end(tokens, at, custom, self.blocks.is_empty());
        let prelude = &tokens[at..end];
        match stop {
            Some(b'{') => {
                self.open(source, prelude);
                end + 1
            }
            stop => {
                self.simple(prelude);
                if stop == Some(b';') { end + 1 } else { end }
            }
        }
    }

    /// A statement without a block: an at-rule or a declaration.
    fn simple(&mut self, tokens: &[Token]) {
        let Some(first) = tokens.first() else { return };
        let start = first.start;
        let rest = &tokens[1..];
        if let Kind::AtKeyword(name) = &first.kind {
            let text = [b"@", &name[..], b" ", &at_rule(name, rest)[..]].concat();
            match &name[..] {
                b"charset" => {}
                b"import" if self.blocks.is_empty() => self.imports.push(Item { text, start }),
                b"namespace" if self.blocks.is_empty() => {
                    self.namespaces.push(Item { text, start });
                }
                _ => {
                    self.flush();
                    let text = [&self.context[..], &text[..]].concat();
                    self.items.push(Item { text, start });
                }
            }
            return;
        }
        let declaration = value::declaration(tokens);
        match self.blocks.last_mut() {
            Some(block) => {
                if block.declarations.is_empty() {
                    block.start = start;
                }
                block.declarations.push(declaration);
            }
            // Only an unclosed selector: no browser sees it, but it says where a text was cut off.
            None => self.items.push(Item {
                text: declaration.1,
                start,
            }),
        }
    }

    fn open(&mut self, source: &[u8], prelude: &[Token]) {
        self.flush();
        let outer = self.context.len();
        let start = prelude.first().map_or(0, |token| token.start);
        let in_keyframes = self.blocks.last().is_some_and(|block| block.keyframes);
        let mut keyframes = false;
        match prelude.first().map(|token| &token.kind) {
            Some(Kind::AtKeyword(name)) => {
                let text = at_rule(name, &prelude[1..]);
                keyframes = name.ends_with(b"keyframes");
                // A block for all media is none.
                if name != b"media" || !text.is_empty() {
                    self.context.push(b'@');
                    self.context.extend_from_slice(name);
                    self.context.push(b' ');
                    self.context.extend_from_slice(&text);
                    self.context.push(b'{');
                }
            }
            _ => {
                let selectors = selector::list(source, prelude, in_keyframes);
                self.context.extend_from_slice(&selectors);
                self.context.push(b'{');
            }
        }
        self.blocks.push(Block {
            outer,
            declarations: Vec::new(),
            start,
            keyframes,
        });
    }

    /// Turns the declarations read so far in the innermost block into an item.
    fn flush(&mut self) {
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        if block.declarations.is_empty() {
            return;
        }
        let mut declarations = std::mem::take(&mut block.declarations);
        declarations.sort_by_key(|(important, _)| *important);
        let mut text = self.context.clone();
        for (important, declaration) in declarations {
            text.extend_from_slice(&declaration);
            text.extend_from_slice(if important { b" !important;" } else { b";" });
        }
        self.items.push(Item {
            text,
            start: block.start,
        });
    }

    fn close(&mut self) {
        self.flush();
        if let Some(block) = self.blocks.pop() {
            self.context.truncate(block.outer);
        }
    }
}

/// End of the statement that begins at `at`, and the byte that ends it. Braces inside brackets, and in the value of a custom
/// property, belong to the statement.
fn prelude_end(tokens: &[Token], at: usize, custom: bool, top: bool) -> (usize, Option<u8>) {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.kind {
            Kind::Function(_) | Kind::Delim(b'(' | b'[') => depth += 1,
            Kind::Delim(b'{') if custom || depth > 0 => depth += 1,
            Kind::Delim(b')' | b']') => depth = depth.saturating_sub(1),
            Kind::Delim(b'}') if depth > 0 => depth -= 1,
            Kind::Delim(b'{') => return (index, Some(b'{')),
            Kind::Delim(b'}') if !top => return (index, Some(b'}')),
            Kind::Delim(b';') if depth == 0 => return (index, Some(b';')),
            _ => {}
        }
    }
    (tokens.len(), None)
}

/// Canonical prelude of an at-rule.
fn at_rule(name: &[u8], tokens: &[Token]) -> Vec<u8> {
    let lower = matches!(name, b"media" | b"supports" | b"import" | b"page");
    let mut queries: Vec<Vec<u8>> = Vec::new();
    let mut query: Vec<Vec<u8>> = Vec::new();
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Space => continue,
            Kind::Delim(b',') if depth == 0 => {
                queries.push(join(name, std::mem::take(&mut query)));
                continue;
            }
            Kind::Function(_) | Kind::Delim(b'(') => depth += 1,
            Kind::Delim(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let mut text = value::plain(tokens, index);
        if lower && !matches!(token.kind, Kind::Text(_) | Kind::Url(_)) {
            text.make_ascii_lowercase();
        }
        query.push(text);
    }
    queries.push(join(name, query));
    if name == b"media" {
        if queries.iter().any(|query| query.is_empty()) {
            return Vec::new();
        }
        queries.sort();
    }
    queries.join(&b", "[..])
}

/// One media query or one part of another prelude; `all` says nothing in front of `and`, and nothing alone.
fn join(name: &[u8], mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    if name == b"media" && parts.first().is_some_and(|first| first == b"all") {
        if parts.len() == 1 {
            parts.clear();
        } else if parts[1] == b"and" {
            parts.drain(..2);
        }
    }
    if name == b"import"
        && let [function, text, close, ..] = &parts[..]
        && function == b"url("
        && close == b")"
    {
        let url = text.clone();
        parts.splice(..3, [url]);
    }
    parts.join(&b" "[..])
}
