//! Removing what prints nothing, moving nested rulesets out, merging and deduplicating declarations.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::print::print_declaration;
use super::{AtRule, Block, Node};
use crate::ast::Merge;
use crate::eval::node::{Declaration, DeclarationName};
use crate::eval::{Compiler, Outcome, Problem};
use crate::options::Dialect;
use crate::value::{Assignment, Call, Operation, Text, Value};

/// Makes the tree ready to print.
pub(super) fn tidy<'a>(compiler: &Compiler<'a>, block: Block<'a>) -> Outcome<Block<'a>> {
    for node in &block.rules {
        if let Node::Declaration(declaration) = node {
            let message = "properties must be inside selector blocks, they cannot be in the root.";
            let problem = Problem::new(message).at(declaration.file, declaration.offset);
            return Err(problem);
        }
    }
    let mut tidier = Tidier {
        compiler,
        has_charset: false,
    };
    let mut block = block;
    block.rules = tidier.root_rules(std::mem::take(&mut block.rules))?;
    Ok(block)
}

struct Tidier<'c, 'a> {
    compiler: &'c Compiler<'a>,
    has_charset: bool,
}

impl<'a> Tidier<'_, 'a> {
    fn root_rules(&mut self, rules: Vec<Node<'a>>) -> Outcome<Vec<Node<'a>>> {
        let mut kept = Vec::with_capacity(rules.len());
        for node in rules {
            self.node(node, &mut kept)?;
        }
        Ok(kept)
    }

    /// Adds what is left of a statement to `kept`.
    fn node(&mut self, node: Node<'a>, kept: &mut Vec<Node<'a>>) -> Outcome<()> {
        match node {
            Node::Block(block) => self.block(block, kept),
            Node::Media(mut media) => {
                for block in std::mem::take(&mut media.blocks) {
                    self.block(Box::new(block), &mut media.nested)?;
                }
                if !media.nested.is_empty() {
                    kept.push(Node::Media(media));
                }
                Ok(())
            }
            Node::AtRule(rule) if self.compiler.options.dialect == Dialect::V5 => {
                self.visible_at_rule(rule, kept)
            }
            Node::AtRule(mut rule) => {
                let is_charset = rule.name == "@charset";
                if rule.from_reference || (is_charset && self.has_charset) {
                    if !rule.from_reference {
                        self.compiler.warn_late(
                            "a second `@charset` is dropped",
                            rule.place,
                            "only the first one of the output counts; remove this one",
                        );
                    }
                    return Ok(());
                }
                self.has_charset |= is_charset;
                if let Some(inner) = &mut rule.block {
                    inner.rules = self.root_rules(std::mem::take(&mut inner.rules))?;
                    if inner.rules.is_empty() {
                        self.compiler.warn_late(
                            "nothing is left in the block of this at-rule, so it is printed without one",
                            rule.place,
                            "write a declaration in it, or remove the rule",
                        );
                        rule.block = None;
                    }
                }
                kept.push(Node::AtRule(rule));
                Ok(())
            }
            Node::Extend(_) => Ok(()),
            // A visitor of less.php stumbles over a detached ruleset before it would be printed.
            Node::Declaration(declaration)
                if self.compiler.has_detached() && declaration.value.holds_detached() =>
            {
                let message =
                    "Warning: foreach() argument must be of type array|object, null given";
                Err(Problem::new(message).at(declaration.file, declaration.offset))
            }
            Node::Declaration(declaration) if self.compiler.has_value_comments => {
                kept.push(Node::Declaration(self.uncommented(declaration)));
                Ok(())
            }
            Node::Inline(inline) if inline.is_hidden.get() => Ok(()),
            Node::Comment(comment, file) => {
                let compressed = self.compiler.options.compress && !comment.text.starts_with("/*!");
                let hidden = self.compiler.is_reference(file)
                    && !self.compiler.is_comment_referenced(comment, file);
                if !comment.silent && !compressed && !hidden {
                    kept.push(Node::Comment(comment, file));
                }
                Ok(())
            }
            other => {
                kept.push(other);
                Ok(())
            }
        }
    }

    /// A declaration without the comments in its value that are not printed.
    fn uncommented(&self, declaration: Rc<Declaration<'a>>) -> Rc<Declaration<'a>> {
        let is_silent = |text: &str| {
            text.is_empty()
                || text.starts_with("//")
                || (self.compiler.options.compress && !text.starts_with("/*!"))
                || (self.compiler.is_reference(declaration.file)
                    && !declaration.is_referenced.get())
        };
        match uncommented(&declaration.value, &is_silent) {
            Some(value) => {
                let declaration = Declaration::clone(&declaration);
                Rc::new(Declaration {
                    value,
                    ..declaration
                })
            }
            None => declaration,
        }
    }

    /// An at-rule of dialect 5: one from a reference import shows if something in it does.
    fn visible_at_rule(
        &mut self,
        mut rule: Box<AtRule<'a>>,
        kept: &mut Vec<Node<'a>>,
    ) -> Outcome<()> {
        let is_visible = !rule.from_reference || rule.is_referenced;
        if rule.name == "@charset" {
            if !is_visible || self.has_charset {
                return Ok(());
            }
            self.has_charset = true;
        }
        let Some(mut inner) = rule.block.take() else {
            if is_visible {
                kept.push(Node::AtRule(rule));
            }
            return Ok(());
        };
        merge(&mut inner.rules);
        let mut left = Vec::new();
        self.block(Box::new(inner), &mut left)?;
        if !is_visible {
            if !has_visible_child(&left) {
                return Ok(());
            }
            rule.is_referenced = true;
        }
        rule.nested = Some(left);
        kept.push(Node::AtRule(rule));
        Ok(())
    }

    fn block(&mut self, mut block: Box<Block<'a>>, kept: &mut Vec<Node<'a>>) -> Outcome<()> {
        let rules = std::mem::take(&mut block.rules);
        if block.is_root {
            block.rules = self.root_rules(rules)?;
            if !block.rules.is_empty() {
                kept.push(Node::Block(block));
            }
            return Ok(());
        }
        block.paths.retain(|path| {
            path.iter()
                .any(|selector| selector.is_visible() && selector.passes)
        });
        let place = kept.len();
        let mut own = Vec::with_capacity(rules.len());
        for node in rules {
            if matches!(node, Node::Block(_) | Node::Media(_) | Node::AtRule(_)) {
                self.node(node, kept)?;
            } else {
                self.node(node, &mut own)?;
            }
        }
        if own.is_empty() || block.paths.is_empty() {
            return Ok(());
        }
        if own.len() > 1 {
            merge(&mut own);
            self.remove_duplicates(&mut own)?;
        }
        block.rules = own;
        kept.insert(place, Node::Block(block));
        Ok(())
    }

    /// Keeps the last of declarations that print the same.
    fn remove_duplicates(&self, rules: &mut Vec<Node<'a>>) -> Outcome<()> {
        if rules.len() <= SHORT_BLOCK && !has_repeated_name(rules) {
            return Ok(());
        }
        let mut seen: FxHashMap<&str, Later> = FxHashMap::default();
        let mut doomed = Vec::new();
        for (index, node) in rules.iter().enumerate().rev() {
            let Some(name) = name_of(node) else { continue };
            let Some(later) = seen.get_mut(name) else {
                seen.insert(name, Later::Only(index));
                continue;
            };
            if let Later::Only(other) = *later {
                *later = Later::Texts(FxHashSet::from_iter([self.text(&rules[other])?]));
            }
            if let Later::Texts(texts) = later
                && !texts.insert(self.text(node)?)
            {
                doomed.push(index);
            }
        }
        if !doomed.is_empty() {
            let mut index = 0;
            rules.retain(|_| {
                index += 1;
                // The highest index comes first.
                let is_doomed = doomed.last() == Some(&(index - 1));
                if is_doomed {
                    doomed.pop();
                }
                !is_doomed
            });
        }
        Ok(())
    }

    fn text(&self, node: &Node<'a>) -> Outcome<String> {
        let mut text = String::new();
        print_declaration(node, true, self.compiler.options.into(), &mut text)?;
        Ok(text)
    }
}

/// The declarations of one name that were seen: where the only one is, or how all of them print. Most names come once and are
/// never printed for this.
enum Later {
    Only(usize),
    Texts(FxHashSet<String>),
}

/// A value without silent comments; `None` if it holds none.
pub(crate) fn uncommented(value: &Value, is_silent: &dyn Fn(&str) -> bool) -> Option<Value> {
    let list = |items: &[Value]| {
        let mut changed = false;
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::Comment(text) if is_silent(text) => changed = true,
                item => {
                    let inner = uncommented(item, is_silent);
                    changed |= inner.is_some();
                    kept.push(inner.unwrap_or_else(|| item.clone()));
                }
            }
        }
        changed.then_some(kept)
    };
    Some(match value {
        Value::Comma(items) => Value::Comma(list(items)?.into()),
        Value::Space(items) => Value::Space(list(items)?.into()),
        Value::Joined(items) => Value::Joined(list(items)?.into()),
        Value::Paren(inner) => Value::Paren(Rc::new(uncommented(inner, is_silent)?)),
        Value::Call(call) => Value::Call(Rc::new(Call {
            name: Text::clone(&call.name),
            args: list(&call.args)?,
        })),
        Value::Operation(operation) => {
            let (left, right) = (&operation.left, &operation.right);
            let inner = (uncommented(left, is_silent), uncommented(right, is_silent));
            if let (None, None) = inner {
                return None;
            }
            Value::Operation(Rc::new(Operation {
                operator: operation.operator,
                left: inner.0.unwrap_or_else(|| left.clone()),
                right: inner.1.unwrap_or_else(|| right.clone()),
                spaced: operation.spaced,
            }))
        }
        Value::Assignment(assignment) => Value::Assignment(Rc::new(Assignment {
            key: Text::clone(&assignment.key),
            value: uncommented(&assignment.value, is_silent)?,
        })),
        _ => return None,
    })
}

