//! Mount points below a directory. They stay with the directory that they cover, so that one cannot be exchanged.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// The first mount point below `directory` (an absolute path without links), if there is one. Where the system does not list
/// its mounts, none is found.
pub(super) fn mount_below(directory: &Path) -> Option<PathBuf> {
    let list = std::fs::read("/proc/self/mountinfo").ok()?;
    first_below(&list, directory)
}

/// Whether something is mounted at `directory` (an absolute path without links).
pub(super) fn is_mount(directory: &Path) -> bool {
    std::fs::read("/proc/self/mountinfo")
        .is_ok_and(|list| points(&list).any(|point| point == directory))
}

fn first_below(list: &[u8], directory: &Path) -> Option<PathBuf> {
    points(list).find(|point| point != directory && point.starts_with(directory))
}

/// The fifth field of each line is a mount point.
fn points(list: &[u8]) -> impl Iterator<Item = PathBuf> {
    list.split(|&byte| byte == b'\n')
        .filter_map(|line| line.split(|&byte| byte == b' ').nth(4))
        .map(|field| PathBuf::from(OsString::from_vec(unescape(field))))
}

/// Blanks, tabs, line ends and backslashes are written as `\` and three octal digits.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digits = (byte == b'\\').then(|| after.get(..3)).flatten();
        let code = digits.and_then(|digits| {
            digits.iter().try_fold(0_u32, |code, digit| {
                matches!(digit, b'0'..=b'7').then(|| code * 8 + u32::from(digit - b'0'))
            })
        });
        match code.and_then(|code| u8::try_from(code).ok()) {
            Some(code) => {
                text.push(code);
                rest = &after[3..];
            }
            None => text.push(byte),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_below_is_found() {
        let list = b"21 1 254:0 / / rw - ext4 /dev/vda rw\n\
                     22 21 0:5 / /srv/shop/pub/static rw - tmpfs tmpfs rw\n\
                     23 21 0:6 / /srv/shop/pub/static2/x rw - tmpfs tmpfs rw\n\
                     24 21 0:7 / /srv/a\\040b\\134c/_cache rw - tmpfs tmpfs rw\n";
        let below = |directory: &str| first_below(list, Path::new(directory));
        assert_eq!(below("/srv/shop/pub/static"), None);
        assert_eq!(
            below("/srv/shop/pub"),
            Some(PathBuf::from("/srv/shop/pub/static"))
        );
        assert_eq!(
            below("/srv/a b\\c"),
            Some(PathBuf::from("/srv/a b\\c/_cache"))
        );
        assert_eq!(unescape(b"\\04x\\"), b"\\04x\\");
    }
}
