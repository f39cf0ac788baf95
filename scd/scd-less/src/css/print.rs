//! Printing the tidied tree, expanded or compressed.

use super::path::print_path;
use super::{Block, Node};
use crate::eval::node::DeclarationName;
use crate::eval::{Compiler, Outcome};
use crate::options::Dialect;
use crate::value::{self, Rules, Text};

/// The whole stylesheet.
pub(super) fn print<'a>(compiler: &Compiler<'a>, root: &Block<'a>) -> Outcome<String> {
    let compress = compiler.options.compress;
    let mut printer = Printer {
        compiler,
        compress,
        level: 0,
        is_last: false,
        out: String::new(),
    };
    match compiler.options.dialect {
        Dialect::V3 => printer.block(root)?,
        Dialect::V5 => printer.ordered(root)?,
    }
    if compress {
        return Ok(printer.out.trim_matches(is_space).to_owned());
    }
    Ok(printer.out)
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{B}' | '\u{C}')
}

pub(super) struct Printer<'c, 'a> {
    pub(super) compiler: &'c Compiler<'a>,
    pub(super) compress: bool,
    pub(super) level: usize,
    /// Dialect 5: whether the statement being printed ends its block.
    pub(super) is_last: bool,
    pub(super) out: String,
}

impl<'a> Printer<'_, 'a> {
    /// A new line at a depth; nothing if compressed.
    pub(super) fn line(&mut self, level: usize) {
        if !self.compress {
            self.out.push('\n');
            for _ in 0..level {
                self.out.push_str("  ");
            }
        }
    }

    fn block(&mut self, block: &Block<'a>) -> Outcome<()> {
        self.compiler.check_text(self.out.len())?;
        if !block.is_root {
            self.level += 1;
        }
        let rule_level = self.level;
        let set_level = self.level.saturating_sub(1);
        let is_block = |node: &&Node<'a>| match node {
            Node::Block(inner) => !inner.rules.is_empty(),
            Node::Media { .. } | Node::AtRule { .. } => true,
            Node::Comment(..) => block.is_root,
            _ => false,
        };
        if !block.is_root {
            for (index, path) in block.paths.iter().enumerate() {
                if index > 0 {
                    self.out.push(',');
                    self.line(set_level);
                }
                print_path(path, self.compress, &mut self.out);
            }
            self.out.push_str(if self.compress { "{" } else { " {" });
            self.line(rule_level);
        }
        let rule_count = block.rules.iter().filter(|node| !is_block(node)).count();
        let has_blocks = rule_count < block.rules.len();
        let ends_plainly = !block.is_root || !has_blocks || block.is_first;
        for (index, node) in block
            .rules
            .iter()
            .filter(|node| !is_block(node))
            .enumerate()
        {
            let is_last = index + 1 == rule_count && ends_plainly;
            print_declaration(
                node,
                !(is_last && self.compress),
                self.compiler.options.into(),
                &mut self.out,
            )?;
            if !is_last {
                self.line(rule_level);
            }
        }
        if !block.is_root {
            self.line(set_level);
            self.out.push('}');
            self.level -= 1;
        }
        let space = if block.is_root { rule_level } else { set_level };
        for (index, node) in block.rules.iter().filter(is_block).enumerate() {
            if index > 0 || rule_count > 0 {
                self.line(space);
            }
            self.nested(node)?;
        }
        if !self.compress && block.is_first {
            self.out.push('\n');
        }
        Ok(())
    }

    fn nested(&mut self, node: &Node<'a>) -> Outcome<()> {
        match node {
            Node::Block(block) => self.block(block)?,
            Node::Media {
                features, nested, ..
            } => {
                self.media_head(features);
                self.open();
                for node in nested {
                    self.line(self.level);
                    self.nested(node)?;
                }
                self.close();
            }
            Node::AtRule {
                name, value, block, ..
            } => {
                self.at_rule_head(name, value.as_ref());
                match block {
                    Some(block) => {
                        self.open();
                        self.line(self.level);
                        self.block(block)?;
                        self.close();
                    }
                    None => self.out.push(';'),
                }
            }
            other => print_declaration(other, true, self.compiler.options.into(), &mut self.out)?,
        }
        Ok(())
    }

    pub(super) fn media_head(&mut self, features: &[Text]) {
        self.out.push_str("@media ");
        let glue = if self.compress { "," } else { ", " };
        for (index, feature) in features.iter().enumerate() {
            if index > 0 {
                self.out.push_str(glue);
            }
            self.out.push_str(feature);
        }
    }

    pub(super) fn at_rule_head(&mut self, name: &str, value: Option<&Text>) {
        self.out.push_str(name);
        if let Some(value) = value {
            self.out.push(' ');
            self.out.push_str(value);
        }
    }

    fn open(&mut self) {
        self.level += 1;
        self.out.push_str(if self.compress { "{" } else { " {" });
    }

    fn close(&mut self) {
        self.level -= 1;
        self.line(self.level);
        self.out.push('}');
    }
}

/// Prints a statement without a block; `closed` adds the `;` of declarations.
pub(super) fn print_declaration(
    node: &Node<'_>,
    closed: bool,
    rules: Rules,
    out: &mut String,
) -> Outcome<()> {
    let colon = if rules.compress { ":" } else { ": " };
    match node {
        Node::Declaration(declaration) => {
            let DeclarationName::Property(name) = &declaration.name else {
                return Ok(());
            };
            out.push_str(name);
            out.push_str(colon);
            value::to_css(&declaration.value, rules, out).map_err(|fault| {
                Box::<crate::eval::Problem>::from(fault).or_at(declaration.file, declaration.offset)
            })?;
            if declaration.important {
                out.push_str(" !important");
            }
            if closed {
                out.push(';');
            }
        }
        Node::Simple {
            pair, important, ..
        } => {
            out.push_str(&pair.name);
            out.push_str(colon);
            out.push_str(&pair.value);
            if *important {
                out.push_str(" !important");
            }
            if closed {
                out.push(';');
            }
        }
        Node::Comment(comment, _) => {
            out.push_str(
                comment
                    .text
                    .trim_matches([' ', '\t', '\n', '\r', '\0', '\u{B}']),
            );
        }
        Node::Import(text, _) => {
            out.push_str("@import ");
            out.push_str(text);
            out.push(';');
        }
        Node::Inline(inline) => out.push_str(&inline.text),
        Node::Value(value) => value::to_css(value, rules, out)?,
        Node::Block(_) | Node::Media { .. } | Node::AtRule { .. } | Node::Extend(_) => {}
    }
    Ok(())
}
