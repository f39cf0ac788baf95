//! What a shared cache needs of a service: objects by name, and an answer in time.

use std::time::Duration;

/// A service that keeps objects by name. Callers come from several threads.
pub trait Objects: Send + Sync {
    /// The bytes of an object; none where there is no such object.
    ///
    /// # Errors
    /// What is wrong with the service, for a person; also that no answer came `within` this time.
    fn read(&self, name: &str, within: Duration) -> Result<Option<Vec<u8>>, String>;

    /// Writes an object, in the place of the one that was there.
    ///
    /// # Errors
    /// As [`Objects::read`].
    fn write(&self, name: &str, bytes: Vec<u8>, within: Duration) -> Result<(), String>;

    /// Removes an object, if it is there.
    ///
    /// # Errors
    /// As [`Objects::read`].
    fn remove(&self, name: &str, within: Duration) -> Result<(), String>;
}

/// The service of a program that was built without any.
#[cfg(not(feature = "remote"))]
pub(super) struct NotBuilt;

#[cfg(not(feature = "remote"))]
const NOT_BUILT: &str = "this program was built without the feature `remote`";

#[cfg(not(feature = "remote"))]
impl Objects for NotBuilt {
    fn read(&self, _: &str, _: Duration) -> Result<Option<Vec<u8>>, String> {
        Err(NOT_BUILT.to_owned())
    }

    fn write(&self, _: &str, _: Vec<u8>, _: Duration) -> Result<(), String> {
        Err(NOT_BUILT.to_owned())
    }

    fn remove(&self, _: &str, _: Duration) -> Result<(), String> {
        Err(NOT_BUILT.to_owned())
    }
}
