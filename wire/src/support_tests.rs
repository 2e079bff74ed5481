use super::*;

use crate::Requirement;

/// Explains a failed step on a system with one kernel setting.
fn explained(step: Step, errno: Errno, name: &str, value: &str) -> Error {
    explain(step, errno, &|setting| (setting == name).then(|| value.to_owned()))
}

#[test]
fn limit_of_user_namespaces_is_named() {
    let error = explained(Step::User, Errno::NOSPC, "user.max_user_namespaces", "0");
    assert_eq!(error.to_string(), "user namespaces are disabled: user.max_user_namespaces is 0");
    assert_eq!(error.remedy(), Some("Debian, Ubuntu, Fedora: sudo sysctl user.max_user_namespaces=15000"));
}

#[test]
fn debian_setting_is_named() {
    let error = explained(Step::User, Errno::PERM, "kernel.unprivileged_userns_clone", "0");
    assert_eq!(error.remedy(), Some("Debian: sudo sysctl kernel.unprivileged_userns_clone=1"));
}

#[test]
fn apparmor_is_named_whatever_step_it_refuses() {
    for step in [Step::User, Step::Ids, Step::Network, Step::Interface] {
        let error = explained(step, Errno::PERM, "kernel.apparmor_restrict_unprivileged_userns", "1");
        assert!(matches!(error, Error::AppArmor), "{step:?}: {error}");
    }
}

#[test]
fn other_refusal_is_explained_by_a_container() {
    let error = explain(Step::User, Errno::PERM, &|_| None);
    assert_eq!(error.missing(), Some(Requirement::UserNamespaces));
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("Docker")));
}

#[test]
fn absent_tun_device_is_named() {
    for errno in [Errno::NOENT, Errno::NODEV, Errno::PERM] {
        let error = explain(Step::Open, errno, &|_| None);
        assert_eq!(error.missing(), Some(Requirement::TunDevice), "{error}");
    }
}

#[test]
fn tun_device_without_permission_is_not_absent() {
    let error = explain(Step::Open, Errno::ACCESS, &|_| None);
    assert_eq!(error.missing(), Some(Requirement::TunDevice), "{error}");
    let remedy = error.remedy().unwrap();
    assert!(remedy.contains("chmod 0666 /dev/net/tun") && !remedy.contains("modprobe"), "{remedy}");
}

#[test]
fn failed_fork_is_not_a_missing_requirement() {
    let error = outcome(io::Error::from_raw_os_error(11)).unwrap_err();
    assert!(matches!(error, Error::System { .. }), "{error}");
}
