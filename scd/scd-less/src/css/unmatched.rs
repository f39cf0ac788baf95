//! Warning of extends that extend nothing because what they name is nowhere.
//!
//! An extend whose selector is defined in some file, but not in this output or in another media block, is left alone: libraries
//! are full of those.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::path::print_selector;
use crate::eval::Compiler;
use crate::eval::node::{Extend, Symbol};

/// Warns of those among the extends that matched nothing of which a class or id is in no selector of any file.
pub(super) fn warn<'a>(compiler: &mut Compiler<'a>, idle: Vec<Rc<Extend<'a>>>) {
    if idle.is_empty() {
        return;
    }
    let mut unknown: FxHashSet<Symbol> = FxHashSet::default();
    for extend in &idle {
        let tokens = compiler.tokens(&extend.selector);
        for &token in tokens.iter().flat_map(|tokens| tokens.iter()) {
            if compiler.symbols.text(token).starts_with(['.', '#']) {
                unknown.insert(token);
            }
        }
    }
    if unknown.is_empty() {
        return;
    }
    compiler.remove_defined(&mut unknown);
    for extend in idle {
        let tokens = compiler.tokens(&extend.selector);
        let mut names = tokens.iter().flat_map(|tokens| tokens.iter());
        let Some(name) = names.find(|name| unknown.contains(name)) else {
            continue;
        };
        let mut text = String::new();
        print_selector(&extend.selector, true, false, &mut text);
        let hint = compiler.mixin_hint(&[*name]).unwrap_or_else(|| {
            "no selector is written like this; what `&…` or `@{…}` make of names is not found"
                .to_owned()
        });
        compiler.warn(
            format!("`:extend({text})` extends nothing"),
            extend.selector.place,
            &hint,
        );
    }
}
