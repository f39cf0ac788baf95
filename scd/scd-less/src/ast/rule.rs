//! Statements: rulesets, declarations, mixins, imports and at-rules.

use std::sync::OnceLock;

use super::{
    Condition, Expr, Extend, MediaFeature, NameId, PropertyUse, Reading, Selector, SlotId, Variable,
};
use crate::parse;
use crate::value::Text;

/// A statement of a file or block.
#[derive(Debug)]
pub(crate) enum Statement {
    Extend(Extend),
    Mixin(Box<MixinDefinition>),
    Simple(SimplePair),
    Declaration(Box<Declaration>),
    Ruleset(Box<Ruleset>),
    MixinCall(Box<MixinCall>),
    Comment(Comment),
    DetachedCall(DetachedCall),
    Import(Box<Import>),
    Media(Box<Media>),
    AtRule(Box<AtRule>),
    /// Dialect 5: a function call or a lookup that stands alone.
    Value(Box<Expr>),
}

/// Selectors and a block. Without selectors: the block of an at-rule or a detached ruleset.
#[derive(Debug)]
pub(crate) struct Ruleset {
    /// The selector list; empty for a bare block.
    pub(crate) selectors: Vec<Selector>,
    /// The statements of the block.
    pub(crate) rules: Vec<Statement>,
    /// Identity of the node.
    pub(crate) slot: SlotId,
}

/// `name: value` in a form so plain that less.php keeps it verbatim (`Less_Tree_NameValue`).
#[derive(Debug)]
pub(crate) struct SimplePair {
    /// The property.
    pub(crate) name: Text,
    /// The value with ` !important`, if it had that.
    pub(crate) value: Text,
    /// Where it starts in the text.
    pub(crate) offset: u32,
    /// Where the value starts in the text.
    pub(crate) value_offset: u32,
}

/// A declaration or a variable definition (`Less_Tree_Rule`).
#[derive(Debug)]
pub(crate) struct Declaration {
    /// Property or variable.
    pub(crate) name: PropertyName,
    /// The value.
    pub(crate) value: Expr,
    /// Memo of [`reading`](Self::reading).
    pub(crate) memo: OnceLock<Box<Reading>>,
    /// Whether `!important` follows.
    pub(crate) important: bool,
    /// `+:` or `+_:`
    pub(crate) merge: Merge,
    /// State of the node.
    pub(crate) slot: SlotId,
    /// Where it starts in the text.
    pub(crate) offset: u32,
    /// Where the value starts in the text.
    pub(crate) value_offset: u32,
}

impl Declaration {
    /// Dialect 5: what a value that is verbatim text ([`Expr::Anonymous`]) reads as; `None` for any other value. The text holds
    /// no names, so nothing of the tree is needed; it is read once.
    pub(crate) fn reading(&self) -> Option<&Reading> {
        match &self.value {
            Expr::Anonymous(text) => Some(self.memo.get_or_init(|| Box::new(parse::read(text)))),
            _ => None,
        }
    }
}

/// The left side of a declaration.
#[derive(Debug)]
pub(crate) enum PropertyName {
    /// `@name`
    Variable(NameId),
    /// A property without interpolation.
    Plain(Text),
    /// A property with `@{name}` in it.
    Parts(Vec<NamePart>),
}

/// A piece of an interpolated property name.
#[derive(Debug)]
pub(crate) enum NamePart {
    Text(Text),
    Variable(Variable),
    /// `${name}` (dialect 5)
    Property(PropertyUse),
}

/// How a property joins earlier ones of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merge {
    No,
    Comma,
    Space,
}

/// `.name(params) when (guard) { … }`
#[derive(Debug)]
pub(crate) struct MixinDefinition {
    /// The name with its sign.
    pub(crate) name: NameId,
    /// The tokens by which the definition is found.
    pub(crate) tokens: Vec<NameId>,
    /// The parameters.
    pub(crate) params: Vec<Parameter>,
    /// Whether a rest parameter is among them.
    pub(crate) variadic: bool,
    /// The guard.
    pub(crate) condition: Option<Condition>,
    /// Whether the guard can be tried on the arguments before they are bound; see [`compares_parameters`].
    pub(crate) is_simply_guarded: bool,
    /// The body.
    pub(crate) rules: Vec<Statement>,
    /// Where it starts in the text.
    pub(crate) offset: u32,
}

