//! What an expression of literals comes to.

use std::path::{Component, Path, PathBuf};

use mago_span::HasSpan;
use mago_syntax::ast::{
    Access, Argument, ArrayElement, AssignmentOperator, BinaryOperator, Call,
    ClassLikeConstantSelector, CompositeString, Construct, DocumentIndentation, DocumentKind,
    Expression, Literal, MagicConstant, StringPart, UnaryPrefixOperator,
};
use rustc_hash::FxHashMap;

use super::text::{integer, unescape_double, unquote};
use super::value::{PhpArray, PhpValue};
use super::variable_name;
use crate::error::Error;

/// How deep expressions may nest; the parser has a bound of its own near this.
const MAX_DEPTH: usize = 200;

/// Why an expression has no value that can be known without running PHP.
#[derive(Debug)]
pub(crate) struct Fault {
    offset: usize,
    message: String,
}

impl Fault {
    pub(crate) fn new(place: &impl HasSpan, message: impl Into<String>) -> Self {
        Self {
            offset: place.span().start.offset as usize,
            message: message.into(),
        }
    }

    pub(crate) fn into_error(self, path: &Path, source: &[u8]) -> Error {
        let hint = "only literals, arrays, concatenation and `__DIR__` can be read without PHP; write the value out";
        Error::at(
            path,
            source,
            self.offset,
            self.message,
            Some(hint.to_owned()),
        )
    }
}

/// Answers `SomeClass::CONSTANT`, given as written.
type Constants<'a> = dyn Fn(&[u8], &[u8]) -> Option<PhpValue> + 'a;
/// Answers `realpath()`.
type Realpath<'a> = dyn Fn(&Path) -> Option<PathBuf> + 'a;

/// What an expression may refer to.
pub(crate) struct Environment<'a> {
    /// `__FILE__`, links resolved.
    pub(crate) file: &'a Path,
    /// Variables set so far.
    pub(crate) variables: FxHashMap<Vec<u8>, PhpValue>,
    pub(crate) class_constant: &'a Constants<'a>,
    pub(crate) realpath: &'a Realpath<'a>,
}

impl<'a> Environment<'a> {
    /// Knows `__FILE__` and `__DIR__` and nothing else.
    pub(crate) fn new(file: &'a Path) -> Self {
        Self {
            file,
            variables: FxHashMap::default(),
            class_constant: &|_, _| None,
            realpath: &|path| Some(normalized(path)),
        }
    }

    pub(crate) fn value_of(&self, expression: &Expression<'_>) -> Result<PhpValue, Fault> {
        self.value(expression, 0)
    }

