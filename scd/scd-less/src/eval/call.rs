//! Function calls in dialect 5, where `calc()` keeps its arithmetic and `if()` evaluates what it needs only.

use std::rc::Rc;

use super::lookup::argument;
use super::node::{Env, FileId};
use super::problem::{Outcome, Problem};
use super::{Compiler, Severity};
use crate::ast::Expr;
use crate::function;
use crate::value::{Call, Text, Value};

/// The arguments of a call before they are evaluated, perhaps a second time.
enum Arguments<'v, 'a> {
    Tree(&'a [Expr]),
    Values(&'v [Value]),
}

impl<'a> Compiler<'a> {
    /// Evaluates a call.
    #[inline(never)]
    pub(super) fn function_call(
        &mut self,
        name: &Text,
        args: &'a [Expr],
        file: FileId,
        offset: u32,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        if name.eq_ignore_ascii_case("if") {
            return self
                .choice(args, file, env)
                .map_err(|problem| self.in_function(name, problem, file, offset));
        }
        self.call_in_math(name, &Arguments::Tree(args), file, offset, env)
    }

    /// Evaluates the result of a call once more.
    #[inline(never)]
    pub(super) fn function_call_again(
        &mut self,
        call: &Call,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        self.call_in_math(&call.name, &Arguments::Values(&call.args), file, 0, env)
    }

    #[inline(never)]
    fn call_in_math(
        &mut self,
        name: &Text,
        args: &Arguments<'_, 'a>,
        file: FileId,
        offset: u32,
        env: &mut Env<'a>,
    ) -> Outcome<Value> {
        let outside = self.math.on;
        let is_calc = &**name == "calc";
        self.math.on = !is_calc;
        if is_calc || self.math.calc > 0 {
            self.math.calc += 1;
        }
        let is_known =
            name.eq_ignore_ascii_case("default") || function::is_known(name, self.options.dialect);
        let values = self.deeper(1, |compiler| compiler.arguments(args, file, env));
        let values = values.map_err(|problem| {
            if is_known {
                self.in_function(name, problem, file, offset)
            } else {
                problem
            }
        })?;
        if !is_known {
            self.leave_calc(is_calc, outside);
            self.doubt_function(name, file, offset);
            return Ok(Value::Call(Rc::new(Call {
                name: Text::clone(name),
                args: values,
            })));
        }
        let was_in_calc = self.math.calc > 0;
        self.leave_calc(is_calc, outside);
        if let Some(value) = self.builtin(name, &values, file, offset)? {
            return Ok(value);
        }
        // A function that leaves its call alone gets its arguments evaluated again, now as `calc()` around it wants them.
        let args = if was_in_calc {
            let values = self.arguments(args, file, env)?;
            self.leave_calc(is_calc, outside);
            values
        } else {
            values
        };
        Ok(Value::Call(Rc::new(Call {
            name: Text::clone(name),
            args,
        })))
    }

    fn leave_calc(&mut self, is_calc: bool, outside: bool) {
        if is_calc || self.math.calc > 0 {
            self.math.calc = self.math.calc.saturating_sub(1);
        }
        self.math.on = outside;
    }

    fn arguments(
        &mut self,
        args: &Arguments<'_, 'a>,
        file: FileId,
        env: &mut Env<'a>,
    ) -> Outcome<Vec<Value>> {
        match args {
            Arguments::Tree(args) => args.iter().map(|arg| self.expr(arg, file, env)).collect(),
            Arguments::Values(values) => {
                self.count(values.len())?;
                let again = values.iter().map(|value| self.again(value, file, env));
                again.collect()
            }
        }
    }

    /// `if(condition, then, else)`
    #[inline(never)]
    fn choice(&mut self, args: &'a [Expr], file: FileId, env: &mut Env<'a>) -> Outcome<Value> {
        let mut given = args.iter().filter(|arg| !matches!(arg, Expr::Comment(_)));
        let (Some(condition), Some(then)) = (given.next(), given.next()) else {
            return Err(function::too_few_for_if(args.len()).into());
        };
        let outside = self.math.on;
        self.math.on = true;
        let in_calc = self.math.calc > 0;
        if in_calc {
            self.math.calc += 1;
        }
        let holds = self.truth_of(condition, file, env)?;
        let chosen = if holds { Some(then) } else { given.next() };
        let value = match chosen {
            // Comments are dropped and parentheses lost before less.php evaluates.
            Some(Expr::Sum { inner, .. }) => self.expr(inner, file, env)?,
            Some(expr) => argument(self.expr(expr, file, env)?),
            None => Value::anonymous(""),
        };
        self.leave_calc(false, outside);
        Ok(value)
    }

    fn truth_of(&mut self, expr: &'a Expr, file: FileId, env: &mut Env<'a>) -> Outcome<bool> {
        match expr {
            Expr::Condition(condition) => self.condition(condition, file, env),
            Expr::Comma(items) | Expr::Space(items) if items.len() == 1 => {
                self.truth_of(&items[0], file, env)
            }
            // Whatever else it is, it is an object in PHP.
            other => self.expr(other, file, env).map(|_| true),
        }
    }

    /// A failure inside a function, in less.php's words.
    fn in_function(
        &self,
        name: &str,
        mut problem: Box<Problem>,
        file: FileId,
        offset: u32,
    ) -> Box<Problem> {
        if problem.severity == Severity::Error {
            problem.message = function::failure(name, &problem.message);
            // less.php tells the place of the call only.
            problem = problem.or_at(file, offset);
        }
        problem
    }
}
