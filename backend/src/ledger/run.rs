//! The facts of one run, as they are held while it may still change.

use super::derive;
use model::{
    InstanceId, Outcome, TaskInfo, TaskKey, TaskSpec, TaskState, Timestamp, Transition, dashboard::AnswerKind,
};
use std::{collections::BTreeMap, str::FromStr, sync::Arc, time::Duration};

/// Everything known of one run. A run is ours: it is opened by a submission or by an unknown instance, and bound to the
/// first instance that is reported for its key.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFacts {
    /// Identity of the run.
    pub run_id: i64,
    /// The task.
    pub key: TaskKey,
    /// 1 for the first run of the key.
    pub run: u32,
    /// The key has a newer run.
    pub superseded: bool,
    /// When its CREATE came, or when it was first known.
    pub opened: Timestamp,
    /// Its CREATE, if that passed through here.
    pub create: Option<CreateFact>,
    /// Drove's name of the run, once one was reported.
    pub instance_id: Option<InstanceId>,
    /// The last KILL of it that was accepted, or whose answer was lost.
    pub kill: Option<KillFact>,
    /// As recorded, in order of arrival.
    pub transitions: Vec<Transition>,
    /// Drove's last record, put together from events and reads.
    pub info: Option<TaskInfo>,
    /// The last conclusion that ends it.
    pub conclusion: Option<Conclusion>,
    /// Drove reports it and does not list it.
    pub unmanaged: bool,
    /// Drove lists it no longer, and why is not known yet.
    pub unlisted: bool,
    /// Drove has no record of it any more.
    pub is_forgotten: bool,
}

/// The CREATE of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateFact {
    /// Which submission.
    pub submission_id: i64,
    /// What became of it.
    pub answer: AnswerKind,
    /// Who sent it.
    pub user: Option<String>,
    /// What was asked for; dropped once an executor reported the run.
    pub spec: Option<Arc<TaskSpec>>,
    /// Cores asked for.
    pub cores: i64,
    /// MB asked for.
    pub memory_mb: i64,
    /// Image asked for.
    pub image: String,
    /// Labels.
    pub tags: BTreeMap<String, String>,
}

/// A KILL of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct KillFact {
    /// Which submission.
    pub submission_id: i64,
    /// Accepted, or unknown.
    pub answer: AnswerKind,
    /// When it came.
    pub at: Timestamp,
    /// How long the cluster tries (`opSpec.timeout`).
    pub timeout: Duration,
    /// Nobody tries any longer: its time is up, or another controller leads.
    pub is_over: bool,
}

impl CreateFact {
    /// The CREATE of `spec`.
    pub fn new(submission_id: i64, answer: AnswerKind, user: Option<String>, spec: Arc<TaskSpec>) -> Self {
        Self {
            submission_id,
            answer,
            user,
            cores: spec.cores(),
            memory_mb: spec.memory_mb(),
            image: spec.executable.as_ref().map(|e| e.url.clone()).unwrap_or_default(),
            tags: spec.tags.clone().unwrap_or_default(),
            spec: Some(spec),
        }
    }
}

/// Something that was concluded about a run at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// What.
    pub kind: ConclusionKind,
    /// When.
    pub at: Timestamp,
    /// Hash of the verdict matrix of that moment.
    pub matrix: Option<String>,
}

/// What can be concluded about a run without a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConclusionKind {
    /// Accepted, and not reported in time.
    NotPlaced,
    /// Not placed because a KILL came first.
    Cancelled,
    /// It was reported, and Drove has no record of it any more.
    Vanished,
    /// The demo's world it belonged to was given up.
    WorldEnded,
    /// Drove reports it and does not list it.
    Unmanaged,
    /// Drove lists it again.
    Managed,
    /// Drove lists it no longer.
    Unlisted,
    /// Its executor left the cluster, and Drove lists it no longer.
    ExecutorGone,
    /// Drove has no record of an ended run any more: its ID is free.
    Forgotten,
    /// No KILL of it is carried out any longer.
    KillOver,
}

impl ConclusionKind {
    const NAMES: [(ConclusionKind, &'static str); 10] = [
        (ConclusionKind::NotPlaced, "NOT_PLACED"),
        (ConclusionKind::Cancelled, "CANCELLED"),
        (ConclusionKind::Vanished, "VANISHED"),
        (ConclusionKind::WorldEnded, "WORLD_ENDED"),
        (ConclusionKind::Unmanaged, "UNMANAGED"),
        (ConclusionKind::Managed, "MANAGED"),
        (ConclusionKind::Unlisted, "UNLISTED"),
        (ConclusionKind::ExecutorGone, "EXECUTOR_GONE"),
        (ConclusionKind::Forgotten, "FORGOTTEN"),
        (ConclusionKind::KillOver, "KILL_OVER"),
    ];

    /// Its name in the ledger.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Whether it also ends a run that was reported.
    pub fn ends_reported_runs(self) -> bool {
        matches!(self, ConclusionKind::Vanished | ConclusionKind::WorldEnded | ConclusionKind::ExecutorGone)
    }

    /// The outcome of a run that ended by it.
    pub fn outcome(self) -> Outcome {
        match self {
            ConclusionKind::NotPlaced => Outcome::NotPlaced,
            ConclusionKind::Cancelled => Outcome::Cancelled,
            ConclusionKind::ExecutorGone => Outcome::Lost,
            ConclusionKind::Vanished
            | ConclusionKind::WorldEnded
            | ConclusionKind::Unmanaged
            | ConclusionKind::Managed
            | ConclusionKind::Unlisted
            | ConclusionKind::Forgotten
            | ConclusionKind::KillOver => Outcome::Unclear,
        }
    }

    /// What a person reads where Drove has no words.
    pub fn sentence(self) -> &'static str {
        match self {
            ConclusionKind::NotPlaced => "No executor reported this task: it could not be placed",
            ConclusionKind::Cancelled => "Killed before an executor had reported it",
            ConclusionKind::Vanished => "The cluster has no record of this task any more, and its end was not seen",
            ConclusionKind::WorldEnded => "The demo was reset while this task was going on",
            ConclusionKind::ExecutorGone => "Its executor left the cluster, and Drove no longer lists the task",
            ConclusionKind::Unmanaged
            | ConclusionKind::Managed
            | ConclusionKind::Unlisted
            | ConclusionKind::Forgotten
            | ConclusionKind::KillOver => "",
        }
    }
}

