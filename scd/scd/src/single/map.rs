//! The source map of a compiled stylesheet, with the sources' paths on the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scd_less::{SourceMap, SourceMapFormat};

/// Where the CSS of a stylesheet comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyleMap {
    map: SourceMap,
    /// The path of every source that goes by another name in the map.
    paths: BTreeMap<String, PathBuf>,
}

impl StyleMap {
    /// `path_of` tells where the file with a name in the map lies, if not at that name.
    pub(super) fn new(map: SourceMap, path_of: impl Fn(&str) -> Option<PathBuf>) -> Self {
        let paths = map
            .sources()
            .filter_map(|name| Some((name.to_owned(), path_of(name)?)))
            .collect();
        Self { map, paths }
    }

    /// The map as JSON. `file` is the name of the CSS file, `name_of` makes the address of a source out of its path, and
    /// `with_content` includes the texts of the sources.
    pub fn to_json(
        &self,
        file: Option<&str>,
        name_of: &dyn Fn(&Path) -> String,
        with_content: bool,
    ) -> String {
        self.map.to_json(&self.format(file, name_of, with_content))
    }

    /// The same as a `data:` address.
    pub fn to_data_url(
        &self,
        file: Option<&str>,
        name_of: &dyn Fn(&Path) -> String,
        with_content: bool,
    ) -> String {
        self.map
            .to_data_url(&self.format(file, name_of, with_content))
    }

    /// The comment that leads from CSS to its map.
    pub fn link(url: &str) -> String {
        SourceMap::link(url)
    }

    fn format(
        &self,
        file: Option<&str>,
        name_of: &dyn Fn(&Path) -> String,
        with_content: bool,
    ) -> SourceMapFormat {
        let bases = self.map.sources().map(|name| {
            let path = self.paths.get(name);
            let path = path.map_or(Path::new(name), PathBuf::as_path);
            (name.to_owned(), name_of(path))
        });
        SourceMapFormat {
            file: file.map(str::to_owned),
            source_root: None,
            bases: bases.collect(),
            with_content,
        }
    }
}
