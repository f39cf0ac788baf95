//! The maps of the compact strategy: in which package each file of a package really lies.
//!
//! Mirrors `Magento\Deploy\Package\Processor\PostProcessor\Map`. PHP lists files in the order in which the file system
//! listed their sources; here the order is that of their names.

use std::collections::BTreeMap;

use scd_magento::{FileId, PackageId};

use super::php_json::{self, Slashes, push_string};
use super::scripts::Script;
use super::{Output, OutputContent};
use crate::asset_path;
use crate::context::Context;
use crate::options::Strategy;
use crate::plan::{Plan, output_path};

/// Where a file lies.
#[derive(Clone, Copy)]
struct Holder<'a> {
    package: &'a PackageId,
    /// Its list of outputs.
    list: usize,
    /// How many packages are nearer to the one that the map is for.
    distance: usize,
}

/// Files under their deployed names.
type Map<'a> = BTreeMap<FileId, Holder<'a>>;

/// What a package inherits and what it has.
pub(super) struct PackageMap<'a> {
    inherited: Map<'a>,
    result: Map<'a>,
}

/// The lists of outputs of what a package inherits from, in the compact strategy: what its maps and bundles depend on
/// besides its own list.
pub(crate) fn lists_of_ancestors(index: usize, plan: &Plan, context: &Context<'_>) -> Vec<usize> {
    if context.options.strategy != Strategy::Compact {
        return Vec::new();
    }
    ancestors(index, plan, context)
        .map(|ancestor| plan.packages[ancestor].list)
        .filter(|&list| !plan.lists[list].placements.is_empty())
        .collect()
}

/// The deployed packages that a package inherits from, nearest first.
fn ancestors<'a>(
    index: usize,
    plan: &'a Plan,
    context: &'a Context<'_>,
) -> impl Iterator<Item = usize> + 'a {
    let ancestors = context.packages.packages[index].ancestors.iter();
    ancestors.filter_map(|id| plan.packages.iter().position(|package| package.id == *id))
}

impl<'a> PackageMap<'a> {
    /// `lists` are the finished outputs of the plan's lists.
    pub(super) fn new(
        index: usize,
        plan: &'a Plan,
        lists: &[Vec<Output>],
        context: &Context<'_>,
    ) -> Self {
        let mut inherited = Map::new();
        for (nearer, ancestor) in ancestors(index, plan, context).enumerate() {
            for (file, holder) in files(ancestor, nearer + 1, plan, lists, context) {
                inherited.entry(file).or_insert(holder);
            }
        }
        let mut result = inherited.clone();
        result.extend(files(index, 0, plan, lists, context));
        Self { inherited, result }
    }

    /// The files that hold the maps; none for a map without entries.
    pub(super) fn outputs(&self, context: &Context<'_>) -> Vec<Output> {
        let mut outputs = Vec::new();
        let mut add = |path: &str, text: Vec<u8>| {
            outputs.push(Output {
                path: path.into(),
                content: OutputContent::Bytes(text.into()),
                source: None,
            });
        };
        if !self.inherited.is_empty() {
            add("map.json", json(&self.inherited));
            let path = context.minification.add_min("requirejs-map.js");
            add(&path, self.requirejs_map(context));
        }
        if !self.result.is_empty() {
            add("result_map.json", json(&self.result));
        }
        outputs
    }

    /// Where RequireJS finds inherited scripts and static templates.
    fn requirejs_map(&self, context: &Context<'_>) -> Vec<u8> {
        let mut places: BTreeMap<String, String> = BTreeMap::new();
        for (path, holder) in scripts(&self.inherited) {
            // Asked with a slash in front, so that an exclude pattern with one matches a first directory, too.
            let path = format!("/{path}");
            let path = context.minification.add_min(&path);
            let place = format!("../../../../{}/", holder.package);
            // `x.js` and `x.min.js` may share a name; then the latter counts.
            places.insert(path[1..].to_owned(), place);
        }
        let places = places.iter();
        let entries: Vec<(&str, &str)> = places.map(|(path, place)| (&**path, &**place)).collect();
        let map = php_json::encode(&entries);
        [
            &b"require.config({\"config\": {\"baseUrlInterceptor\":"[..],
            &map,
            b"}});",
        ]
        .concat()
    }

