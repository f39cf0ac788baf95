//! The bundles of one package taken together: what counts is what they hold, not which bundle holds it.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use scd_minify::Level;

use super::known::MET_ELSEWHERE;
use super::{FileComparison, Verdict, compare_files, read};
use crate::bundle_text;
use crate::error::Error;

/// How many differing entries are named.
const NAMED: usize = 5;

/// Bundles are equal in meaning when together they hold the same entries with the same meaning: which entry
/// lies in which bundle follows the order in which the file system lists a directory, and changes nothing.
pub(super) fn compare_sets(
    package: &str,
    (checked, ours): (&Path, &[String]),
    (reference, theirs): (&Path, &[String]),
    level: Level,
) -> Result<FileComparison, Error> {
    let load = |tree: &Path, names: &[String]| -> Result<Vec<(String, Vec<u8>)>, Error> {
        names
            .iter()
            .map(|name| Ok((name.clone(), read(tree, name)?)))
            .collect()
    };
    let (ours, theirs) = (load(checked, ours)?, load(reference, theirs)?);
    let verdict = if ours.is_empty() {
        Verdict::Missing
    } else if theirs.is_empty() {
        Verdict::Extra
    } else if ours == theirs {
        Verdict::Same
    } else {
        let is_met_elsewhere = |name: &str| is_met_elsewhere(name, package, reference);
        compare_entries(&ours, &theirs, &is_met_elsewhere, level)
    };
    let size = |bundles: &[(String, Vec<u8>)]| -> u64 {
        bundles.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    };
    Ok(FileComparison {
        path: format!("{package}/js/bundle/*"),
        verdict,
        file_count: ours.len().max(theirs.len()),
        bytes: size(&ours),
        reference_bytes: size(&theirs),
    })
}

/// Whether the reference has a plain script in the package, and its minified twin in another one. PHP's list of such names
/// is never emptied, so it leaves the plain one out of all bundles that it makes later.
fn is_met_elsewhere(name: &str, package: &str, reference: &Path) -> bool {
    let Some(stem) = name.strip_suffix(".js") else {
        return false;
    };
    let stem = stem.strip_suffix(".min").unwrap_or(stem);
    let has = |package: &Path, end: &str| package.join(format!("{stem}{end}")).is_file();
    let own = reference.join(package);
    if !has(&own, ".js") {
        return false;
    }
    let mut others = vec![reference.to_path_buf()];
    // Area, vendor, theme, locale.
    for _ in 0..4 {
        let below = others
            .iter()
            .filter_map(|directory| std::fs::read_dir(directory).ok());
        others = below
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
    }
    others
        .iter()
        .any(|other| *other != own && has(other, ".min.js"))
}

/// The verdict on two sets of bundles, by their entries: the worst of them, with the names of those that differ.
fn compare_entries(
    ours: &[(String, Vec<u8>)],
    theirs: &[(String, Vec<u8>)],
    is_met_elsewhere: &dyn Fn(&str) -> bool,
    level: Level,
) -> Verdict {
    let entries = |bundles: &[(String, Vec<u8>)]| -> Result<BTreeMap<String, String>, String> {
        let mut all = BTreeMap::new();
        for (name, bytes) in bundles {
            let found =
                bundle_text::entries(bytes).ok_or_else(|| format!("`{name}` is not a bundle"))?;
            all.extend(found);
        }
        Ok(all)
    };
    let (ours, theirs) = match (entries(ours), entries(theirs)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(message), _) | (_, Err(message)) => return Verdict::Different(message),
    };
    // Of `x.js` and `x.min.js` PHP packs the plain one only where it happens to meet it first.
    let is_wanted = |name: &str| {
        let twin = name
            .strip_suffix(".js")
            .map(|stem| format!("{stem}.min.js"));
        twin.is_none_or(|twin| !ours.contains_key(&twin) || !theirs.contains_key(&twin))
    };
    let mut faults: Vec<String> = Vec::new();
    for name in theirs.keys() {
        if !ours.contains_key(name) && is_wanted(name) {
            faults.push(format!("no bundle holds `{name}`"));
        }
    }
    let mut known = None;
    for name in ours.keys() {
        if theirs.contains_key(name) || !is_wanted(name) {
            continue;
        }
        if is_met_elsewhere(name) {
            known = Some(MET_ELSEWHERE);
        } else {
            faults.push(format!(
                "a bundle holds `{name}`, which the reference does not"
            ));
        }
    }
    let shared: Vec<&String> = ours
        .keys()
        .filter(|name| theirs.contains_key(*name))
        .collect();
    let verdicts: Vec<(&String, Verdict)> = shared
        .par_iter()
        .map(|&name| {
            let (ours, theirs) = (ours[name].as_bytes(), theirs[name].as_bytes());
            (name, compare_files(name, ours, theirs, level))
        })
        .collect();
    for (name, verdict) in verdicts {
        match verdict {
            Verdict::Different(detail) => faults.push(format!("bundled `{name}`: {detail}")),
            Verdict::Known(reason) => known = Some(reason),
            _ => {}
        }
    }
    if !faults.is_empty() {
        let more = faults.len().saturating_sub(NAMED);
        faults.truncate(NAMED);
        if more > 0 {
            faults.push(format!("{more} more"));
        }
        return Verdict::Different(faults.join("; "));
    }
    known.map_or(Verdict::SameMeaning, Verdict::Known)
}
