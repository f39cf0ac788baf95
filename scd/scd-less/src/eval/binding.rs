//! Binding the arguments of a mixin call to the parameters of a definition, and trying its guard on them.

use std::rc::Rc;

use super::Compiler;
use super::expression::list_of;
use super::mixin::{Argument, Mixin};
use super::node::{Env, FileId, Frames, Ruleset};
use super::problem::{Kind, Outcome, Problem};
use crate::ast::MixinDefinition;
use crate::value::Value;

/// The parameters of a definition with their values.
pub(super) struct Bound<'a> {
    pub(super) frame: Rc<Ruleset<'a>>,
    /// The values of `@arguments`.
    pub(super) arguments: Vec<Value>,
    /// The frames of the definition, then those of the call.
    pub(super) frames: Frames<'a>,
}

impl<'a> Compiler<'a> {
    /// Binds the arguments of a definition; a plain ruleset has nothing to bind.
    pub(super) fn bind(
        &mut self,
        mixin: &Mixin<'a>,
        args: &[Argument],
        env: &mut Env<'a>,
    ) -> Outcome<Option<Bound<'a>>> {
        let Mixin::Definition {
            definition,
            file,
            frames,
        } = mixin
        else {
            return Ok(None);
        };
        let frames = frames.followed_by(&env.frames);
        let (frame, arguments) = self.parameters(definition, *file, args, &frames, env)?;
        Ok(Some(Bound {
            frame,
            arguments,
            frames,
        }))
    }

    pub(super) fn guard_holds(
        &mut self,
        mixin: &Mixin<'a>,
        bound: Option<&Bound<'a>>,
    ) -> Outcome<bool> {
        match (mixin, bound) {
            (
                Mixin::Definition {
                    definition, file, ..
                },
                Some(bound),
            ) => {
                let Some(condition) = &definition.condition else {
                    return Ok(true);
                };
                let mut inner = Env::on(bound.frames.with(Rc::clone(&bound.frame)));
                self.apart(|compiler| compiler.condition(condition, *file, &mut inner))
            }
            (Mixin::Ruleset { last_passes, .. }, _) => Ok(*last_passes),
            (Mixin::Definition { .. }, None) => Ok(false),
        }
    }

    /// The frame of the parameters, and the values of `@arguments`.
    fn parameters(
        &mut self,
        definition: &'a MixinDefinition,
        file: FileId,
        args: &[Argument],
        frames: &Frames<'a>,
        env: &mut Env<'a>,
    ) -> Outcome<(Rc<Ruleset<'a>>, Vec<Value>)> {
        let id = self.next_id();
        let params = &definition.params;
        // One place more for `@arguments`.
        let frame = Rc::new(Ruleset::of_parameters(id, id, params.len() + 1));
        let mut values: Vec<Option<Value>> = vec![None; params.len()];
        for (name, value) in args {
            let Some(name) = *name else {
                continue;
            };
            let place = (0..params.len()).find(|&index| {
                values[index].is_none()
                    && params[index]
                        .name
                        .is_some_and(|param| self.symbol(param, file) == name)
            });
            let Some(place) = place else {
                return Err(Problem::new(format!(
                    "Named argument for {} {} not found",
                    self.symbols.text(self.symbol(definition.name, file)),
                    self.symbols.text(name)
                ))
                .of_kind(Kind::Arguments));
            };
            let value = self.again(value, file, env)?;
            values[place] = Some(value.clone());
            frame.add_parameter(name, self.parameter(name, value, file)?);
        }
        let positional = args.iter().filter(|(name, _)| name.is_none());
        let mut positional = positional.map(|(_, value)| value);
        let mut next = 0;
        for (index, param) in params.iter().enumerate() {
            if values[index].is_some() {
                continue;
            }
            let rest = positional.clone();
            let given = positional.next();
            if let Some(name) = param.name {
                let name = self.symbol(name, file);
                let value = if param.rest {
                    let mut list = Vec::new();
                    for value in rest.clone() {
                        list.push(self.again(value, file, env)?);
                    }
                    list_of(list)
                } else if let Some(value) = given {
                    self.again(value, file, env)?
                } else if let Some(default) = &param.value {
                    let mut inner = Env::on(frames.with(Rc::clone(&frame)));
                    self.apart(|compiler| compiler.expr(default, file, &mut inner))?
                } else {
                    return Err(Problem::new(format!(
                        "Wrong number of arguments for {} ({} for {})",
                        self.symbols.text(self.symbol(definition.name, file)),
                        args.iter().filter(|(name, _)| name.is_none()).count(),
                        params.len()
                    ))
                    .of_kind(Kind::Arguments));
                };
                if !param.rest {
                    values[index] = Some(value.clone());
                }
                frame.add_parameter(name, self.parameter(name, value, file)?);
            }
            if param.rest {
                // less.php goes on by the number of the argument, not of the parameter.
                for (place, value) in (next..).zip(rest) {
                    if place >= values.len() {
                        values.resize(place + 1, None);
                    }
                    values[place] = Some(value.clone());
                }
            }
            next += 1;
        }
        Ok((frame, values.into_iter().flatten().collect()))
    }
}
