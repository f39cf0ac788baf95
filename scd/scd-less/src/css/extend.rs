//! Applying `:extend()`.
//!
//! First the extends of every scope (the whole file, every media block, every at-rule) are collected with the selectors that
//! they stand on. Then extends that match the selectors of other extends make new ones, until none is left ("chaining"). Then
//! every selector that an extend matches is added once more with the match replaced.
//!
//! less.php compares every extend with every selector. Here the text of its first element leads to the few that can match, and a
//! bit per text tells most of those apart that cannot; the order of results is the same.

use std::cell::{Cell, OnceCell};
use std::hash::Hasher;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::extend_match::{Match, find_matches, text};
use super::join::bare_selector;
use super::{Block, Node, Path};
use crate::ast::Combinator;
use crate::eval::node::{Element, Extend, Selector, Symbol};
use crate::eval::{Compiler, Outcome, Problem};
use crate::options::Dialect;

/// How often extends may make new extends.
const CHAIN_LIMIT: u32 = 100;

/// What a selector takes besides its elements, and how many identities take as much as an element.
const SELECTOR_COST: usize = 16;
const PARENTS_PER_ELEMENT: usize = 4;

/// Applies all extends of a tree.
pub(super) fn apply<'a>(compiler: &mut Compiler<'a>, root: &mut Block<'a>) -> Outcome<()> {
    let mut extender = Extender {
        compiler,
        scopes: Vec::new(),
        added: FxHashMap::default(),
        selector_count: 0,
        last_identity: u32::MAX / 2,
    };
    extender.scopes.push(Vec::new());
    extender.collect(root, 0);
    if extender.scopes.iter().all(Vec::is_empty) {
        return Ok(());
    }
    let links = extender.scopes.iter().flatten();
    let extends: Vec<Rc<Extend<'a>>> = links.map(|link| Rc::clone(&link.extend)).collect();
    let own = std::mem::take(&mut extender.scopes[0]);
    let all = extender.chain(own.clone(), &own, 0)?;
    let mut next_scope = 1;
    let scope = Scope::new(extender.compiler, all);
    extender.visit(root, &scope, &mut next_scope)?;
    let idle = extends
        .into_iter()
        .filter(|extend| !extend.has_matched.get());
    super::unmatched::warn(compiler, idle.collect());
    Ok(())
}

/// An extend with the selector that it stands on.
#[derive(Clone)]
struct Link<'a> {
    extend: Rc<Extend<'a>>,
    /// The selectors that are put in place of a match; usually one.
    own: Path<'a>,
    block: usize,
    /// Whether it is the first extend of its path, which then adds the path when it is chained.
    is_first: bool,
    identity: u32,
    /// Its own identity and those of the extends that it was chained from.
    parents: Rc<FxHashSet<u32>>,
}

/// The extends that apply somewhere.
struct Scope<'a> {
    links: Vec<Link<'a>>,
    /// What a path must have to be matched, by place in `links`.
    needles: Vec<Needle>,
    /// The needles that are nothing but text, by the hash of their first element's.
    by_text: FxHashMap<u64, Vec<u32>>,
    /// All others.
    others: Vec<u32>,
}

/// What can be told of an extend without comparing elements.
struct Needle {
    /// A path without this token is not looked at, though its elements may match: those that extends added have no tokens.
    first_token: Option<Symbol>,
    text_bits: u64,
    /// The number of elements of the only paths that it matches, unless it may match anywhere in a path.
    exact_length: Option<usize>,
}