    fn value(&self, expression: &Expression<'_>, depth: usize) -> Result<PhpValue, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::new(expression, "nested too deeply"));
        }
        let deeper = depth + 1;
        match expression {
            Expression::Literal(literal) => literal_value(literal),
            Expression::CompositeString(string) => composite(string),
            Expression::Parenthesized(inner) => self.value(inner.expression, deeper),
            Expression::Array(array) => self.array(array.elements.iter(), deeper),
            Expression::LegacyArray(array) => self.array(array.elements.iter(), deeper),
            Expression::Variable(_) => self.variable(expression),
            Expression::MagicConstant(magic) => match magic {
                MagicConstant::Directory(_) => Ok(path_value(&parent_of(self.file, 1))),
                MagicConstant::File(_) => Ok(path_value(self.file)),
                _ => Err(Fault::new(
                    magic,
                    "expected a literal, found a magic constant",
                )),
            },
            Expression::ConstantAccess(access) => constant(access.name.value()).ok_or_else(|| {
                Fault::new(
                    access,
                    format!("the constant `{}` is not known", lossy(access.name.value())),
                )
            }),
            Expression::Access(Access::ClassConstant(access)) => {
                let (Expression::Identifier(class), ClassLikeConstantSelector::Identifier(name)) =
                    (access.class, &access.constant)
                else {
                    return Err(Fault::new(
                        access,
                        "expected a literal, found a class constant",
                    ));
                };
                (self.class_constant)(class.value(), name.value).ok_or_else(|| {
                    let written = format!("{}::{}", lossy(class.value()), lossy(name.value));
                    Fault::new(
                        access,
                        format!("the value of the class constant `{written}` is not known"),
                    )
                })
            }
            Expression::UnaryPrefix(unary) => {
                let operand = self.value(unary.operand, deeper)?;
                match (&unary.operator, operand) {
                    (UnaryPrefixOperator::Not(_), value) => Ok(PhpValue::Bool(!value.is_truthy())),
                    (UnaryPrefixOperator::Negation(_), PhpValue::Int(value)) => Ok(value
                        .checked_neg()
                        .map_or(PhpValue::Float(-(value as f64)), PhpValue::Int)),
                    (UnaryPrefixOperator::Negation(_), PhpValue::Float(value)) => {
                        // PHP_INT_MIN is spelled as the negative of a number that does not fit.
                        Ok(if value == 9_223_372_036_854_775_808.0 {
                            PhpValue::Int(i64::MIN)
                        } else {
                            PhpValue::Float(-value)
                        })
                    }
                    (
                        UnaryPrefixOperator::Plus(_),
                        value @ (PhpValue::Int(_) | PhpValue::Float(_)),
                    ) => Ok(value),
                    _ => Err(Fault::new(
                        unary,
                        "expected a literal, found an operator that would have to run",
                    )),
                }
            }
            Expression::Conditional(conditional) => {
                let condition = self.value(conditional.condition, deeper)?;
                match (condition.is_truthy(), conditional.then) {
                    (true, Some(then)) => self.value(then, deeper),
                    (true, None) => Ok(condition),
                    (false, _) => self.value(conditional.r#else, deeper),
                }
            }
            Expression::Binary(_) => self.binary(expression, deeper),
            Expression::Call(Call::Function(call)) => {
                let Expression::Identifier(name) = call.function else {
                    return Err(Fault::new(call, "expected a literal, found a call"));
                };
                self.call(name.value(), call.argument_list.arguments.iter(), deeper)?
                    .ok_or_else(|| {
                        let name = lossy(name.value());
                        Fault::new(
                            call,
                            format!("expected a literal, found a call of `{name}()`"),
                        )
                    })
            }
            Expression::Construct(Construct::Isset(isset)) => {
                Ok(PhpValue::Bool(isset.values.iter().all(|value| {
                    variable_name(value).is_some_and(|name| self.variables.contains_key(name))
                })))
            }
            other => Err(Fault::new(
                other,
                "expected a literal, found an expression that would have to run",
            )),
        }
    }

    fn variable(&self, expression: &Expression<'_>) -> Result<PhpValue, Fault> {
        let name = variable_name(expression).ok_or_else(|| {
            Fault::new(expression, "expected a literal, found a computed variable")
        })?;
        self.variables.get(name).cloned().ok_or_else(|| {
            Fault::new(
                expression,
                format!("the value of `{}` is not known", lossy(name)),
            )
        })
    }

