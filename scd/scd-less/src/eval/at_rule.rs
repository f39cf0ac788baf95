//! Evaluating media blocks and other at-rules.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::load::items;
use super::node::{
    AtRule, DeclarationName, Env, FileId, Item, Media, MediaImport, Place, Ruleset, Selector,
};
use super::problem::{Outcome, Problem};
use super::{Compiler, Slot};
use crate::ast::{self, MediaFeature};
use crate::options::Dialect;
use crate::value::{Text, Value};

impl<'a> Compiler<'a> {
    pub(super) fn media(
        &mut self,
        media: &'a ast::Media,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let features = self
            .features(&media.features, file, env)
            .map_err(|problem| problem.or_at(file, media.start))?;
        let selectors = self.media_selectors(self.is_reference(file));
        let rules = items(&media.block.rules, file);
        let id = self.slot_index(media.block.slot, file) as u32;
        self.media_with(features, selectors, rules, id, (file, media.start), env)
    }

    pub(super) fn media_import(
        &mut self,
        media: &MediaImport<'a>,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let features = self.features(media.features, media.file, env)?;
        // In dialect 5 nobody tells the block which file it is in.
        let in_reference = self.options.dialect == Dialect::V3 && self.is_reference(media.file);
        let selectors = self.media_selectors(in_reference);
        let rules = media.rules.clone();
        self.media_with(
            features,
            selectors,
            rules,
            media.id,
            (media.file, media.offset),
            env,
        )
    }

    pub(super) fn media_again(
        &mut self,
        media: &Media<'a>,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let features = media.features.borrow().clone();
        let block = Rc::clone(&media.block.borrow());
        let mut selectors = Vec::new();
        for selector in &block.selectors {
            selectors.push(self.selector_again(selector));
        }
        let passes = selectors.is_empty() || selectors.iter().any(|selector| selector.passes);
        let rules = if passes {
            block.rules.borrow().clone()
        } else {
            Vec::new()
        };
        let from_reference = media.from_reference;
        let root = block.is_root.get();
        self.open_media(
            features,
            selectors,
            rules,
            (block.id, root),
            from_reference,
            media.place,
            env,
        )
    }

