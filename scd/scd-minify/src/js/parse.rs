//! Reads JavaScript as what Magento's files are: sloppy scripts, never modules.

use memchr::memmem;
use swc_core::common::comments::{CommentKind, SingleThreadedComments};
use swc_core::common::input::StringInput;
use swc_core::common::{BytePos, Spanned};
use swc_core::ecma::ast::{EsVersion, Script};
use swc_core::ecma::parser::error::Error;
use swc_core::ecma::parser::{EsSyntax, Lexer, Parser, Syntax};

use super::depth::refuse_deep;
use crate::MinifyError;

const HINT: &str = "publish the file as it is, or correct it";

/// A parsed script and the comments that stay.
#[derive(Clone)]
pub(super) struct Parsed {
    pub(super) script: Script,
    /// Only `/*! … */`; absent if the source has none.
    pub(super) comments: Option<SingleThreadedComments>,
}

/// The source as text, which a script must be.
pub(super) fn text(source: &[u8]) -> Result<&str, MinifyError> {
    std::str::from_utf8(source).map_err(|error| MinifyError {
        offset: error.valid_up_to(),
        message: "expected UTF-8, found another encoding".to_owned(),
        hint: Some("save the file as UTF-8".to_owned()),
    })
}

/// Parses a script; an error that the parser could recover from is an error.
pub(super) fn parse(source: &str) -> Result<Parsed, MinifyError> {
    refuse_deep(source)?;
    let keeps_comments = memmem::find(source.as_bytes(), b"/*!").is_some();
    let comments = keeps_comments.then(SingleThreadedComments::default);
    let script = script(source, comments.as_ref())?;
    let comments = comments.map(only_important);
    Ok(Parsed { script, comments })
}

fn script(source: &str, comments: Option<&SingleThreadedComments>) -> Result<Script, MinifyError> {
    // Positions of the parser begin at 1; 0 means none.
    let end = u32::try_from(source.len())
        .ok()
        .and_then(|length| length.checked_add(1));
    let end = end.ok_or_else(|| MinifyError {
        offset: 0,
        message: "expected a script of less than 4 GB".to_owned(),
        hint: Some(HINT.to_owned()),
    })?;
    let lexer = Lexer::new(
        Syntax::Es(EsSyntax::default()),
        EsVersion::latest(),
        StringInput::new(source, BytePos(1), BytePos(end)),
        comments.map(|comments| comments as _),
    );
    let mut parser = Parser::new_from(lexer);
    let script = parser.parse_script().map_err(|error| refusal(&error))?;
    match parser.take_errors().first() {
        Some(error) => Err(refusal(error)),
        None => Ok(script),
    }
}

fn refusal(error: &Error) -> MinifyError {
    let message = error.kind().msg();
    let message = message.trim_end_matches('.');
    let mut letters = message.chars();
    let message = letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    });
    MinifyError {
        offset: offset(error.span().lo),
        message,
        hint: Some(HINT.to_owned()),
    }
}

/// The byte offset of a parser position.
pub(super) fn offset(position: BytePos) -> usize {
    (position.0 as usize).saturating_sub(1)
}

/// The comments that begin with an exclamation mark, where they were.
fn only_important(all: SingleThreadedComments) -> SingleThreadedComments {
    let (leading, trailing) = all.take_all();
    for map in [&leading, &trailing] {
        map.borrow_mut().retain(|_, comments| {
            comments.retain(|it| it.kind == CommentKind::Block && it.text.starts_with('!'));
            !comments.is_empty()
        });
    }
    SingleThreadedComments::from_leading_and_trailing(leading, trailing)
}
