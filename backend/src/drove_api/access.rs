//! Who may call what (contract 2, head, and 7).

use model::UserRole;

/// What a route asks of its caller (contract 2, head).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody who signed in, even without a role.
    Anyone,
    /// Task operations.
    Operations,
    /// Blacklisting and maintenance.
    Maintenance,
    /// Log files.
    Logs,
    /// Other nodes of the cluster, never a user.
    Nodes,
}

impl Access {
    /// Whether a role opens this. A user without role gets a 403 where Drove fails with a 500 (`docs/fidelity.md`).
    pub fn admits(self, role: Option<&UserRole>) -> bool {
        match self {
            Access::Anyone => true,
            Access::Operations => role.is_some_and(UserRole::may_operate),
            Access::Maintenance => role.is_some_and(UserRole::may_maintain),
            Access::Logs => role.is_some_and(UserRole::may_read_logs),
            Access::Nodes => false,
        }
    }

    /// What a caller who was refused lacks.
    pub fn wanted(self) -> &'static str {
        match self {
            Access::Anyone => "everybody may do this",
            Access::Operations => "task operations need EXTERNAL_READ_WRITE or EXTERNAL_ROOT",
            Access::Maintenance => "this needs DROVE_EXTERNAL_MAINTENANCE or EXTERNAL_ROOT",
            Access::Logs => "logs need EXTERNAL_READ_ONLY, EXTERNAL_READ_WRITE or EXTERNAL_ROOT",
            Access::Nodes => "this is for nodes of the cluster only",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_capability_lists_its_roles() {
        let admitted = |access: Access| {
            [UserRole::Root, UserRole::ReadWrite, UserRole::Maintenance, UserRole::ReadOnly]
                .map(|role| access.admits(Some(&role)))
        };
        assert_eq!(admitted(Access::Anyone), [true; 4]);
        assert_eq!(admitted(Access::Operations), [true, true, false, false]);
        assert_eq!(admitted(Access::Maintenance), [true, false, true, false]);
        assert_eq!(admitted(Access::Logs), [true, true, false, true]);
        assert_eq!(admitted(Access::Nodes), [false; 4]);
    }

    #[test]
    fn without_a_role_only_what_anyone_may() {
        assert!(Access::Anyone.admits(None));
        for access in [Access::Operations, Access::Maintenance, Access::Logs, Access::Nodes] {
            assert!(!access.admits(None), "{access:?}");
        }
    }
}
