//! PHP files that only say something: `return [...]` of configuration, lists of paths, registrations.
//!
//! No PHP is run. A real parser reads the file, and a small evaluator works out what literals, concatenation,
//! `__DIR__` and a handful of path functions come to. Whatever goes beyond that is refused with its place.

mod evaluate;
pub mod number;
pub mod sort;
mod text;
mod value;

use std::path::Path;

use bumpalo::Bump;
use mago_database::file::FileId;
use mago_span::HasSpan;
use mago_syntax::ast::{DeclareBody, Expression, Program, Statement, Variable};

pub(crate) use evaluate::{Environment, Fault, assign, normalized};
pub use value::{PhpArray, PhpKey, PhpValue};

use crate::error::Error;

/// What `return` gives in a PHP file without side effects.
///
/// Allowed before `return` are comments, `declare`, and assignments to variables.
///
/// # Errors
/// [`Error::Malformed`] with file, line and column if the file does not parse or is not literal.
pub fn read_return(path: &Path, source: &[u8]) -> Result<PhpValue, Error> {
    let arena = Bump::new();
    let program = parse(&arena, path, source)?;
    let mut environment = Environment::new(path);
    match run(program.statements.iter(), &mut environment) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(Error::at(
            path,
            source,
            source.len(),
            "expected `return` with an array, found the end of the file",
            Some("start the file with `<?php return [`".to_owned()),
        )),
        Err(fault) => Err(fault.into_error(path, source)),
    }
}

fn run<'a, 'b: 'a>(
    statements: impl Iterator<Item = &'a Statement<'b>>,
    environment: &mut Environment<'_>,
) -> Result<Option<PhpValue>, Fault> {
    for statement in statements {
        match statement {
            Statement::OpeningTag(_)
            | Statement::ClosingTag(_)
            | Statement::Inline(_)
            | Statement::Noop(_) => {}
            Statement::Declare(declare) => {
                if let DeclareBody::Statement(body) = &declare.body
                    && !matches!(body, Statement::Noop(_))
                {
                    return Err(Fault::new(declare, "expected `;` after `declare(...)`"));
                }
            }
            Statement::Return(ret) => {
                return match ret.value {
                    Some(value) => environment.value_of(value).map(Some),
                    None => Ok(Some(PhpValue::Null)),
                };
            }
            Statement::Expression(statement) => {
                assign(statement.expression, environment)?;
            }
            other => {
                return Err(Fault::new(
                    other,
                    "expected `return` with a literal, found a statement that would have to run",
                ));
            }
        }
    }
    Ok(None)
}

/// Parses a file; the first syntax error is reported.
pub(crate) fn parse<'arena>(
    arena: &'arena Bump,
    path: &Path,
    source: &[u8],
) -> Result<&'arena Program<'arena>, Error> {
    let program = mago_syntax::parser::parse_file_content(arena, FileId::zero(), source);
    match program.errors.first() {
        None => Ok(program),
        Some(error) => {
            let text = error.to_string();
            let mut message = text.chars().take(1).collect::<String>().to_lowercase();
            message.extend(text.chars().skip(1));
            Err(Error::at(
                path,
                source,
                error.span().start.offset as usize,
                format!("PHP syntax error: {message}"),
                Some(format!("check the file with `php -l {}`", path.display())),
            ))
        }
    }
}

/// The name of `$name`, none for `$$name` and the like.
pub(crate) fn variable_name<'a>(expression: &Expression<'a>) -> Option<&'a [u8]> {
    match expression {
        Expression::Variable(Variable::Direct(variable)) => Some(variable.name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<PhpValue, Error> {
        read_return(Path::new("/m/app/etc/config.php"), source.as_bytes())
    }

    fn text(source: &str) -> String {
        let value = read(&format!("<?php return {source};")).expect("a literal");
        let bytes = value.to_text().expect("a scalar");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn refused(source: &str) -> String {
        read(source).expect_err("to be refused").to_string()
    }

    #[test]
    fn strings_in_every_notation() {
        assert_eq!(text(r"'it\'s \n \\ ok'"), r"it's \n \ ok");
        assert_eq!(text(r#""a\tb\x41\101\u{e9}\q\$x""#), "a\tbAA\u{e9}\\q$x");
        assert_eq!(text("'a' . \"b\" . 3 . 'c'"), "ab3c");
        assert_eq!(text("<<<'X'\n  a\\n\n   $b\n  X"), "a\\n\n $b");
        assert_eq!(text("<<<X\na\\tb\nc\nX"), "a\tb\nc");
        assert_eq!(text("<<<X\nX"), "");
        assert_eq!(text("__DIR__ . '/x'"), "/m/app/etc/x");
        assert_eq!(text("dirname(__DIR__, 2)"), "/m");
        assert_eq!(text("dirname(__FILE__)"), "/m/app/etc");
    }

    #[test]
    fn numbers_booleans_null() {
        assert_eq!(text("0x1F + 0 ?: 1").as_str(), "31");
        assert_eq!(text("-5"), "-5");
        assert_eq!(text("1_000"), "1000");
        assert_eq!(text("017"), "15");
        assert_eq!(text("0b101"), "5");
        assert_eq!(text("1.5"), "1.5");
        assert_eq!(text("PHP_INT_MAX"), "9223372036854775807");
        assert_eq!(text("TRUE"), "1");
        assert_eq!(text("null"), "");
    }

    #[test]
    fn arrays_in_both_notations_follow_the_key_rules() {
        let value = read(
            "<?php\n// c\nreturn array('b' => 1, '0' => 'x', '07' => 'y', true => 'z', 5 => [], 'q', \
             'b' => 2, null => 'n', 1.7 => 'f');",
        );
        let value = value.expect("a literal");
        let array = value.as_array().expect("an array");
        let keys: Vec<String> = array.iter().map(|(key, _)| key.to_string()).collect();
        assert_eq!(keys, ["b", "0", "07", "1", "5", "6", ""]);
        assert_eq!(array.get("b").and_then(PhpValue::as_int), Some(2));
        assert_eq!(array.get("0").and_then(PhpValue::as_str), Some("x"));
        assert_eq!(array.get("1").and_then(PhpValue::as_str), Some("f"));
    }

    #[test]
    fn what_would_have_to_run_is_refused_with_its_place() {
        let message = refused("<?php\nreturn [\n    'a' => getenv('X'),\n];");
        assert!(
            message.starts_with("/m/app/etc/config.php:3:12: "),
            "{message}"
        );
        let message = refused("<?php\nreturn [Foo::BAR];");
        assert!(
            message.contains("2:9") && message.contains("Foo::BAR"),
            "{message}"
        );
        assert!(refused("<?php return $x;").contains("$x"));
        assert!(refused("<?php return [\"a$b\"];").contains("1:1"));
        assert!(refused("<?php echo 1;").contains("1:7"));
        assert!(refused("<?php return [1, 2;").contains("syntax"));
        assert!(refused("<?php $a = 1;").contains("end of the file"));
    }

    #[test]
    fn deep_nesting_is_refused_not_overflowed() {
        let deep = format!(
            "<?php return {}1{};",
            "[".repeat(20_000),
            "]".repeat(20_000)
        );
        assert!(read(&deep).is_err());
    }
}
