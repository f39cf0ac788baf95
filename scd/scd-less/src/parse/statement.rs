//! Statements of a file or block, rulesets, comments.

use super::grammar::{Steps, push};
use super::scan::{is_neutral, is_space, run};
use super::{Attempt, Failure, Parser};
use crate::ast::{Comment, Ruleset, Statement};
use crate::value::Text;

impl Parser<'_> {
    /// Statements up to a `}` or the end. What cannot be read is left to the caller.
    pub(super) fn primary(&mut self) -> Result<Vec<Statement>, Box<Failure>> {
        let mark = self.statements.len();
        while !self.at_end() {
            if self.budget == 0 {
                return self.fail("the file needs too many attempts to be read");
            }
            self.budget -= 1;
            if self.peek() == b'&'
                && let Some(extends) = self.extend(true)?
            {
                let extends = extends.into_iter().map(Statement::Extend);
                self.statements.extend(extends);
                continue;
            }
            if let Some(rule) = self.statement()? {
                self.counted()?;
                self.statements.push(rule);
            } else if self.peek() == b';' || is_space(self.peek()) {
                let blanks = run(self.rest(), |b| b == b';' || is_space(b));
                self.skip(blanks);
            } else {
                break;
            }
            if self.peek() == b'}' {
                break;
            }
        }
        Ok(self.statements.drain(mark..).collect())
    }

    fn statement(&mut self) -> Attempt<Statement> {
        self.begin_statement();
        let first = self.peek();
        if !self.thorough {
            if first == b'/' {
                return Ok(self.comment().map(Statement::Comment));
            }
            if matches!(first, b'.' | b'#') && !has_block(self.rest()) {
                return Ok(self
                    .mixin_call()?
                    .map(|call| Statement::MixinCall(Box::new(call))));
            }
        }
        if matches!(first, b'.' | b'#')
            && let Some(mixin) = self.mixin_definition()?
        {
            return Ok(Some(Statement::Mixin(Box::new(mixin))));
        }
        if let Some(pair) = self.simple_pair() {
            return Ok(Some(Statement::Simple(pair)));
        }
        if let Some(declaration) = self.declaration(false)? {
            return Ok(Some(Statement::Declaration(Box::new(declaration))));
        }
        if let Some(ruleset) = self.ruleset()? {
            return Ok(Some(Statement::Ruleset(Box::new(ruleset))));
        }
        if matches!(self.peek(), b'.' | b'#')
            && let Some(call) = self.mixin_call()?
        {
            return Ok(Some(Statement::MixinCall(Box::new(call))));
        }
        if let Some(comment) = self.comment() {
            return Ok(Some(Statement::Comment(comment)));
        }
        if self.peek() == b'@' {
            if let Some(call) = self.detached_call() {
                return Ok(Some(Statement::DetachedCall(call)));
            }
            return self.at_rule();
        }
        Ok(None)
    }

    /// `selectors { … }`
    fn ruleset(&mut self) -> Attempt<Ruleset> {
        let start = self.position;
        let mut selectors = Vec::new();
        while let Some(selector) = self.selector(true)? {
            let guarded = selector.condition.is_some();
            push(&mut selectors, selector, 1);
            self.comments();
            let many = selectors.len() > 1;
            if guarded && (many || self.peek() == b',') {
                return self.fail("Guards are only currently allowed on a single selector.");
            }
            if !self.eat(b',') {
                break;
            }
            self.comments();
        }
        if !selectors.is_empty()
            && let Some(rules) = self.block()?
        {
            let slot = self.slot();
            return Ok(Some(Ruleset {
                selectors,
                rules,
                slot,
            }));
        }
        self.restore(start);
        Ok(None)
    }

    /// `{ … }`; an unclosed block leaves the position where it is.
    pub(super) fn block(&mut self) -> Attempt<Vec<Statement>> {
        if !self.eat(b'{') {
            return Ok(None);
        }
        let rules = self.nested(Self::primary)?;
        Ok(self.eat(b'}').then_some(rules))
    }

    /// A block without selectors. An empty one counts as none, though it is eaten.
    pub(super) fn bare_block(&mut self) -> Attempt<Ruleset> {
        if self.peek() != b'{' {
            return Ok(None);
        }
        let Some(rules) = self.block()? else {
            return Ok(None);
        };
        if rules.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.bare_ruleset(rules)))
    }

    /// `// …` or `/* … */`
    pub(super) fn comment(&mut self) -> Option<Comment> {
        let rest = self.rest();
        let (length, silent) = comment_length(rest)?;
        let offset = self.position as u32;
        // What is never printed needs no text.
        let text = if silent {
            Text::default()
        } else {
            self.text(self.position, self.position + length)
        };
        self.skip(length);
        let slot = self.slot();
        Some(Comment {
            text,
            silent,
            slot,
            offset,
        })
    }

    /// The text of a comment of either kind.
    pub(super) fn comment_text(&mut self) -> Option<Text> {
        let (length, _) = comment_length(self.rest())?;
        Some(self.take(length))
    }

    /// Skips comments.
    pub(super) fn comments(&mut self) {
        while self.peek() == b'/'
            && let Some((length, _)) = comment_length(self.rest())
        {
            self.skip(length);
        }
    }
}

/// Whether a statement that begins with a class or id may have a block: false only if it surely ends before one.
fn has_block(rest: &[u8]) -> bool {
    let mut parentheses = 0_u32;
    let mut at = 0;
    loop {
        at += run(&rest[at..], is_neutral);
        let Some(&byte) = rest.get(at) else {
            return true;
        };
        match byte {
            b';' | b'}' if parentheses == 0 => return false,
            b'(' => parentheses += 1,
            b')' => parentheses = parentheses.saturating_sub(1),
            b'"' | b'\'' => {
                let string = rest[at + 1..].iter();
                let Some(end) = string.take_while(|&&b| b != b'\\').position(|&b| b == byte) else {
                    return true;
                };
                at += 1 + end;
            }
            b'{' | b'}' | b'/' | b'\\' | b'`' => return true,
            _ => {}
        }
        at += 1;
    }
}

/// The length of the comment at the start and whether it is silent. A block comment includes one newline behind it.
fn comment_length(rest: &[u8]) -> Option<(usize, bool)> {
    if rest.starts_with(b"//") {
        return Some((memchr::memchr(b'\n', rest).unwrap_or(rest.len()), true));
    }
    if !rest.starts_with(b"/*") {
        return None;
    }
    let end = memchr::memmem::find(&rest[2..], b"*/")? + 4;
    let newline = usize::from(rest.get(end) == Some(&b'\n'));
    Some((end + newline, false))
}
