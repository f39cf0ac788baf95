//! Content digests, manifests and publishing of whole trees in one step.
//!
//! Everything that scd writes to disk goes through this crate. It knows bytes, paths and directories; it knows nothing of
//! Magento, LESS or themes.
//!
//! A deploy takes the [`Lock`] of its root, then hands all outputs to [`publish()`] at once:
//!
//! ```
//! use scd_store::{Content, Lock, Placement, PublishOptions, TargetTree, publish};
//!
//! # let root = tempfile::tempdir().unwrap();
//! # let root = root.path();
//! let lock = Lock::acquire(root, "deploying")?;
//! let tree = TargetTree {
//!     target: root.join("pub/static"),
//!     units: vec!["frontend/Acme/summer/en_US".to_owned()],
//!     placements: vec![Placement {
//!         path: "frontend/Acme/summer/en_US/css/print.css".into(),
//!         content: Content::Bytes(b"a{color:red}".as_slice().into()),
//!         digest: None,
//!         source: None,
//!     }],
//!     loose: vec![Placement {
//!         path: "deployed_version.txt".into(),
//!         content: Content::Bytes(b"1700000000".as_slice().into()),
//!         digest: None,
//!         source: None,
//!     }],
//!     keep_versions: 0,
//! };
//! let published = publish(&[tree], &PublishOptions::new(&lock))?;
//! assert_eq!(published.file_count, 2);
//! # Ok::<(), scd_store::Error>(())
//! ```

mod codec;
mod digest;
mod error;
mod glance;
mod inspect;
mod ledger;
mod lock;
mod manifest;
mod publish;
mod record;
mod stamp;
mod store;
mod straight;

pub use codec::{Reader, Writer};
pub use digest::Digest;
pub use error::Error;
pub use glance::{Sight, Symlinks, glance};
pub use inspect::Inspection;
pub use ledger::{Finder, Ledger, LedgerUnit, digest_of};
pub use lock::{Holder, Lock};
pub use manifest::{Content, Manifest, ManifestEntry};
pub use publish::{
    InParts, Laying, Link, Part, Placement, Preview, PublishOptions, Published, Spare, Stopwatch,
    TargetTree, Verbatim, exchange_obstacle, may_write, publish, stamp_of_laid, sweep,
};
pub use record::Record;
pub use stamp::Stamp;
pub use store::remote::{Objects, Remote, RemoteAddress, RemoteSize, RemoteUse};
pub use store::{Store, StoreSize};
pub use straight::is_straight;
