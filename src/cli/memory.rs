//! The memory of this process holds a password while it logs in: nobody else gets to see it.

/// No core file, and no debugger of another process of the same user. What cannot be had is done without: the system may know none of it.
pub(super) fn keep_to_itself() {
    // Passed on to what `password_command` runs, too.
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    // A core_pattern that is a program (systemd-coredump) gets its core whatever the limit says (core(5)).
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn a_process_that_keeps_to_itself_leaves_no_core() {
        super::keep_to_itself();
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
