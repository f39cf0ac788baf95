//! Variables that a caller defines around an entry: `lessc`'s `--global-var` and `--modify-var`.

use std::fmt::Write;
use std::str::FromStr;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::options::ParseOptions;
use crate::source::{Source, Stylesheet};

/// A variable and the LESS that is its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name without `@`.
    pub name: String,
    /// Its value as written in LESS; empty for an empty text.
    pub value: String,
}

impl FromStr for Variable {
    type Err = Diagnostics;

    /// Reads `name=value` or `@name=value`; the value may hold further `=`.
    fn from_str(text: &str) -> Result<Self, Diagnostics> {
        let refuse = |message: String, hint: &str| {
            let mut diagnostic = Diagnostic::error(message);
            diagnostic.hint = Some(hint.to_owned());
            Diagnostics::from(diagnostic)
        };
        let Some((name, value)) = text.split_once('=') else {
            return Err(refuse(
                format!("expected `name=value`, found `{text}`"),
                "write for example `accent=#f60`",
            ));
        };
        let name = name.trim();
        let name = name.strip_prefix('@').unwrap_or(name);
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_allowed) {
            return Err(refuse(
                format!("expected the name of a variable before `=`, found `{name}`"),
                "a name holds letters, digits, `_` and `-`",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            value: value.trim().to_owned(),
        })
    }
}

/// Definitions around an entry, parsed. Mirrors `Less_Parser::ModifyVars` and the options `globalVars` and `modifyVars`
/// of less.js: the definitions stand as text before and behind the entry, and the last definition of a variable holds.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    pub(crate) before: Option<Arc<Stylesheet>>,
    pub(crate) behind: Option<Arc<Stylesheet>>,
}

impl Variables {
    /// `global` ones are defaults that any definition in the stylesheets replaces, `modified` ones replace the
    /// stylesheets' own definitions. `options` are those that the entry is parsed with.
    ///
    /// # Errors
    /// A value that is no LESS; the place names the option's kind and the definition.
    pub fn new(
        global: &[Variable],
        modified: &[Variable],
        options: &ParseOptions,
    ) -> Result<Self, Diagnostics> {
        Ok(Self {
            before: definitions("<global variables>", global, options)?,
            behind: definitions("<modified variables>", modified, options)?,
        })
    }
}

/// A stylesheet of definitions, one on each line; none if there are none.
fn definitions(
    name: &str,
    variables: &[Variable],
    options: &ParseOptions,
) -> Result<Option<Arc<Stylesheet>>, Diagnostics> {
    if variables.is_empty() {
        return Ok(None);
    }
    let mut text = String::new();
    for Variable { name, value } in variables {
        let value = if value.is_empty() { "~\"\"" } else { value };
        let end = if value.ends_with(';') { "" } else { ";" };
        let _ = writeln!(text, "@{name}: {value}{end}");
    }
    crate::parse(Source::new(name, text), options).map(|sheet| Some(Arc::new(sheet)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryImporter, Options, compile_with, parse};

    fn variables(texts: &[&str]) -> Vec<Variable> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn css(global: &[&str], modified: &[&str], text: &str) -> String {
        let options = ParseOptions::default();
        let entry = Arc::new(parse(Source::new("a.less", text), &options).unwrap());
        let variables = Variables::new(&variables(global), &variables(modified), &options).unwrap();
        let importer = MemoryImporter::new(options).with("b.less", "@c: imported;");
        compile_with(&entry, &variables, &importer, &Options::default())
            .unwrap()
            .css
    }

    #[test]
    fn global_variables_give_way_and_modified_ones_win() {
        let text = "@b: own; .x { a: @a; b: @b }";
        assert_eq!(
            css(&["a=1px", "b=2px"], &[], text),
            ".x {\n  a: 1px;\n  b: own;\n}\n"
        );
        assert_eq!(
            css(&["a=1px"], &["@b=2px"], text),
            ".x {\n  a: 1px;\n  b: 2px;\n}\n"
        );
        assert_eq!(
            css(&["c=global"], &[], "@import 'b'; .x { c: @c }"),
            ".x {\n  c: imported;\n}\n"
        );
        assert_eq!(
            css(&[], &["c=modified"], "@import 'b'; .x { c: @c }"),
            ".x {\n  c: modified;\n}\n"
        );
    }

    #[test]
    fn paths_of_imports_may_hold_variables() {
        for dialect in [crate::Dialect::V3, crate::Dialect::V5] {
            let options = ParseOptions {
                dialect,
                ..ParseOptions::default()
            };
            let text = "@f: 'nope'; @import '@{f}'; @import '@{g}'; .x { c: @c; d: @d }";
            let entry = Arc::new(parse(Source::new("a.less", text), &options).unwrap());
            let variables =
                Variables::new(&variables(&["g='d'"]), &variables(&["f='c'"]), &options).unwrap();
            let importer = MemoryImporter::new(options)
                .with("c.less", "@c: 1;")
                .with("d.less", "@d: 2;");
            let options = Options {
                dialect,
                ..Options::default()
            };
            let compiled = compile_with(&entry, &variables, &importer, &options).unwrap();
            assert_eq!(compiled.css, ".x {\n  c: 1;\n  d: 2;\n}\n", "{dialect:?}");
        }
    }

    #[test]
    fn values_are_less() {
        let text = ".x { a: @a }";
        assert_eq!(css(&["a=1px + 2"], &[], text), ".x {\n  a: 3px;\n}\n");
        assert_eq!(css(&["a=\"x=y\";"], &[], text), ".x {\n  a: \"x=y\";\n}\n");
        assert_eq!(
            css(&["a="], &[], ".x { a: ~'b@{a}' }"),
            ".x {\n  a: b;\n}\n"
        );
        assert_eq!(css(&["a=@b", "b=1"], &["b=2"], text), ".x {\n  a: 2;\n}\n");
    }

    #[test]
    fn what_is_no_definition_is_refused() {
        let refused = |text: &str| text.parse::<Variable>().unwrap_err().to_string();
        assert_eq!(
            refused("accent"),
            "expected `name=value`, found `accent` (write for example `accent=#f60`)"
        );
        assert_eq!(
            refused("a b=c"),
            "expected the name of a variable before `=`, found `a b` (a name holds letters, digits, `_` and `-`)"
        );
        assert_eq!(
            refused("@=c"),
            "expected the name of a variable before `=`, found `` (a name holds letters, digits, `_` and `-`)"
        );
        let broken = Variables::new(&variables(&["a=}"]), &[], &ParseOptions::default());
        let broken = broken.unwrap_err().to_string();
        assert!(broken.starts_with("<global variables>:1:"), "{broken}");
    }
}
