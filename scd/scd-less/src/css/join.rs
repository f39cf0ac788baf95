//! Joining the selectors of nested rulesets.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::{AtRule, Block, Media, Node, Path};
use crate::ast::Combinator;
use crate::eval::node::{
    Declaration, DeclarationName, Element, ElementValue, Extends, Item, Ruleset, Selector,
};
use crate::eval::{Compiler, Outcome, Problem};
use crate::options::Dialect;
use crate::value::{Text, Value};

/// Makes the output tree of an evaluated stylesheet.
pub(super) fn join<'a>(compiler: &mut Compiler<'a>, root: &Ruleset<'a>) -> Outcome<Block<'a>> {
    let mut joiner = Joiner {
        compiler,
        selector_count: 0,
        block_count: 0,
        depth: 0,
    };
    let mut block = joiner.block(root, &[], true)?;
    block.is_first = true;
    Ok(block)
}

struct Joiner<'c, 'a> {
    compiler: &'c Compiler<'a>,
    selector_count: u64,
    block_count: usize,
    depth: u32,
}

impl<'a> Joiner<'_, 'a> {
    fn block(
        &mut self,
        ruleset: &Ruleset<'a>,
        context: &[Path<'a>],
        is_root: bool,
    ) -> Outcome<Block<'a>> {
        let number = self.block_count;
        self.block_count += 1;
        self.depth += 1;
        let limit = self.compiler.options.limits.depth;
        if self.depth > limit {
            return Err(Problem::limit(format!(
                "nested more than {limit} levels deep"
            )));
        }
        let mut paths = Vec::new();
        let mut is_dropped = false;
        if !is_root {
            is_dropped = true;
            for selector in &ruleset.selectors {
                if selector.passes {
                    is_dropped = false;
                    self.count(1)?;
                    self.join_selector(&mut paths, context, selector)?;
                }
            }
        }
        let mut rules = Vec::new();
        if !is_dropped {
            let items = ruleset.rules.borrow();
            rules.reserve(items.len());
            for item in &*items {
                if let Some(node) = self.node(item, &paths, is_root)? {
                    rules.push(node);
                }
            }
        }
        self.depth -= 1;
        let extends_all_paths =
            !is_root && rules.iter().any(|node| matches!(node, Node::Extend(_)));
        Ok(Block {
            is_root,
            is_first: false,
            paths,
            rules,
            extends_all_paths,
            number,
        })
    }

    fn node(
        &mut self,
        item: &Item<'a>,
        paths: &[Path<'a>],
        in_root: bool,
    ) -> Outcome<Option<Node<'a>>> {
        Ok(Some(match item {
            Item::Evaluated(declaration) => match declaration.name {
                DeclarationName::Variable(_) => return Ok(None),
                DeclarationName::Property(_) => Node::Declaration(match declaration.read.get() {
                    None => Rc::clone(declaration),
                    Some(value) => Rc::new(Declaration {
                        value: Value::clone(value),
                        ..Declaration::clone(declaration)
                    }),
                }),
            },
            Item::Simple {
                pair,
                file,
                important,
            } => Node::Simple {
                pair,
                file: *file,
                important: *important,
            },
            Item::Comment(comment, file) => Node::Comment(comment, *file),
            Item::Extend(extend, file) => match self.compiler.evaluated_extend(extend, *file) {
                Some(extend) => Node::Extend(extend),
                None => return Ok(None),
            },
            Item::Ruleset(ruleset) => {
                let block = self.block(ruleset, paths, ruleset.is_root.get())?;
                Node::Block(Box::new(block))
            }
            Item::Media(media) => {
                let block = Rc::clone(&media.block.borrow());
                let is_root = block.is_root.get() || in_root || paths.is_empty();
                let block = self.block(&block, paths, is_root)?;
                let features = media.features.borrow().clone();
                Node::Media(Box::new(Media {
                    features,
                    blocks: vec![block],
                    nested: Vec::new(),
                    place: media.place,
                }))
            }
            Item::AtRule(rule) => {
                let block = match &rule.block {
                    Some(block) => {
                        let is_root = match self.compiler.options.dialect {
                            Dialect::V3 => block.is_root.get(),
                            Dialect::V5 => rule.is_rooted || paths.is_empty(),
                        };
                        Some(self.block(block, paths, is_root)?)
                    }
                    None => None,
                };
                Node::AtRule(Box::new(AtRule {
                    name: rule.name,
                    value: rule.value.clone(),
                    block,
                    from_reference: rule.from_reference,
                    place: rule.place,
                    is_referenced: rule.is_referenced.get(),
                    nested: None,
                }))
            }
            Item::CssImport(import) => Node::Import(Text::clone(&import.0), import.1),
            Item::Inline(inline) => Node::Inline(Rc::clone(inline)),
            Item::Result(value) => Node::Value(Rc::clone(value)),
            // Definitions print nothing; everything else was replaced by its result.
            _ => return Ok(None),
        }))
    }

    fn count(&mut self, selectors: usize) -> Outcome<()> {
        self.selector_count += selectors as u64;
        let limit = self.compiler.options.limits.selectors;
        if self.selector_count <= limit {
            return Ok(());
        }
        Err(Problem::limit(format!("more than {limit} selectors")))
    }

    fn join_selector(
        &mut self,
        paths: &mut Vec<Path<'a>>,
        context: &[Path<'a>],
        selector: &Rc<Selector<'a>>,
    ) -> Outcome<()> {
        let is_plain = selector
            .elements
            .iter()
            .all(|element| !matches!(element.value, ElementValue::Parent | ElementValue::Paren(_)));
        if !is_plain {
            let (drafts, had_parent) = self.replace_parents(context, selector)?;
            if had_parent {
                paths.extend(drafts.into_iter().map(finish));
                return Ok(());
            }
        }
        self.count(
            context
                .iter()
                .map(|outer| outer.len() + 1)
                .sum::<usize>()
                .max(1),
        )?;
        if context.is_empty() {
            paths.push(Rc::new([Rc::clone(selector)]));
        }
        for outer in context {
            paths.push(outer.iter().chain([selector]).cloned().collect());
        }
        Ok(())
    }

    /// The paths of a selector with every `&` replaced by every path of the context, and whether there was one.
    fn replace_parents(
        &mut self,
        context: &[Path<'a>],
        selector: &Rc<Selector<'a>>,
    ) -> Outcome<(Vec<Vec<Draft<'a>>>, bool)> {
        let mut had_parent = false;
        let mut current: Vec<Element<'a>> = Vec::new();
        let mut drafts: Vec<Vec<Draft<'a>>> = vec![Vec::new()];
        for element in &*selector.elements {
            match &element.value {
                ElementValue::Parent => {
                    had_parent = true;
                    append(&mut drafts, &mut current);
                    if context.is_empty() {
                        // The combinator stays behind so that it is not lost.
                        for draft in &mut drafts {
                            if let Some(first) = draft.first_mut() {
                                let combinator = element.combinator;
                                let value = ElementValue::Empty;
                                first.elements.push(Element { combinator, value });
                            }
                        }
                        continue;
                    }
                    // Each `&` can multiply the length of a path as well as the number of paths.
                    let length = |path: &Path<'a>| {
                        path.iter().map(|part| part.elements.len()).sum::<usize>()
                    };
                    let longest = context.iter().map(length).max().unwrap_or(0).max(1);
                    // Every product copies what was drafted so far.
                    let drafted: usize = drafts
                        .iter()
                        .flatten()
                        .map(|part| part.elements.len())
                        .sum();
                    self.count((drafts.len() * longest + drafted) * context.len())?;
                    let mut multiplied = Vec::with_capacity(drafts.len() * context.len());
                    for draft in &drafts {
                        for outer in context {
                            let outer: Vec<Draft<'a>> = outer.iter().map(Draft::of).collect();
                            multiplied.push(replace(draft, &outer, element, selector));
                        }
                    }
                    drafts = multiplied;
                }
                ElementValue::Paren(inner) => {
                    append(&mut drafts, &mut current);
                    let (nested, replaced) = self.replace_parents(context, inner)?;
                    had_parent |= replaced;
                    self.count(nested.len() * drafts.len())?;
                    let mut replacements = Vec::with_capacity(nested.len() * drafts.len());
                    for path in nested {
                        let inside = [Draft::parenthesised(finish(path))];
                        for draft in &drafts {
                            replacements.push(replace(draft, &inside, element, selector));
                        }
                    }
                    drafts = replacements;
                }
                _ => current.push(element.clone()),
            }
        }
        append(&mut drafts, &mut current);
        if self.compiler.options.dialect == Dialect::V5 && !selector.extends.is_empty() {
            for last in drafts.iter_mut().filter_map(|draft| draft.last_mut()) {
                last.extends = Some(selector.extends.clone());
            }
        }
        drafts.retain(|draft| !draft.is_empty());
        Ok((drafts, had_parent))
    }
}

