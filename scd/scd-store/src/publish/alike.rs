//! Giving what is made anew the owner, group, mode and extended attributes (access lists among them) of what it replaces.

use std::os::fd::BorrowedFd;

use rustix::fs::{Gid, Mode, Stat, Uid, XattrFlags};
use rustix::io::Errno;

/// Bytes of one extended attribute, or of all their names; the limit of Linux.
const ATTRIBUTE_LIMIT: usize = 1 << 16;

/// What access lists are called; a new directory inherits them from its parent.
const ACCESS_LISTS: &[u8] = b"system.posix_acl_";

/// Makes `to` like `model` and says what that is like. Fails where the system does not let this process do that, such as
/// giving files away.
pub(super) fn make_alike(model: BorrowedFd<'_>, to: BorrowedFd<'_>) -> Result<Stat, Errno> {
    let wanted = rustix::fs::fstat(model)?;
    let found = rustix::fs::fstat(to)?;
    let is_given_away = (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid);
    if is_given_away {
        let (owner, group) = (Uid::from_raw(wanted.st_uid), Gid::from_raw(wanted.st_gid));
        rustix::fs::fchown(to, Some(owner), Some(group))?;
    }
    let names = attributes(model)?;
    let inherited = attributes(to)?;
    let has_attributes = !names.is_empty();
    if has_attributes || !inherited.is_empty() {
        copy_attributes(model, to, &names, &inherited)?;
    }
    // Last, because a change of owner takes bits away and an access list changes them.
    if is_given_away || has_attributes || wanted.st_mode != found.st_mode {
        rustix::fs::fchmod(to, Mode::from_raw_mode(wanted.st_mode & 0o7777))?;
    }
    Ok(wanted)
}

/// Whether a file has any extended attributes.
pub(super) fn has_attributes(file: BorrowedFd<'_>) -> Result<bool, Errno> {
    attributes(file).map(|names| !names.is_empty())
}

/// The names of all extended attributes, each with a NUL byte at its end.
fn attributes(file: BorrowedFd<'_>) -> Result<Vec<u8>, Errno> {
    match rustix::fs::flistxattr_query(file) {
        Ok(0) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(Vec::new()),
        Ok(_) => read(|buffer| rustix::fs::flistxattr(file, buffer)),
        Err(error) => Err(error),
    }
}

fn copy_attributes(
    model: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    names: &[u8],
    inherited: &[u8],
) -> Result<(), Errno> {
    for name in split(inherited) {
        if name.starts_with(ACCESS_LISTS) && !split(names).any(|other| other == name) {
            rustix::fs::fremovexattr(to, name)?;
        }
    }
    for name in split(names) {
        let value = read(|buffer| rustix::fs::fgetxattr(model, name, buffer))?;
        match rustix::fs::fsetxattr(to, name, &value, XattrFlags::empty()) {
            Ok(()) => {}
            // Labels that only the system sets: it gives the new file the one that belongs there.
            Err(_) if name.starts_with(b"security.") || name.starts_with(b"trusted.") => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn split(names: &[u8]) -> impl Iterator<Item = &[u8]> {
    names
        .split(|&byte| byte == 0)
        .filter(|name| !name.is_empty())
}

fn read(call: impl FnOnce(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let mut buffer = vec![0; ATTRIBUTE_LIMIT];
    let length = call(&mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}
