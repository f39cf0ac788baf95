//! Replacing names in strings and, in dialect 5, in permissive values.

use super::Compiler;
use super::node::{Env, FileId};
use super::problem::Outcome;
use crate::value::{Text, Value};

/// How names stand in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Braces {
    /// `@{name}` and `${name}`, as in strings.
    With,
    /// `@name` and `$name`, as in permissive values.
    Without,
}

impl<'a> Compiler<'a> {
    /// Dialect 5: replaces variables, then properties, each until nothing changes any more.
    #[inline(never)]
    pub(super) fn replace_names(
        &mut self,
        text: &str,
        braces: Braces,
        (file, offset): (FileId, u32),
        env: &mut Env<'a>,
    ) -> Outcome<Text> {
        let mut result = text.to_owned();
        for sign in ['@', '$'] {
            loop {
                let written = result.clone();
                for (pattern, name) in names(&written, sign, braces) {
                    let symbol = self.symbols.intern(&format!("{sign}{name}"));
                    let value = self.deeper(1, |compiler| {
                        if sign == '@' {
                            compiler.variable_value(symbol, file, offset, env)
                        } else {
                            compiler.property_value(symbol, file, offset, env)
                        }
                    })?;
                    self.put_in(&mut result, pattern, value)?;
                }
                if result == written {
                    break;
                }
            }
        }
        Ok(Text::from(result))
    }

    /// Puts a value, strings without their quotes, wherever a pattern stands in a text.
    pub(super) fn put_in(&mut self, text: &mut String, pattern: &str, value: Value) -> Outcome<()> {
        let replacement = match value {
            Value::Quoted(quoted) => quoted.text,
            other => Text::from(self.css(&other)?),
        };
        let places = text.matches(pattern).count();
        self.grow_text(places * replacement.len())?;
        *text = text.replace(pattern, &replacement);
        Ok(())
    }
}

/// The uses of names in a text: what stands there, and the name in it.
fn names(text: &str, sign: char, braces: Braces) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(sign).map(|place| at + place) {
        let begin = match braces {
            Braces::With if text[start + 1..].starts_with('{') => start + 2,
            Braces::Without => start + 1,
            Braces::With => {
                at = start + 1;
                continue;
            }
        };
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = text.as_bytes()[begin..]
            .iter()
            .take_while(|byte| is_name(byte))
            .count();
        let mut end = begin + length;
        let mut is_use = length > 0;
        if braces == Braces::With {
            is_use &= text[end..].starts_with('}');
            end += 1;
        }
        if is_use {
            found.push((&text[start..end], &text[begin..begin + length]));
            at = end;
        } else {
            at = start + 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_with_and_without_braces() {
        let braced = names("a@{b}@{c-1}${d}@{e", '@', Braces::With);
        assert_eq!(braced, [("@{b}", "b"), ("@{c-1}", "c-1")]);
        let loose = names("x@a-b @ab @", '@', Braces::Without);
        assert_eq!(loose, [("@a-b", "a-b"), ("@ab", "ab")]);
    }
}
