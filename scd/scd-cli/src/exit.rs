//! What the process tells its caller.

use std::process::ExitCode;

/// The exit codes, a promise to deploy scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Published, or whatever else was asked for is done. With `verify`: the trees are equal.
    Done,
    /// The sources have errors, or the compared trees differ; nothing was published.
    SourcesHaveErrors,
    /// The run could not be done: bad arguments, an unreadable root, an unwritable target.
    CouldNotRun,
    /// Stopped by a signal; nothing was published.
    Interrupted,
    /// Whatever PHP said that the run was handed to.
    Php(u8),
    /// What ece-tools would have said.
    EceTools(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::SourcesHaveErrors => 1,
            Exit::CouldNotRun => 2,
            Exit::Interrupted => 130,
            Exit::Php(code) | Exit::EceTools(code) => code,
        })
    }
}
