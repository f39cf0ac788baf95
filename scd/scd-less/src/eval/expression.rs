//! Evaluating values: variables, interpolation, arithmetic, calls.

use std::rc::Rc;
use std::sync::Arc;

use super::interpolation::Braces;
use super::node::{Detached, DetachedBody, Env, FileId, Symbol, VariableItem};
use super::problem::{Kind, Outcome, Problem};
use super::{Compiler, Slot};
use crate::ast::{self, Expr};
use crate::options::{Dialect, Math};
use crate::value::{Assignment, Color, Dimension, Operation, Operator, Quoted, Text, Value};

impl<'a> Compiler<'a> {
    /// Evaluates an expression of `file`.
    pub(super) fn expr(
        &mut self,
        expr: &'a Expr,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        Ok(match expr {
            Expr::Number { value, unit } => {
                Value::Dimension(Dimension::new(*value, unit.as_deref().unwrap_or("")))
            }
            Expr::HexColor(digits) => match self.options.dialect {
                Dialect::V3 => Color::from_hex(digits),
                Dialect::V5 => Color::written_hex(digits),
            }
            .map_or_else(|| Value::keyword(digits), Value::Color),
            Expr::ColorName(name) => match self.options.dialect {
                Dialect::V3 => Color::from_name(name),
                Dialect::V5 => Color::written_name(name),
            }
            .map_or_else(|| Value::keyword(name), Value::Color),
            Expr::Quoted {
                quote,
                text,
                escaped,
                dynamic,
                offset,
            } => {
                let text = if *dynamic {
                    self.interpolate(text, *offset, file, env)?
                } else {
                    Arc::clone(text)
                };
                Value::Quoted(Quoted {
                    quote: Some(*quote),
                    text,
                    escaped: *escaped,
                })
            }
            Expr::Unicode(text) => Value::UnicodeRange(Arc::clone(text)),
            Expr::Keyword(text) => Value::Keyword(Arc::clone(text)),
            Expr::Anonymous(text) => Value::Anonymous(Arc::clone(text)),
            Expr::Comment(text) => {
                self.has_value_comments = true;
                Value::Comment(Arc::clone(text))
            }
            Expr::JavaScript => Value::anonymous(NO_JAVASCRIPT),
            Expr::Variable(variable) => self.variable(variable, file, env)?,
            Expr::Url(inner) => {
                let inner = self.expr(inner, file, env)?;
                Value::Url(Rc::new(self.url(inner, file)?))
            }
            Expr::Call { name, args, offset } if self.options.dialect == Dialect::V5 => {
                self.function_call(name, args, file, *offset, env)?
            }
            Expr::Call { name, args, offset } => {
                // Variables lead from one nest of calls into the next, so calls count as levels, too.
                self.enter()
                    .map_err(|problem| problem.or_at(file, *offset))?;
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    values.push(self.expr(arg, file, env)?);
                }
                self.leave();
                self.call(name, values, file, *offset)?
            }
            Expr::Alpha { value, slot } => {
                let slot = self.slot_index(*slot, file);
                let value = match &self.slots[slot] {
                    Slot::Value(value) => value.clone(),
                    _ => self.expr(value, file, env)?,
                };
                self.slots[slot] = Slot::Value(value.clone());
                Value::Alpha(Rc::new(value))
            }
            Expr::Assignment { key, value } => {
                let value = self.expr(value, file, env)?;
                Value::Assignment(Rc::new(Assignment {
                    key: Arc::clone(key),
                    value,
                }))
            }
            Expr::Operation {
                operator,
                operands,
                spaced,
            } => {
                self.enter()?;
                let left = self.expr(&operands.0, file, env)?;
                let right = self.expr(&operands.1, file, env)?;
                self.leave();
                self.operation(*operator, left, right, *spaced)?
            }
            Expr::Negative(inner) => {
                self.enter()?;
                let inner = self.expr(inner, file, env)?;
                self.leave();
                self.negative(inner)?
            }
            Expr::Sum { inner, operand } => {
                self.enter()?;
                let value = self.sum(inner, *operand, file, env)?;
                self.leave();
                value
            }
            Expr::Space(items) => match &items[..] {
                [item] => self.expr(item, file, env)?,
                items => Value::Space(self.list(items, file, env)?),
            },
            Expr::Comma(items) => match &items[..] {
                [item] => self.expr(item, file, env)?,
                items => Value::Comma(self.list(items, file, env)?),
            },
            Expr::Detached(ruleset) => {
                let frames = env.frames.clone();
                self.detached.push(Rc::new(Detached {
                    body: DetachedBody::Tree(ruleset),
                    file,
                    frames,
                }));
                Value::Detached(Rc::new(self.detached.len() - 1))
            }
            Expr::Loose {
                text,
                dynamic,
                offset,
            } => {
                let text = if *dynamic {
                    self.replace_names(text, Braces::Without, (file, *offset), env)?
                } else {
                    Arc::clone(text)
                };
                Value::quoted(Some('\''), text, true)
            }
            Expr::Property(property) => self.property_use(property, file, env)?,
            Expr::Lookup(lookup) => {
                self.deeper(3, |compiler| compiler.lookup_in_call(lookup, file, env))?
            }
            Expr::MixinCall(call) => {
                let items = self.mixin_call(call, file, env)?;
                self.detached_items(items)
            }
            Expr::Condition(condition) => Value::Truth(self.condition(condition, file, env)?),
            Expr::Joined(items) => match &items[..] {
                [item] => self.expr(item, file, env)?,
                items => Value::Joined(self.list(items, file, env)?),
            },
        })
    }

    fn list(&mut self, items: &'a [Expr], file: FileId, env: &mut Env<'a>) -> Outcome<Rc<[Value]>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.expr(item, file, env)?);
        }
        Ok(values.into())
    }

    #[inline(never)]
    fn operation(
        &mut self,
        operator: Operator,
        left: Value,
        right: Value,
        spaced: bool,
    ) -> Outcome<Value> {
        if self.math.is_on(Some(operator)) {
            // What a division became that nothing has put in parentheses can be continued.
            let is_kept = matches!(&left, Value::Operation(inner) if inner.operator == Operator::Divide)
                && self.options.dialect == Dialect::V5
                && self.math.mode == Math::ParensDivision;
            if !is_kept {
                self.doubt_sum(operator, &left, &right);
                return self.operate(operator, &left, &right);
            }
        }
        Ok(Value::Operation(Rc::new(Operation {
            operator,
            left,
            right,
            spaced,
        })))
    }

    #[inline(never)]
    fn negative(&mut self, inner: Value) -> Outcome<Value> {
        if self.math.is_on(None) {
            return self.negate(&inner);
        }
        Ok(Value::Negative(Rc::new(inner)))
    }

    #[inline(never)]
    fn sum(
        &mut self,
        inner: &'a Expr,
        operand: bool,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        if self.options.dialect == Dialect::V5 {
            let is_on = self.math.is_on(None);
            self.math.parens += 1;
            let value = self.expr(inner, file, env)?;
            self.math.parens -= 1;
            let doubled = matches!(inner, Expr::Sum { operand: false, .. }) && self.math.calc == 0;
            return Ok(
                if operand && !is_on && !doubled && !matches!(value, Value::Dimension(_)) {
                    Value::Paren(Rc::new(value))
                } else {
                    value
                },
            );
        }
        if !operand {
            self.math.parens += 1;
            let value = self.expr(inner, file, env);
            self.math.parens -= 1;
            return value;
        }
        let doubled = matches!(inner, Expr::Sum { operand: false, .. });
        let value = self.expr(inner, file, env)?;
        if self.math.is_on(None) || doubled {
            return Ok(value);
        }
        Ok(Value::Paren(Rc::new(value)))
    }

    /// Replaces `@{name}` and back-quoted code in a string.
    #[inline(never)]
    fn interpolate(
        &mut self,
        text: &str,
        offset: u32,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Text> {
        if self.options.dialect == Dialect::V5 {
            return self.replace_names(text, Braces::With, (file, offset), env);
        }
        let mut result = text.to_owned();
        while let Some(open) = result.find('`') {
            let Some(length) = result[open + 1..].find('`') else {
                break;
            };
            if length == 0 {
                break;
            }
            result.replace_range(open..open + length + 2, NO_JAVASCRIPT);
        }
        let written = result.clone();
        for (from, to) in interpolations(&written) {
            let pattern = &written[from..to];
            let name = format!("@{}", &pattern[2..pattern.len() - 1]);
            let value = self.named_variable(&name, file, offset, env)?;
            self.put_in(&mut result, pattern, value)?;
        }
        Ok(Text::from(result))
    }

    /// Evaluates a result once more, as happens to everything that variables and mixins hand on.
    pub(super) fn again(
        &mut self,
        value: &Value,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        match self.stability(value, &mut { MOST_PARTS }) {
            Some(true) => return Ok(value.clone()),
            Some(false) => {}
            None => {
                let message = format!("a value has more than {MOST_PARTS} parts");
                return Err(Problem::limit(message));
            }
        }
        Ok(match value {
            Value::Quoted(quoted) => Value::Quoted(Quoted {
                quote: quoted.quote,
                text: self.interpolate(&quoted.text, 0, file, env)?,
                escaped: quoted.escaped,
            }),
            Value::Comma(items) => Value::Comma(self.list_again(items, file, env)?.into()),
            Value::Space(items) => Value::Space(self.list_again(items, file, env)?.into()),
            Value::Joined(items) => Value::Joined(self.list_again(items, file, env)?.into()),
            Value::Url(inner) => {
                let inner = self.again(inner, file, env)?;
                Value::Url(Rc::new(self.addresses(file).evaluated_again(inner)))
            }
            Value::Paren(inner) => Value::Paren(Rc::new(self.again(inner, file, env)?)),
            Value::Call(call) if self.options.dialect == Dialect::V5 => {
                self.function_call_again(call, file, env)?
            }
            Value::Call(call) => {
                let args = self.list_again(&call.args, file, env)?;
                self.call(&call.name, args, file, 0)?
            }
            Value::Operation(operation) => {
                let left = self.again(&operation.left, file, env)?;
                let right = self.again(&operation.right, file, env)?;
                self.operation(operation.operator, left, right, operation.spaced)?
            }
            Value::Negative(inner) => {
                let inner = self.again(inner, file, env)?;
                self.negative(inner)?
            }
            Value::Assignment(assignment) => {
                let value = self.again(&assignment.value, file, env)?;
                let key = Arc::clone(&assignment.key);
                Value::Assignment(Rc::new(Assignment { key, value }))
            }
            other => other.clone(),
        })
    }

    pub(super) fn list_again(
        &mut self,
        items: &[Value],
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Value>> {
        self.count(items.len())?;
        items
            .iter()
            .map(|item| self.again(item, file, env))
            .collect()
    }

    /// The value of a variable.
    pub(super) fn variable(
        &mut self,
        variable: &ast::Variable,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        if self.options.dialect == Dialect::V5 {
            return self.variable_use(variable, file, env);
        }
        let symbol = self.symbol(variable.name, file);
        if !variable.indirect {
            return self.lookup(symbol, file, variable.offset, env);
        }
        let inner = self.lookup(symbol, file, variable.offset + 1, env)?;
        let name = self.name_in(&inner, '@')?;
        self.named_variable(&name, file, variable.offset, env)
    }

    fn named_variable(
        &mut self,
        name: &str,
        file: FileId,
        offset: u32,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        match self.symbols.known(name) {
            Some(symbol) => self.lookup(symbol, file, offset, env),
            None => Err(self.undefined_variable(name, file, offset, env)),
        }
    }

    fn lookup(
        &mut self,
        symbol: Symbol,
        file: FileId,
        offset: u32,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        self.count(1)?;
        match self.find_variable(symbol, env) {
            Some(VariableItem::Evaluated(declaration)) => {
                if declaration.is_stable {
                    return Ok(declaration.value.clone());
                }
                self.again(&declaration.value, declaration.file, env)
            }
            Some(VariableItem::Tree(declaration, own)) => {
                let slot = self.slot_index(declaration.slot, own);
                match &self.slots[slot] {
                    Slot::Declaration(done) if done.is_stable => Ok(done.value.clone()),
                    Slot::Declaration(done) => {
                        let done = Rc::clone(done);
                        self.again(&done.value, own, env)
                    }
                    Slot::Open => {
                        let name = self.symbols.text(symbol);
                        let message = format!("Recursive variable definition for {name}");
                        let kind = Kind::Cycle(vec![Arc::clone(name)]);
                        Err(Problem::new(message).of_kind(kind).at(file, offset))
                    }
                    _ => {
                        self.slots[slot] = Slot::Open;
                        self.enter()
                            .map_err(|problem| problem.or_at(file, offset))?;
                        let value = self.expr(&declaration.value, own, env);
                        self.leave();
                        self.slots[slot] = Slot::Unset;
                        value.map_err(|problem| {
                            problem
                                .or_at(file, offset)
                                .through(self.symbols.text(symbol))
                        })
                    }
                }
            }
            None => {
                let name = Arc::clone(self.symbols.text(symbol));
                Err(self.undefined_variable(&name, file, offset, env))
            }
        }
    }

    #[cold]
    pub(super) fn undefined_variable(
        &self,
        name: &str,
        file: FileId,
        offset: u32,
        env: &Env<'a>,
    ) -> Box<Problem> {
        let hint = self.variable_hint(name, env).or_else(|| {
            let advice = if name == "@arguments" {
                "`@arguments` exists in mixins with parameters only"
            } else if name.contains('#') {
                "a name of a colour was taken for the colour; hand it over as a string"
            } else {
                "correct the name, or import the file that defines it"
            };
            Some(advice.to_owned())
        });
        Problem::new(format!("variable {name} is undefined"))
            .of_kind(Kind::Variable(Text::from(name)))
            .at(file, offset)
            .hint(hint)
    }
}

/// What less.php puts in place of JavaScript.
const NO_JAVASCRIPT: &str = "/* Sorry, can not do JavaScript evaluation in PHP... :( */";

/// The places of `@{name}` in a text.
fn interpolations(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, b"@{")
        .filter_map(|open| {
            let name = &bytes[open + 2..];
            let length = name
                .iter()
                .position(|&byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')))?;
            (length > 0 && name[length] == b'}').then_some((open, open + length + 3))
        })
        .collect()
}

/// Values separated by blanks as less.php evaluates a list: a single value stands for itself.
pub(super) fn list_of(mut values: Vec<Value>) -> Value {
    match values.len() {
        1 => values.remove(0),
        _ => Value::Space(values.into()),
    }
}

/// Lists can share their parts, so that few lines make a list too long to look through.
const MOST_PARTS: u32 = 200_000;

impl Compiler<'_> {
    /// Whether evaluating `value` again gives `value`.
    pub(super) fn is_stable(&self, value: &Value) -> bool {
        self.stability(value, &mut { MOST_PARTS }) == Some(true)
    }

    /// The same, or none for a value of more parts than the budget allows.
    fn stability(&self, value: &Value, budget: &mut u32) -> Option<bool> {
        *budget = budget.checked_sub(1)?;
        Some(match value {
            Value::Quoted(quoted) => {
                let text = &quoted.text;
                !text.contains("@{") && !text.contains('`') && !text.contains("${")
            }
            Value::Comma(items) | Value::Space(items) | Value::Joined(items) => {
                for item in items.iter() {
                    if !self.stability(item, budget)? {
                        return Some(false);
                    }
                }
                true
            }
            Value::Url(inner) => self.stability(inner, budget)? && !self.options.urls.has_args(),
            Value::Call(_) | Value::Operation(_) | Value::Negative(_) | Value::Paren(_) => false,
            Value::Assignment(assignment) => self.stability(&assignment.value, budget)?,
            _ => true,
        })
    }
}

