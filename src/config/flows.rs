//! `[flows]`: where the flow documents are.

use std::path::PathBuf;

use serde::Deserialize;

/// Where the flow documents are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowSettings {
    /// The directory; the flows that ship with the binary where it is absent. A relative path starts where
    /// the process was started.
    pub directory: Option<PathBuf>,
}
