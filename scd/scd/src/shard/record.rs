//! What lies in a shard's tree beside its files: which share of what it is, and what it holds.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use scd_magento::IntegrityStorage;
use scd_store::{Digest, Reader, Record, Writer, digest_of};

use super::Shard;
use crate::context::Context;
use crate::error::Error;
use crate::options::ContentVersion;
use crate::plan::Plan;
use crate::publication::Shipped;
use crate::report::TargetKind;
use crate::warm::run_record::{Left, slot};

/// The record's file in a shard's tree.
const FILE_NAME: &str = "shard";

/// What a shard's tree says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShardRecord {
    /// What all shares of a deploy have in common.
    pub(crate) plan: Digest,
    pub(crate) shard: Shard,
    /// What `deployed_version.txt` is to say. The time is that of the merge.
    pub(crate) version: Version,
    /// Bits that the modes of files must not have.
    pub(crate) umask: u32,
    /// Whether there is a file with integrity hashes for each area.
    pub(crate) hashes_areas: bool,
    /// Its packages, and its directories of templates.
    pub(crate) left: [Left; 2],
}

/// What `deployed_version.txt` is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Text(String),
    OfContent,
    OfTime,
}

impl Version {
    /// What an option asks for.
    pub(crate) fn asked(option: &ContentVersion) -> Self {
        match option {
            ContentVersion::Text(text) => Self::Text(text.clone()),
            ContentVersion::OfContent => Self::OfContent,
            ContentVersion::OfTime(_) => Self::OfTime,
        }
    }

    /// For a person.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Text(text) => format!("`{text}`"),
            Self::OfContent => "`content`".to_owned(),
            Self::OfTime => "`timestamp`".to_owned(),
        }
    }
}

fn kind() -> Digest {
    Digest::of(b"scd shard 1")
}

fn path(tree: &Path) -> PathBuf {
    tree.join(FILE_NAME)
}

/// Writes the record of the tree that a run has made, where it is to be a shard's.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn keep(
    identity: Digest,
    plan: &Plan,
    shipped: &Shipped,
    context: &Context<'_>,
) -> Result<(), Error> {
    let options = context.options;
    let (Some(shard), Some(tree)) = (options.shard, &options.shard_directory) else {
        return Ok(());
    };
    let mut left = shipped.left.clone();
    // What the directory held before went as units without files; a package may have no files, too.
    let empty = digest_of(std::iter::empty());
    let own = plan.own_packages().map(|package| package.id.to_string());
    let own: FxHashSet<String> = own.collect();
    for kind in [TargetKind::Static, TargetKind::Templates] {
        let units = &mut left[slot(kind)].units;
        units.retain(|(name, digest)| {
            *digest != empty || kind == TargetKind::Static && own.contains(name)
        });
    }
    let record = ShardRecord {
        plan: identity,
        shard,
        version: Version::asked(&options.content_version),
        umask: context.project.umask(),
        hashes_areas: context.project.integrity() == Some(IntegrityStorage::Area),
        left,
    };
    record.save(tree)
}

impl ShardRecord {
    /// Reads the record of a tree.
    ///
    /// # Errors
    /// A refusal where there is none, or where it is damaged.
    pub(crate) fn load(tree: &Path) -> Result<Self, Error> {
        let record = Record::load(&path(tree), &kind());
        let read = record.and_then(|record| Self::read(&mut Reader::new(record.payload())));
        read.ok_or_else(|| {
            Error::refused(
                format!("`{}` is no shard's tree: its file `{FILE_NAME}` is missing or damaged", tree.display()),
                "name the directories that `scd deploy --shard I/N --shard-to DIR` has written, each with all that is in it",
            )
        })
    }

    /// Writes the record of a tree.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(&self, tree: &Path) -> Result<(), Error> {
        let mut writer = Writer::new();
        writer.digest(&self.plan);
        writer
            .number(self.shard.number().into())
            .number(self.shard.count().into());
        match &self.version {
            Version::Text(text) => writer.number(0).text(text),
            Version::OfContent => writer.number(1),
            Version::OfTime => writer.number(2),
        };
        writer.number(self.umask.into()).flag(self.hashes_areas);
        for left in &self.left {
            for named in [&left.units, &left.loose] {
                writer.list(named, |writer, (name, digest)| {
                    writer.text(name).digest(digest);
                });
            }
        }
        Ok(Record::save(&path(tree), &kind(), &writer.finish())?)
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let plan = reader.digest()?;
        let number = u32::try_from(reader.number()?).ok()?;
        let shard = Shard::new(number, u32::try_from(reader.number()?).ok()?)?;
        let version = match reader.number()? {
            0 => Version::Text(reader.text()?.to_owned()),
            1 => Version::OfContent,
            2 => Version::OfTime,
            _ => return None,
        };
        let umask = u32::try_from(reader.number()?).ok()?;
        let hashes_areas = reader.flag()?;
        let mut named =
            || reader.list(|reader| Some((reader.text()?.to_owned(), reader.digest()?)));
        let mut left = || {
            Some(Left {
                units: named()?,
                loose: named()?,
            })
        };
        let left = [left()?, left()?];
        reader.is_at_end().then_some(Self {
            plan,
            shard,
            version,
            umask,
            hashes_areas,
            left,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_kept_and_damage_is_seen() {
        let scratch = tempfile::tempdir().unwrap();
        let left = Left {
            units: vec![("a/b".to_owned(), Digest::of(b"1"))],
            loose: vec![("a/x.json".to_owned(), Digest::of(b"2"))],
        };
        for version in [
            Version::Text("1.2".to_owned()),
            Version::OfContent,
            Version::OfTime,
        ] {
            let record = ShardRecord {
                plan: Digest::of(b"plan"),
                shard: Shard::new(2, 3).unwrap(),
                version,
                umask: 0o002,
                hashes_areas: true,
                left: [left.clone(), Left::default()],
            };
            record.save(scratch.path()).unwrap();
            assert_eq!(ShardRecord::load(scratch.path()).unwrap(), record);
        }
        let path = path(scratch.path());
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let error = ShardRecord::load(scratch.path()).unwrap_err();
        assert!(
            error.to_string().contains("is missing or damaged"),
            "{error}"
        );
    }
}