impl FromStr for ConclusionKind {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind).ok_or(())
    }
}

impl RunFacts {
    /// A run that nothing is known of yet but its key.
    pub fn new(run_id: i64, key: TaskKey, run: u32, opened: Timestamp) -> Self {
        Self {
            run_id,
            key,
            run,
            superseded: false,
            opened,
            create: None,
            instance_id: None,
            kill: None,
            transitions: Vec::new(),
            info: None,
            conclusion: None,
            unmanaged: false,
            unlisted: false,
            is_forgotten: false,
        }
    }

    /// A KILL of it was accepted.
    pub fn is_kill_accepted(&self) -> bool {
        self.kill.as_ref().is_some_and(|kill| kill.answer == AnswerKind::Accepted)
    }

    /// Until when the cluster tries to carry out the KILL of it: one that came early begins with RUNNING.
    pub fn kill_ends(&self) -> Option<Timestamp> {
        let kill = self.kill.as_ref().filter(|kill| !kill.is_over)?;
        let running = self.transitions.iter().find(|t| t.state == TaskState::Running).map_or(kill.at, |t| t.at);
        Some(kill.at.max(running) + kill.timeout)
    }

    /// State that counts, if any was reported.
    pub fn state(&self) -> Option<TaskState> {
        derive::line(&self.transitions).pop().map(|t| t.state)
    }

    /// Whether an executor was ever heard of it.
    pub fn is_reported(&self) -> bool {
        !self.transitions.is_empty()
    }

    /// Whether this event was taken in already.
    pub fn knows_event(&self, id: &str) -> bool {
        self.transitions.iter().any(|t| t.event_id.as_deref() == Some(id))
    }

    /// Takes a conclusion in.
    pub fn conclude(&mut self, conclusion: Conclusion) {
        match conclusion.kind {
            ConclusionKind::Unmanaged => {
                self.unmanaged = true;
                self.conclusion = self.conclusion.take().filter(|c| c.kind != ConclusionKind::ExecutorGone);
            }
            ConclusionKind::Managed => (self.unmanaged, self.unlisted) = (false, false),
            ConclusionKind::Unlisted => self.unlisted = true,
            ConclusionKind::Forgotten => self.is_forgotten = true,
            ConclusionKind::KillOver => {
                if let Some(kill) = self.kill.as_mut().filter(|kill| kill.at <= conclusion.at) {
                    kill.is_over = true;
                }
            }
            ConclusionKind::NotPlaced
            | ConclusionKind::Cancelled
            | ConclusionKind::Vanished
            | ConclusionKind::ExecutorGone
            | ConclusionKind::WorldEnded => self.conclusion = Some(conclusion),
        }
    }

    /// Takes a record in. One from an event lacks allocations and settings, which are kept from the one before; result
    /// and error are whole in both. An older one only fills what is missing. Of two states that follow one another the
    /// later one is newer, whatever the clocks of the machines say that they come from.
    pub fn take_info(&mut self, new: TaskInfo) {
        let Some(old) = self.info.take() else {
            self.info = Some(new);
            return;
        };
        let goes_on = |from: &TaskInfo, to: &TaskInfo| derive::goes_on(&from.state, &to.state);
        let is_newer = match () {
            () if new.instance_id != old.instance_id => new.updated >= old.updated,
            () if goes_on(&old, &new) => true,
            () if goes_on(&new, &old) => false,
            // A leader that was paused may rewrite the record of a run that ended: its end stays.
            () if old.state == TaskState::Stopped && new.state == TaskState::Lost => false,
            () if new.state == TaskState::Stopped && old.state == TaskState::Lost => true,
            () => new.updated >= old.updated,
        };
        let (mut newer, older) = if is_newer { (new, old) } else { (old, new) };
        if newer.resources.is_empty() {
            newer.resources = older.resources;
            newer.volumes = older.volumes;
            newer.logging_spec = older.logging_spec;
            newer.env = older.env;
            newer.executable = older.executable.or(newer.executable);
        }
        newer.hostname = newer.hostname.or(older.hostname);
        self.info = Some(newer);
    }
}
