//! What evaluation works on: statements before and after they are evaluated, frames and the environment.
//!
//! Every kind of statement exists twice, as a reference into a parsed tree and as a result. Results are statements again,
//! because whatever a mixin call yields is evaluated a second time where it lands.

use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast;
use crate::value::{Text, Value};

/// One loading of a file; a file that is imported twice is loaded twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(pub(crate) u32);

/// A byte offset in a file.
pub(crate) type Place = (FileId, u32);

/// A name, the same number in all files of a compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Symbol(pub(crate) u32);

/// A mixin definition with the frames around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClosureId(pub(crate) u32);

/// The path of a mixin call or what is left of it in a namespace, the same number in the whole compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PathId(pub(crate) u32);

/// A statement in the list of a ruleset under evaluation.
#[derive(Clone)]
pub(crate) enum Item<'a> {
    Declaration(&'a ast::Declaration, FileId),
    Evaluated(Rc<Declaration<'a>>),
    Simple {
        pair: &'a ast::SimplePair,
        file: FileId,
        important: bool,
    },
    Comment(&'a ast::Comment, FileId),
    Extend(&'a ast::Extend, FileId),
    RulesetTree(&'a ast::Ruleset, FileId),
    Ruleset(Rc<Ruleset<'a>>),
    MixinTree(&'a ast::MixinDefinition, FileId),
    Closure(ClosureId),
    /// Dialect 5: a mixin found in namespaces. Only lookups make it.
    Inside(Rc<Inside<'a>>),
    MixinCall(&'a ast::MixinCall, FileId),
    DetachedCall(&'a ast::DetachedCall, FileId),
    MediaTree(&'a ast::Media, FileId),
    /// The statements of an import with media queries.
    MediaImport(Rc<MediaImport<'a>>),
    Media(Rc<Media<'a>>),
    AtRuleTree(&'a ast::AtRule, FileId),
    AtRule(Rc<AtRule<'a>>),
    Import(&'a ast::Import, FileId),
    /// Dialect 5: a call or lookup that stands alone.
    Value(&'a ast::Expr, FileId),
    /// Dialect 5: what became of it.
    Result(Rc<Value>),
    /// An import that stays in the CSS: everything behind `@import `, and where it stands.
    CssImport(Rc<(Text, Place)>),
    /// A file that is printed as it is.
    Inline(Rc<Inline>),
}

/// An evaluated declaration or variable.
#[derive(Clone, Debug)]
pub(crate) struct Declaration<'a> {
    pub(crate) name: DeclarationName,
    pub(crate) value: Value,
    /// Dialect 5: whether comments in its value count although it comes from a file imported by reference.
    pub(crate) is_referenced: Cell<bool>,
    /// Dialect 5: what a verbatim value was read as when the property was looked up, which is then printed.
    pub(crate) read: OnceCell<Box<Value>>,
    /// Dialect 5: where a verbatim value comes from; lookups read it as a value.
    pub(crate) verbatim: Option<&'a ast::Declaration>,
    pub(crate) important: bool,
    pub(crate) merge: ast::Merge,
    pub(crate) file: FileId,
    pub(crate) offset: u32,
    pub(crate) value_offset: u32,
    /// Whether evaluating the value once more cannot change it.
    pub(crate) is_stable: bool,
}

/// The left side of an evaluated declaration.
#[derive(Clone, Debug)]
pub(crate) enum DeclarationName {
    Variable(Symbol),
    Property(Text),
}

/// A ruleset with evaluated selectors; also a frame while and after its statements are evaluated.
pub(crate) struct Ruleset<'a> {
    /// Identity of this evaluation.
    pub(crate) id: u32,
    /// Identity of what was evaluated; recursion of plain rulesets is detected by it.
    pub(crate) original: u32,
    pub(crate) selectors: Vec<Rc<Selector<'a>>>,
    pub(crate) rules: RefCell<Vec<Item<'a>>>,
    /// Whether the block prints without selectors: the file's top, at-rule blocks.
    pub(crate) is_root: Cell<bool>,
    pub(crate) variables: RefCell<Option<Variables<'a>>>,
    /// Dialect 5: the properties as they were when one was first asked for.
    pub(super) properties: RefCell<Option<Rc<super::property::Properties<'a>>>>,
    pub(crate) mixins: RefCell<Option<Box<MixinIndex<'a>>>>,
}

/// The variables of a frame as they were when one was first asked for.
pub(crate) enum Variables<'a> {
    Few(Vec<(Symbol, VariableItem<'a>)>),
    Many(FxHashMap<Symbol, VariableItem<'a>>),
}

/// A definition of a variable or, in dialect 5, a property.
#[derive(Clone)]
pub(crate) enum VariableItem<'a> {
    Tree(&'a ast::Declaration, FileId),
    Evaluated(Rc<Declaration<'a>>),
}

/// Answers to mixin lookups in a frame.
#[derive(Default)]
pub(crate) struct MixinIndex<'a> {
    /// What was found, by path, if anything; kept until the statement list changes by an import or a call.
    pub(crate) found: FxHashMap<PathId, Option<Rc<[Item<'a>]>>>,
    /// The places of rulesets and definitions by first token; only a shortcut.
    pub(crate) places: Option<FxHashMap<Symbol, Vec<u32>>>,
}

impl<'a> Ruleset<'a> {
    pub(crate) fn new(
        id: u32,
        original: u32,
        selectors: Vec<Rc<Selector<'a>>>,
        rules: Vec<Item<'a>>,
        is_root: bool,
    ) -> Self {
        Self {
            id,
            original,
            selectors,
            rules: RefCell::new(rules),
            is_root: Cell::new(is_root),
            variables: RefCell::new(None),
            properties: RefCell::new(None),
            mixins: RefCell::default(),
        }
    }

    /// A frame for the parameters of a mixin, which has no statements and is only looked into.
    pub(crate) fn of_parameters(id: u32, original: u32, count: usize) -> Self {
        let mut frame = Self::new(id, original, Vec::new(), Vec::new(), false);
        frame.variables = RefCell::new(Some(Variables::Few(Vec::with_capacity(count))));
        frame
    }

    /// Adds a parameter to a frame of parameters, unless it has one of the name.
    pub(crate) fn add_parameter(&self, name: Symbol, parameter: Rc<Declaration<'a>>) {
        let mut variables = self.variables.borrow_mut();
        let item = VariableItem::Evaluated(parameter);
        match variables.get_or_insert_with(|| Variables::Few(Vec::new())) {
            Variables::Few(list) => {
                if list.iter().all(|(other, _)| *other != name) {
                    list.push((name, item));
                }
            }
            Variables::Many(map) => {
                map.entry(name).or_insert(item);
            }
        }
    }

    /// Forgets what lookups found.
    pub(crate) fn reset_lookups(&self) {
        *self.variables.borrow_mut() = None;
        *self.mixins.borrow_mut() = None;
    }
}

/// An evaluated selector.
#[derive(Clone)]
pub(crate) struct Selector<'a> {
    pub(crate) elements: Rc<[Element<'a>]>,
    pub(crate) extends: Extends<'a>,
    /// Whether the guard held; without a guard, whether it is printed at all.
    pub(crate) passes: bool,
    /// Whether it comes from a file imported by reference.
    pub(crate) from_reference: bool,
    /// Whether a call or an extend made a selector of such a file count.
    pub(crate) is_referenced: Cell<bool>,
    /// Whether it is the `&` that less.php puts around media blocks.
    pub(crate) is_media: bool,
    /// See [`ast::Selector::tokens`].
    pub(crate) tokens: OnceCell<Option<Rc<[Symbol]>>>,
    /// Where it stands; `None` for what less.php makes itself.
    pub(crate) place: Option<Place>,
    /// One bit for the text of every element that is nothing but text; made at the first use.
    pub(crate) text_bits: OnceCell<u64>,
}

impl Selector<'_> {
    /// Whether it is not only there for reference.
    pub(crate) fn is_visible(&self) -> bool {
        !self.from_reference || self.is_referenced.get()
    }
}

/// The extends of a selector; most have none.
#[derive(Clone, Default)]
pub(crate) struct Extends<'a>(Option<Rc<[Rc<Extend<'a>>]>>);

impl<'a> From<Vec<Rc<Extend<'a>>>> for Extends<'a> {
    fn from(list: Vec<Rc<Extend<'a>>>) -> Self {
        Self((!list.is_empty()).then(|| list.into()))
    }
}

impl<'a> Deref for Extends<'a> {
    type Target = [Rc<Extend<'a>>];

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or_default()
    }
}

/// An evaluated simple selector with its combinator.
#[derive(Clone)]
pub(crate) struct Element<'a> {
    pub(crate) combinator: ast::Combinator,
    pub(crate) value: ElementValue<'a>,
}

/// An evaluated simple selector.
#[derive(Clone)]
pub(crate) enum ElementValue<'a> {
    Parent,
    /// Nothing; what `&` leaves where there is no parent.
    Empty,
    Text(&'a str),
    /// The printed value of a variable, and the text that counts for tokens if it has one.
    Value {
        css: Text,
        token: Option<Text>,
    },
    Attribute(Rc<Attribute>),
    Paren(Rc<Selector<'a>>),
    /// A selector inside parentheses that `&` was replaced in.
    Nested(Rc<Selector<'a>>),
}

/// An evaluated attribute selector.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) css: Text,
    /// The name and the sign.
    pub(crate) head: (Text, Option<Text>),
    pub(crate) value: AttributeValue,
}

/// The value of an evaluated attribute selector.
#[derive(Debug)]
pub(crate) enum AttributeValue {
    Missing,
    Word(Text),
    /// Dialect 5: a bare word, which equals a string of the same text.
    Plain(Text),
    /// Dialect 5: a value that equals none.
    Unique,
    Quoted(Text),
    Other,
}

/// An `:extend()` target, evaluated.
pub(crate) struct Extend<'a> {
    pub(crate) selector: Selector<'a>,
    pub(crate) all: bool,
    /// Shared by everything that comes from one occurrence in a source.
    pub(crate) identity: u32,
    /// Whether it matched anything yet.
    pub(crate) has_matched: Cell<bool>,
}

/// An evaluated media block.
pub(crate) struct Media<'a> {
    pub(crate) features: RefCell<Vec<Text>>,
    pub(crate) block: RefCell<Rc<Ruleset<'a>>>,
    pub(crate) from_reference: bool,
    pub(crate) place: Place,
}

/// A media block around imported statements, before evaluation.
pub(crate) struct MediaImport<'a> {
    pub(crate) features: &'a [Vec<ast::MediaFeature>],
    pub(crate) rules: Vec<Item<'a>>,
    pub(crate) file: FileId,
    pub(crate) id: u32,
    /// Where the import ends.
    pub(crate) offset: u32,
}

/// An evaluated at-rule.
pub(crate) struct AtRule<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Option<Text>,
    pub(crate) block: Option<Rc<Ruleset<'a>>>,
    pub(crate) from_reference: bool,
    pub(crate) place: Place,
    /// Dialect 5: whether it counts although it comes from a file imported by reference.
    pub(crate) is_referenced: Cell<bool>,
    /// Whether selectors around it do not reach into it; dialect 3 knows no others.
    pub(crate) is_rooted: bool,
}

/// The text of a file that is printed as it is.
pub(crate) struct Inline {
    pub(crate) text: Text,
    /// Dialect 5: whether it comes from a file imported by reference and no call has brought it out.
    pub(crate) is_hidden: Cell<bool>,
}

/// A mixin definition with the frames around it.
pub(crate) struct Closure<'a> {
    pub(crate) definition: &'a ast::MixinDefinition,
    pub(crate) file: FileId,
    pub(crate) frames: Frames<'a>,
}

/// A detached ruleset with the frames around it.
pub(crate) struct Detached<'a> {
    pub(crate) body: DetachedBody<'a>,
    pub(crate) file: FileId,
    pub(crate) frames: Frames<'a>,
}

/// A mixin with the namespaces that it was found in, whose guards count, too.
pub(crate) struct Inside<'a> {
    pub(crate) item: Item<'a>,
    /// From the innermost outwards.
    pub(crate) namespaces: Vec<Item<'a>>,
}

/// What a detached ruleset holds.
#[derive(Clone)]
pub(crate) enum DetachedBody<'a> {
    /// A block as it was written.
    Tree(&'a ast::Ruleset),
    /// Dialect 5: what a mixin call or a lookup yielded.
    Items(Rc<[Item<'a>]>),
}

/// A stack of frames, innermost first, sharing its tail.
#[derive(Clone, Default)]
pub(crate) struct Frames<'a>(Option<Rc<FrameLink<'a>>>);

struct FrameLink<'a> {
    frame: Rc<Ruleset<'a>>,
    rest: Frames<'a>,
    length: usize,
}

/// From this length on, stacks are freed of frames that occur a second time further out.
const SHORT_STACK: usize = 256;

impl<'a> Frames<'a> {
    fn length(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.length)
    }

    /// The stack with one more frame inside.
    pub(crate) fn with(&self, frame: Rc<Ruleset<'a>>) -> Self {
        let length = self.length() + 1;
        Self(Some(Rc::new(FrameLink {
            frame,
            rest: self.clone(),
            length,
        })))
    }

    /// All frames of `self`, then those of `outer`.
    pub(crate) fn followed_by(&self, outer: &Self) -> Self {
        if let Some(link) = &self.0
            && link.length == 1
            && outer.length() < SHORT_STACK
        {
            return outer.with(Rc::clone(&link.frame));
        }
        let own: Vec<_> = self.iter().collect();
        if self.length() + outer.length() < SHORT_STACK {
            return own
                .into_iter()
                .rev()
                .fold(outer.clone(), |frames, frame| frames.with(Rc::clone(frame)));
        }
        // Every lookup stops at or passes the first occurrence, so that later ones are never seen; without this, stacks of
        // detached rulesets that call themselves would double with every call.
        let mut seen = FxHashSet::default();
        let mut all: Vec<_> = own;
        all.extend(outer.iter());
        all.retain(|frame| seen.insert(frame.id));
        all.into_iter()
            .rev()
            .fold(Self::default(), |frames, frame| {
                frames.with(Rc::clone(frame))
            })
    }

    /// From the innermost frame outwards.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rc<Ruleset<'a>>> {
        let mut link = self.0.as_deref();
        std::iter::from_fn(move || {
            let current = link?;
            link = current.rest.0.as_deref();
            Some(&current.frame)
        })
    }
}

/// Where something is evaluated.
#[derive(Clone, Default)]
pub(crate) struct Env<'a> {
    pub(crate) frames: Frames<'a>,
    /// The media blocks met since the outermost one.
    pub(crate) media_blocks: Vec<Rc<Media<'a>>>,
    /// The media blocks that are open.
    pub(crate) media_path: Vec<Rc<Media<'a>>>,
    /// Dialect 5: the files imported here, which are not imported a second time.
    pub(crate) imported: FxHashSet<Arc<str>>,
}

impl<'a> Env<'a> {
    /// A fresh environment on the given frames.
    pub(crate) fn on(frames: Frames<'a>) -> Self {
        Self {
            frames,
            ..Self::default()
        }
    }
}
