//! What may be done, and if not, why: the reasons that disabled buttons show. States decide here and nowhere else.

use crate::{
    TaskInfo, TaskState,
    dashboard::{ClusterStatus, Phase, SessionInfo, TaskRow},
};
use std::fmt;

/// What a cluster does differently from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterTraits {
    /// A KILL before RUNNING is kept and carried out (embedded core). A real leader accepts it and then drops its runner
    /// without killing anything (contract 5.6).
    pub kill_before_running: bool,
}

impl From<&ClusterStatus> for ClusterTraits {
    fn from(status: &ClusterStatus) -> Self {
        Self { kill_before_running: status.kill_before_running }
    }
}

/// Why something may not be done. Its text is the reason to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Nobody is signed in.
    NotSignedIn,
    /// The user can change nothing, whatever the role, for this reason.
    Bound(Box<str>),
    /// The user's role does not allow it.
    Role,
    /// The user's role does not cover logs.
    RoleWithoutLogs,
    /// The user is known to have no role.
    NoRole,
    /// The cluster refuses operations.
    Maintenance,
    /// Maintenance was lifted; operations resume within 40 s.
    MaintenanceTail,
    /// Nobody could answer.
    NoLeader,
    /// The demo records every operation before it sends it, and cannot.
    NotRecording,
    /// It is over.
    AlreadyEnded,
    /// The container is gone; what is left is cleaning up.
    CleaningUp,
    /// Not running yet, on a cluster that kills only what runs.
    NotRunning(Box<str>),
    /// The answer to its CREATE was lost and is being read back.
    OutcomeUnknown,
    /// Drove lost track of it (contract 5.6).
    Unmanaged,
    /// A kill was accepted and has not taken effect.
    KillPending,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Denied::NotSignedIn => "Sign in first.",
            Denied::Role => "Your role may read, not create or kill.",
            Denied::RoleWithoutLogs => "Your role may not read logs.",
            Denied::NoRole => "You have no role here: tasks and executors can be read, and nothing else.",
            Denied::Maintenance => "The cluster is in maintenance and refuses operations.",
            Denied::MaintenanceTail => "Maintenance was lifted. Operations resume within 40 s.",
            Denied::NoLeader => "The cluster has no leader that could take it.",
            Denied::NotRecording => "Operations cannot be recorded, so none is sent.",
            Denied::AlreadyEnded => "Already ended",
            Denied::CleaningUp => "It has ended and is being cleaned up.",
            Denied::Bound(reason) => reason,
            Denied::NotRunning(now) => return write!(f, "Only running tasks can be killed. {now}"),
            Denied::OutcomeUnknown => "The answer was lost. Nothing is sent until the task was read back.",
            Denied::Unmanaged => "Drove no longer manages this run and refuses to kill it.",
            Denied::KillPending => "A kill is under way.",
        })
    }
}

/// Whether `session` may create and kill on the cluster as it is.
pub fn can_operate(session: &SessionInfo, status: &ClusterStatus) -> Result<(), Denied> {
    match (&session.user, &session.role) {
        (None, _) => return Err(Denied::NotSignedIn),
        _ if session.bound.is_some() => return Err(Denied::Bound(session.bound.clone().unwrap_or_default().into())),
        (_, Some(role)) if !role.may_operate() => return Err(Denied::Role),
        // One that was not learned yet is Drove's to judge.
        (_, None) if session.no_role => return Err(Denied::NoRole),
        _ => {}
    }
    match &status.maintenance {
        Some(maintenance) if maintenance.until.is_some() => return Err(Denied::MaintenanceTail),
        Some(_) => return Err(Denied::Maintenance),
        None => {}
    }
    if status.leader.is_none() {
        return Err(Denied::NoLeader);
    }
    if status.not_recording.is_some() && session.demo {
        return Err(Denied::NotRecording);
    }
    Ok(())
}

/// Whether `session` may read logs.
pub fn can_read_logs(session: &SessionInfo) -> Result<(), Denied> {
    match &session.role {
        Some(role) if !role.may_read_logs() => Err(Denied::RoleWithoutLogs),
        None if session.no_role => Err(Denied::NoRole),
        Some(_) | None => Ok(()),
    }
}

/// Whether a task may be killed, from Drove's record of it (nothing before the first report) and what the ledger knows.
pub fn can_kill(info: Option<&TaskInfo>, phase: &Phase, traits: &ClusterTraits) -> Result<(), Denied> {
    can_kill_in(info.map(|i| &i.state), phase, traits)
}

/// As [`can_kill`], for a row of a list.
pub fn can_kill_row(row: &TaskRow, traits: &ClusterTraits) -> Result<(), Denied> {
    can_kill_in(row.state.as_ref(), &row.phase, traits)?;
    if row.unmanaged {
        return Err(Denied::Unmanaged);
    }
    if row.kill_pending {
        return Err(Denied::KillPending);
    }
    Ok(())
}

