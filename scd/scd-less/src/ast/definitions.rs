//! What a file defines anywhere, for whoever looks for the name that was meant.

use super::{Expr, NameId, PropertyName, Statement};
use crate::value::Text;

/// The names that a file defines, each as often as it does.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) variables: Vec<NameId>,
    /// What a call can name alone.
    pub(crate) mixins: Vec<NameId>,
    /// Classes and ids of selectors with several parts.
    pub(crate) parts: Vec<NameId>,
}

impl Definitions {
    /// Those of some statements, whose names are `names`.
    pub(crate) fn of(rules: &[Statement], names: &[Text]) -> Self {
        let mut definitions = Self::default();
        definitions.collect(rules, names);
        definitions
    }

    fn collect(&mut self, rules: &[Statement], names: &[Text]) {
        for statement in rules {
            match statement {
                Statement::Declaration(declaration) => {
                    if let PropertyName::Variable(name) = declaration.name {
                        self.variables.push(name);
                    }
                    if let Expr::Detached(block) = &declaration.value {
                        self.collect(&block.rules, names);
                    }
                }
                Statement::Mixin(mixin) => {
                    self.mixins.push(mixin.name);
                    let params = mixin.params.iter();
                    self.variables.extend(params.filter_map(|param| param.name));
                    self.collect(&mixin.rules, names);
                }
                Statement::Ruleset(ruleset) => {
                    for selector in &ruleset.selectors {
                        let tokens = selector.tokens.iter().flatten().copied();
                        let named =
                            tokens.filter(|token| names[token.0 as usize].starts_with(['.', '#']));
                        match selector.elements.len() {
                            1 => self.mixins.extend(named),
                            _ => self.parts.extend(named),
                        }
                    }
                    self.collect(&ruleset.rules, names);
                }
                Statement::Media(media) => self.collect(&media.block.rules, names),
                Statement::AtRule(rule) => {
                    if let Some(block) = &rule.block {
                        self.collect(&block.rules, names);
                    }
                }
                _ => {}
            }
        }
    }
}
