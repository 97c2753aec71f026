//! What became of a run where Drove's own words do not tell: the ways to be lost, to be killed by the leader, and to go on
//! without anybody who manages it (contract 5.6, 5.7, 5.10). Each has a text of its own: what happened, why, what to do.

use crate::{
    Outcome, TaskState,
    dashboard::{AnswerKind, TaskRow},
    timeline::Gap,
};

/// `errorMessage` of a run that the controller itself marked as lost (contract 5.6).
const SILENCE: &str = "Instance lost";
/// How the executor begins its word on a fault of its own state machine (contract 5.3).
const MACHINE_FAULT: &str = "SM Execution error";
/// How a restarted executor begins its word on a container that is not there any more (contract 5.3).
const NOT_FOUND: &str = "No container found with drove id";

/// A way for a run to end or to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its executor was silent for a minute, and has not come back.
    ExecutorSilent,
    /// As above; its executor is back and does not report it: the container had ended meanwhile.
    EndedUnseen,
    /// The executor did not find the container any more.
    ContainerVanished,
    /// The executor's state machine failed.
    MachineFault,
    /// It needed more memory than it had, and was killed for that.
    OutOfMemory,
    /// A kill was accepted, and the executor could not carry it out.
    KillFailed,
    /// The executor lost sight of the container without a kill.
    EndedWithoutCode,
    /// Reported running while nobody managed it, and killed by the leader for that.
    ZombieKilled,
    /// Killed, and no KILL of it passed through here.
    KilledElsewhere,
    /// It was reported lost, came back, and goes on unmanaged.
    OrphanAfterLost,
    /// A KILL was given up, and it goes on unmanaged.
    OrphanAfterKill,
    /// Another controller leads since it was started, and does not manage it.
    OrphanAfterFailover,
    /// It goes on unmanaged, and nothing tells why.
    Orphan,
    /// Drove lists it no longer; why is being checked.
    Unlisted,
    /// It ended as shown, and Drove's record says that it was lost.
    RecordRewritten,
}

/// What is known beside the run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances<'a> {
    /// Its executor is among those that the leader knows; nothing while that was not asked.
    pub executor_is_back: Option<bool>,
    /// Its log says that the container was killed for want of memory: Drove itself only gives exit code 137.
    pub out_of_memory: bool,
    /// Gaps that overlap the run: a new leader leaves one.
    pub gaps: &'a [Gap],
}

impl Fate {
    /// What became of a run; nothing if its state and outcome say all.
    pub fn of(row: &TaskRow, around: Circumstances<'_>) -> Option<Self> {
        let was_lost = returned_from_lost(row);
        if row.unmanaged {
            return Some(match () {
                () if was_lost => Fate::OrphanAfterLost,
                () if row.kill == Some(AnswerKind::Accepted) => Fate::OrphanAfterKill,
                () if around.gaps.iter().any(Gap::is_failover) => Fate::OrphanAfterFailover,
                () => Fate::Orphan,
            });
        }
        if row.unlisted {
            return Some(Fate::Unlisted);
        }
        if row.record_says.is_some() {
            return Some(Fate::RecordRewritten);
        }
        match (&row.outcome, &row.state) {
            (Some(Outcome::Lost), _) if row.error_message.starts_with(MACHINE_FAULT) => Some(Fate::MachineFault),
            (Some(Outcome::Lost), Some(TaskState::Lost)) if row.error_message == SILENCE => {
                Some(if around.executor_is_back == Some(true) { Fate::EndedUnseen } else { Fate::ExecutorSilent })
            }
            // Concluded by us: its executor left the cluster, and it is listed no longer.
            (Some(Outcome::Lost), Some(state)) if !state.is_terminal() => {
                Some(if around.executor_is_back == Some(true) { Fate::EndedUnseen } else { Fate::ExecutorSilent })
            }
            (Some(Outcome::Lost), Some(TaskState::Stopped)) => Some(Fate::ContainerVanished),
            (Some(Outcome::Failed), _) if around.out_of_memory => Some(Fate::OutOfMemory),
            (Some(Outcome::Failed), _) if row.exit_code.is_none_or(|code| code < 0) => {
                let was_killed = row.kill == Some(AnswerKind::Accepted);
                Some(if was_killed { Fate::KillFailed } else { Fate::EndedWithoutCode })
            }
            (Some(Outcome::Cancelled), Some(_)) if row.kill != Some(AnswerKind::Accepted) => {
                let failover = around.gaps.iter().any(Gap::is_failover);
                Some(if was_lost || failover { Fate::ZombieKilled } else { Fate::KilledElsewhere })
            }
            _ => None,
        }
    }