    fn binary(&self, expression: &Expression<'_>, depth: usize) -> Result<PhpValue, Fault> {
        // Long concatenations lean to the left; they are followed in a loop, not in the depth.
        let mut operands = Vec::new();
        let mut left = expression;
        while let Expression::Binary(binary) = left
            && matches!(binary.operator, BinaryOperator::StringConcat(_))
        {
            operands.push(binary.rhs);
            left = binary.lhs;
        }
        if !operands.is_empty() {
            operands.push(left);
            let mut text = Vec::new();
            for operand in operands.into_iter().rev() {
                let value = self.value(operand, depth)?;
                let part = value
                    .to_text()
                    .ok_or_else(|| Fault::new(operand, "expected a string, found an array"))?;
                text.extend_from_slice(&part);
            }
            return Ok(PhpValue::String(text));
        }
        let Expression::Binary(binary) = expression else {
            return self.value(expression, depth);
        };
        let lhs = self.value(binary.lhs, depth)?;
        match &binary.operator {
            BinaryOperator::And(_) | BinaryOperator::LowAnd(_) => Ok(PhpValue::Bool(
                lhs.is_truthy() && self.value(binary.rhs, depth)?.is_truthy(),
            )),
            BinaryOperator::Or(_) | BinaryOperator::LowOr(_) => Ok(PhpValue::Bool(
                lhs.is_truthy() || self.value(binary.rhs, depth)?.is_truthy(),
            )),
            operator => {
                let rhs = self.value(binary.rhs, depth)?;
                match (operator, lhs, rhs) {
                    // Only strings with strings: PHP's loose rules for other pairs are not needed.
                    (
                        BinaryOperator::Equal(_) | BinaryOperator::Identical(_),
                        PhpValue::String(a),
                        PhpValue::String(b),
                    ) => Ok(PhpValue::Bool(a == b)),
                    (
                        BinaryOperator::NotEqual(_) | BinaryOperator::NotIdentical(_),
                        PhpValue::String(a),
                        PhpValue::String(b),
                    ) => Ok(PhpValue::Bool(a != b)),
                    (BinaryOperator::Identical(_), a, b) => Ok(PhpValue::Bool(a == b)),
                    (BinaryOperator::NotIdentical(_), a, b) => Ok(PhpValue::Bool(a != b)),
                    (operator, a, b) => arithmetic(operator, &a, &b).ok_or_else(|| {
                        Fault::new(
                            binary,
                            "expected a literal, found an operator that would have to run",
                        )
                    }),
                }
            }
        }
    }

    fn array<'e, 'b: 'e>(
        &self,
        elements: impl Iterator<Item = &'e ArrayElement<'b>>,
        depth: usize,
    ) -> Result<PhpValue, Fault> {
        let mut array = PhpArray::new();
        for element in elements {
            match element {
                ArrayElement::KeyValue(pair) => {
                    let key = self.value(pair.key, depth)?;
                    let key = key
                        .to_key()
                        .ok_or_else(|| Fault::new(pair.key, "an array cannot be a key"))?;
                    array.insert(key, self.value(pair.value, depth)?);
                }
                ArrayElement::Value(value) => array.push(self.value(value.value, depth)?),
                ArrayElement::Variadic(spread) => {
                    return Err(Fault::new(spread, "expected a literal, found `...`"));
                }
                ArrayElement::Missing(missing) => {
                    return Err(Fault::new(missing, "expected a value, found `,`"));
                }
            }
        }
        Ok(PhpValue::Array(array))
    }

    /// Path functions; none for any other function.
    fn call<'e, 'b: 'e>(
        &self,
        name: &[u8],
        arguments: impl Iterator<Item = &'e Argument<'b>>,
        depth: usize,
    ) -> Result<Option<PhpValue>, Fault> {
        let name = name
            .strip_prefix(b"\\")
            .unwrap_or(name)
            .to_ascii_lowercase();
        if !matches!(name.as_slice(), b"dirname" | b"realpath") {
            return Ok(None);
        }
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.value(argument.value(), depth)?);
        }
        let Some(text) = values.first().and_then(PhpValue::as_str) else {
            return Ok(None);
        };
        let path = Path::new(text);
        Ok(match (name.as_slice(), values.get(1)) {
            (b"dirname", None) => Some(path_value(&parent_of(path, 1))),
            (b"dirname", Some(PhpValue::Int(levels))) => {
                let levels = usize::try_from(*levels).unwrap_or(1).clamp(1, MAX_DEPTH);
                Some(path_value(&parent_of(path, levels)))
            }
            (b"realpath", None) => {
                Some((self.realpath)(path).map_or(PhpValue::Bool(false), |p| path_value(&p)))
            }
            _ => None,
        })
    }
}

