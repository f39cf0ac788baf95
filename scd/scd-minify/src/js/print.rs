//! Prints a syntax tree, with as little white space as possible or with one statement per line.

use swc_core::common::SourceMap;
use swc_core::common::comments::Comments;
use swc_core::common::sync::Lrc;
use swc_core::ecma::ast::EsVersion;
use swc_core::ecma::codegen::text_writer::{JsWriter, WriteJs, omit_trailing_semi};
use swc_core::ecma::codegen::{Config, Emitter, Node};

use super::parse::Parsed;
use super::phrases::{Phrases, keep_strings};

/// How the printed text looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// No white space but what separates tokens.
    Compact,
    /// A line per statement, no indentation.
    Lines,
}

/// Prints a script; `None` if the printer refuses a node, which it does for none that the parser makes.
pub(super) fn print(
    parsed: &Parsed,
    layout: Layout,
    phrases: Phrases,
    capacity: usize,
) -> Option<Vec<u8>> {
    let comments = parsed
        .comments
        .as_ref()
        .map(|comments| comments as &dyn Comments);
    match phrases {
        Phrases::Free => print_node(&parsed.script, comments, layout, capacity),
        Phrases::Kept => {
            let mut script = parsed.script.clone();
            keep_strings(&mut script);
            print_node(&script, comments, layout, capacity)
        }
    }
}

/// Prints any node.
pub(super) fn print_node<N: Node>(
    node: &N,
    comments: Option<&dyn Comments>,
    layout: Layout,
    capacity: usize,
) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(capacity);
    let compact = layout == Layout::Compact;
    // The printer wants a source map to exist but looks nothing up in it.
    let map: Lrc<SourceMap> = Lrc::default();
    let config = Config::default()
        .with_target(EsVersion::latest())
        .with_minify(compact)
        .with_reduce_escaped_newline(false);
    let mut writer = JsWriter::new(map.clone(), "\n", &mut bytes, None);
    writer.set_indent_str("");
    let printed = if compact {
        let writer = omit_trailing_semi(writer);
        Emitter {
            cfg: config,
            cm: map,
            comments,
            wr: writer,
        }
        .emit(node)
    } else {
        Emitter {
            cfg: config,
            cm: map,
            comments,
            wr: writer,
        }
        .emit(node)
    };
    printed.then(|| trimmed(bytes))
}

trait Emit<N> {
    fn emit(&mut self, node: &N) -> bool;
}

impl<W: WriteJs, N: Node> Emit<N> for Emitter<'_, W, SourceMap> {
    fn emit(&mut self, node: &N) -> bool {
        node.emit_with(self).is_ok()
    }
}

/// Without the final line break, except behind a hashbang, which needs it if text is appended.
fn trimmed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hashbang_only = bytes.starts_with(b"#!")
        && memchr::memchr(b'\n', &bytes).is_none_or(|line| line + 1 == bytes.len());
    while !hashbang_only && bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    bytes
}
