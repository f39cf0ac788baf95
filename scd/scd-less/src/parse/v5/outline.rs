//! The tree as text, in the form in which `record.php` prints less.php's.

use crate::ast::{
    AttributeKey, AttributeValue, Condition, ConditionOp, ElementValue, Expr, Extend, LookupBase,
    LookupKey, MediaFeature, Merge, MixinCall, NameId, NamePart, PropertyName, Ruleset, Selector,
    Statement, Tree, Variable,
};
use crate::source_map;

/// Prints a tree.
pub(super) fn outline(tree: &Tree) -> String {
    Outline { tree }.statements(&tree.rules)
}

struct Outline<'t> {
    tree: &'t Tree,
}

/// A text as JSON prints it.
fn quote(text: &str) -> String {
    let mut out = String::new();
    source_map::quote(text, &mut out);
    out
}

fn when(condition: bool, text: &str) -> &str {
    if condition { text } else { "" }
}

fn or_dash<T>(value: Option<&T>, print: impl Fn(&T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), print)
}

fn join<T>(items: &[T], glue: &str, print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(glue)
}

impl Outline<'_> {
    fn name(&self, id: NameId) -> &str {
        &self.tree.names[id.0 as usize]
    }

    fn statements(&self, statements: &[Statement]) -> String {
        format!("[{}]", join(statements, " ", |item| self.statement(item)))
    }

    fn statement(&self, statement: &Statement) -> String {
        match statement {
            Statement::Comment(comment) => comment_outline(&comment.text),
            Statement::Declaration(declaration) => {
                let name = match &declaration.name {
                    PropertyName::Variable(name) => quote(self.name(*name)),
                    PropertyName::Plain(text) => quote(text),
                    PropertyName::Parts(parts) => {
                        format!("[{}]", join(parts, " ", |part| self.name_part(part)))
                    }
                };
                let merge = match declaration.merge {
                    Merge::No => "",
                    Merge::Comma => "+",
                    Merge::Space => "+_",
                };
                let value = self.expr(&declaration.value);
                let important = when(declaration.important, "imp");
                let offset = declaration.offset;
                format!("(decl {name} {value} {important} {merge} @{offset})")
            }
            Statement::Ruleset(ruleset) => self.ruleset(ruleset),
            Statement::Mixin(mixin) => {
                let params = join(&mixin.params, ", ", |param| {
                    let name = param.name.map(|name| format!("{}:", self.name(name)));
                    let value = or_dash(param.value.as_ref(), |value| self.expr(value));
                    format!(
                        "{}{value}{}",
                        name.unwrap_or_default(),
                        when(param.rest, "***")
                    )
                });
                let condition = mixin.condition.as_ref().map(|guard| self.condition(guard));
                format!(
                    "(def {} T:{} ({params}) {} {} {})",
                    quote(self.name(mixin.name)),
                    join(&mixin.tokens, "|", |token| self.name(*token).to_owned()),
                    when(mixin.variadic, "variadic"),
                    condition.unwrap_or_default(),
                    self.statements(&mixin.rules)
                )
            }
            Statement::MixinCall(call) => self.call(call),
            Statement::DetachedCall(call) => self.variable_call(&call.variable),
            Statement::Import(import) => {
                let features = import.features.as_ref().map(|list| self.features(list));
                let options = &import.options;
                format!(
                    "(import {} {} less={} multiple={} {}{}{})",
                    self.expr(&import.path),
                    features.unwrap_or_default(),
                    options
                        .less
                        .map_or("null", |less| if less { "true" } else { "false" }),
                    options.multiple.unwrap_or(false),
                    when(options.inline, "inline "),
                    when(options.reference, "reference "),
                    when(options.optional, "optional "),
                )
            }
            Statement::Media(media) => format!(
                "(media {} {})",
                self.features(&media.features),
                self.statements(&media.block.rules)
            ),
            Statement::AtRule(rule) => format!(
                "(at {} {} {} {} @{})",
                quote(&rule.name),
                or_dash(rule.value.as_ref(), |value| self.expr(value)),
                or_dash(rule.block.as_ref(), |block| self.statements(&block.rules)),
                when(rule.rooted, "rooted"),
                rule.offset
            ),
            Statement::Extend(extend) => self.extend(extend),
            Statement::Value(value) => self.expr(value),
            Statement::Simple(_) => "(not in this dialect)".to_owned(),
        }
    }

    fn name_part(&self, part: &NamePart) -> String {
        match part {
            NamePart::Text(text) => format!("(kw {})", quote(text)),
            NamePart::Variable(variable) => self.variable(variable),
            NamePart::Property(property) => {
                format!(
                    "(prop {} @{})",
                    quote(self.name(property.name)),
                    property.offset
                )
            }
        }
    }

    fn features(&self, list: &[Vec<MediaFeature>]) -> String {
        let queries = join(list, " ", |query| {
            let parts = join(query, " ", |feature| match feature {
                MediaFeature::Plain(value) => self.expr(value),
                MediaFeature::Paren(value) => format!("(paren {})", self.expr(value)),
                MediaFeature::Named { name, value, .. } => {
                    format!("(named {} {})", quote(name), self.expr(value))
                }
            });
            match query[..] {
                [_] => parts,
                _ => format!("(space [{parts}])"),
            }
        });
        match list[..] {
            [_] => queries,
            _ => format!("(comma [{queries}])"),
        }
    }

    fn ruleset(&self, ruleset: &Ruleset) -> String {
        let selectors = join(&ruleset.selectors, " ", |selector| self.selector(selector));
        format!("(ruleset {selectors} {})", self.statements(&ruleset.rules))
    }

    fn extend(&self, extend: &Extend) -> String {
        let selector = self.selector(&extend.selector);
        format!("(extend {selector} {})", when(extend.all, "all"))
    }

    fn selector(&self, selector: &Selector) -> String {
        let elements = join(&selector.elements, " ", |element| {
            let value = match &element.value {
                ElementValue::Parent => "&".to_owned(),
                ElementValue::Text(text) => quote(text),
                ElementValue::Variable(variable) => self.variable(variable),
                ElementValue::Paren(inner) => format!("(paren {})", self.selector(inner)),
                ElementValue::Attribute(attribute) => format!(
                    "[attr {} {} {}]",
                    match &attribute.key {
                        AttributeKey::Text(text) => quote(text),
                        AttributeKey::Variable(variable) => self.variable(variable),
                    },
                    or_dash(attribute.op.as_ref(), |op| quote(op)),
                    or_dash(attribute.value.as_ref(), |value| match value {
                        AttributeValue::Word(word) => quote(word),
                        AttributeValue::Quoted(value) => self.expr(value),
                        AttributeValue::Variable(variable) => self.variable(variable),
                    })
                ),
            };
            format!("{}{value}", quote(element.combinator.sign()))
        });
        let tokens = selector.tokens.as_ref().map_or_else(
            || "none".to_owned(),
            |tokens| join(tokens, "|", |token| self.name(*token).to_owned()),
        );
        let mut out = format!("{{{elements} T:{tokens}");
        if !selector.extends.is_empty() {
            let extends = join(&selector.extends, " ", |extend| self.extend(extend));
            out.push_str(&format!(" X[{extends}]"));
        }
        if let Some(condition) = &selector.condition {
            out.push_str(&format!(" when {}", self.condition(condition)));
        }
        out.push('}');
        out
    }

    fn condition(&self, condition: &Condition) -> String {
        let sides = |sides: &(Condition, Condition)| {
            format!("{} {}", self.condition(&sides.0), self.condition(&sides.1))
        };
        match condition {
            Condition::Missing => "(missing)".to_owned(),
            Condition::And(both) => format!("(and {})", sides(both)),
            Condition::Or(both) => format!("(or {})", sides(both)),
            Condition::Not(inner) => format!("(not {})", self.condition(inner)),
            Condition::Compare {
                op,
                operands,
                negate,
                offset,
            } => {
                let op = match op {
                    ConditionOp::Equal => "=",
                    ConditionOp::Less => "<",
                    ConditionOp::Greater => ">",
                    ConditionOp::LessOrEqual => "<=",
                    ConditionOp::GreaterOrEqual => ">=",
                };
                let (left, right) = (self.expr(&operands.0), self.expr(&operands.1));
                format!(
                    "(cmp {op} {left} {right} {} @{offset})",
                    when(*negate, "neg")
                )
            }
        }
    }

    fn call(&self, call: &MixinCall) -> String {
        let args = join(&call.args, ", ", |arg| {
            let name = arg.name.map(|name| format!("{}:", self.name(name)));
            let value = self.expr(&arg.value);
            format!(
                "{}{value}{}",
                name.unwrap_or_default(),
                when(arg.expand, "...")
            )
        });
        format!(
            "(call {} {} ({args}) {} @{})",
            join(&call.path, " ", |part| quote(self.name(*part))),
            quote(&call.text),
            when(call.important, "imp"),
            call.offset
        )
    }

    fn written(&self, variable: &Variable) -> String {
        quote(&format!(
            "{}{}",
            when(variable.indirect, "@"),
            self.name(variable.name)
        ))
    }

    fn variable(&self, variable: &Variable) -> String {
        format!("(var {} @{})", self.written(variable), variable.offset)
    }

    fn variable_call(&self, variable: &Variable) -> String {
        format!("(varcall {} @{})", self.written(variable), variable.offset)
    }

    fn key(&self, key: LookupKey) -> String {
        quote(&match key {
            LookupKey::Last => String::new(),
            LookupKey::Variable(name) | LookupKey::Property(name) => self.name(name).to_owned(),
            LookupKey::VariableNamed(name) => format!("@{}", self.name(name)),
            LookupKey::PropertyNamed(name) => format!("${}", self.name(name)),
        })
    }

    /// A list; that of one, which evaluates to its item, as the item.
    fn list(&self, kind: &str, items: &[Expr]) -> String {
        if let [item] = items
            && kind != "joined"
        {
            return self.expr(item);
        }
        format!("({kind} [{}])", join(items, " ", |item| self.expr(item)))
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Number { value, unit } => {
                format!(
                    "(num {:016x} {})",
                    value.to_bits(),
                    unit.as_deref().unwrap_or("")
                )
            }
            Expr::HexColor(digits) => format!("(hex {})", quote(digits)),
            Expr::ColorName(name) => format!("(color {})", quote(name)),
            Expr::Quoted {
                quote: 'a', text, ..
            } => format!("(alpha {})", quote(text)),
            Expr::Quoted {
                quote: sign,
                text,
                escaped,
                offset,
                ..
            } => format!(
                "(quoted {sign} {} {} @{offset})",
                quote(text),
                when(*escaped, "esc")
            ),
            Expr::Loose { text, offset, .. } => format!("(loose {} @{offset})", quote(text)),
            Expr::Unicode(text) => format!("(unicode {})", quote(text)),
            Expr::Keyword(text) => format!("(kw {})", quote(text)),
            Expr::Anonymous(text) => format!("(anon {})", quote(text)),
            Expr::Comment(text) => comment_outline(text),
            Expr::JavaScript => "(js)".to_owned(),
            Expr::Variable(variable) => self.variable(variable),
            Expr::Property(property) => {
                format!(
                    "(prop {} @{})",
                    quote(self.name(property.name)),
                    property.offset
                )
            }
            Expr::Lookup(lookup) => {
                let base = match &lookup.base {
                    LookupBase::Variable(variable) => self.variable_call(variable),
                    LookupBase::Mixin(call) => self.call(call),
                };
                let keys = join(&lookup.keys, " ", |key| self.key(*key));
                let offset = or_dash(lookup.offset.as_ref(), u32::to_string);
                format!("(ns {base} {keys} @{offset})")
            }
            Expr::MixinCall(call) => self.call(call),
            Expr::Condition(condition) => self.condition(condition),
            Expr::Url(inner) => format!("(url {})", self.expr(inner)),
            Expr::Call { name, args, offset } => {
                let args = join(args, " ", |arg| self.expr(arg));
                format!("(fn {} [{args}] @{offset})", quote(name))
            }
            Expr::Alpha { .. } => "(not in this dialect)".to_owned(),
            Expr::Assignment { key, value } => {
                format!("(assign {} {})", quote(key), self.expr(value))
            }
            Expr::Operation {
                operator,
                operands,
                spaced,
            } => {
                let (left, right) = (self.expr(&operands.0), self.expr(&operands.1));
                format!(
                    "(op {} {left} {right} {})",
                    operator.as_str(),
                    when(*spaced, "sp")
                )
            }
            Expr::Negative(inner) => format!("(neg {})", self.expr(inner)),
            Expr::Sum { inner, operand } => {
                format!("(sum{} {})", when(*operand, "!"), self.expr(inner))
            }
            Expr::Space(items) => self.list("space", items),
            Expr::Joined(items) => self.list("joined", items),
            Expr::Comma(items) => self.list("comma", items),
            Expr::Detached(ruleset) => format!("(detached {})", self.ruleset(ruleset)),
        }
    }
}

fn comment_outline(text: &str) -> String {
    format!("(comment {} {})", when(text.is_empty(), "//"), quote(text))
}