/// Carries out `$name = value`; anything else is a fault.
pub(crate) fn assign(
    expression: &Expression<'_>,
    environment: &mut Environment<'_>,
) -> Result<(), Fault> {
    if let Expression::Assignment(assignment) = expression
        && matches!(assignment.operator, AssignmentOperator::Assign(_))
        && let Some(name) = variable_name(assignment.lhs)
    {
        let value = environment.value_of(assignment.rhs)?;
        environment.variables.insert(name.to_vec(), value);
        return Ok(());
    }
    Err(Fault::new(
        expression,
        "expected `return` with a literal, found a statement that would have to run",
    ))
}

fn arithmetic(operator: &BinaryOperator<'_>, a: &PhpValue, b: &PhpValue) -> Option<PhpValue> {
    let (PhpValue::Int(a), PhpValue::Int(b)) = (a, b) else {
        return None;
    };
    let value = match operator {
        BinaryOperator::Addition(_) => a.checked_add(*b)?,
        BinaryOperator::Subtraction(_) => a.checked_sub(*b)?,
        BinaryOperator::Multiplication(_) => a.checked_mul(*b)?,
        _ => return None,
    };
    Some(PhpValue::Int(value))
}

fn literal_value(literal: &Literal<'_>) -> Result<PhpValue, Fault> {
    match literal {
        Literal::String(string) => unquote(string.raw).map(PhpValue::String),
        Literal::Integer(number) => integer(number.raw),
        Literal::Float(number) => Some(PhpValue::Float(number.value.into_inner())),
        Literal::True(_) => Some(PhpValue::Bool(true)),
        Literal::False(_) => Some(PhpValue::Bool(false)),
        Literal::Null(_) => Some(PhpValue::Null),
    }
    .ok_or_else(|| Fault::new(literal, "a literal that cannot be read"))
}

fn composite(string: &CompositeString<'_>) -> Result<PhpValue, Fault> {
    let CompositeString::Document(document) = string else {
        return Err(Fault::new(
            string,
            "expected a literal, found a string with variables in it",
        ));
    };
    let mut raw = Vec::new();
    for part in document.parts.iter() {
        match part {
            StringPart::Literal(part) => raw.extend_from_slice(part.value),
            _ => {
                return Err(Fault::new(
                    string,
                    "expected a literal, found a string with variables in it",
                ));
            }
        }
    }
    let indent = match document.indentation {
        DocumentIndentation::None => 0,
        DocumentIndentation::Whitespace(count) | DocumentIndentation::Tab(count) => count,
        DocumentIndentation::Mixed(blanks, tabs) => blanks + tabs,
    };
    let raw = raw.strip_suffix(b"\n").unwrap_or(&raw);
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    let mut text = Vec::with_capacity(raw.len());
    for (number, line) in raw.split(|b| *b == b'\n').enumerate() {
        if number > 0 {
            text.push(b'\n');
        }
        let blank = line
            .iter()
            .take(indent)
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        text.extend_from_slice(&line[blank..]);
    }
    Ok(PhpValue::String(match document.kind {
        DocumentKind::Nowdoc => text,
        DocumentKind::Heredoc => unescape_double(&text, None),
    }))
}

/// Constants of PHP itself that occur in configuration.
fn constant(name: &[u8]) -> Option<PhpValue> {
    let name = name.strip_prefix(b"\\").unwrap_or(name);
    Some(match name {
        b"PHP_INT_MAX" => PhpValue::Int(i64::MAX),
        b"PHP_INT_MIN" => PhpValue::Int(i64::MIN),
        b"PHP_INT_SIZE" => PhpValue::Int(8),
        b"PHP_EOL" => PhpValue::string("\n"),
        b"DIRECTORY_SEPARATOR" | b"DS" => PhpValue::string("/"),
        _ => return None,
    })
}

fn path_value(path: &Path) -> PhpValue {
    PhpValue::string(path.as_os_str().as_encoded_bytes())
}

fn parent_of(path: &Path, levels: usize) -> PathBuf {
    let mut path = path;
    for _ in 0..levels {
        path = path.parent().unwrap_or(path);
    }
    path.to_path_buf()
}

/// `a/./b/../c` as `a/c`, by text alone.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut done = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                done.pop();
            }
            other => done.push(other),
        }
    }
    done
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
