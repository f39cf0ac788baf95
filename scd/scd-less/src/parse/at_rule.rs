//! At-rules: imports, media queries and all others.

use super::grammar::Steps;
use super::grammar::media::{features, import_length, import_options};
use super::scan::{php_trim, run, without_vendor};
use super::{Attempt, Parser};
use crate::ast::{AtRule, Expr, Import, Media, Statement};
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
        let start = self.position;
        let rest = self.rest();
        if rest.first() != Some(&b'@') {
            return Ok(None);
        }
        let length = run(&rest[1..], |byte| byte.is_ascii_lowercase() || byte == b'-');
        if length == 0 {
            return Ok(None);
        }
        let name = self.take(1 + length);
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
                let length = run(self.rest(), |byte| byte != b'{' && byte != b';');
                if length > 0 {
                    let text = self.take(length);
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
        } else if self.eat(b';') {
            return Ok(Some(Statement::AtRule(Box::new(AtRule {
                name,
                value,
                block: None,
                rooted: true,
                offset: start as u32,
            }))));
        }
        self.restore(start);
        Ok(None)
    }

    fn import(&mut self) -> Attempt<Import> {
        let Some(length) = import_length(self.rest()) else {
            return Ok(None);
        };
        let start = self.position;
        self.skip(length);
        let options = import_options(self)?;
        let offset = self.position as u32;
        let path = match self.quoted_string() {
            Some(path) => Some(path),
            None => self.import_url()?,
        };
        if let Some(path) = path {
            let features = features(self)?;
            if self.eat(b';') {
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
        self.restore(start);
        Ok(None)
    }

    fn import_url(&mut self) -> Attempt<Expr> {
        if !self.rest().starts_with(b"url(") {
            return Ok(None);
        }
        self.entity()
    }

    fn media(&mut self) -> Attempt<Media> {
        let at = self.position as u32;
        if !self.eat_word(b"@media") {
            return Ok(None);
        }
        let start = self.position;
        let features = features(self)?;
        let Some(rules) = self.block()? else {
            self.restore(start);
            return Ok(None);
        };
        Ok(Some(Media {
            features,
            block: self.bare_ruleset(rules),
            start: at,
        }))
    }
}
