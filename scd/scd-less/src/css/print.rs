//! Printing the tidied tree, expanded or compressed.

use super::path::print_path;
use super::{Block, Node, Path};
use crate::eval::node::{DeclarationName, Place};
use crate::eval::{Compiler, Outcome, Problem};
use crate::options::Dialect;
use crate::source_map::Mark;
use crate::value::{self, Rules, Text};

/// What printing yields.
pub(super) struct Printed {
    pub(super) css: String,
    /// How many bytes were cut from the front; the marks count them.
    pub(super) trimmed: usize,
    /// Where the CSS comes from, if that is asked for.
    pub(super) marks: Option<Vec<Mark>>,
    /// Why declarations could not be printed.
    pub(super) problems: Vec<Problem>,
}

/// The whole stylesheet.
pub(super) fn print<'a>(compiler: &Compiler<'a>, root: &Block<'a>) -> Outcome<Printed> {
    let compress = compiler.options.compress;
    let mut printer = Printer {
        compiler,
        compress,
        level: 0,
        is_last: false,
        out: String::new(),
        marks: compiler.options.source_map.then(Vec::new),
        problems: Vec::new(),
    };
    match compiler.options.dialect {
        Dialect::V3 => printer.block(root)?,
        Dialect::V5 => printer.ordered(root)?,
    }
    let mut printed = Printed {
        css: printer.out,
        trimmed: 0,
        marks: printer.marks,
        problems: printer.problems,
    };
    if compress {
        let end = printed.css.trim_end_matches(is_space);
        let css = end.trim_start_matches(is_space);
        printed.trimmed = end.len() - css.len();
        printed.css = css.to_owned();
    }
    Ok(printed)
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
    marks: Option<Vec<Mark>>,
    problems: Vec<Problem>,
}

impl<'a> Printer<'_, 'a> {
    /// Notes where what is printed next comes from.
    pub(super) fn mark(&mut self, place: Option<Place>) {
        self.mark_at(0, place);
    }

    /// Notes where what is printed `distance` bytes further comes from.
    fn mark_at(&mut self, distance: usize, place: Option<Place>) {
        if let Some(marks) = &mut self.marks {
            marks.push(Mark {
                at: self.out.len() + distance,
                from: place.map(|(file, offset)| (file.0, offset)),
            });
        }
    }

    /// One complete selector.
    pub(super) fn path(&mut self, path: &Path<'a>) {
        if self.marks.is_some() {
            self.mark(path.iter().rev().find_map(|selector| selector.place));
        }
        print_path(path, self.compress, &mut self.out);
    }

    /// A statement without a block. One that cannot be printed is noted and left out.
    pub(super) fn declaration(&mut self, node: &Node<'a>, closed: bool) -> Outcome<()> {
        if self.marks.is_some() {
            self.mark_declaration(node);
        }
        let before = self.out.len();
        let printed = print_declaration(node, closed, self.compiler.options.into(), &mut self.out);
        match printed {
            Err(problem) if !problem.is_limit() => {
                self.out.truncate(before);
                self.problems.push(*problem);
                Ok(())
            }
            printed => printed,
        }
    }

    fn mark_declaration(&mut self, node: &Node<'a>) {
        let colon = if self.compress { 1 } else { 2 };
        match node {
            Node::Declaration(declaration) => {
                let file = declaration.file;
                self.mark(Some((file, declaration.offset)));
                if let DeclarationName::Property(name) = &declaration.name {
                    self.mark_at(name.len() + colon, Some((file, declaration.value_offset)));
                }
            }
            Node::Simple { pair, file, .. } => {
                self.mark(Some((*file, pair.offset)));
                self.mark_at(pair.name.len() + colon, Some((*file, pair.value_offset)));
            }
            Node::Comment(comment, file) => self.mark(Some((*file, comment.offset))),
            Node::Import(_, place) => self.mark(Some(*place)),
            _ => self.mark(None),
        }
    }

    /// A new line at a depth; nothing if compressed.
    pub(super) fn line(&mut self, level: usize) {
        if !self.compress {
            self.out.push('\n');
            for _ in 0..level {
                self.out.push_str("  ");
            }
        }
    }

    /// The selectors and the brace of a block that has some. The depths of its statements and of its end.
    pub(super) fn block_head(&mut self, block: &Block<'a>) -> (usize, usize) {
        if block.is_root {
            return (self.level, self.level.saturating_sub(1));
        }
        let set_level = self.level;
        for (index, path) in block.paths.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
                self.line(set_level);
            }
            self.path(path);
        }
        self.open();
        self.line(self.level);
        (self.level, set_level)
    }

    /// The end of a block with selectors.
    pub(super) fn block_end(&mut self, block: &Block<'a>) {
        if !block.is_root {
            self.close();
        }
    }

    fn block(&mut self, block: &Block<'a>) -> Outcome<()> {
        self.compiler.check_text(self.out.len())?;
        let (rule_level, set_level) = self.block_head(block);
        let is_block = |node: &&Node<'a>| match node {
            Node::Block(inner) => !inner.rules.is_empty(),
            Node::Media(_) | Node::AtRule(_) => true,
            Node::Comment(..) => block.is_root,
            _ => false,
        };
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
            self.declaration(node, !(is_last && self.compress))?;
            if !is_last {
                self.line(rule_level);
            }
        }
        self.block_end(block);
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
            Node::Media(media) => {
                self.mark(Some(media.place));
                self.media_head(&media.features);
                self.open();
                for node in &media.nested {
                    self.line(self.level);
                    self.nested(node)?;
                }
                self.close();
            }
            Node::AtRule(rule) => {
                self.mark(Some(rule.place));
                self.at_rule_head(rule.name, rule.value.as_ref());
                match &rule.block {
                    Some(block) => {
                        self.open();
                        self.line(self.level);
                        self.block(block)?;
                        self.close();
                    }
                    None => self.out.push(';'),
                }
            }
            other => self.declaration(other, true)?,
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

    pub(super) fn open(&mut self) {
        self.level += 1;
        self.out.push_str(if self.compress { "{" } else { " {" });
    }

    pub(super) fn close(&mut self) {
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
        Node::Block(_) | Node::Media(_) | Node::AtRule(_) | Node::Extend(_) => {}
    }
    Ok(())
}
