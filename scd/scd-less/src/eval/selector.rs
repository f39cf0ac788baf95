//! Evaluating selectors: interpolation, guards, extends.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;

use super::node::{
    Attribute, AttributeValue, Element, ElementValue, Env, Extend, Extends, FileId, Selector,
    Symbol,
};
use super::problem::{Outcome, Problem};
use super::{Compiler, Severity, Slot};
use crate::ast::{self, AttributeKey};
use crate::options::Dialect;
use crate::parse::tokens;
use crate::value::{Number, Property, Quoted, Text, Value};

impl<'a> Compiler<'a> {
    /// Evaluates a parsed selector.
    pub(super) fn selector(
        &mut self,
        selector: &'a ast::Selector,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Selector<'a>> {
        let mut elements = Vec::with_capacity(selector.elements.len());
        for element in &selector.elements {
            elements.push(self.element(element, file, env)?);
        }
        let mut extends = Vec::with_capacity(selector.extends.len());
        for extend in &selector.extends {
            extends.push(self.extend(extend, file, env)?);
        }
        let passes = match &selector.condition {
            Some(condition) => self.condition(condition, file, env)?,
            None => true,
        };
        let tokens = OnceCell::new();
        if let Some(names) = &selector.tokens {
            let symbols = names.iter().map(|&name| self.symbol(name, file)).collect();
            tokens.get_or_init(|| Some(symbols));
        }
        Ok(Selector {
            elements: elements.into(),
            extends: extends.into(),
            passes,
            from_reference: self.is_reference(file),
            is_referenced: Cell::new(false),
            is_media: false,
            tokens,
            place: Some((file, selector.offset)),
            text_bits: OnceCell::new(),
        })
    }

    /// Evaluates an `:extend()`, once per occurrence.
    pub(super) fn extend(
        &mut self,
        extend: &'a ast::Extend,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Rc<Extend<'a>>> {
        self.has_extends = true;
        let slot = self.slot_index(extend.slot, file);
        if let Slot::Extend(done) = &self.slots[slot] {
            return Ok(Rc::clone(done));
        }
        let selector = self.selector(&extend.selector, file, env)?;
        let done = Rc::new(Extend {
            selector,
            all: extend.all,
            identity: slot as u32,
            has_matched: Cell::new(false),
        });
        self.slots[slot] = Slot::Extend(Rc::clone(&done));
        Ok(done)
    }

    fn element(
        &mut self,
        element: &'a ast::Element,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Element<'a>> {
        let value = match &element.value {
            ast::ElementValue::Parent => ElementValue::Parent,
            ast::ElementValue::Text(text) => ElementValue::Text(text),
            ast::ElementValue::Variable(variable) => {
                let value = self.variable(variable, file, env)?;
                let css = Text::from(self.css(&value)?);
                let token = match value {
                    Value::Quoted(Quoted { text, .. })
                    | Value::Keyword(text)
                    | Value::Anonymous(text)
                    | Value::UnicodeRange(text)
                    | Value::Comment(text) => Some(text),
                    other if self.options.dialect == Dialect::V5 => scalar(&other),
                    _ => None,
                };
                ElementValue::Value { css, token }
            }
            ast::ElementValue::Attribute(attribute) => {
                ElementValue::Attribute(Rc::new(self.attribute(attribute, file, env)?))
            }
            ast::ElementValue::Paren(selector) => {
                ElementValue::Paren(Rc::new(self.selector(selector, file, env)?))
            }
        };
        Ok(Element {
            combinator: element.combinator,
            value,
        })
    }

    fn attribute(
        &mut self,
        attribute: &'a ast::Attribute,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Attribute> {
        let key = match &attribute.key {
            AttributeKey::Text(key) => Arc::clone(key),
            AttributeKey::Variable(variable) => {
                let value = self.variable(variable, file, env)?;
                if !matches!(value, Value::Dimension(_)) {
                    let class = value.class();
                    let message =
                        format!("Object of class {class} could not be converted to string");
                    let mut problem = Problem::new(message).at(file, variable.offset);
                    problem.severity = Severity::Fatal;
                    return Err(problem);
                }
                Text::from(self.css(&value)?)
            }
        };
        let mut css = format!("[{key}");
        let mut value = AttributeValue::Missing;
        if let Some(op) = &attribute.op {
            css.push_str(op);
            match &attribute.value {
                None => {}
                Some(ast::AttributeValue::Word(word)) => {
                    css.push_str(word);
                    value = match self.options.dialect {
                        Dialect::V3 => AttributeValue::Word(Arc::clone(word)),
                        Dialect::V5 => AttributeValue::Plain(Arc::clone(word)),
                    };
                }
                Some(ast::AttributeValue::Quoted(quoted)) => {
                    let quoted = self.expr(quoted, file, env)?;
                    self.write(&quoted, &mut css)?;
                    value = match quoted {
                        Value::Quoted(quoted) => AttributeValue::Quoted(quoted.text),
                        _ => AttributeValue::Other,
                    };
                }
                Some(ast::AttributeValue::Variable(variable)) => {
                    let found = self.variable(variable, file, env)?;
                    self.write(&found, &mut css)?;
                    value = match found {
                        Value::Quoted(quoted) => AttributeValue::Quoted(quoted.text),
                        Value::Keyword(text) | Value::Anonymous(text)
                            if self.options.dialect == Dialect::V3 =>
                        {
                            AttributeValue::Quoted(text)
                        }
                        _ if self.options.dialect == Dialect::V5 => AttributeValue::Unique,
                        _ => AttributeValue::Other,
                    };
                }
            }
        }
        css.push(']');
        let head = (key, attribute.op.clone());
        Ok(Attribute {
            css: Text::from(css),
            head,
            value,
        })
    }

    /// A copy of an evaluated selector for a second evaluation.
    pub(super) fn selector_again(&mut self, selector: &Selector<'a>) -> Rc<Selector<'a>> {
        if !selector.extends.is_empty() {
            self.has_extends = true;
        }
        Rc::new(selector.clone())
    }

    /// The `&` that less.php puts around media blocks.
    pub(super) fn media_selectors(&self, from_reference: bool) -> Vec<Rc<Selector<'a>>> {
        let value = ElementValue::Parent;
        let element = Element {
            combinator: ast::Combinator::None,
            value,
        };
        vec![Rc::new(Selector {
            elements: Rc::new([element]),
            extends: Extends::default(),
            passes: true,
            from_reference,
            is_referenced: Cell::new(false),
            is_media: true,
            tokens: OnceCell::new(),
            place: None,
            text_bits: OnceCell::new(),
        })]
    }

    /// The tokens of evaluated elements.
    pub(crate) fn tokens_of(&mut self, elements: &[Element<'a>]) -> Option<Rc<[Symbol]>> {
        let mut css = String::new();
        for element in elements {
            css.push_str(element.combinator.sign());
            match &element.value {
                ElementValue::Parent => css.push('&'),
                ElementValue::Empty => {}
                ElementValue::Text(text) => css.push_str(text),
                ElementValue::Value {
                    token: Some(text), ..
                } => css.push_str(text),
                ElementValue::Attribute(attribute) => match &attribute.value {
                    AttributeValue::Word(word) | AttributeValue::Plain(word) => {
                        css.push_str(word);
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        Some(
            tokens(&css, self.options.dialect)
                .into_iter()
                .map(|token| self.symbols.intern(token))
                .collect(),
        )
    }
}

/// What PHP makes of a value's number or text; names of mixins can be made of it.
fn scalar(value: &Value) -> Option<Text> {
    match value.property(Dialect::V5) {
        Property::Text(text) => Some(text),
        Property::Number(number) => Some(Text::from(Number::Float(number).text())),
        _ => None,
    }
}
