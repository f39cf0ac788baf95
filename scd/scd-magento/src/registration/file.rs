//! One registration file: which components it registers, and where.

use std::cell::RefCell;
use std::path::Path;

use bumpalo::Bump;
use mago_span::HasSpan;
use mago_syntax::ast::{
    Call, ClassLikeMemberSelector, DeclareBody, Expression, If, IfBody, NamespaceBody, Statement,
    UseItem, UseItems,
};
use rustc_hash::FxHashMap;

use super::{Component, ComponentKind};
use crate::error::{Error, line_and_column};
use crate::finding::Finding;
use crate::php::{self, Environment, PhpValue};
use crate::tree::Tree;

/// The class whose `register` is called, lower case.
const REGISTRAR: &[u8] = br"magento\framework\component\componentregistrar";

/// What a file that mentions the registrar says.
pub(super) struct Outcome {
    /// The calls that were understood, in order.
    pub(super) components: Vec<Component>,
    /// Calls whose arguments could not be worked out.
    pub(super) obscure: Vec<Finding>,
}

/// Reads `source`, found as `listed` in a list of files and lying at `file` when links are resolved.
pub(super) fn read(
    tree: &dyn Tree,
    listed: &Path,
    file: &Path,
    source: &[u8],
) -> Result<Outcome, Error> {
    let arena = Bump::new();
    let program = php::parse(&arena, file, source)?;
    let realpath = |path: &Path| tree.canonicalize(path).ok();
    let names = RefCell::new(Names::default());
    let constant = |class: &[u8], name: &[u8]| {
        let is_registrar = names.borrow().class_name(class) == REGISTRAR;
        ComponentKind::of_constant(name)
            .filter(|_| is_registrar)
            .map(PhpValue::string)
    };
    let mut environment = Environment::new(file);
    environment.class_constant = &constant;
    environment.realpath = &realpath;
    // The variable that Composer's and Magento's loaders have in scope when they include the file.
    let listed_text = PhpValue::string(listed.as_os_str().as_encoded_bytes());
    environment.variables.insert(b"$file".to_vec(), listed_text);
    let mut reader = Reader {
        file,
        source,
        environment,
        names: &names,
        outcome: Outcome {
            components: Vec::new(),
            obscure: Vec::new(),
        },
    };
    reader.statements(program.statements.iter(), 0);
    Ok(reader.outcome)
}

struct Reader<'a> {
    file: &'a Path,
    source: &'a [u8],
    environment: Environment<'a>,
    names: &'a RefCell<Names>,
    outcome: Outcome,
}

/// What short class names stand for at a place in the file.
#[derive(Default)]
struct Names {
    namespace: Vec<u8>,
    /// Alias in lower case to class in lower case.
    aliases: FxHashMap<Vec<u8>, Vec<u8>>,
}

/// Blocks within blocks; the parser bounds them too.
const MAX_DEPTH: usize = 64;

