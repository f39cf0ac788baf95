//! At-rules: imports, media queries and all others.

use super::cursor::{is_space, is_word, run};
use super::scan::{php_trim, without_vendor};
use super::{Attempt, Failure, Parser};
use crate::ast::{AtRule, Expr, Import, ImportOptions, Media, MediaFeature, Statement};
use crate::value::Text;

impl Parser<'_> {
    /// Any statement that begins with `@`.
    pub(super) fn at_rule(&mut self) -> Attempt<Statement> {
        if let Some(import) = self.import()? {
            return Ok(Some(Statement::Import(Box::new(import))));
        }
        if let Some(media) = self.media()? {
            return Ok(Some(Statement::Media(Box::new(media))));
        }
        let start = self.cursor.position();
        let rest = self.cursor.rest();
        if rest.first() != Some(&b'@') {
            return Ok(None);
        }
        let length = run(&rest[1..], |byte| byte.is_ascii_lowercase() || byte == b'-');
        if length == 0 {
            return Ok(None);
        }
        let name = self.cursor.take(1 + length);
        let mut value = None;
        let mut has_block = true;
        match without_vendor(&name) {
            kind @ ("charset" | "keyframes") => {
                has_block = kind == "keyframes";
                value = self.entity()?;
                if value.is_none() {
                    return self.fail(format!("expected {name} identifier"));
                }
            }
            "namespace" => {
                has_block = false;
                value = self.expression()?;
                if value.is_none() {
                    return self.fail(format!("expected {name} expression"));
                }
            }
            "host" | "page" | "document" | "supports" => {
                let length = run(self.cursor.rest(), |byte| byte != b'{' && byte != b';');
                if length > 0 {
                    let text = self.cursor.take(length);
                    value = Some(Expr::Anonymous(Text::from(php_trim(&text))));
                }
            }
            _ => {}
        }
        if has_block {
            if let Some(block) = self.bare_block()? {
                let rule = AtRule {
                    name,
                    value,
                    block: Some(block),
                    rooted: true,
                    offset: start as u32,
                };
                return Ok(Some(Statement::AtRule(Box::new(rule))));
            }
        } else if self.cursor.eat(b';') {
            return Ok(Some(Statement::AtRule(Box::new(AtRule {
                name,
                value,
                block: None,
                rooted: true,
                offset: start as u32,
            }))));
        }
        self.cursor.restore(start);
        Ok(None)
    }

    fn import(&mut self) -> Attempt<Import> {
        let rest = self.cursor.rest();
        let Some(tail) = rest.strip_prefix(b"@impor") else {
            return Ok(None);
        };
        let word = 6 + usize::from(tail.first() == Some(&b't'));
        let blanks = run(&rest[word..], is_space);
        if blanks == 0 {
            return Ok(None);
        }
        let start = self.cursor.position();
        self.cursor.advance(word + blanks);
        let options = self.import_options()?;
        let offset = self.cursor.position() as u32;
        let path = match self.quoted_string() {
            Some(path) => Some(path),
            None => self.import_url()?,
        };
        if let Some(path) = path {
            let features = self.media_features()?;
            if self.cursor.eat(b';') {
                let features = (!features.is_empty()).then_some(features);
                return Ok(Some(Import {
                    path,
                    features,
                    options,
                    start: start as u32,
                    offset,
                }));
            }
        }
        self.cursor.restore(start);
        Ok(None)
    }

    fn import_url(&mut self) -> Attempt<Expr> {
        if !self.cursor.rest().starts_with(b"url(") {
            return Ok(None);
        }
        self.entity()
    }

    fn import_options(&mut self) -> Result<ImportOptions, Box<Failure>> {
        let mut options = ImportOptions::default();
        if !self.cursor.eat(b'(') {
            return Ok(options);
        }
        loop {
            if self.cursor.eat_word(b"less") {
                options.less = Some(true);
            } else if self.cursor.eat_word(b"css") {
                options.less = Some(false);
            } else if self.cursor.eat_word(b"multiple") {
                options.multiple = Some(true);
            } else if self.cursor.eat_word(b"once") {
                options.multiple = Some(false);
            } else if self.cursor.eat_word(b"inline") {
                options.inline = true;
            } else if self.cursor.eat_word(b"reference") {
                options.reference = true;
            } else if self.cursor.eat_word(b"optional") {
                options.optional = true;
            } else {
                break;
            }
            if !self.cursor.eat(b',') {
                break;
            }
        }
        self.expect(b')')?;
        Ok(options)
    }

    fn media(&mut self) -> Attempt<Media> {
        let at = self.cursor.position() as u32;
        if !self.cursor.eat_word(b"@media") {
            return Ok(None);
        }
        let start = self.cursor.position();
        let features = self.media_features()?;
        let Some(rules) = self.block()? else {
            self.cursor.restore(start);
            return Ok(None);
        };
        let slot = self.slot();
        let block = crate::ast::Ruleset {
            selectors: Vec::new(),
            rules,
            slot,
        };
        Ok(Some(Media {
            features,
            block,
            start: at,
        }))
    }

    /// Media queries separated by commas.
    fn media_features(&mut self) -> Result<Vec<Vec<MediaFeature>>, Box<Failure>> {
        let mut features = Vec::new();
        loop {
            let found = match self.media_feature()? {
                Some(feature) => feature,
                None => match self.variable() {
                    Some(variable) => vec![MediaFeature::Plain(variable)],
                    None => break,
                },
            };
            features.push(found);
            if !self.cursor.eat(b',') {
                break;
            }
        }
        Ok(features)
    }

    fn media_feature(&mut self) -> Attempt<Vec<MediaFeature>> {
        let mut parts = Vec::new();
        while !self.cursor.at_end() {
            if let Some(word) = self.keyword().or_else(|| self.variable()) {
                parts.push(MediaFeature::Plain(word));
                continue;
            }
            if !self.cursor.eat(b'(') {
                break;
            }
            let name = self.feature_name();
            let value = self.value()?;
            if !self.cursor.eat(b')') {
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
        let rest = self.cursor.rest();
        let star = usize::from(rest.first() == Some(&b'*'));
        let name = star + run(&rest[star..], is_word);
        let colon = name + run(&rest[name..], is_space);
        if name == star || rest.get(colon) != Some(&b':') {
            return None;
        }
        let start = self.cursor.position();
        let text = self.cursor.text(start, start + name);
        self.cursor.advance(colon + 1);
        Some(text)
    }
}
