//! Looking files up in a ledger, path by path. Whoever goes through all files of a target does so in the order in which the
//! ledger has them, and then each is found where the last one was.

use super::Ledger;
use crate::manifest::{self, ManifestEntry};
use crate::publish::{ancestors, is_below};

/// Looks up paths, quickest in their order.
#[derive(Clone, Debug)]
pub struct Finder<'a> {
    ledger: &'a Ledger,
    /// The unit of the last path, and its files.
    unit: &'a str,
    files: &'a [ManifestEntry],
    /// Where the next path is expected among them.
    next: usize,
}

impl<'a> Finder<'a> {
    pub(super) fn new(ledger: &'a Ledger) -> Finder<'a> {
        Finder {
            ledger,
            unit: "",
            files: &[],
            next: 0,
        }
    }

    /// The file at `path`, of a unit or loose, if there is one.
    pub fn find(&mut self, path: &str) -> Option<&'a ManifestEntry> {
        match self.enter_unit(path) {
            true => self.find_in_unit(path).map(|place| &self.files[place]),
            false => manifest::find(&self.ledger.loose, path),
        }
    }

    /// The same with the unit that the file lies in and its place among the files of that; none for a loose file.
    pub(crate) fn find_in_units(
        &mut self,
        path: &str,
    ) -> Option<(&'a str, usize, &'a ManifestEntry)> {
        if !self.enter_unit(path) {
            return None;
        }
        let place = self.find_in_unit(path)?;
        Some((self.unit, place, &self.files[place]))
    }

    /// Goes to the unit in which `path` lies, if it lies in one.
    fn enter_unit(&mut self, path: &str) -> bool {
        let units = &self.ledger.units;
        if is_below(path, self.unit) {
            return true;
        }
        let Some((name, unit)) = ancestors(path).find_map(|way| units.get_key_value(way)) else {
            return false;
        };
        (self.unit, self.files, self.next) = (name, &unit.files, 0);
        true
    }

    /// The place of a file among those of the unit.
    fn find_in_unit(&mut self, path: &str) -> Option<usize> {
        let expected = self.files.get(self.next);
        if expected.is_some_and(|file| *file.path == *path) {
            self.next += 1;
            return Some(self.next - 1);
        }
        let found = self.files.binary_search_by(|file| (*file.path).cmp(path));
        self.next = found.map_or_else(|place| place, |place| place + 1);
        found.ok()
    }
}
