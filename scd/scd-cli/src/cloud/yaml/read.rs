//! From the parser's events to nodes.

use std::collections::HashMap;

use anyhow::{Result, anyhow, bail};
use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::scalar::plain;
use super::{Entry, Node, Value};

/// Aliases may multiply a small file into a huge one; no project comes near.
const MOST_NODES: usize = 100_000;

/// Reads a document; an empty one is `null`. `name` is that of the file, for messages.
///
/// # Errors
/// Text that is not YAML, a key that occurs twice, tags other than `!php/const` and `!!str`, more than one document.
pub(crate) fn parse(name: &str, text: &str) -> Result<Node> {
    let mut reader = Reader {
        name,
        open: Vec::new(),
        anchors: HashMap::new(),
        document: None,
        node_count: 0,
    };
    // As in Symfony, a byte order mark is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            anyhow!(
                "cannot read `{name}`, line {}: {}",
                error.marker().line(),
                error.info()
            )
        })?;
        reader.take(event, span)?;
    }
    Ok(reader.document.unwrap_or(Node {
        value: Value::Null,
        line: 1,
    }))
}

/// An array whose end has not been seen.
struct Open {
    line: usize,
    anchor: usize,
    is_list: bool,
    entries: Vec<Entry>,
    /// The key that waits for its element: text, line, whether it is a constant, whether it may merge.
    key: Option<(String, usize, bool, bool)>,
}

struct Reader<'a> {
    name: &'a str,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    document: Option<Node>,
    node_count: usize,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        let line = span.start.line();
        match event {
            Event::DocumentStart(..) if self.document.is_some() => {
                bail!(
                    "cannot read `{}`, line {line}: a second document begins",
                    self.name
                )
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), line)
            }
            Event::SequenceStart(_, anchor, tag) => self.begin(true, anchor, tag.as_deref(), line),
            Event::MappingStart(_, anchor, tag) => self.begin(false, anchor, tag.as_deref(), line),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(array) = self.open.pop() else {
                    return Ok(());
                };
                let node = Node {
                    value: Value::Array(array.entries),
                    line: array.line,
                };
                self.finish(node, array.anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    bail!(
                        "cannot read `{}`, line {line}: the reference leads nowhere",
                        self.name
                    )
                };
                self.count(&node)?;
                self.finish(node, 0)
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        is_list: bool,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<()> {
        if let Some(tag) = tag {
            return Err(self.unknown_tag(tag, line));
        }
        self.expect_no_key(line)?;
        self.open.push(Open {
            line,
            anchor,
            is_list,
            entries: Vec::new(),
            key: None,
        });
        Ok(())
    }

    /// Refuses an array where the key of a map belongs.
    fn expect_no_key(&self, line: usize) -> Result<()> {
        match self.open.last() {
            Some(array) if !array.is_list && array.key.is_none() => {
                bail!(
                    "cannot read `{}`, line {line}: a key must be a text",
                    self.name
                )
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<()> {
        let is_plain = style == ScalarStyle::Plain;
        let is_constant = tag.is_some_and(|tag| tag.original().starts_with("!php/const"));
        if let Some(array) = self.open.last_mut()
            && !array.is_list
            && array.key.is_none()
        {
            array.key = Some((text.to_owned(), line, is_constant, is_plain && text == "<<"));
            return Ok(());
        }
        let value = match tag {
            None if is_plain => plain(text),
            None => Value::String(text.to_owned()),
            Some(_) if is_constant => Value::Constant(text.to_owned()),
            Some(tag) if tag.is_yaml_core_schema_tag("str") || tag.original() == "!str" => {
                Value::String(text.to_owned())
            }
            Some(tag) => return Err(self.unknown_tag(tag, line)),
        };
        self.finish(Node { value, line }, anchor)
    }

    fn unknown_tag(&self, tag: &Tag, line: usize) -> anyhow::Error {
        anyhow!(
            "cannot read `{}`, line {line}: the tag `{}` is not supported",
            self.name,
            tag.original()
        )
    }

    /// Puts a complete node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<()> {
        self.node_count += 1;
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let name = self.name;
        let Some(array) = self.open.last_mut() else {
            self.document = Some(node);
            return Ok(());
        };
        if array.is_list {
            array.entries.push(Entry {
                key: String::new(),
                line: node.line,
                is_constant: false,
                is_listed: true,
                node,
            });
            return Ok(());
        }
        let Some((key, line, is_constant, may_merge)) = array.key.take() else {
            bail!(
                "cannot read `{name}`, line {}: a key must be a text",
                node.line
            );
        };
        if may_merge {
            return merge(array, node, name);
        }
        // What a merge brought in gives way.
        let mut known = array.entries.iter().position(|entry| entry.key == key);
        if let Some(position) = known
            && array.entries[position].line == MERGED
        {
            array.entries.remove(position);
            known = None;
        }
        if known.is_some() {
            bail!("cannot read `{name}`, line {line}: the key `{key}` occurs twice");
        }
        array.entries.push(Entry {
            key,
            line,
            is_constant,
            is_listed: false,
            node,
        });
        Ok(())
    }

    /// Counts what an alias repeats.
    fn count(&mut self, node: &Node) -> Result<()> {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            self.node_count += 1;
            if self.node_count > MOST_NODES {
                bail!(
                    "cannot read `{}`: its references make it too large",
                    self.name
                );
            }
            if let Value::Array(entries) = &node.value {
                waiting.extend(entries.iter().map(|entry| &entry.node));
            }
        }
        Ok(())
    }
}

/// The line of entries that `<<` brought in; the file's own keys win over them.
const MERGED: usize = 0;

fn merge(array: &mut Open, node: Node, name: &str) -> Result<()> {
    let Value::Array(entries) = node.value else {
        bail!("cannot read `{name}`, line {}: `<<` needs a map", node.line);
    };
    for entry in entries {
        if entry.is_listed {
            merge(array, entry.node, name)?;
        } else if !array.entries.iter().any(|known| known.key == entry.key) {
            array.entries.push(Entry {
                line: MERGED,
                ..entry
            });
        }
    }
    Ok(())
}
