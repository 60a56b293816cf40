//! A directory that goes when the command goes. It holds the store and the ledgers, so nobody else may read it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::error::TrialError;
use crate::partners::system::UuidV7;
use crate::ports::Ids as _;

/// A fresh directory, removed with everything in it when it is dropped.
pub(in crate::cli) struct Directory(PathBuf);

impl Directory {
    /// Makes one where the system keeps what is temporary.
    pub(in crate::cli) fn create() -> Result<Self, TrialError> {
        let path = std::env::temp_dir().join(format!("cashwrap-trial-{}", UuidV7.fresh().simple()));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|cause| TrialError::System { what: path.display().to_string(), cause })?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which clears its temporary files by itself.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
