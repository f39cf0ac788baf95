//! Statements of a file or block, rulesets, comments.

use super::Parser;
use crate::ast::{Comment, Ruleset, Statement};
use crate::parse::grammar::Steps;
use crate::parse::scan::{is_space, run};
use crate::parse::{Attempt, Failure};

impl Parser<'_> {
    /// Statements up to a `}` or the end. What cannot be read is left to the caller.
    pub(super) fn primary(&mut self) -> Result<Vec<Statement>, Box<Failure>> {
        let mut rules = Vec::new();
        loop {
            while let Some(comment) = self.pending.pop_front() {
                let slot = self.slot();
                rules.push(Statement::Comment(Comment {
                    text: comment.text,
                    silent: comment.silent,
                    slot,
                    offset: comment.offset,
                }));
            }
            if self.at_end() || self.peek() == b'}' {
                break;
            }
            self.attempt()?;
            if let Some(extends) = self.extend(true)? {
                rules.extend(extends.into_iter().map(Statement::Extend));
            } else if let Some(rule) = self.statement()? {
                self.counted()?;
                rules.push(rule);
            } else {
                let blanks = run(self.rest(), |byte| byte == b';' || is_space(byte));
                if blanks == 0 {
                    break;
                }
                self.skip(blanks);
            }
        }
        Ok(rules)
    }

    fn statement(&mut self) -> Attempt<Statement> {
        self.begin_statement();
        if let Some(mixin) = self.mixin_definition()? {
            return Ok(Some(Statement::Mixin(Box::new(mixin))));
        }
        if let Some(declaration) = self.declaration()? {
            return Ok(Some(Statement::Declaration(Box::new(declaration))));
        }
        if let Some(ruleset) = self.ruleset()? {
            return Ok(Some(Statement::Ruleset(Box::new(ruleset))));
        }
        if let Some(call) = self.mixin_call_statement()? {
            return Ok(Some(Statement::MixinCall(Box::new(call))));
        }
        if let Some(call) = self.variable_call_statement()? {
            return Ok(Some(call));
        }
        if let Some(call) = self.call()? {
            return Ok(Some(Statement::Value(Box::new(call))));
        }
        self.at_rule()
    }

    /// `selectors { … }`
    fn ruleset(&mut self) -> Attempt<Ruleset> {
        let mut selectors = Vec::new();
        self.odd_combinator = None;
        self.save();
        while let Some(selector) = self.selector(true)? {
            let guarded = selector.condition.is_some();
            selectors.push(selector);
            self.pending.clear();
            if guarded && selectors.len() > 1 {
                return self.fail("Guards are only currently allowed on a single selector.");
            }
            if !self.eat(b',') {
                break;
            }
            if guarded {
                return self.fail("Guards are only currently allowed on a single selector.");
            }
            self.pending.clear();
        }
        let odd_combinator = self.odd_combinator;
        if !selectors.is_empty()
            && let Some(rules) = self.block()?
        {
            self.odd_combinator = odd_combinator;
            self.refuse_odd_combinator()?;
            self.forget();
            let slot = self.slot();
            return Ok(Some(Ruleset {
                selectors,
                rules,
                slot,
            }));
        }
        self.restore();
        Ok(None)
    }

    /// `{ … }`; an unclosed block leaves the position where it is.
    pub(super) fn block(&mut self) -> Attempt<Vec<Statement>> {
        if !self.eat(b'{') {
            return Ok(None);
        }
        let rules = self.nested_attempt(Self::primary)?;
        Ok(self.eat(b'}').then_some(rules))
    }

    /// A block without selectors, also as a value.
    pub(super) fn bare_block(&mut self) -> Attempt<Ruleset> {
        let Some(rules) = self.block()? else {
            return Ok(None);
        };
        Ok(Some(self.bare_ruleset(rules)))
    }
}
