//! Removes from a syntax tree what does not change its meaning, so that trees can be compared.

use swc_core::ecma::ast::{
    BigInt, BinExpr, BinaryOp, EmptyStmt, Expr, ExprStmt, Lit, NewExpr, Number, ParenExpr, Regex,
    Script, Stmt, Str, Tpl, TplElement,
};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

/// Drops empty statements, parentheses and how literals are written.
pub(super) fn normalise(script: &mut Script) {
    script.visit_mut_with(&mut Normaliser);
}

struct Normaliser;

impl VisitMut for Normaliser {
    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        statements.retain(|statement| !matches!(statement, Stmt::Empty(EmptyStmt { .. })));
        statements.visit_mut_children_with(self);
    }

    fn visit_mut_expr_stmt(&mut self, statement: &mut ExprStmt) {
        // `('use strict')` is no directive: the parentheses mean something here.
        match &mut *statement.expr {
            Expr::Paren(inner) if matches!(&*inner.expr, Expr::Lit(Lit::Str(_))) => {
                inner.expr.visit_mut_with(self);
            }
            expression => expression.visit_mut_with(self),
        }
    }

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        while let Expr::Paren(ParenExpr { expr, .. }) = expression {
            *expression = std::mem::take(&mut **expr);
        }
        // `1e400` is printed as `1/0`.
        if let Expr::Lit(Lit::Num(number)) = expression
            && number.value.is_infinite()
        {
            let part = |value| {
                Box::new(Expr::Lit(Lit::Num(Number {
                    value,
                    ..number.clone()
                })))
            };
            let (span, left, right) = (number.span, part(1.0), part(0.0));
            *expression = Expr::Bin(BinExpr {
                span,
                op: BinaryOp::Div,
                left,
                right,
            });
        }
        expression.visit_mut_children_with(self);
    }

    fn visit_mut_new_expr(&mut self, new: &mut NewExpr) {
        new.args.get_or_insert_with(Vec::new);
        new.visit_mut_children_with(self);
    }

    fn visit_mut_str(&mut self, string: &mut Str) {
        string.raw = None;
    }

    fn visit_mut_number(&mut self, number: &mut Number) {
        number.raw = None;
    }

    fn visit_mut_big_int(&mut self, number: &mut BigInt) {
        number.raw = None;
    }

    fn visit_mut_regex(&mut self, regex: &mut Regex) {
        let mut flags: Vec<char> = regex.flags.chars().collect();
        flags.sort_unstable();
        regex.flags = flags.into_iter().collect::<String>().into();
    }

    fn visit_mut_tpl(&mut self, template: &mut Tpl) {
        template.visit_mut_children_with(self);
        for TplElement { raw, cooked, .. } in &mut template.quasis {
            if cooked.is_some() {
                *raw = Default::default();
            }
        }
    }

    // The function behind a tag sees how the text is written.
    fn visit_mut_tagged_tpl(&mut self, tagged: &mut swc_core::ecma::ast::TaggedTpl) {
        tagged.tag.visit_mut_with(self);
        tagged.tpl.exprs.visit_mut_with(self);
    }
}
