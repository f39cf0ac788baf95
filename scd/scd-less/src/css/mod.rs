//! From the evaluated tree to text: selectors are joined, extends applied, what prints nothing is removed, the rest is printed.

mod extend;
mod extend_match;
mod join;
mod path;
mod print;
mod print_ordered;
mod tidy;
mod unmatched;

use std::rc::Rc;

pub(crate) use tidy::uncommented;

use crate::ast;
use crate::eval::node::{Declaration, Extend, FileId, Inline, Place, Ruleset, Selector};
use crate::eval::{Compiler, Outcome};
use crate::source_map::SourceMap;
use crate::value::{Text, Value};

/// A complete selector: the selectors of all rulesets from the outermost to the one that prints.
type Path<'a> = Rc<[Rc<Selector<'a>>]>;

/// A ruleset on its way to the output.
struct Block<'a> {
    /// Whether it prints its content only.
    is_root: bool,
    /// Whether it is the top of the output.
    is_first: bool,
    paths: Vec<Path<'a>>,
    rules: Vec<Node<'a>>,
    /// Whether an `&:extend()` applies to all paths.
    extends_all_paths: bool,
    /// The place of the ruleset among those that extends know.
    number: usize,
}

/// Media queries on their way to the output.
struct Media<'a> {
    features: Vec<Text>,
    blocks: Vec<Block<'a>>,
    nested: Vec<Node<'a>>,
    place: Place,
}

/// Any other at-rule on its way to the output.
struct AtRule<'a> {
    name: &'a str,
    value: Option<Text>,
    block: Option<Block<'a>>,
    from_reference: bool,
    place: Place,
    /// Dialect 5: whether it counts although it comes from a reference import.
    is_referenced: bool,
    /// Dialect 5: what is left of the block once it is tidied; `None` without a block.
    nested: Option<Vec<Node<'a>>>,
}

/// A statement on its way to the output. Most are declarations, so whatever is larger lies elsewhere.
enum Node<'a> {
    Block(Box<Block<'a>>),
    Media(Box<Media<'a>>),
    AtRule(Box<AtRule<'a>>),
    Declaration(Rc<Declaration<'a>>),
    Simple {
        pair: &'a ast::SimplePair,
        file: FileId,
        important: bool,
    },
    Comment(&'a ast::Comment, FileId),
    Extend(Rc<Extend<'a>>),
    Import(Text, Place),
    Inline(Rc<Inline>),
    /// Dialect 5: the result of a call or lookup that stands alone.
    Value(Rc<Value>),
}

/// Turns an evaluated stylesheet into CSS, with its map if that is asked for.
pub(crate) fn render<'a>(
    compiler: &mut Compiler<'a>,
    root: Rc<Ruleset<'a>>,
) -> Outcome<(String, Option<SourceMap>)> {
    let mut block = join::join(compiler, &root)?;
    drop(root);
    if compiler.has_extends {
        extend::apply(compiler, &mut block)?;
    }
    let block = tidy::tidy(compiler, block)?;
    let printed = print::print(compiler, &block)?;
    compiler.take_late();
    for problem in printed.problems {
        compiler.record(problem);
    }
    let map = printed.marks.map(|marks| {
        let sources = compiler.sources();
        SourceMap::new(&printed.css, printed.trimmed, &marks, &sources)
    });
    Ok((printed.css, map))
}