/// One bit for the text of every element that is nothing but text. Such elements equal only each other, so a needle occurs only
/// where all its bits are set.
fn text_bits(selector: &Selector<'_>) -> u64 {
    *selector.text_bits.get_or_init(|| {
        let texts = selector
            .elements
            .iter()
            .filter_map(|element| text(&element.value));
        texts.fold(0, |bits, text| bits | 1 << (hash_of(text) >> 58))
    })
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl<'a> Scope<'a> {
    fn new(compiler: &mut Compiler<'a>, links: Vec<Link<'a>>) -> Self {
        let mut by_text: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        let mut others = Vec::new();
        let mut needles = Vec::with_capacity(links.len());
        for (index, link) in links.iter().enumerate() {
            let selector = &link.extend.selector;
            let tokens = compiler.tokens(selector);
            let first_token = tokens.and_then(|list| list.first().copied());
            let elements = &selector.elements;
            // Comparing other elements can be an error, which must not be missed: nothing is told of them here.
            let is_text = elements.iter().all(|part| text(&part.value).is_some());
            needles.push(Needle {
                first_token,
                text_bits: if is_text { text_bits(selector) } else { 0 },
                exact_length: (is_text && !link.extend.all).then_some(elements.len()),
            });
            let first_text = elements.first().and_then(|first| text(&first.value));
            match first_text.filter(|_| is_text) {
                Some(first) => by_text.entry(hash_of(first)).or_default(),
                None => &mut others,
            }
            .push(index as u32);
        }
        Self {
            links,
            needles,
            by_text,
            others,
        }
    }

    /// The extends that may match a path, in order.
    fn candidates(
        &self,
        compiler: &mut Compiler<'a>,
        path: &[Rc<Selector<'a>>],
        out: &mut Vec<u32>,
    ) {
        out.clear();
        out.extend_from_slice(&self.others);
        for element in path.iter().flat_map(|part| part.elements.iter()) {
            if let Some(text) = text(&element.value)
                && let Some(list) = self.by_text.get(&hash_of(text))
            {
                out.extend_from_slice(list);
            }
        }
        if out.is_empty() {
            return;
        }
        let bits = path.iter().fold(0, |bits, part| bits | text_bits(part));
        let length: usize = path.iter().map(|part| part.elements.len()).sum();
        out.retain(|&link| {
            let needle = &self.needles[link as usize];
            needle.text_bits & !bits == 0 && needle.exact_length.is_none_or(|exact| exact == length)
        });
        if out.is_empty() {
            return;
        }
        let lists: Option<Vec<_>> = path.iter().map(|part| compiler.tokens(part)).collect();
        if let Some(lists) = lists {
            out.retain(|&link| {
                let token = self.needles[link as usize].first_token;
                token.is_none_or(|token| lists.iter().any(|list| list.contains(&token)))
            });
        }
        out.sort_unstable();
        out.dedup();
    }
}

struct Extender<'c, 'a> {
    compiler: &'c mut Compiler<'a>,
    /// The extends of every scope, in the order in which scopes begin.
    scopes: Vec<Vec<Link<'a>>>,
    /// Paths that chaining added, by block.
    added: FxHashMap<usize, Vec<Path<'a>>>,
    selector_count: u64,
    last_identity: u32,
}

impl<'a> Extender<'_, 'a> {
    fn collect(&mut self, block: &Block<'a>, scope: usize) {
        if !block.is_root {
            self.collect_own(block, scope);
        }
        for node in &block.rules {
            match node {
                Node::Block(inner) => self.collect(inner, scope),
                Node::Media(media) => {
                    let scope = self.scopes.len();
                    self.scopes.push(Vec::new());
                    for inner in &media.blocks {
                        self.collect(inner, scope);
                    }
                }
                Node::AtRule(rule) => {
                    let scope = self.scopes.len();
                    self.scopes.push(Vec::new());
                    if let Some(inner) = &rule.block {
                        self.collect(inner, scope);
                    }
                }
                _ => {}
            }
        }
    }

    fn collect_own(&mut self, block: &Block<'a>, scope: usize) {
        let for_all: Vec<&Rc<Extend<'a>>> = block
            .rules
            .iter()
            .filter_map(|node| match node {
                Node::Extend(extend) => Some(extend),
                _ => None,
            })
            .collect();
        for path in &block.paths {
            let Some(last) = path.last() else { continue };
            if last.extends.is_empty() && for_all.is_empty() {
                continue;
            }
            let mut own = bare_selector(flattened(path));
            own.place = last.place;
            let own: Path<'a> = Rc::new([Rc::new(own)]);
            let extends = last.extends.iter().chain(for_all.iter().copied());
            for (index, extend) in extends.enumerate() {
                let identity = match self.compiler.options.dialect {
                    Dialect::V3 => extend.identity,
                    Dialect::V5 => {
                        self.last_identity += 1;
                        self.last_identity
                    }
                };
                self.scopes[scope].push(Link {
                    extend: Rc::clone(extend),
                    own: Rc::clone(&own),
                    block: block.number,
                    is_first: index == 0,
                    identity,
                    parents: Rc::new(FxHashSet::from_iter([identity])),
                });
            }
        }
    }

    /// Adds the extends that result from extends matching the selectors of `targets`.
    fn chain(
        &mut self,
        links: Vec<Link<'a>>,
        targets: &[Link<'a>],
        iteration: u32,
    ) -> Outcome<Vec<Link<'a>>> {
        let scope = Scope::new(self.compiler, links);
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut candidates = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            scope.candidates(self.compiler, &target.own[..1], &mut candidates);
            pairs.extend(candidates.iter().map(|&link| (link, index as u32)));
        }
        pairs.sort_unstable();
        let mut found = Vec::new();
        for (link, target) in pairs {
            let (link, target) = (&scope.links[link as usize], &targets[target as usize]);
            if link.parents.contains(&target.identity) {
                continue;
            }
            let path = &target.own[..1];
            let matches = matches(link, path)?;
            if matches.is_empty() {
                continue;
            }
            link.extend.has_matched.set(true);
            for own in &*link.own {
                self.selector_count += (target.parents.len() + link.parents.len()) as u64 / 4;
                let path = self.replaced(&matches, path, own)?;
                self.last_identity += 1;
                let identity = self.last_identity;
                let extend = Rc::new(Extend {
                    selector: target.extend.selector.clone(),
                    all: target.extend.all,
                    identity,
                    has_matched: Cell::new(true),
                });
                let mut path: Vec<Rc<Selector<'a>>> = path.to_vec();
                if let Some(last) = path.last_mut() {
                    let mut marked = Selector::clone(last);
                    marked.extends = vec![Rc::clone(&extend)].into();
                    *last = Rc::new(marked);
                }
                let path: Path<'a> = path.into();
                if target.is_first {
                    self.added
                        .entry(target.block)
                        .or_default()
                        .push(Rc::clone(&path));
                }
                self.count((target.parents.len() + link.parents.len()) / PARENTS_PER_ELEMENT)?;
                let mut parents = FxHashSet::from_iter([identity]);
                parents.extend(target.parents.iter().chain(&*link.parents));
                found.push(Link {
                    extend,
                    own: path,
                    block: target.block,
                    is_first: target.is_first,
                    identity,
                    parents: Rc::new(parents),
                });
            }
        }
        let mut links = scope.links;
        if found.is_empty() {
            return Ok(links);
        }
        if iteration > CHAIN_LIMIT {
            return Err(Problem::limit("extend circular reference detected"));
        }
        links.extend(self.chain(found, targets, iteration + 1)?);
        Ok(links)
    }

    /// Extends the selectors of a block and everything in it.
    fn visit(
        &mut self,
        block: &mut Block<'a>,
        scope: &Scope<'a>,
        next_scope: &mut usize,
    ) -> Outcome<()> {
        if let Some(added) = self.added.remove(&block.number) {
            block.paths.extend(added);
        }
        if !block.is_root && !block.extends_all_paths {
            self.extend_paths(block, scope)?;
        }
        for node in &mut block.rules {
            match node {
                Node::Block(inner) => self.visit(inner, scope, next_scope)?,
                Node::Media(media) => {
                    let inner_scope = self.inner_scope(scope, next_scope)?;
                    let scope = inner_scope.as_ref().unwrap_or(scope);
                    for inner in &mut media.blocks {
                        self.visit(inner, scope, next_scope)?;
                    }
                }
                Node::AtRule(rule) => {
                    let inner_scope = self.inner_scope(scope, next_scope)?;
                    if let Some(inner) = &mut rule.block {
                        let scope = inner_scope.as_ref().unwrap_or(scope);
                        self.visit(inner, scope, next_scope)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The extends inside a media block or at-rule: its own ones first, then those around it. `None` if it has none itself.
    fn inner_scope(
        &mut self,
        outer: &Scope<'a>,
        next_scope: &mut usize,
    ) -> Outcome<Option<Scope<'a>>> {
        let own = std::mem::take(&mut self.scopes[*next_scope]);
        *next_scope += 1;
        if own.is_empty() {
            return Ok(None);
        }
        let all = own.iter().chain(&outer.links).cloned().collect();
        let all = self.chain(all, &own, 0)?;
        Ok(Some(Scope::new(self.compiler, all)))
    }

    fn extend_paths(&mut self, block: &mut Block<'a>, scope: &Scope<'a>) -> Outcome<()> {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut candidates = Vec::new();
        for (index, path) in block.paths.iter().enumerate() {
            // Paths that carry an extend were treated when chains were made.
            if path.last().is_some_and(|last| !last.extends.is_empty()) {
                continue;
            }
            scope.candidates(self.compiler, path, &mut candidates);
            pairs.extend(candidates.iter().map(|&link| (link, index as u32)));
        }
        pairs.sort_unstable();
        for (link, path) in pairs {
            let link = &scope.links[link as usize];
            let path = Rc::clone(&block.paths[path as usize]);
            let matches = matches(link, &path)?;
            if matches.is_empty() {
                continue;
            }
            link.extend.has_matched.set(true);
            for own in &*link.own {
                block.paths.push(self.replaced(&matches, &path, own)?);
            }
        }
        Ok(())
    }

    /// Counts what a new selector takes, in elements.
    fn count(&mut self, elements: usize) -> Outcome<()> {
        self.selector_count += elements as u64;
        let limit = self.compiler.options.limits.selectors;
        if self.selector_count <= limit {
            return Ok(());
        }
        Err(Problem::limit(format!("more than {limit} selectors")))
    }

    /// A path with every match replaced by a selector.
    fn replaced(
        &mut self,
        matches: &[Match],
        path: &[Rc<Selector<'a>>],
        replacement: &Selector<'a>,
    ) -> Outcome<Path<'a>> {
        let replaced = matches.len() * replacement.elements.len();
        let kept = path.iter().map(|selector| selector.elements.len());
        self.count(SELECTOR_COST + replaced + kept.sum::<usize>())?;
        let mut result: Vec<Rc<Selector<'a>>> = Vec::new();
        let (mut at_selector, mut at_element) = (0, 0);
        for (number, found) in matches.iter().enumerate() {
            if found.selector > at_selector && at_element > 0 {
                let tail = path[at_selector].elements[at_element..].to_vec();
                self.extend_last(&mut result, tail);
                at_element = 0;
                at_selector += 1;
            }
            let haystack = &path[found.selector].elements;
            let mut elements = haystack[at_element.min(found.element)..found.element].to_vec();
            if let Some((first, rest)) = replacement.elements.split_first() {
                let value = first.value.clone();
                elements.push(Element {
                    combinator: found.combinator,
                    value,
                });
                elements.extend(rest.iter().cloned());
            }
            if at_selector == found.selector && number > 0 {
                self.extend_last(&mut result, elements);
            } else {
                let end = (at_selector + found.selector).min(path.len());
                result.extend(path[at_selector.min(end)..end].iter().cloned());
                let mut selector = bare_selector(elements);
                selector.place = replacement.place;
                result.push(Rc::new(selector));
            }
            (at_selector, at_element) = (found.end_selector, found.end_element);
            if at_element >= path[at_selector].elements.len() {
                at_element = 0;
                at_selector += 1;
            }
        }
        if at_selector < path.len() && at_element > 0 {
            let tail = path[at_selector].elements[at_element..].to_vec();
            self.extend_last(&mut result, tail);
            at_selector += 1;
        }
        result.extend(path.iter().skip(at_selector).cloned());
        Ok(result.into())
    }

    /// Adds elements to the last selector, which keeps the tokens that it had.
    fn extend_last(&mut self, path: &mut [Rc<Selector<'a>>], tail: Vec<Element<'a>>) {
        if let Some(last) = path.last_mut() {
            self.compiler.tokens(last);
            let mut longer = Selector::clone(last);
            longer.elements = last.elements.iter().cloned().chain(tail).collect();
            longer.text_bits = OnceCell::new();
            *last = Rc::new(longer);
        }
    }
}

/// All places where an extend matches a path; an error is told where the extend stands.
fn matches(link: &Link<'_>, path: &[Rc<Selector<'_>>]) -> Outcome<Vec<Match>> {
    find_matches(&link.extend, path).map_err(|problem| match link.extend.selector.place {
        Some((file, offset)) => problem.or_at(file, offset),
        None => problem,
    })
}

/// The elements of a path as one selector.
fn flattened<'a>(path: &Path<'a>) -> Vec<Element<'a>> {
    let mut elements: Vec<Element<'a>> = Vec::new();
    for (index, selector) in path.iter().enumerate() {
        let start = elements.len();
        elements.extend(selector.elements.iter().cloned());
        if index > 0
            && let Some(first) = elements.get_mut(start)
            && first.combinator == Combinator::None
        {
            first.combinator = Combinator::Descendant;
        }
    }
    elements
}