impl Reader<'_> {
    /// Goes through statements; true if a `return` or `exit` ended the file.
    fn statements<'s, 'b: 's>(
        &mut self,
        statements: impl Iterator<Item = &'s Statement<'b>>,
        depth: usize,
    ) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        for statement in statements {
            if self.statement(statement, depth) {
                return true;
            }
        }
        false
    }

    fn statement(&mut self, statement: &Statement<'_>, depth: usize) -> bool {
        match statement {
            Statement::Namespace(namespace) => {
                self.names.borrow_mut().namespace = namespace
                    .name
                    .as_ref()
                    .map(|name| name.value().to_ascii_lowercase())
                    .unwrap_or_default();
                match &namespace.body {
                    NamespaceBody::Implicit(body) => {
                        self.statements(body.statements.iter(), depth + 1)
                    }
                    NamespaceBody::BraceDelimited(body) => {
                        self.statements(body.statements.iter(), depth + 1)
                    }
                }
            }
            Statement::Use(r#use) => {
                self.aliases_of(&r#use.items);
                false
            }
            Statement::Declare(declare) => match &declare.body {
                DeclareBody::Statement(body) => self.statement(body, depth + 1),
                DeclareBody::ColonDelimited(body) => {
                    self.statements(body.statements.iter(), depth + 1)
                }
            },
            Statement::Block(block) => self.statements(block.statements.iter(), depth + 1),
            Statement::Try(r#try) => self.statements(r#try.block.statements.iter(), depth + 1),
            Statement::If(r#if) => self.branch(r#if, depth),
            Statement::Return(_) => true,
            Statement::Expression(statement) => {
                self.expression(statement.expression);
                false
            }
            _ => false,
        }
    }

    fn expression(&mut self, expression: &Expression<'_>) {
        match expression {
            Expression::Call(Call::StaticMethod(call)) => {
                let is_register = matches!(&call.method, ClassLikeMemberSelector::Identifier(name)
                    if name.value.eq_ignore_ascii_case(b"register"));
                let Expression::Identifier(class) = call.class else {
                    return;
                };
                if !is_register || self.names.borrow().class_name(class.value()) != REGISTRAR {
                    return;
                }
                let arguments: Vec<_> = call
                    .argument_list
                    .arguments
                    .iter()
                    .map(|a| a.value())
                    .collect();
                self.register(expression, &arguments);
            }
            Expression::Assignment(assignment) => {
                let Some(name) = php::variable_name(assignment.lhs) else {
                    return;
                };
                let name = name.to_vec();
                if php::assign(expression, &mut self.environment).is_err() {
                    self.environment.variables.remove(&name);
                }
            }
            _ => {}
        }
    }

    fn register(&mut self, call: &Expression<'_>, arguments: &[&Expression<'_>]) {
        let offset = call.span().start.offset as usize;
        let (line, _) = line_and_column(self.source, offset);
        let mut texts = Vec::new();
        for argument in arguments.iter().take(3) {
            match self.environment.value_of(argument) {
                Ok(value) => texts.extend(value.as_str().map(str::to_owned)),
                Err(fault) => {
                    let reason = fault.into_error(self.file, self.source);
                    self.obscure(format!(
                        "the registration in line {line} cannot be read without PHP: {reason}"
                    ));
                    return;
                }
            }
        }
        let [kind, name, directory] = texts.as_slice() else {
            self.obscure(format!(
                "the registration in line {line} does not have three strings as arguments"
            ));
            return;
        };
        let Some(kind) = ComponentKind::parse(kind) else {
            self.obscure(format!(
                "the registration in line {line} is of unknown type `{kind}`"
            ));
            return;
        };
        self.outcome.components.push(Component {
            kind,
            name: name.clone(),
            // Dot segments would otherwise show in the names of minified templates.
            directory: php::normalized(Path::new(&directory.replace('\\', "/"))),
            file: self.file.to_path_buf(),
            line,
        });
    }

    fn obscure(&mut self, message: String) {
        self.outcome.obscure.push(Finding {
            path: self.file.to_path_buf(),
            message,
            hint: Some("write type, name and `__DIR__` literally into the call".to_owned()),
        });
    }

    /// Goes through an `if`. Where the condition cannot be answered, registrations inside are taken to happen and a
    /// `return` is not, and that is reported.
    fn branch(&mut self, r#if: &If<'_>, depth: usize) -> bool {
        let answer = self.condition(r#if.condition);
        let before = self.outcome.components.len();
        let ended = match (&r#if.body, answer.unwrap_or(true)) {
            (IfBody::Statement(body), true) => self.statement(body.statement, depth + 1),
            (IfBody::ColonDelimited(body), true) => {
                self.statements(body.statements.iter(), depth + 1)
            }
            (IfBody::Statement(body), false) => body
                .else_clause
                .as_ref()
                .is_some_and(|clause| self.statement(clause.statement, depth + 1)),
            (IfBody::ColonDelimited(body), false) => body
                .else_clause
                .as_ref()
                .is_some_and(|clause| self.statements(clause.statements.iter(), depth + 1)),
        };
        if answer.is_some() {
            return ended;
        }
        if ended || self.outcome.components.len() > before {
            let offset = r#if.condition.span().start.offset as usize;
            let (line, _) = line_and_column(self.source, offset);
            self.obscure(format!(
                "the condition in line {line} cannot be answered without PHP; the registrations that depend on it are taken to happen"
            ));
        }
        false
    }

    /// Whether a condition holds; none if that cannot be told.
    fn condition(&self, condition: &Expression<'_>) -> Option<bool> {
        match condition {
            Expression::Parenthesized(inner) => self.condition(inner.expression),
            Expression::UnaryPrefix(unary) if unary.operator.is_not() => {
                self.condition(unary.operand).map(|holds| !holds)
            }
            other => self.class_exists(other).or_else(|| {
                let value = self.environment.value_of(other).ok()?;
                Some(value.is_truthy())
            }),
        }
    }

    /// `class_exists(X)` where X is the registrar; none for anything else.
    fn class_exists(&self, expression: &Expression<'_>) -> Option<bool> {
        let Expression::Call(Call::Function(call)) = expression else {
            return None;
        };
        let Expression::Identifier(function) = call.function else {
            return None;
        };
        let function = function.value();
        let function = function.strip_prefix(b"\\").unwrap_or(function);
        if !function.eq_ignore_ascii_case(b"class_exists") {
            return None;
        }
        let argument = call.argument_list.arguments.iter().next()?.value();
        let class = match argument {
            Expression::Access(mago_syntax::ast::Access::ClassConstant(access)) => {
                match access.class {
                    Expression::Identifier(class) => self.names.borrow().class_name(class.value()),
                    _ => return None,
                }
            }
            other => {
                let value = self.environment.value_of(other).ok()?;
                let name = value.as_str()?.to_ascii_lowercase();
                name.trim_start_matches('\\').as_bytes().to_vec()
            }
        };
        (class == REGISTRAR).then_some(true)
    }

    fn aliases_of(&mut self, items: &UseItems<'_>) {
        match items {
            UseItems::Sequence(sequence) => {
                for item in sequence.items.iter() {
                    self.alias(b"", item);
                }
            }
            UseItems::MixedList(list) => {
                let prefix = list.namespace.value().to_ascii_lowercase();
                for item in list.items.iter().filter(|item| item.r#type.is_none()) {
                    self.alias(&prefix, &item.item);
                }
            }
            UseItems::TypedSequence(_) | UseItems::TypedList(_) => {}
        }
    }

    fn alias(&mut self, prefix: &[u8], item: &UseItem<'_>) {
        let mut class = prefix.to_vec();
        if !class.is_empty() {
            class.push(b'\\');
        }
        class.extend(item.name.value().to_ascii_lowercase());
        let class = class.strip_prefix(b"\\").unwrap_or(&class).to_vec();
        let alias = match &item.alias {
            Some(alias) => alias.identifier.value.to_ascii_lowercase(),
            None => class
                .rsplit(|b| *b == b'\\')
                .next()
                .unwrap_or_default()
                .to_vec(),
        };
        self.names.borrow_mut().aliases.insert(alias, class);
    }
}

impl Names {
    /// The full name in lower case, without a leading backslash.
    fn class_name(&self, written: &[u8]) -> Vec<u8> {
        let name = written.to_ascii_lowercase();
        if let Some(full) = name.strip_prefix(b"\\") {
            return full.to_vec();
        }
        let first = name.split(|b| *b == b'\\').next().unwrap_or_default();
        let mut full = match self.aliases.get(first) {
            Some(class) => {
                let mut class = class.clone();
                class.extend_from_slice(&name[first.len()..]);
                return class;
            }
            None => self.namespace.clone(),
        };
        if !full.is_empty() {
            full.push(b'\\');
        }
        full.extend(name);
        full
    }
}