    fn media_with(
        &mut self,
        features: Vec<Text>,
        selectors: Vec<Rc<Selector<'a>>>,
        rules: Vec<Item<'a>>,
        id: u32,
        place: Place,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let from_reference = self.is_reference(place.0);
        self.open_media(
            features,
            selectors,
            rules,
            (id, false),
            from_reference,
            place,
            env,
        )
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a media block before there is one"
    )]
    fn open_media(
        &mut self,
        features: Vec<Text>,
        selectors: Vec<Rc<Selector<'a>>>,
        rules: Vec<Item<'a>>,
        (id, is_root): (u32, bool),
        from_reference: bool,
        place: Place,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let empty = Rc::new(Ruleset::new(id, id, Vec::new(), Vec::new(), false));
        let media = Rc::new(Media {
            features: RefCell::new(features),
            block: RefCell::new(empty),
            from_reference,
            place,
        });
        env.media_path.push(Rc::clone(&media));
        env.media_blocks.push(Rc::clone(&media));
        let block = self.ruleset_with(selectors, rules, id, is_root, env)?;
        *media.block.borrow_mut() = block;
        env.media_path.pop();
        if env.media_path.is_empty() {
            return Ok(self.outermost(media, env));
        }
        self.join_features(&media, env)?;
        // Nested blocks are printed behind the outermost one; nothing stays here.
        let id = self.next_id();
        Ok(Item::Ruleset(Rc::new(Ruleset::new(
            id,
            id,
            Vec::new(),
            Vec::new(),
            false,
        ))))
    }

    /// Closes the outermost block: with nested ones it becomes a ruleset that holds them all.
    fn outermost(&mut self, media: Rc<Media<'a>>, env: &mut Env<'a>) -> Item<'a> {
        let blocks = std::mem::take(&mut env.media_blocks);
        if blocks.len() < 2 {
            return Item::Media(media);
        }
        let selectors = self.media_selectors(media.from_reference);
        let rules = blocks.into_iter().map(Item::Media).collect();
        let id = self.next_id();
        Item::Ruleset(Rc::new(Ruleset::new(id, id, selectors, rules, false)))
    }

    /// Combines the queries of a nested block with those around it; the innermost vary slowest.
    fn join_features(&self, media: &Media<'a>, env: &Env<'a>) -> Outcome<()> {
        /// What a query takes besides its text; counted so that many short ones are bounded too.
        const QUERY_COST: usize = 64;
        let mut length = 0;
        let mut joined: Vec<Text> = media.features.borrow().clone();
        for outer in env.media_path.iter().rev() {
            let outer = outer.features.borrow();
            let mut next = Vec::new();
            for inner in &joined {
                for query in &*outer {
                    length += query.len() + inner.len() + QUERY_COST;
                    self.check_text(length)?;
                    next.push(Text::from(format!("{query} and {inner}")));
                }
            }
            joined = next;
        }
        *media.features.borrow_mut() = joined;
        Ok(())
    }

    /// The printed media queries. In dialect 3 maths is strict in them.
    pub(super) fn features(
        &mut self,
        features: &'a [Vec<MediaFeature>],
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Text>> {
        if features.is_empty() {
            return Err(Problem::new("expected a media query behind `@media`"));
        }
        self.in_media_math(|compiler| {
            // One variable that holds a comma list stands for as many queries.
            if let [query] = features
                && let [MediaFeature::Plain(expr)] = &query[..]
                && let Value::Comma(list) = compiler.expr(expr, file, env)?
            {
                let texts: Outcome<Vec<Text>> = list
                    .iter()
                    .map(|item| compiler.css(item).map(Text::from))
                    .collect();
                return texts;
            }
            features
                .iter()
                .map(|query| compiler.query(query, file, env))
                .collect()
        })
    }

    fn query(
        &mut self,
        query: &'a [MediaFeature],
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Text> {
        let compress = self.options.compress;
        let mut text = String::new();
        for (index, feature) in query.iter().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            match feature {
                MediaFeature::Plain(expr) => {
                    let value = self.expr(expr, file, env)?;
                    self.write_prelude(&value, file, &mut text)?;
                }
                MediaFeature::Paren(expr) => {
                    let value = self.expr(expr, file, env)?;
                    text.push('(');
                    self.write_prelude(&value, file, &mut text)?;
                    text.push(')');
                }
                MediaFeature::Named { name, value, .. } if self.options.dialect == Dialect::V5 => {
                    let own = DeclarationName::Property(Text::clone(name));
                    let (value, important) =
                        self.declared(&own, |compiler| compiler.expr(value, file, env))?;
                    text.push('(');
                    text.push_str(name);
                    text.push_str(if compress { ":" } else { ": " });
                    self.write_prelude(&value, file, &mut text)?;
                    text.push_str(if important { " !important)" } else { ")" });
                }
                MediaFeature::Named { name, value, slot } => {
                    let slot = self.slot_index(*slot, file);
                    let value = match &self.slots[slot] {
                        Slot::Value(value) => {
                            let value = value.clone();
                            self.again(&value, file, env)?
                        }
                        _ => self.expr(value, file, env)?,
                    };
                    text.push('(');
                    text.push_str(name);
                    text.push_str(if compress { ":" } else { ": " });
                    self.write(&value, &mut text)?;
                    text.push(')');
                    if self.mixin_depth == 0 {
                        self.slots[slot] = Slot::Value(value);
                    }
                }
            }
        }
        Ok(Text::from(text))
    }

    /// Appends a value in front of a block. Dialect 5 drops comments in it that are not printed.
    fn write_prelude(&self, value: &Value, file: FileId, out: &mut String) -> Outcome<()> {
        if self.options.dialect == Dialect::V5 && self.has_value_comments {
            let is_silent = |text: &str| {
                text.is_empty()
                    || (self.options.compress && !text.starts_with("/*!"))
                    || self.is_reference(file)
            };
            if let Some(value) = crate::css::uncommented(value, &is_silent) {
                return self.write(&value, out);
            }
        }
        self.write(value, out)
    }

    pub(super) fn at_rule(
        &mut self,
        rule: &'a ast::AtRule,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let value = match &rule.value {
            Some(expr) => {
                let value = self
                    .expr(expr, file, env)
                    .map_err(|problem| problem.or_at(file, rule.offset))?;
                let mut text = String::new();
                self.write_prelude(&value, file, &mut text)?;
                Some(Text::from(text))
            }
            None => None,
        };
        let block = match &rule.block {
            Some(block) if self.options.dialect == Dialect::V5 => {
                // less.php makes the selector before it notes the file, so that it always shows.
                let selectors = self.media_selectors(false);
                let rules = items(&block.rules, file);
                let id = self.slot_index(block.slot, file) as u32;
                let block = without_media(env, |env| {
                    self.ruleset_with(selectors, rules, id, false, env)
                });
                Some(block?)
            }
            Some(block) => Some(self.ruleset(block, file, env)?),
            None => None,
        };
        Ok(at_rule(AtRule {
            name: &rule.name,
            value,
            block,
            from_reference: self.is_reference(file),
            is_referenced: Cell::new(false),
            is_rooted: rule.rooted,
            place: (file, rule.offset),
        }))
    }

    pub(super) fn at_rule_again(
        &mut self,
        rule: &AtRule<'a>,
        env: &mut Env<'a>,
    ) -> Outcome<Item<'a>> {
        let block = match &rule.block {
            Some(block) if self.options.dialect == Dialect::V5 => {
                Some(without_media(env, |env| self.ruleset_again(block, env))?)
            }
            Some(block) => Some(self.ruleset_again(block, env)?),
            None => None,
        };
        Ok(at_rule(AtRule {
            name: rule.name,
            value: rule.value.clone(),
            block,
            from_reference: rule.from_reference,
            is_referenced: rule.is_referenced.clone(),
            is_rooted: rule.is_rooted,
            place: rule.place,
        }))
    }
}

fn at_rule(rule: AtRule<'_>) -> Item<'_> {
    if let Some(block) = &rule.block {
        block.is_root.set(true);
    }
    Item::AtRule(Rc::new(rule))
}

/// Runs `inner` with no media blocks around: those inside an at-rule stay there (dialect 5).
fn without_media<'a, T>(env: &mut Env<'a>, inner: impl FnOnce(&mut Env<'a>) -> T) -> T {
    let blocks = std::mem::take(&mut env.media_blocks);
    let path = std::mem::take(&mut env.media_path);
    let result = inner(env);
    env.media_blocks = blocks;
    env.media_path = path;
    result
}
