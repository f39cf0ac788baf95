//! What earlier runs have derived: outputs by a key that says everything they are made from.

use scd_store::{Digest, Reader, Store, Writer};

use super::{Output, OutputContent};

/// The outputs that follow from `parts`, recalled where an earlier run has made them. `make` says whether they may be
/// remembered: not where there was something to complain about, which must be said again.
pub(super) fn outputs<E>(
    recipe: &str,
    parts: &Writer,
    store: &Store,
    make: impl FnOnce() -> Result<(Vec<Output>, bool), E>,
) -> Result<Vec<Output>, E> {
    if !store.is_on() {
        return make().map(|(outputs, _)| outputs);
    }
    let key = store.key(recipe, &[parts.as_bytes()]);
    if let Some(outputs) = recall(&key, store) {
        return Ok(outputs);
    }
    let (mut outputs, may_be_remembered) = make()?;
    if may_be_remembered {
        remember(&key, &mut outputs, store);
    }
    Ok(outputs)
}

fn recall(key: &Digest, store: &Store) -> Option<Vec<Output>> {
    let record = store.recall_blob(key)?;
    Reader::new(&record).list(|reader| {
        let path = reader.text()?.into();
        let digest = reader.digest()?;
        store.has(&digest).then_some(Output {
            path,
            content: OutputContent::Stored(digest),
            source: None,
        })
    })
}

fn remember(key: &Digest, outputs: &mut [Output], store: &Store) {
    let mut record = Writer::new();
    record.length(outputs.len());
    for output in outputs {
        let digest = match &output.content {
            OutputContent::Bytes(bytes) => {
                let (bytes, digest) = (bytes.clone(), Digest::of(bytes));
                store.remember_blob(&digest, bytes.clone());
                output.content = OutputContent::Remembered(bytes, digest);
                digest
            }
            OutputContent::Remembered(_, digest) | OutputContent::Stored(digest) => *digest,
            // Sources stand for themselves.
            OutputContent::Verbatim(_) => return,
        };
        record.text(&output.path).digest(&digest);
    }
    store.remember_blob(key, record.finish().into());
}
