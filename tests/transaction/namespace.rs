//! Shell scripts in a namespace of their own, in which an ordinary user may mount file systems.

use std::path::Path;
use std::process::Command;

use scd_tests::say::say;

use crate::SCD;

/// Runs a script with `$SCD` and `$ROOT` set, stopping at the first command that fails. None where the system does not give
/// namespaces to this user.
#[track_caller]
pub(crate) fn in_namespace(root: &Path, script: &str) -> Option<()> {
    let own = |command: &mut Command| {
        let status = command.arg("-rm").args(["true"]).status();
        status.is_ok_and(|status| status.success())
    };
    if !own(&mut Command::new("unshare")) {
        say("skipped: this user cannot have a namespace (`unshare -rm`)");
        return None;
    }
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-e", "-c", script])
        .env("SCD", SCD)
        .env("ROOT", root)
        .output()
        .expect("it has just worked");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    say(String::from_utf8_lossy(&output.stdout).trim_end());
    Some(())
}
