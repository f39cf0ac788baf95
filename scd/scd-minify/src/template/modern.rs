//! The template minifier of the opt-in level: knows PHP's tokens and HTML's places.
//!
//! PHP code loses comments, and white space between tokens becomes one space; strings and heredocs stay.
//! HTML loses all but one character of each white-space run outside comments, quoted attribute values and
//! elements that show or execute their text as it is. No run disappears, since what is inline is decided
//! by style sheets. The result is compared with the source, and dropped if it differs in meaning.

use memchr::{memchr, memmem};

use super::difference::template_difference;
use super::lexer::{Kind, Token, tokens};
use crate::{Finding, Minified};

/// Elements whose text is kept byte for byte.
const VERBATIM: [&[u8]; 4] = [b"script", b"style", b"pre", b"textarea"];

/// Minifies a template without changing its PHP tokens, or returns the source with a finding that says why not.
#[must_use]
pub fn minify(source: &[u8]) -> Minified {
    let lexed = tokens(source);
    if let Some(offset) = lexed.doubt {
        let finding = Finding {
            offset,
            message: "template left as it is: it is not certain where its PHP code ends".to_owned(),
            hint: Some(
                "close the string, comment or heredoc here, or write `<?php` instead of `<?`"
                    .to_owned(),
            ),
        };
        return Minified {
            bytes: source.to_vec(),
            findings: vec![finding],
        };
    }
    let bytes = write(source, &lexed.list);
    match template_difference(source, &bytes) {
        None => Minified {
            bytes,
            findings: Vec::new(),
        },
        Some(difference) => {
            let finding = Finding {
                offset: difference.left.unwrap_or(0),
                message: format!("template left as it is: minified, {}", difference.message),
                hint: Some("please report the template".to_owned()),
            };
            Minified {
                bytes: source.to_vec(),
                findings: vec![finding],
            }
        }
    }
}

fn write(source: &[u8], list: &[Token]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut html = Html {
        place: Place::Text,
        value: false,
    };
    let mut gap = false;
    let mut opened = false;
    for token in list {
        let text = &source[token.start..token.end];
        match token.kind {
            Kind::Html => html.write(text, token.start > 0, &mut out),
            Kind::Open => {
                html.value = false;
                out.extend_from_slice(&text[..text.len().min(5)]);
                // The character behind `<?php` belongs to the tag and stands for all white space there.
                opened = text.len() > 5;
                if opened {
                    out.push(b' ');
                }
            }
            Kind::Space | Kind::Comment => gap = !opened,
            _ => {
                if gap {
                    out.push(b' ');
                }
                out.extend_from_slice(text);
                gap = false;
                opened = false;
            }
        }
    }
    out
}

/// Where in the HTML the next byte stands. It outlives PHP blocks, whose output is taken to be text, or
/// part of a tag, that changes no place.
enum Place {
    Text,
    /// In a tag; if it is the opening tag of an element in [`VERBATIM`], which.
    Tag(Option<&'static [u8]>),
    /// In an attribute value, up to this quote; back in that tag then.
    Quoted(u8, Option<&'static [u8]>),
    /// In something kept as it is up to this text.
    Until(&'static [u8]),
    Element(&'static [u8]),
}

struct Html {
    place: Place,
    /// In a tag: whether an equals sign has been seen and no value yet.
    value: bool,
}

impl Html {
    /// Appends one stretch of HTML; `behind_php` if a PHP block ends right before it.
    fn write(&mut self, text: &[u8], behind_php: bool, out: &mut Vec<u8>) {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let end = match self.place {
                Place::Text => {
                    let end = at + self.text(rest);
                    collapse(&text[at..end], behind_php && at == 0, out);
                    at = end;
                    continue;
                }
                Place::Tag(element) => {
                    let end = at + self.tag(rest, element);
                    collapse(&text[at..end], behind_php && at == 0, out);
                    at = end;
                    continue;
                }
                Place::Quoted(quote, element) => match memchr(quote, rest) {
                    Some(found) => {
                        self.place = Place::Tag(element);
                        at + found + 1
                    }
                    None => text.len(),
                },
                Place::Until(end) => match memmem::find(rest, end) {
                    Some(found) => {
                        self.place = Place::Text;
                        at + found + end.len()
                    }
                    None => text.len(),
                },
                Place::Element(name) => match closing_tag(rest, name) {
                    Some(found) => {
                        self.place = Place::Tag(None);
                        at + found
                    }
                    None => text.len(),
                },
            };
            out.extend_from_slice(&text[at..end]);
            at = end;
        }
    }

    /// Length of the text up to and including the beginning of something else.
    fn text(&mut self, text: &[u8]) -> usize {
        let mut from = 0;
        while let Some(found) = memchr(b'<', &text[from..]) {
            let start = from + found;
            let rest = &text[start + 1..];
            from = start + 1;
            for (opener, end) in [(&b"!--"[..], &b"-->"[..]), (b"![CDATA[", b"]]>")] {
                if rest.starts_with(opener) {
                    self.place = Place::Until(end);
                    return start + 1 + opener.len();
                }
            }
            let name = &rest[usize::from(rest.starts_with(b"/"))..];
            let tag = match name.first() {
                // A PHP block follows: its output is the name.
                None => true,
                Some(first) => first.is_ascii_alphabetic() || rest.starts_with(b"!"),
            };
            if tag {
                let element = VERBATIM.into_iter().find(|element| {
                    rest.get(..element.len())
                        .is_some_and(|it| it.eq_ignore_ascii_case(element))
                        && !rest
                            .get(element.len())
                            .is_some_and(|byte| continues_name(*byte))
                });
                self.place = Place::Tag(element);
                self.value = false;
                return start + 1;
            }
        }
        text.len()
    }

    /// Length of the tag up to and including its end or the quote that begins a value.
    fn tag(&mut self, text: &[u8], element: Option<&'static [u8]>) -> usize {
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                b'>' => {
                    self.place = element.map_or(Place::Text, Place::Element);
                    return at + 1;
                }
                b'"' | b'\'' if self.value => {
                    self.place = Place::Quoted(byte, element);
                    self.value = false;
                    return at + 1;
                }
                b'=' => self.value = true,
                _ if is_space(byte) => {}
                _ => self.value = false,
            }
        }
        text.len()
    }
}

fn continues_name(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'/' | b'>')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// Offset of `</name` in `text`.
fn closing_tag(text: &[u8], name: &[u8]) -> Option<usize> {
    memmem::find_iter(text, b"</").find(|found| {
        let behind = &text[found + 2..];
        behind
            .get(..name.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(name))
    })
}

/// Copies `text`, each white-space run reduced to a line feed if it has a line break, else to a space.
/// Directly behind `?>` it is always a space, as PHP would swallow a line feed there.
fn collapse(text: &[u8], behind_php: bool, out: &mut Vec<u8>) {
    let mut at = 0;
    while at < text.len() {
        let words = text[at..]
            .iter()
            .take_while(|byte| !is_space(**byte))
            .count();
        out.extend_from_slice(&text[at..at + words]);
        at += words;
        let run = text[at..]
            .iter()
            .take_while(|byte| is_space(**byte))
            .count();
        if run > 0 {
            let line = text[at..at + run]
                .iter()
                .any(|byte| matches!(byte, b'\n' | b'\r'));
            out.push(if line && !(behind_php && at == 0) {
                b'\n'
            } else {
                b' '
            });
        }
        at += run;
    }
}