fn can_kill_in(state: Option<&TaskState>, phase: &Phase, traits: &ClusterTraits) -> Result<(), Denied> {
    match phase {
        Phase::Ended => return Err(Denied::AlreadyEnded),
        Phase::OutcomeUnknown => return Err(Denied::OutcomeUnknown),
        Phase::Placing | Phase::Active | Phase::Other(_) => {}
    }
    let not_yet = |now: &str| if traits.kill_before_running { Ok(()) } else { Err(Denied::NotRunning(now.into())) };
    match state {
        None => not_yet("No executor has reported it yet."),
        Some(TaskState::Pending | TaskState::Provisioning) => not_yet("It is still pulling its image."),
        Some(TaskState::Starting) => not_yet("It is still starting."),
        Some(TaskState::Unknown) => not_yet("Its executor restarted and has not recovered it yet."),
        // What this build does not know, it does not forbid: Drove decides.
        Some(TaskState::Running | TaskState::Other(_)) => Ok(()),
        Some(
            TaskState::ProvisioningFailed | TaskState::RunFailed | TaskState::RunCompleted | TaskState::Deprovisioning,
        ) => Err(Denied::CleaningUp),
        Some(TaskState::Stopped | TaskState::Lost) => Err(Denied::AlreadyEnded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, UserRole, dashboard::Maintenance};

    const REAL: ClusterTraits = ClusterTraits { kill_before_running: false };
    const EMBEDDED: ClusterTraits = ClusterTraits { kill_before_running: true };

    fn kill(state: TaskState, traits: &ClusterTraits) -> Result<(), String> {
        can_kill_in(Some(&state), &Phase::Active, traits).map_err(|denied| denied.to_string())
    }

    #[test]
    fn every_state_either_may_be_killed_or_says_why_not() {
        for state in TaskState::ALL {
            let allowed = kill(state.clone(), &REAL).is_ok();
            assert_eq!(allowed, *state == TaskState::Running, "{state}");
        }
        assert_eq!(
            kill(TaskState::Starting, &REAL).unwrap_err(),
            "Only running tasks can be killed. It is still starting."
        );
        assert_eq!(kill(TaskState::Stopped, &EMBEDDED).unwrap_err(), "Already ended");
        assert_eq!(kill(TaskState::Other("HIBERNATING".into()), &REAL), Ok(()));
    }

    #[test]
    fn the_embedded_core_keeps_a_kill_that_comes_early() {
        assert_eq!(can_kill(None, &Phase::Placing, &EMBEDDED), Ok(()));
        assert_eq!(kill(TaskState::Provisioning, &EMBEDDED), Ok(()));
        assert!(matches!(can_kill(None, &Phase::Placing, &REAL), Err(Denied::NotRunning(_))));
    }

    #[test]
    fn what_is_over_or_in_doubt_is_not_killed() {
        assert_eq!(can_kill(None, &Phase::Ended, &EMBEDDED), Err(Denied::AlreadyEnded));
        assert_eq!(can_kill(None, &Phase::OutcomeUnknown, &EMBEDDED), Err(Denied::OutcomeUnknown));
    }

    #[test]
    fn who_may_operate_is_decided_by_session_and_cluster() {
        let admin = SessionInfo {
            user: Some("admin".into()),
            role: Some(UserRole::Root),
            demo: true,
            ..SessionInfo::default()
        };
        let status = ClusterStatus { leader: Some("ctl-1:4000".into()), ..ClusterStatus::default() };
        assert_eq!(can_operate(&admin, &status), Ok(()));

        let guest = SessionInfo { role: Some(UserRole::ReadOnly), ..admin.clone() };
        assert_eq!(can_operate(&guest, &status), Err(Denied::Role));
        let nobody = SessionInfo { role: None, no_role: true, ..admin.clone() };
        assert_eq!(can_operate(&nobody, &status), Err(Denied::NoRole));
        let unknown_role = SessionInfo { role: None, ..admin.clone() };
        assert_eq!(can_operate(&unknown_role, &status), Ok(()));
        assert_eq!(can_operate(&SessionInfo::default(), &status), Err(Denied::NotSignedIn));

        let maintainer = SessionInfo { role: Some(UserRole::Maintenance), ..admin.clone() };
        assert_eq!(can_read_logs(&maintainer), Err(Denied::RoleWithoutLogs));
        assert_eq!(can_read_logs(&nobody), Err(Denied::NoRole));
        assert_eq!(can_read_logs(&guest), Ok(()));
        assert_eq!(can_read_logs(&unknown_role), Ok(()), "Drove decides");

        let maintenance =
            |until| ClusterStatus { maintenance: Some(Maintenance { since: Timestamp(0), until }), ..status.clone() };
        assert_eq!(can_operate(&admin, &maintenance(None)), Err(Denied::Maintenance));
        assert_eq!(can_operate(&admin, &maintenance(Some(Timestamp(9)))), Err(Denied::MaintenanceTail));
        assert_eq!(can_operate(&admin, &ClusterStatus::default()), Err(Denied::NoLeader));
        let full = ClusterStatus { not_recording: Some("disk full".into()), ..status };
        assert_eq!(can_operate(&admin, &full), Err(Denied::NotRecording));
    }
}