/// How deep values may nest: as deep as nobody writes, and not so deep that what walks through them needs much stack.
const DEEPEST: u32 = 250;

/// Whether a value has so many levels at most, and no more parts than the budget.
fn fits(value: &Value, levels: u32, budget: &mut u32) -> bool {
    let (Some(levels), Some(rest)) = (levels.checked_sub(1), budget.checked_sub(1)) else {
        return false;
    };
    *budget = rest;
    match value {
        Value::Comma(items) | Value::Space(items) | Value::Joined(items) => {
            items.iter().all(|item| fits(item, levels, budget))
        }
        Value::Call(call) => call.args.iter().all(|item| fits(item, levels, budget)),
        Value::Url(inner) | Value::Paren(inner) | Value::Negative(inner) | Value::Alpha(inner) => {
            fits(inner, levels, budget)
        }
        Value::Operation(operation) => {
            fits(&operation.left, levels, budget) && fits(&operation.right, levels, budget)
        }
        Value::Assignment(assignment) => fits(&assignment.value, levels, budget),
        _ => true,
    }
}

/// Bounds a value that a variable is about to hold, as larger ones are made through variables only.
#[inline]
pub(super) fn check_extent(value: &Value) -> Outcome<()> {
    let has_parts = match value {
        Value::Comma(items) | Value::Space(items) | Value::Joined(items) => {
            items.iter().any(Value::has_parts)
        }
        other => other.has_parts(),
    };
    if !has_parts || fits(value, DEEPEST, &mut { MOST_PARTS }) {
        return Ok(());
    }
    Err(Problem::limit(format!(
        "a value has more than {MOST_PARTS} parts or nests more than {DEEPEST} levels deep"
    )))
}
