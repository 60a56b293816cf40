//! Who runs a cluster, and upon which disk.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::Command;

use super::binaries;

/// The command that goes before the cluster's own, or why there is none. PostgreSQL refuses to run as root: root
/// gives the directory to another user and becomes it, and mounts the disk before.
pub(super) fn command(directory: &Path, disk_mib: Option<u32>) -> Result<Command, String> {
    if fs::metadata(directory).unwrap().uid() != 0 {
        return match disk_mib {
            Some(_) => Err("a small disk cannot be mounted: only root may mount a tmpfs".to_owned()),
            None => Ok(Command::new("env")),
        };
    }
    let (user, group) =
        binaries::user("postgres").or_else(|| binaries::user("nobody")).expect("no user but root to run as");
    chown(directory, Some(user), Some(group)).unwrap();
    for file in fs::read_dir(directory).unwrap() {
        chown(file.unwrap().path(), Some(user), Some(group)).unwrap();
    }
    let mut command = match disk_mib {
        Some(mib) => {
            let options = format!("size={mib}m,mode=0700,uid={user},gid={group}");
            let mut command = Command::new("unshare");
            command
                .args(["--mount", "--propagation", "private", "--"])
                .args(["sh", "-c", include_str!("disk.sh"), "disk.sh"])
                .arg(directory)
                .args([&options, "setpriv"]);
            command
        }
        None => Command::new("setpriv"),
    };
    command.args([format!("--reuid={user}"), format!("--regid={group}")]).args(["--clear-groups", "--"]);
    Ok(command)
}
