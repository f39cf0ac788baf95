//! Printing blocks in dialect 5: statements stay in order, but for `@charset` and imports, which go to the front.

use super::print::Printer;
use super::{Block, Node};
use crate::eval::Outcome;
use crate::value::Value;

impl<'a> Printer<'_, 'a> {
    /// A ruleset, or the content of one that prints without selectors.
    pub(super) fn ordered(&mut self, block: &Block<'a>) -> Outcome<()> {
        self.compiler.check_text(self.out.len())?;
        let (rule_level, _) = self.block_head(block);
        let nodes = in_order(&block.rules);
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.is_last = true;
            }
            let is_last = self.is_last;
            if has_content(node) {
                self.is_last = false;
            }
            self.ordered_node(node)?;
            self.is_last = is_last;
            // An empty inline import is something: less.php has no text for it, not an empty one.
            let is_nothing = matches!(
                node,
                Node::Value(value) if matches!(&**value, Value::Anonymous(text) if text.is_empty())
            );
            if !is_last && !is_nothing {
                self.line(rule_level);
            } else {
                self.is_last = false;
            }
        }
        self.block_end(block);
        if !self.compress && block.is_first {
            self.out.push('\n');
        }
        Ok(())
    }

    fn ordered_node(&mut self, node: &Node<'a>) -> Outcome<()> {
        match node {
            Node::Block(block) => self.ordered(block),
            Node::Media(media) => {
                self.mark(Some(media.place));
                self.media_head(&media.features);
                self.content(&media.nested)
            }
            Node::AtRule(rule) => {
                self.mark(Some(rule.place));
                self.at_rule_head(rule.name, rule.value.as_ref());
                match &rule.nested {
                    Some(nested) => self.content(nested),
                    None => {
                        self.out.push(';');
                        Ok(())
                    }
                }
            }
            Node::Comment(comment, file) => {
                self.mark(Some((*file, comment.offset)));
                self.out.push_str(&comment.text);
                Ok(())
            }
            other => {
                let closed = !(self.is_last && self.compress);
                self.declaration(other, closed)
            }
        }
    }

    /// What stands between the braces of an at-rule.
    fn content(&mut self, nodes: &[Node<'a>]) -> Outcome<()> {
        self.open();
        for node in nodes {
            self.line(self.level);
            self.ordered_node(node)?;
        }
        self.close();
        Ok(())
    }
}

/// The statements of a block as they are printed.
fn in_order<'n, 'a>(rules: &'n [Node<'a>]) -> Vec<&'n Node<'a>> {
    let mut nodes: Vec<&Node<'a>> = Vec::with_capacity(rules.len());
    let (mut charsets, mut imports) = (0, 0);
    for (index, node) in rules.iter().enumerate() {
        match node {
            Node::Comment(..) => {
                // Only comments before everything else keep their place before imports.
                if imports == index {
                    imports += 1;
                }
                nodes.push(node);
            }
            Node::AtRule(rule) if rule.name == "@charset" => {
                nodes.insert(charsets.min(nodes.len()), node);
                charsets += 1;
                imports += 1;
            }
            Node::Import(..) => {
                nodes.insert(imports.min(nodes.len()), node);
                imports += 1;
            }
            _ => nodes.push(node),
        }
    }
    nodes
}

/// Whether a statement is a block, or may be one as far as less.php knows.
fn has_content(node: &Node<'_>) -> bool {
    match node {
        Node::Block(_) | Node::Media(_) | Node::Inline(_) => true,
        Node::AtRule(rule) => rule.nested.is_some() || rule.name != "@charset",
        _ => false,
    }
}