/// A selector under construction.
#[derive(Clone)]
struct Draft<'a> {
    elements: Vec<Element<'a>>,
    /// Where its other properties come from.
    base: Option<Rc<Selector<'a>>>,
    /// Whether its elements are still those of the base.
    is_unchanged: bool,
    /// Dialect 5: the extends of the selector that ends with it, in place of those of the base.
    extends: Option<Extends<'a>>,
}

impl<'a> Draft<'a> {
    fn of(selector: &Rc<Selector<'a>>) -> Self {
        let elements = selector.elements.to_vec();
        Self {
            elements,
            base: Some(Rc::clone(selector)),
            is_unchanged: true,
            extends: None,
        }
    }

    fn bare(elements: Vec<Element<'a>>) -> Self {
        Self {
            elements,
            base: None,
            is_unchanged: false,
            extends: None,
        }
    }

    /// `( path )` as a selector of one element.
    fn parenthesised(path: Path<'a>) -> Self {
        let inside: Vec<Element<'a>> = path
            .iter()
            .map(|part| Element {
                combinator: Combinator::None,
                value: ElementValue::Nested(Rc::clone(part)),
            })
            .collect();
        let value = ElementValue::Paren(Rc::new(bare_selector(inside)));
        Self::bare(vec![Element {
            combinator: Combinator::None,
            value,
        }])
    }

