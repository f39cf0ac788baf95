//! At-rules: imports, media queries and all others.

use super::Parser;
use crate::ast::{AtRule, Expr, Import, Media, Statement};
use crate::parse::Attempt;
use crate::parse::grammar::Steps;
use crate::parse::grammar::media::{features, import_length, import_options};
use crate::parse::scan::{run, without_vendor};

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
            let options = import_options(self)?;
            let offset = self.position as u32;
            let path = match self.quoted(false) {
                Some(path) => Some(path),
                None => self.url()?,
            };
            if let Some(path) = path {
                let features = features(self)?;
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

    /// `@media queries { … }`; a failure leaves the position behind the word.
    fn media(&mut self) -> Attempt<Media> {
        let start = self.position as u32;
        if !self.eat_word(b"@media") {
            return Ok(None);
        }
        self.save();
        let features = features(self)?;
        let Some(rules) = self.block()? else {
            self.restore();
            return Ok(None);
        };
        self.forget();
        Ok(Some(Media {
            features,
            block: self.bare_ruleset(rules),
            start,
        }))
    }
}
