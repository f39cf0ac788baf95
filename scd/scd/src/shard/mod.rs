//! One deploy on several machines: each plans everything and makes its share of the packages into a tree of its own, and
//! [`merge`] publishes all of these trees as the one that a single machine would have made.
//!
//! Planning is done by all, because it is quick and because maps, urls into other packages and the choice of a job's
//! representative look at all packages. Which package is whose follows from the plan alone (`share.rs`), so machines with equal
//! roots agree without talking to each other; the record in each tree says what they agreed upon (`record.rs`).

pub(crate) mod identity;
mod merge;
pub(crate) mod record;
pub(crate) mod share;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

pub use merge::merge;

/// One of several shares of a deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    /// Which one; the first is 1.
    number: u32,
    /// How many there are.
    count: u32,
}

impl Shard {
    /// The most shards. Nobody has as many machines.
    pub const MOST: u32 = 1000;

    /// Share `number` of `count`, where the first is 1.
    pub fn new(number: u32, count: u32) -> Option<Self> {
        let is_sound = (1..=count).contains(&number) && count <= Self::MOST;
        is_sound.then_some(Self { number, count })
    }

    /// Which one; the first is 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Its index, beginning with 0.
    pub(crate) fn index(self) -> usize {
        self.number as usize - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers =
            parts.and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        let Some((number, count)) = numbers else {
            return Err(format!("expected a share such as `1/3`, found `{text}`"));
        };
        Self::new(number, count).ok_or_else(|| match number {
            0 => "the first share is number 1".to_owned(),
            _ if count > Self::MOST => {
                format!("expected at most {} shares, found {count}", Self::MOST)
            }
            _ => format!("there is no share {number} of {count}"),
        })
    }
}

/// Where the packages of a shard's tree lie.
pub(crate) fn static_directory(tree: &Path) -> PathBuf {
    tree.join("static")
}

/// Where the templates of a shard's tree lie.
pub(crate) fn template_directory(tree: &Path) -> PathBuf {
    tree.join("templates")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_from_one() {
        let shard: Shard = "2/3".parse().unwrap();
        assert_eq!((shard.number(), shard.count(), shard.index()), (2, 3, 1));
        assert_eq!(shard.to_string(), "2/3");
        assert!("1/1".parse::<Shard>().is_ok());
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for (text, complaint) in [
            ("0/3", "the first share is number 1"),
            ("4/3", "there is no share 4 of 3"),
            ("1/0", "there is no share 1 of 0"),
            ("1/1001", "expected at most 1000 shares, found 1001"),
            ("2", "expected a share such as `1/3`, found `2`"),
            ("1/3/5", "expected a share such as `1/3`, found `1/3/5`"),
            ("-1/3", "expected a share such as `1/3`, found `-1/3`"),
        ] {
            assert_eq!(text.parse::<Shard>().unwrap_err(), complaint);
        }
    }
}
