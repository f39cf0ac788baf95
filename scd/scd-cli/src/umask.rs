//! Magento's umask in the place of the shell's while scd publishes, as Magento's own bootstrap has it. Files are born with their
//! mode then; under the usual umask 0022 each would cost a further system call, because its group may write to it.

use rustix::fs::Mode;
use rustix::process::umask;

/// What Magento's bootstrap sets where there is no `magento_umask`. Another one takes more away, which a mode that is asked for
/// at creation can do, too, or less, and then each mode is set again.
const OF_MAGENTO: Mode = Mode::WOTH;

/// Does `work`, which starts all threads that create files, under Magento's umask.
pub(crate) fn under_that_of_magento<T>(work: impl FnOnce() -> T) -> T {
    let of_shell = umask(OF_MAGENTO);
    let result = work();
    umask(of_shell);
    result
}
