//! At-rules: imports, media queries and all others.

use super::Parser;
use crate::ast::{AtRule, Expr, Import, ImportOptions, Media, MediaFeature, Ruleset, Statement};
use crate::parse::cursor::{is_space, is_word, run};
use crate::parse::scan::without_vendor;
use crate::parse::{Attempt, Failure};
use crate::value::Text;

impl Parser<'_> {
    /// Any statement that begins with `@`.
    pub(super) fn at_rule(&mut self) -> Attempt<Statement> {
        if self.peek() != b'@' {
            return Ok(None);
        }
        let offset = self.position as u32;
        if let Some(import) = self.import()? {
            return Ok(Some(Statement::Import(Box::new(import))));
        }
        if let Some(media) = self.media()? {
            return Ok(Some(Statement::Media(Box::new(media))));
        }
        // Here the position may be behind `@media`, and without a name it stays noted.
        self.save();
        let rest = self.rest();
        let length = match rest.first() {
            Some(b'@') => run(&rest[1..], |byte| byte.is_ascii_lowercase() || byte == b'-'),
            _ => 0,
        };
        if length == 0 {
            return Ok(None);
        }
        let name = self.take(1 + length);
        let kind = without_vendor(&name);
        self.pending.clear();
        let (value, has_block) = match kind {
            "plugin" => {
                return self
                    .fail("`@plugin` cannot be done: a plugin is JavaScript, which is never run");
            }
            "counter-style" | "charset" | "keyframes" => {
                let value = self.entity()?;
                if value.is_none() {
                    return self.fail(format!("expected {name} identifier"));
                }
                (value, kind != "charset")
            }
            "namespace" => {
                let value = self.expression()?;
                if value.is_none() {
                    return self.fail(format!("expected {name} expression"));
                }
                (value, false)
            }
            _ => {
                let value = self.permissive_value(b"{;")?;
                let has_block = self.peek() == b'{';
                if value.is_none() && !has_block && self.peek() != b';' {
                    return self.fail(format!("{name} rule is missing block or ending semi-colon"));
                }
                let is_nothing = matches!(&value, Some(Expr::Anonymous(text)) if text.is_empty());
                (value.filter(|_| !is_nothing), has_block)
            }
        };
        let rooted = !matches!(kind, "document" | "supports");
        let block = if has_block { self.bare_block()? } else { None };
        if block.is_some() || (!has_block && value.is_some() && self.eat(b';')) {
            self.forget();
            return Ok(Some(Statement::AtRule(Box::new(AtRule {
                name,
                value,
                block,
                rooted,
                offset,
            }))));
        }
        self.restore();
        Ok(None)
    }

    fn import(&mut self) -> Attempt<Import> {
        let start = self.position as u32;
        self.save();
        if let Some(length) = import_length(self.rest()) {
            self.skip(length);
            let options = self.import_options()?;
            let offset = self.position as u32;
            let path = match self.quoted(false) {
                Some(path) => Some(path),
                None => self.url()?,
            };
            if let Some(path) = path {
                let features = self.media_features()?;
                if self.eat(b';') {
                    self.forget();
                    return Ok(Some(Import {
                        path,
                        features: (!features.is_empty()).then_some(features),
                        options,
                        start,
                        offset,
                    }));
                }
            }
        }
        self.restore();
        Ok(None)
    }

    fn import_options(&mut self) -> Result<ImportOptions, Box<Failure>> {
        let mut options = ImportOptions::default();
        if !self.eat(b'(') {
            return Ok(options);
        }
        loop {
            if self.eat_word(b"less") {
                options.less = Some(true);
            } else if self.eat_word(b"css") {
                options.less = Some(false);
            } else if self.eat_word(b"multiple") {
                options.multiple = Some(true);
            } else if self.eat_word(b"once") {
                options.multiple = Some(false);
            } else if self.eat_word(b"inline") {
                options.inline = true;
            } else if self.eat_word(b"reference") {
                options.reference = true;
            } else if self.eat_word(b"optional") {
                options.optional = true;
            } else {
                break;
            }
            if !self.eat(b',') {
                break;
            }
        }
        self.expect(b')')?;
        Ok(options)
    }

    /// `@media queries { … }`; a failure leaves the position behind the word.
    fn media(&mut self) -> Attempt<Media> {
        let start = self.position as u32;
        if !self.eat_word(b"@media") {
            return Ok(None);
        }
        self.save();
        let features = self.media_features()?;
        let Some(rules) = self.block()? else {
            self.restore();
            return Ok(None);
        };
        self.forget();
        let slot = self.slot();
        let block = Ruleset {
            selectors: Vec::new(),
            rules,
            slot,
        };
        Ok(Some(Media {
            features,
            block,
            start,
        }))
    }

    /// Media queries separated by commas.
    fn media_features(&mut self) -> Result<Vec<Vec<MediaFeature>>, Box<Failure>> {
        let mut features = Vec::new();
        loop {
            let found = match self.media_feature()? {
                Some(feature) => feature,
                None => match self.variable()? {
                    Some(variable) => vec![MediaFeature::Plain(variable)],
                    None => break,
                },
            };
            features.push(found);
            if !self.eat(b',') {
                break;
            }
        }
        Ok(features)
    }

    fn media_feature(&mut self) -> Attempt<Vec<MediaFeature>> {
        let mut parts = Vec::new();
        loop {
            let word = match self.keyword() {
                Some(word) => Some(word),
                None => self.variable()?,
            };
            if let Some(word) = word {
                parts.push(MediaFeature::Plain(word));
                continue;
            }
            if !self.eat(b'(') {
                break;
            }
            let name = self.feature_name();
            let value = self.value()?;
            if !self.eat(b')') {
                return Ok(None);
            }
            let Some(value) = value else { return Ok(None) };
            parts.push(match name {
                Some(name) => MediaFeature::Named {
                    name,
                    value,
                    slot: self.slot(),
                },
                None => MediaFeature::Paren(value),
            });
        }
        Ok((!parts.is_empty()).then_some(parts))
    }

    fn feature_name(&mut self) -> Option<Text> {
        let rest = self.rest();
        let star = usize::from(rest.first() == Some(&b'*'));
        let name = star + run(&rest[star..], is_word);
        let colon = name + run(&rest[name..], is_space);
        if name == star || rest.get(colon) != Some(&b':') {
            return None;
        }
        let text = self.text(self.position, self.position + name);
        self.skip(colon + 1);
        // "0" is nothing to PHP.
        (&*text != "0").then_some(text)
    }
}

/// The length of `@import` and the white space behind it; the last letter may be missing.
fn import_length(rest: &[u8]) -> Option<usize> {
    let tail = rest.strip_prefix(b"@impor")?;
    let word = 6 + usize::from(tail.first() == Some(&b't'));
    let blanks = run(&rest[word..], is_space);
    (blanks > 0).then_some(word + blanks)
}
