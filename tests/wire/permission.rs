//! A device `/dev/net/tun` that the user may not open.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::Command;

use rustix::process::geteuid;
use tempfile::TempDir;

use super::is_supported;
use crate::support::process::command;
use crate::support::program::run_command;

#[test]
fn forbidden_tun_device_is_reported_with_its_remedy() {
    if !is_supported() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let mut program = Command::new("unshare");
    let script = "mount --bind \"$0\" /dev/net/tun && exec \"$@\"";
    program.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]).arg(forbidden(&directory));
    program.arg(command("workshop")).args(["wire", "--traces"]).arg(directory.path().join("traces"));
    let ran = run_command(&mut program);
    let message = ran.stderr();
    assert_eq!(ran.code(), 2, "{message}");
    assert!(message.contains("chmod 0666 /dev/net/tun") && !message.contains("modprobe"), "{message}");
}

/// Returns a file that the user may neither read nor write, not even as root of a user namespace: its owner does not
/// exist there.
fn forbidden(directory: &TempDir) -> PathBuf {
    if !geteuid().is_root() {
        return PathBuf::from("/etc/shadow");
    }
    let path = directory.path().join("device");
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    chown(&path, Some(65_534), Some(65_534)).unwrap();
    path
}