/// Whether a guard only compares parameters, or parts of lists in them, with literals, and whatever is not given has a literal
/// for a default. Libraries are full of `@value = '' and extract(@value, 2) = false and …`.
pub(crate) fn compares_parameters(params: &[Parameter], condition: &Condition) -> bool {
    let is_parameter = |expr: &Expr| match expr {
        Expr::Variable(variable) => {
            !variable.indirect && params.iter().any(|param| param.name == Some(variable.name))
        }
        _ => false,
    };
    params.iter().all(|param| {
        let value = param.value.as_ref();
        param.name.is_some() && !param.rest && value.is_none_or(Expr::is_literal)
    }) && condition.comparisons(&mut |left, right| {
        let is_part = match left {
            Expr::Call { name, args, .. } if &**name == "extract" => {
                matches!(&args[..], [list, Expr::Number { .. }] if is_parameter(list))
            }
            left => is_parameter(left),
        };
        is_part && right.is_literal()
    })
}

/// A mixin parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// `@name`, in dialect 5 also `$name`; without it the value is a pattern, or the parameter is a bare `...`.
    pub(crate) name: Option<NameId>,
    /// The default, or the pattern.
    pub(crate) value: Option<Expr>,
    /// `@name...` or `...`
    pub(crate) rest: bool,
}

/// `.name(args);`
#[derive(Debug)]
pub(crate) struct MixinCall {
    /// The elements of the path, combinators dropped.
    pub(crate) path: Vec<NameId>,
    /// The path as less.php prints it in messages.
    pub(crate) text: Text,
    /// The arguments.
    pub(crate) args: Vec<Argument>,
    /// Whether `!important` follows.
    pub(crate) important: bool,
    /// Where it starts in the text.
    pub(crate) offset: u32,
}

/// An argument of a mixin call.
#[derive(Debug)]
pub(crate) struct Argument {
    /// `@name:`, in dialect 5 also `$name:`
    pub(crate) name: Option<NameId>,
    /// The value.
    pub(crate) value: Expr,
    /// Dialect 5: whether a list counts as so many arguments, `@list...`; less.php extends that to all arguments behind.
    pub(crate) expand: bool,
}

/// `//` or `/* */` between statements.
#[derive(Debug)]
pub(crate) struct Comment {
    /// The whole text.
    pub(crate) text: Text,
    /// Whether it is a `//` comment, which is never printed.
    pub(crate) silent: bool,
    /// State of the node.
    pub(crate) slot: SlotId,
    /// Where it starts in the text.
    pub(crate) offset: u32,
}

/// `@name();`, in dialect 5 also `@name[key];`, which does the same
#[derive(Debug)]
pub(crate) struct DetachedCall {
    /// The variable.
    pub(crate) variable: Variable,
}

/// `@import (options) "path" features;`
#[derive(Debug)]
pub(crate) struct Import {
    /// A string or `url(…)`.
    pub(crate) path: Expr,
    /// The media queries, if there are any.
    pub(crate) features: Option<Vec<Vec<MediaFeature>>>,
    /// The options in parentheses.
    pub(crate) options: ImportOptions,
    /// Where it starts in the text.
    pub(crate) start: u32,
    /// Where its path starts in the text.
    pub(crate) offset: u32,
}

/// The options of an import.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ImportOptions {
    /// `less` is true, `css` false.
    pub(crate) less: Option<bool>,
    /// `multiple` is true, `once` false.
    pub(crate) multiple: Option<bool>,
    pub(crate) inline: bool,
    pub(crate) reference: bool,
    pub(crate) optional: bool,
}

/// `@media features { … }`
#[derive(Debug)]
pub(crate) struct Media {
    /// The media queries.
    pub(crate) features: Vec<Vec<MediaFeature>>,
    /// The block.
    pub(crate) block: Ruleset,
    /// Where it starts in the text.
    pub(crate) start: u32,
}

/// Any other at-rule.
#[derive(Debug)]
pub(crate) struct AtRule {
    /// The name with its `@`.
    pub(crate) name: Text,
    /// What follows the name.
    pub(crate) value: Option<Expr>,
    /// The block.
    pub(crate) block: Option<Ruleset>,
    /// Dialect 5: whether selectors do not bubble into it (all but `@supports` and `@document`).
    pub(crate) rooted: bool,
    /// Where it starts in the text.
    pub(crate) offset: u32,
}
