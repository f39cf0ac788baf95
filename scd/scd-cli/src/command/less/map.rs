//! Where the source map goes, and how sources and CSS are named in it.

use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};
use scd::single::StyleMap;

use crate::args::LessArguments;

/// What is to become of the source map.
pub(super) struct MapPlan {
    target: Target,
    /// What stands before every source's address.
    root: String,
    /// The directory from which sources are seen, absolute.
    base: PathBuf,
    /// The name of the CSS, as the map has it.
    file: Option<String>,
    /// The address of the map in the CSS; none where it is not linked.
    url: Option<String>,
    with_content: bool,
}

enum Target {
    File(PathBuf),
    Inline,
}

impl MapPlan {
    /// The plan, if a map is wanted.
    ///
    /// # Errors
    /// A map that has no place to go to.
    pub(super) fn new(arguments: &LessArguments) -> Result<Option<Self>> {
        let output = arguments.output.as_deref();
        let target = match (&arguments.source_map, arguments.source_map_inline, output) {
            (None, false, _) => return Ok(None),
            (_, true, _) => Target::Inline,
            (Some(Some(file)), ..) => Target::File(file.clone()),
            (Some(None), _, Some(output)) => {
                let mut name = output.as_os_str().to_owned();
                name.push(".map");
                Target::File(name.into())
            }
            (Some(None), _, None) => bail!(
                "--source-map without a file name needs OUTPUT; --source-map-inline does without"
            ),
        };
        let css = output.map_or_else(|| arguments.input.with_extension("css"), Path::to_path_buf);
        let map_directory = match &target {
            Target::File(file) => directory(file),
            Target::Inline => output.map_or_else(|| absolute(Path::new(".")), directory),
        };
        let base = match (
            &arguments.source_map_basepath,
            &arguments.source_map_rootpath,
        ) {
            (Some(base), _) => absolute(base),
            (None, Some(_)) => directory(&arguments.input),
            (None, None) => map_directory.clone(),
        };
        let url = match (&target, &arguments.source_map_url) {
            _ if arguments.source_map_no_annotation => None,
            (_, Some(url)) => Some(url.clone()),
            (Target::Inline, None) => Some(String::new()),
            (Target::File(file), None) => Some(way(&directory(&css), &absolute(file))),
        };
        let file = match &target {
            Target::File(_) if output.is_some() => Some(way(&map_directory, &absolute(&css))),
            _ if arguments.input.as_os_str() == "-" && output.is_none() => None,
            _ => css
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
        };
        Ok(Some(Self {
            target,
            root: arguments.source_map_rootpath.clone().unwrap_or_default(),
            base,
            file,
            url,
            with_content: arguments.source_map_include_source,
        }))
    }

    /// Links the map from the CSS; gives the file that the map goes to, with its content.
    pub(super) fn apply(&self, map: &StyleMap, css: &mut String) -> Option<(&Path, String)> {
        let name_of = |path: &Path| format!("{}{}", self.root, way(&self.base, &absolute(path)));
        let file = self.file.as_deref();
        match (&self.target, &self.url) {
            (Target::Inline, url) => {
                // An address that is asked for has no meaning for a map that lies in the CSS.
                if url.is_some() {
                    let url = map.to_data_url(file, &name_of, self.with_content);
                    css.push_str(&StyleMap::link(&url));
                }
                None
            }
            (Target::File(path), url) => {
                if let Some(url) = url {
                    css.push_str(&StyleMap::link(url));
                }
                Some((path, map.to_json(file, &name_of, self.with_content)))
            }
        }
    }
}

/// The directory of a file, from the top.
fn directory(file: &Path) -> PathBuf {
    let file = absolute(file);
    file.parent().unwrap_or(&file).to_path_buf()
}

/// A path from the top, `.` and `..` folded by text.
fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut folded = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                folded.pop();
            }
            Component::CurDir => {}
            other => folded.push(other),
        }
    }
    folded
}

/// The way from a directory to a file, as an address.
fn way(from: &Path, to: &Path) -> String {
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(left, right)| left == right)
        .count();
    let up = from.components().count() - shared;
    let mut steps = vec!["..".to_owned(); up];
    steps.extend(
        to.components()
            .skip(shared)
            .map(|step| step.as_os_str().to_string_lossy().into_owned()),
    );
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_from_directory_to_file() {
        let way = |from: &str, to: &str| way(&absolute(Path::new(from)), &absolute(Path::new(to)));
        assert_eq!(way("/a/b", "/a/b/c.less"), "c.less");
        assert_eq!(way("/a/b", "/a/c/d.less"), "../c/d.less");
        assert_eq!(way("/", "/a.less"), "a.less");
        assert_eq!(way("/a/x/..", "/a/./b/../c.less"), "c.less");
    }
}
