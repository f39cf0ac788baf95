//! Every function, operation and comparison against rows recorded from less.php.
//!
//! `cases.tsv` and `dialect5/cases.tsv` hold inputs in a small subset of the language, recorded by
//! `record.php` and read by the reader below so that
//! these tests need neither the parser nor the evaluator.

use super::{Context, DefaultGuard, call};
use crate::options::{Dialect, Urls};
use crate::value::{
    Addresses, Color, Dimension, Fault, FaultClass, Operator, Rules, Value, compare, negate,
    node_compare, normalize_path, operate, to_css,
};
use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

/// Addresses that stay what they are.
fn addresses(urls: &Urls, dialect: Dialect) -> Addresses<'_> {
    Addresses {
        urls,
        dialect,
        directory: "",
    }
}

/// Reads and evaluates expressions in one go.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    rules: Rules,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b')')
    }

    fn skip_blanks(&mut self) {
        while self.peek() == b' ' {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &str {
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(|byte| wanted(*byte)).count();
        self.at += length;
        &rest[..length]
    }

    fn list(&mut self) -> Result<Value, Fault> {
        let mut values = Vec::new();
        loop {
            self.skip_blanks();
            if matches!(self.peek(), b',' | b')') {
                break;
            }
            values.push(self.atom()?);
        }
        Ok(match values.len() {
            1 => values.remove(0),
            _ => Value::Space(values.into()),
        })
    }

    fn string(&mut self) -> Value {
        let escaped = self.peek() == b'~';
        self.at += usize::from(escaped);
        let quote = self.peek();
        let start = self.at + 1;
        let mut end = start;
        while self.text.as_bytes()[end] != quote {
            end += 1 + usize::from(self.text.as_bytes()[end] == b'\\');
        }
        self.at = end + 1;
        Value::quoted(Some(char::from(quote)), &self.text[start..end], escaped)
    }

    fn atom(&mut self) -> Result<Value, Fault> {
        let dialect = self.rules.dialect;
        let sign = self.peek();
        if matches!(sign, b'"' | b'\'' | b'~') {
            return Ok(self.string());
        }
        if sign == b'#' {
            self.at += 1;
            let digits = self.take(|byte| byte.is_ascii_hexdigit());
            let color = match dialect {
                Dialect::V3 => Color::from_hex(digits),
                Dialect::V5 => Color::written_hex(digits),
            };
            return Ok(color.map(Value::Color).expect("hexadecimal digits"));
        }
        let number = self
            .take(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9'))
            .to_owned();
        if let Ok(value) = number.parse() {
            let unit = self.take(|byte| byte == b'%' || byte.is_ascii_alphabetic());
            return Ok(Value::Dimension(Dimension::new(value, unit)));
        }
        self.at -= number.len();
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_%".contains(&byte);
        let name = self.take(word).to_owned();
        assert!(!name.is_empty(), "unreadable: {}", &self.text[self.at..]);
        if self.text.as_bytes().get(self.at) != Some(&b'(') {
            let color = match dialect {
                Dialect::V3 => Color::from_name(&name),
                Dialect::V5 => Color::written_name(&name),
            };
            return Ok(color.map_or_else(|| Value::keyword(&name), Value::Color));
        }
        self.at += 1;
        if name == "url" {
            let quoted = matches!(self.peek(), b'"').then(|| self.string());
            let raw = normalize_path(self.take(|byte| byte != b')'));
            self.at += 1;
            return Ok(Value::Url(Rc::new(quoted.unwrap_or(Value::anonymous(raw)))));
        }
        let mut args = Vec::new();
        while self.peek() != b')' {
            args.push(self.list()?);
            self.at += usize::from(self.peek() == b',');
            self.skip_blanks();
        }
        self.at += 1;
        let urls = Urls::default();
        let context = Context {
            rules: self.rules,
            default: DefaultGuard::Unset,
            caller: "/entry/styles.less",
            addresses: addresses(&urls, self.rules.dialect),
            read: &file,
        };
        let result = call(&name, &args, &context)?;
        Ok(result.unwrap_or_else(|| {
            Value::Call(Rc::new(crate::value::Call {
                name: name.into(),
                args,
            }))
        }))
    }
}

/// The files that `data-uri()` found while the rows were recorded.
fn file(path: &str) -> Option<Arc<[u8]>> {
    Some(match path {
        "x.less" | "a/../x.less" => b"x".as_slice().into(),
        "t.html" => "<p>é x</p>".as_bytes().into(),
        "zero.txt" => b"0".as_slice().into(),
        "a b.gif" => b"GIF".as_slice().into(),
        "b.png" => (0..100).collect::<Vec<u8>>().into(),
        "s.svg" => br#"<?xml version="1.0"?><!-- c --><svg width="12.5px" height="30"><g/></svg>"#
            .as_slice()
            .into(),
        "big.png" => vec![0; 40_000].into(),
        _ => return None,
    })
}

fn rules(compress: bool, dialect: Dialect) -> Rules {
    Rules {
        compress,
        dialect,
        ..Rules::default()
    }
}

fn read(text: &str, rules: Rules) -> Result<Value, Fault> {
    Reader { text, at: 0, rules }.list()
}

fn evaluate(input: &[&str], rules: Rules) -> Result<String, Fault> {
    let value = match *input {
        ["v", value] => read(value, rules)?,
        ["n", value] => negate(&read(value, rules)?, rules)?,
        ["o", left, sign, right] => {
            let (left, right) = (read(left, rules)?, read(right, rules)?);
            operate(operator(sign), &left, &right, rules)?
        }
        ["x", first, ref steps @ ..] => {
            let mut value = read(first, rules)?;
            for step in steps.chunks(2) {
                value = operate(operator(step[0]), &value, &read(step[1], rules)?, rules)?;
            }
            value
        }
        ["c", left, sign, right] => {
            let (left, right) = (read(left, rules)?, read(right, rules)?);
            let order = match rules.dialect {
                Dialect::V3 => Some(compare(&left, &right, rules)?),
                Dialect::V5 => node_compare(&left, &right, rules)?,
            };
            let fits = match order {
                Some(Ordering::Less) => matches!(sign, "<" | "=<" | "<="),
                Some(Ordering::Equal) => matches!(sign, "=" | ">=" | "=<" | "<="),
                Some(Ordering::Greater) => matches!(sign, ">" | ">="),
                None => false,
            };
            return Ok(fits.to_string());
        }
        _ => panic!("unknown kind of row: {input:?}"),
    };
    let mut text = String::new();
    to_css(&value, rules, &mut text)?;
    Ok(text)
}

fn operator(sign: &str) -> Operator {
    let operators = [
        Operator::Add,
        Operator::Subtract,
        Operator::Multiply,
        Operator::Divide,
    ];
    operators
        .into_iter()
        .find(|operator| operator.as_str() == sign)
        .expect("one of the four signs")
}

#[test]
fn agrees_with_the_recorded_rows() {
    check(include_str!("cases.tsv"), Dialect::V3);
    check(include_str!("dialect5/cases.tsv"), Dialect::V5);
}

fn check(table: &str, dialect: Dialect) {
    let mut failures = Vec::new();
    let mut rows = 0;
    for line in table.lines().filter(|line| !line.starts_with("# ")) {
        let (input, expected) = line.split_once("\t=>\t").expect("input and output");
        let input: Vec<&str> = input.split('\t').collect();
        let (expanded, compressed) = expected.split_once('\t').unwrap_or((expected, expected));
        for (compress, expected) in [(false, expanded), (true, compressed)] {
            let found = evaluate(&input, rules(compress, dialect)).unwrap_or_else(|fault| {
                match fault.class {
                    FaultClass::Exception => {
                        // The message is that of less.php 5, which has a colon more.
                        let colon = if dialect == Dialect::V3 { "`: " } else { "` " };
                        format!("!{}", fault.message.replacen(colon, "` ", 1))
                    }
                    FaultClass::Error | FaultClass::Limit => format!("!!{}", fault.message),
                }
            });
            if found != expected {
                failures.push(format!("{line}\n   found {found} (compress {compress})"));
            }
            rows += 1;
        }
    }
    assert!(rows > 1000, "only {rows} rows were read");
    assert!(
        failures.is_empty(),
        "{} of {rows} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn default_follows_the_guard() {
    let urls = Urls::default();
    let ask = |default| {
        let context = Context {
            rules: Rules::default(),
            default,
            caller: "/entry/styles.less",
            addresses: addresses(&urls, Dialect::V3),
            read: &|_| None,
        };
        call("Default", &[], &context)
            .map(|value| value.map(|value| crate::value::css(&value, Rules::default())))
    };
    assert_eq!(ask(DefaultGuard::Unset), Ok(None));
    assert_eq!(ask(DefaultGuard::Is(true)), Ok(Some(Ok("true".to_owned()))));
    assert_eq!(
        ask(DefaultGuard::Forbidden("not here")),
        Err(Fault::exception("not here"))
    );
}

#[test]
fn every_function_is_found_by_its_name_only() {
    for dialect in [Dialect::V3, Dialect::V5] {
        let table = super::table(dialect);
        assert!(table.is_sorted_by_key(|builtin| builtin.name));
        for builtin in table {
            let name = builtin.name;
            for spelling in [name.to_owned(), name.to_ascii_uppercase()] {
                let found = super::find(&spelling, dialect);
                assert!(found.is_some_and(|found| std::ptr::eq(found, builtin)));
            }
            for other in [format!("{name}-"), format!("{name}\0"), format!("-{name}")] {
                assert!(!super::is_known(&other, dialect), "{other}");
            }
        }
        assert!(!super::is_known("", dialect));
    }
}
