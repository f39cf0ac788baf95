//! Compressed files: each is judged by the file beside it, in its own tree, because that is what web servers take it for.

use std::collections::BTreeSet;
use std::path::Path;

use super::{FileComparison, Verdict, read};
use crate::compress::codec::Format;
use crate::error::Error;

/// Takes the compressed files that have their file beside them out of a list.
pub(super) fn split(files: BTreeSet<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    let is_compressed =
        |name: &String| Format::of_name(name).is_some_and(|(_, file)| files.contains(file));
    files.iter().cloned().partition(is_compressed)
}

/// Compares a compressed file that at least one tree has.
pub(super) fn compare(
    name: &str,
    checked: Option<&Path>,
    reference: Option<&Path>,
) -> Result<FileComparison, Error> {
    let sizes = |tree: Option<&Path>| tree.map(|tree| judge(tree, name)).transpose();
    let (ours, theirs) = (sizes(checked)?, sizes(reference)?);
    let is_wrong = |judged: &Option<(u64, bool)>| judged.is_some_and(|(_, holds)| !holds);
    let size = |judged: Option<(u64, bool)>| judged.map_or(0, |(size, _)| size);
    let verdict = if is_wrong(&ours) || is_wrong(&theirs) {
        let tree = if is_wrong(&ours) {
            ""
        } else {
            "in the reference, "
        };
        Verdict::Different(format!(
            "{tree}it does not hold what the file of the same name without the suffix holds; web servers may send it instead"
        ))
    } else {
        // Whether one tree has it or both: it says what its file says, and that is compared.
        Verdict::SameMeaning
    };
    Ok(FileComparison {
        path: name.to_owned(),
        verdict,
        file_count: 1,
        bytes: size(ours),
        reference_bytes: size(theirs),
    })
}

/// The size of a compressed file, and whether it holds what the file beside it holds.
fn judge(tree: &Path, name: &str) -> Result<(u64, bool), Error> {
    let compressed = read(tree, name)?;
    let holds = match Format::of_name(name) {
        Some((format, file)) => format.holds(&compressed, &read(tree, file)?),
        None => false,
    };
    Ok((compressed.len() as u64, holds))
}