    /// What goes into the bundles: every script and static template of the package, wherever it lies. PHP ends with an
    /// error where one was left out of the deploy; here it is left out of the bundles.
    pub(super) fn scripts<'b>(
        &self,
        lists: &'b [Vec<Output>],
        context: &Context<'_>,
    ) -> Vec<Script<'b>> {
        let published = |(path, holder): (String, Holder<'_>)| {
            let output = published(&path, holder, lists, context)?;
            let path = path.into();
            Some(Script { path, output })
        };
        let scripts = scripts(&self.result).into_iter();
        scripts.filter_map(published).collect()
    }
}

/// The scripts and static templates of a map by their paths below a package. Where two IDs have one path, the nearer
/// file counts.
fn scripts<'a>(map: &Map<'a>) -> BTreeMap<String, Holder<'a>> {
    let mut nearest: BTreeMap<String, Holder<'a>> = BTreeMap::new();
    for (file, holder) in map.iter().filter(|(file, _)| is_script(file)) {
        let known = nearest.entry(file.package_path()).or_insert(*holder);
        if holder.distance <= known.distance {
            *known = *holder;
        }
    }
    nearest
}

/// RequireJS asks for files of these kinds; letter case counts.
fn is_script(file: &FileId) -> bool {
    matches!(asset_path::extension(&file.path), Some("js" | "html"))
}

/// The files that lie in a package, partials included although they are never published. A stylesheet that failed is no
/// longer one of them.
fn files<'a>(
    index: usize,
    distance: usize,
    plan: &'a Plan,
    lists: &[Vec<Output>],
    context: &Context<'_>,
) -> Map<'a> {
    let package = &plan.packages[index];
    let holder = Holder {
        package: &package.id,
        list: package.list,
        distance,
    };
    let overlay = &context.packages.overlays[package.overlay];
    let files = overlay.files().iter().map(|file| &file.id);
    let deployed = files.chain(package.added.iter());
    let deployed = deployed
        .filter_map(output_path::deployed_id)
        .filter(|file| {
            let is_stylesheet = asset_path::extension(&file.path) == Some("css");
            let path = file.package_path();
            !is_stylesheet
                || context.options.skip.css
                || published(&path, holder, lists, context).is_some()
        });
    let partials = overlay.partials().iter().map(|file| file.id.clone());
    deployed
        .chain(partials)
        .map(|file| (file, holder))
        .collect()
}

/// The output for a path below a package.
fn published<'a>(
    path: &str,
    holder: Holder<'_>,
    lists: &'a [Vec<Output>],
    context: &Context<'_>,
) -> Option<&'a Output> {
    let package = holder.package.to_string();
    let target = context.minification.add_min_below(&package, path);
    let outputs = &lists[holder.list];
    let found = outputs.binary_search_by(|output| (*output.path).cmp(&target));
    found.ok().map(|index| &outputs[index])
}

/// A map as JSON.
fn json(map: &Map<'_>) -> Vec<u8> {
    let mut text = vec![b'{'];
    for (file, holder) in map {
        if text.len() > 1 {
            text.push(b',');
        }
        let PackageId {
            area,
            theme,
            locale,
        } = holder.package;
        push_string(&mut text, &file.to_string(), Slashes::Escaped);
        for (key, value) in [
            (":{\"area\":", area.as_str()),
            (",\"theme\":", theme.as_str()),
            (",\"locale\":", locale.as_str()),
        ] {
            text.extend_from_slice(key.as_bytes());
            push_string(&mut text, value, Slashes::Escaped);
        }
        text.push(b'}');
    }
    text.push(b'}');
    text
}