    fn finish(self) -> Rc<Selector<'a>> {
        match self.base {
            Some(base) if self.is_unchanged && self.extends.is_none() => base,
            Some(base) => Rc::new(Selector {
                elements: self.elements.into(),
                extends: self.extends.unwrap_or_else(|| base.extends.clone()),
                passes: base.passes,
                from_reference: base.from_reference,
                is_referenced: Cell::new(base.is_referenced.get()),
                is_media: base.is_media,
                tokens: OnceCell::new(),
                place: base.place,
                text_bits: OnceCell::new(),
            }),
            None => {
                let mut selector = bare_selector(self.elements);
                if let Some(extends) = self.extends {
                    selector.extends = extends;
                }
                Rc::new(selector)
            }
        }
    }
}

/// A selector that comes from no file.
pub(super) fn bare_selector(elements: Vec<Element<'_>>) -> Selector<'_> {
    Selector {
        elements: elements.into(),
        extends: Extends::default(),
        passes: true,
        from_reference: false,
        is_referenced: Cell::new(false),
        is_media: false,
        tokens: OnceCell::new(),
        place: None,
        text_bits: OnceCell::new(),
    }
}

fn finish<'a>(path: Vec<Draft<'a>>) -> Path<'a> {
    path.into_iter().map(Draft::finish).collect()
}

/// Adds elements to the last selector of every draft.
fn append<'a>(drafts: &mut Vec<Vec<Draft<'a>>>, elements: &mut Vec<Element<'a>>) {
    if elements.is_empty() {
        return;
    }
    let elements = std::mem::take(elements);
    if drafts.is_empty() {
        drafts.push(vec![Draft::bare(elements)]);
        return;
    }
    for draft in drafts {
        match draft.last_mut() {
            Some(last) => {
                last.elements.extend(elements.iter().cloned());
                last.is_unchanged = false;
            }
            None => draft.push(Draft::bare(elements.clone())),
        }
    }
}

/// Puts a path in place of an element behind what there is so far.
fn replace<'a>(
    beginning: &[Draft<'a>],
    added: &[Draft<'a>],
    replaced: &Element<'a>,
    original: &Rc<Selector<'a>>,
) -> Vec<Draft<'a>> {
    let mut path = beginning.to_vec();
    let mut elements = path.pop().map(|last| last.elements).unwrap_or_default();
    let mut rest = added.iter();
    if let Some(first) = rest.next()
        && let Some((head, tail)) = first.elements.split_first()
    {
        // A combinator on the parent counts unless the replaced element has one itself.
        let mut combinator = replaced.combinator;
        if combinator.is_blank() && !head.combinator.is_blank() {
            combinator = head.combinator;
        }
        elements.push(Element {
            combinator,
            value: head.value.clone(),
        });
        elements.extend(tail.iter().cloned());
    }
    if !elements.is_empty() {
        path.push(Draft {
            elements,
            base: Some(Rc::clone(original)),
            is_unchanged: false,
            extends: None,
        });
    }
    path.extend(rest.cloned());
    path
}
