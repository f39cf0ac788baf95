//! Targets that hold already what is to be published: a run that changes templates alone leaves the packages as they are, and
//! the other way round.

use rayon::prelude::*;
use scd_store::{Content, Digest, Finder, Ledger, Link, Placement, TargetTree};

use crate::options::{Cache, Options};

/// Whether a target holds everything that a tree brings, with nothing changed or added since it was left. Digests that are
/// cheap to know are entered into the tree.
pub(super) fn is_there(
    tree: &mut TargetTree,
    ledger: &Ledger,
    spare: Option<&Ledger>,
    options: &Options,
) -> bool {
    // Hard links are made where files are placed, and an exclusive run tidies up around them.
    if options.cache == Cache::Off || options.exclusive || options.link == Link::Hardlink {
        return false;
    }
    let TargetTree {
        target,
        units,
        placements,
        loose,
        keep_versions,
    } = tree;
    let keeps = *keep_versions > 0;
    let held = units.iter().filter_map(|name| ledger.units.get(name));
    let count: usize = held.clone().map(|unit| unit.outputs().count()).sum();
    let is_same = |finder: &mut Finder<'_>, placement: &mut Placement| {
        let known = finder.find(&placement.path).filter(|entry| entry.kept == 0);
        know_digest(placement)
            .is_some_and(|digest| known.is_some_and(|known| known.digest == digest))
    };
    let is_as_left = |placement: &Placement| {
        let mut files = ledger
            .loose
            .iter()
            .filter(|file| file.path == placement.path);
        files.any(|file| file.is_as_left(target))
    };
    // Paths are placed once each, so as many files with equal digests are the same files.
    count == placements.len()
        && placements
            .par_iter_mut()
            .with_min_len(64)
            .map_init(|| ledger.finder(), is_same)
            .all(|is_same| is_same)
        && loose
            .iter_mut()
            .all(|placement| is_same(&mut ledger.finder(), placement))
        && units
            .iter()
            .all(|name| ledger.units.contains_key(name) || !target.join(name).exists())
        && loose.iter().all(is_as_left)
        && held
            .clone()
            .all(|unit| keeps || unit.files.iter().all(|file| file.kept == 0))
        && held
            .clone()
            .all(|unit| unit.is_as_left_unshared(target, spare))
}

fn know_digest(placement: &mut Placement) -> Option<Digest> {
    if placement.digest.is_none()
        && let Content::Bytes(bytes) = &placement.content
    {
        placement.digest = Some(Digest::of(bytes));
    }
    placement.digest
}