    /// What happened, why, and what to do.
    pub fn text(self) -> &'static str {
        match self {
            Fate::ExecutorSilent => {
                "Its executor was not heard of for more than 60 s, so Drove gave it up: the machine or its network may be \
                 gone. The container may still run; if the executor comes back, the run shows up here again. Wait for \
                 that before you start it anew, or make sure that it may run twice."
            }
            Fate::EndedUnseen => {
                "Its executor was away and is back, and does not report it: the container had ended meanwhile, and its \
                 result was lost with the executor's memory. It may well have succeeded. Look at the end of its log and \
                 at what it was to produce before you start it again."
            }
            Fate::ContainerVanished => {
                "The executor did not find the container any more: somebody or something on that machine removed it, or \
                 its container engine was restarted. How it ended is not known. Ask who works on that machine; it can be \
                 started again."
            }
            Fate::MachineFault => {
                "The executor's own state machine failed, often because a kill came in the moment in which it began to \
                 run. The container is removed within a minute. It can be started again after that; the words of the \
                 executor are worth a report."
            }
            Fate::OutOfMemory => {
                "The container used more memory than the task asked for, and the kernel killed it. Drove gives exit code \
                 137 for that. Ask for more memory, or find what uses it."
            }
            Fate::KillFailed => {
                "A kill was accepted, and the executor could not carry it out: its container engine refused. Drove reports \
                 that as a failure without an exit code. The executor removes the container within a minute."
            }
            Fate::EndedWithoutCode => {
                "The executor failed while it watched the container, so Drove has no exit code. How the container ended is \
                 not known. Look at the end of its log before you start it again."
            }
            Fate::ZombieKilled => {
                "The leader killed it: it reported that it runs when Drove had given it up or forgotten it, after it was \
                 lost or after another controller took over. Nobody asked for that. Start it again if it is needed."
            }
            Fate::KilledElsewhere => {
                "It was killed, and not from here: somebody sent the kill to Drove directly, or the leader ended a run \
                 that nobody managed. Drove gives exit code -1 for that. Drove's own audit log names who asked."
            }
            Fate::OrphanAfterLost => {
                "It was reported lost, its executor came back, and the leader could not kill it then. It runs to its end \
                 without being listed, and Drove refuses to kill it. To end it now, delete its metadata: the leader then \
                 kills it within seconds."
            }
            Fate::OrphanAfterKill => {
                "A kill was accepted and given up, because it came before the task ran or its executor could not be \
                 reached. Since then nobody manages it: it runs to its end, and Drove refuses another kill. To end it \
                 now, delete its metadata: the leader then kills it within seconds."
            }
            Fate::OrphanAfterFailover => {
                "Another controller leads since it was started, and took over only tasks of applications that are \
                 registered. It runs to its end unlisted, and Drove refuses to kill it. To end it now, delete its \
                 metadata: the leader then kills it within seconds. Registering its application prevents this."
            }
            Fate::Unlisted => {
                "Drove no longer lists this run among its active tasks, and no event says why. Its executor and its record \
                 are being read: within seconds this page says whether it was lost or runs on unmanaged."
            }
            Fate::RecordRewritten => {
                "It ended as shown here, by Drove's own events. Drove's record of it says LOST: a leader that was paused or \
                 cut off came back and wrote over newer records what it had known before. Other tools that read the record \
                 show LOST."
            }
            Fate::Orphan => {
                "Drove reports it as running and does not list it: whatever managed it is gone. It runs to its end, and \
                 Drove refuses to kill it. To end it now, delete its metadata: the leader then kills it within seconds."
            }
        }
    }
}

/// Whether a STOPPED run without a result had been lost by its executor, by the words of that.
pub(crate) fn is_not_found(error: &str) -> bool {
    error.starts_with(NOT_FOUND)
}

/// Whether the run was reported again after it had been reported lost.
fn returned_from_lost(row: &TaskRow) -> bool {
    let lost = row.transitions.iter().position(|t| t.state == TaskState::Lost);
    lost.is_some_and(|lost| row.transitions.iter().skip(lost).any(|t| t.state != TaskState::Lost))
}

#[cfg(test)]
mod tests;
