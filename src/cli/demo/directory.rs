//! A directory that goes when the demo goes. It holds the store and the ledgers, so nobody else may read it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::error::DemoError;
use crate::partners::system::UuidV7;
use crate::ports::Ids as _;

/// A fresh directory, removed with everything in it when it is dropped.
pub(super) struct Directory(PathBuf);

impl Directory {
    /// Makes one where the system keeps what is temporary.
    pub(super) fn create() -> Result<Self, DemoError> {
        let path = std::env::temp_dir().join(format!("cashwrap-demo-{}", UuidV7.fresh().simple()));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|cause| DemoError::System { what: path.display().to_string(), cause })?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which clears its temporary files by itself.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