/// Whether something in an at-rule is not only there for reference. Declarations, comments and media blocks do not say.
fn has_visible_child(nodes: &[Node<'_>]) -> bool {
    let inner = match nodes {
        [Node::Block(block)] if block.paths.is_empty() => &block.rules,
        _ => nodes,
    };
    inner.iter().any(|node| match node {
        Node::Block(block) => {
            let in_paths = block.paths.iter().flat_map(|path| path.iter());
            in_paths.into_iter().any(|selector| selector.is_visible())
        }
        Node::AtRule(rule) => !rule.from_reference || rule.is_referenced,
        Node::Inline(inline) => !inline.is_hidden.get(),
        _ => false,
    })
}

/// Up to this many statements, comparing all names is faster than hashing them.
const SHORT_BLOCK: usize = 24;

fn has_repeated_name(rules: &[Node<'_>]) -> bool {
    rules.iter().enumerate().any(|(index, node)| {
        name_of(node).is_some_and(|name| {
            rules[..index]
                .iter()
                .any(|other| name_of(other) == Some(name))
        })
    })
}

fn name_of<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match node {
        Node::Declaration(declaration) => match &declaration.name {
            DeclarationName::Property(name) => Some(name),
            DeclarationName::Variable(_) => None,
        },
        Node::Simple { pair, .. } => Some(&pair.name),
        _ => None,
    }
}

/// Joins the values of properties written with `+:` and `+_:` into the first one of the name.
fn merge<'a>(rules: &mut Vec<Node<'a>>) {
    let mut groups: Vec<(usize, Vec<Rc<Declaration<'a>>>)> = Vec::new();
    let mut doomed = Vec::new();
    for (index, node) in rules.iter().enumerate() {
        let Node::Declaration(declaration) = node else {
            continue;
        };
        if declaration.merge == Merge::No {
            continue;
        }
        let same = |group: &&mut (usize, Vec<Rc<Declaration<'a>>>)| {
            let (Some(first), name) = (group.1.first(), name_of(node)) else {
                return false;
            };
            let DeclarationName::Property(other) = &first.name else {
                return false;
            };
            name == Some(other) && first.important == declaration.important
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.1.push(Rc::clone(declaration));
                doomed.push(index);
            }
            None => groups.push((index, vec![Rc::clone(declaration)])),
        }
    }
    for (place, parts) in groups {
        if parts.len() < 2 {
            continue;
        }
        let mut lists: Vec<Vec<Value>> = Vec::new();
        for part in &parts {
            match lists.last_mut() {
                Some(last) if part.merge == Merge::Space => last.push(part.value.clone()),
                _ => lists.push(vec![part.value.clone()]),
            }
        }
        let value = Value::Comma(
            lists
                .into_iter()
                .map(|list| Value::Space(list.into()))
                .collect(),
        );
        let first = Declaration::clone(&parts[0]);
        rules[place] = Node::Declaration(Rc::new(Declaration { value, ..first }));
    }
    for index in doomed.into_iter().rev() {
        rules.remove(index);
    }
}
