//! Numbers, unicode ranges, names of variables and properties, and the ends of declarations.

use super::Steps;
use crate::ast::{Expr, NameId, NamePart, PropertyName, Variable};
use crate::options::Dialect;
use crate::parse::scan::{decimal_length, important_length, is_space, is_word, run};
use crate::value::Text;

/// A number whose unit is made of `is_unit`, or `%`.
pub(in crate::parse) fn number<'s>(
    parser: &mut impl Steps<'s>,
    is_unit: impl Fn(u8) -> bool,
) -> Option<Expr> {
    let rest = parser.rest();
    let sign = match rest.first()? {
        b'0'..=b'9' | b'.' => 0,
        b'+' | b'-' => 1,
        _ => return None,
    };
    let end = sign + decimal_length(&rest[sign..]);
    if end == sign {
        return None;
    }
    let text = std::str::from_utf8(&rest[..end]).ok()?;
    let value = text.strip_prefix('+').unwrap_or(text).parse().ok()?;
    let length = match rest.get(end) {
        Some(b'%') => 1,
        _ => run(&rest[end..], is_unit),
    };
    let start = parser.position() + end;
    let unit = (length > 0).then(|| parser.word(start, start + length));
    parser.skip(end + length);
    Some(Expr::Number { value, unit })
}

/// `U+26`, `U+0-7F`, `U+4??`
pub(in crate::parse) fn unicode_range<'s>(parser: &mut impl Steps<'s>) -> Option<Expr> {
    let rest = parser.rest().strip_prefix(b"U+")?;
    let is_digit = |byte: u8| byte.is_ascii_hexdigit() || byte == b'?';
    let mut length = run(rest, is_digit);
    if length == 0 {
        return None;
    }
    if rest.get(length) == Some(&b'-') {
        let second = run(&rest[length + 1..], is_digit);
        if second > 0 {
            length += 1 + second;
        }
    }
    Some(Expr::Unicode(parser.take(2 + length)))
}

/// `@name`, or `@@name`, which is indirect.
pub(in crate::parse) fn variable<'s>(parser: &mut impl Steps<'s>) -> Option<Variable> {
    let rest = parser.rest();
    if rest.first() != Some(&b'@') {
        return None;
    }
    let signs = 1 + usize::from(rest.get(1) == Some(&b'@'));
    let word = run(&rest[signs..], is_word);
    if word == 0 {
        return None;
    }
    let start = parser.position();
    let name = parser.name_at(start + signs - 1, start + signs + word);
    parser.skip(signs + word);
    Some(Variable {
        name,
        indirect: signs == 2,
        offset: start as u32,
    })
}

/// The name, its sign included, in `@{name}`, or in `${name}` with the other sign.
pub(in crate::parse) fn curly_name<'s>(parser: &mut impl Steps<'s>, sign: u8) -> Option<NameId> {
    let name = parser.rest().strip_prefix(&[sign, b'{'])?;
    let word = run(name, is_word);
    if word == 0 || name.get(word) != Some(&b'}') {
        return None;
    }
    let start = parser.position() + 2;
    let text = format!("{}{}", char::from(sign), parser.slice(start, start + word));
    parser.skip(word + 3);
    Some(parser.name(&text))
}

/// `@{name}` as a use of the variable.
pub(in crate::parse) fn curly_variable<'s>(parser: &mut impl Steps<'s>) -> Option<Variable> {
    let offset = parser.position() as u32;
    let name = curly_name(parser, b'@')?;
    Some(Variable {
        name,
        indirect: false,
        offset,
    })
}

/// `@name:` or `name:`, the name of a declaration in which nothing is interpolated.
pub(in crate::parse) fn declared_name<'s>(parser: &mut impl Steps<'s>) -> Option<PropertyName> {
    let rest = parser.rest();
    let sign = usize::from(rest.first() == Some(&b'@'));
    let end = sign + run(&rest[sign..], is_word);
    let colon = end + run(&rest[end..], is_space);
    if end == sign || rest.get(colon) != Some(&b':') {
        return None;
    }
    let start = parser.position();
    let name = if sign == 1 {
        PropertyName::Variable(parser.name_at(start, start + end))
    } else {
        PropertyName::Plain(parser.word(start, start + end))
    };
    parser.skip(colon + 1);
    Some(name)
}

/// The `word` of `word=`. Without the sign behind it, it stays eaten.
pub(in crate::parse) fn assignment_key<'s, P: Steps<'s>>(parser: &mut P) -> Option<Text> {
    let rest = parser.rest();
    let word = run(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let blank = usize::from(rest.get(word).copied().is_some_and(is_space));
    if word == 0 || rest.get(word + blank) != Some(&b'=') {
        return None;
    }
    let key = parser.take(word);
    (!is_nothing(P::DIALECT, &key) && parser.eat(b'=')).then_some(key)
}

/// Whether a text counts as none: so does "0" to PHP, which matters in dialect 5.
pub(in crate::parse) fn is_nothing(dialect: Dialect, text: &str) -> bool {
    text.is_empty() || (dialect == Dialect::V5 && text == "0")
}

/// The name that these pieces make.
pub(in crate::parse) fn name_of(parts: Vec<NamePart>) -> PropertyName {
    match &parts[..] {
        [NamePart::Text(text)] => PropertyName::Plain(Text::clone(text)),
        _ => PropertyName::Parts(parts),
    }
}

/// `!important`, blanks allowed behind the sign.
pub(in crate::parse) fn important<'s>(parser: &mut impl Steps<'s>) -> bool {
    if parser.peek() != b'!' {
        return false;
    }
    let length = important_length(parser.rest());
    if length > 0 {
        parser.skip(length);
    }
    length > 0
}

/// `;`, eaten, or a `}` ahead.
pub(in crate::parse) fn end_of_declaration<'s>(parser: &mut impl Steps<'s>) -> bool {
    parser.eat(b';') || parser.peek() == b'}'
}
