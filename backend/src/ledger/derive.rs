//! From the facts of one run to its row: pure, so that views can be derived again at any time.
//!
//! The rank rules of a run are here and nowhere else: within a run no fact moves the state to a lower rank; from LOST and
//! UNKNOWN, and after a conclusion of ours, any later report is believed, because real clusters do all three.

mod line;

pub use line::line;

use super::run::{Conclusion, ConclusionKind, RunFacts};
use model::{
    Outcome, Source, TaskState, Timestamp, Transition,
    dashboard::{AnswerKind, Phase, TaskRow},
};

/// Changes whenever the same facts would give another row: the views of older files are then derived again.
pub const RULES_VERSION: i64 = 4;

/// The row of a run; its revision is given when it is stored.
pub fn row(facts: &RunFacts) -> TaskRow {
    let mut transitions = line(&facts.transitions);
    if let (Some(first), Some(info)) = (transitions.first_mut(), &facts.info)
        && matches!(first.state, TaskState::Pending | TaskState::Provisioning)
    {
        // The executor dates the moment in which it takes a run.
        line::note(first, info.created, Source::Inferred);
    }
    let state = transitions.last().map(|t| t.state.clone());
    // What Drove itself reports of the end outranks a conclusion of ours.
    let is_told = state.as_ref().is_some_and(TaskState::is_terminal);
    let conclusion = facts.conclusion.as_ref().filter(|c| !is_told && holds(c, facts));
    let outcome = outcome(facts, &transitions, conclusion);
    let phase = match (&outcome, &state, &facts.create) {
        (Some(_), _, _) => Phase::Ended,
        (None, Some(_), _) => Phase::Active,
        (None, None, Some(create)) if create.answer == AnswerKind::Unknown => Phase::OutcomeUnknown,
        (None, None, _) => Phase::Placing,
    };
    let info = facts.info.as_ref();
    let allocated = info.filter(|info| !info.resources.is_empty());
    let asked = |of: fn(&super::run::CreateFact) -> i64| facts.create.as_ref().map_or(0, of);
    let last = transitions.last().map_or(facts.opened, |t| t.at);
    TaskRow {
        run_id: facts.run_id,
        key: facts.key.clone(),
        run: facts.run,
        superseded: facts.superseded,
        ended: outcome.as_ref().map(|_| ended(&transitions, facts.opened, conclusion).unwrap_or(last)),
        exit_code: info.and_then(|i| i.task_result.as_ref()).map(|result| result.exit_code),
        error_message: match conclusion {
            Some(conclusion) => sentence(conclusion, facts).to_owned(),
            None => info.map(|i| i.error_message.clone()).unwrap_or_default(),
        },
        image: info
            .and_then(|i| i.executable.as_ref())
            .map(|e| e.url.clone())
            .or_else(|| facts.create.as_ref().map(|c| c.image.clone()))
            .unwrap_or_default(),
        cores: allocated.map_or_else(|| asked(|c| c.cores), |i| i64::try_from(i.core_count()).unwrap_or(i64::MAX)),
        memory_mb: allocated.map_or_else(|| asked(|c| c.memory_mb), |i| i.memory_mb()),
        instance_id: facts.instance_id.clone(),
        executor_id: info.map(|i| i.executor_id.clone()).filter(|id| !id.as_str().is_empty()),
        executor_host: info.and_then(|i| i.hostname.clone()),
        submitted: facts.opened,
        submitter: facts.create.as_ref().and_then(|c| c.user.clone()),
        tags: facts.create.as_ref().map(|c| c.tags.clone()).unwrap_or_default(),
        updated: info.map_or(last, |i| i.updated.max(last)),
        kill: facts.kill.as_ref().filter(|k| k.answer == AnswerKind::Accepted || !k.is_over).map(|k| k.answer.clone()),
        kill_pending: phase != Phase::Ended && facts.is_kill_accepted() && facts.kill_ends().is_some(),
        unmanaged: phase == Phase::Active && facts.unmanaged,
        unlisted: phase == Phase::Active && facts.unlisted && !facts.unmanaged,
        record_says: record_says(facts, state.as_ref()),
        phase,
        state,
        outcome,
        transitions,
        revision: 0,
    }
}

/// Whether a later report of `next` is believed of a run in `current`.
pub fn follows(current: Option<&TaskState>, next: &TaskState) -> bool {
    let Some(current) = current else { return true };
    if current == next {
        return false;
    }
    match current {
        TaskState::Stopped => false,
        TaskState::Lost | TaskState::Unknown | TaskState::Other(_) => true,
        TaskState::Pending
        | TaskState::Provisioning
        | TaskState::ProvisioningFailed
        | TaskState::Starting
        | TaskState::Running
        | TaskState::RunCompleted
        | TaskState::RunFailed
        | TaskState::Deprovisioning => {
            // UNKNOWN stands outside the order: a restarted executor reports it of any task it has not recovered yet.
            matches!(next, TaskState::Unknown | TaskState::Other(_)) || next.rank() >= current.rank()
        }
    }
}

/// Whether `next` comes after `current` in the normal order of a run; LOST, UNKNOWN and new states stand outside it.
pub fn goes_on(current: &TaskState, next: &TaskState) -> bool {
    is_ordered(current) && is_ordered(next) && current.rank() < next.rank()
}

fn is_ordered(state: &TaskState) -> bool {
    !matches!(state, TaskState::Lost | TaskState::Unknown | TaskState::Other(_))
}

/// What a person reads where Drove has no words.
fn sentence(conclusion: &Conclusion, facts: &RunFacts) -> &'static str {
    let is_unknown = facts.create.as_ref().is_some_and(|create| create.answer == AnswerKind::Unknown);
    if conclusion.kind == ConclusionKind::NotPlaced && is_unknown {
        return "No executor reported this task, and the answer to its submission was lost: it never reached the cluster, \
                or could not be placed";
    }
    conclusion.kind.sentence()
}

/// Whether a conclusion still holds: any later report refutes it.
fn holds(conclusion: &Conclusion, facts: &RunFacts) -> bool {
    let is_latest = facts.info.as_ref().is_none_or(|info| info.updated <= conclusion.at);
    !facts.is_reported() || (conclusion.kind.ends_reported_runs() && is_latest)
}

/// What Drove's record of an ended run says, where that is not how it ended: a leader that was paused writes what it knew
/// before over what happened since.
fn record_says(facts: &RunFacts, state: Option<&TaskState>) -> Option<TaskState> {
    let is_rewritten = state == Some(&TaskState::Stopped)
        && facts.transitions.last().is_some_and(|last| last.state == TaskState::Lost && last.source != Source::Event);
    is_rewritten.then_some(TaskState::Lost)
}

fn outcome(facts: &RunFacts, transitions: &[Transition], conclusion: Option<&Conclusion>) -> Option<Outcome> {
    if let Some(state) = transitions.last().map(|t| &t.state).filter(|state| state.is_terminal()) {
        let Some(mut info) = facts.info.clone() else { return Some(Outcome::Unclear) };
        info.state = state.clone();
        let passed: Vec<TaskState> = transitions.iter().map(|t| t.state.clone()).collect();
        return Outcome::of(&info, &passed);
    }
    conclusion.map(|c| c.kind.outcome())
}

/// The executor's time of the end where it is known, unless its clock puts the end before the submission.
fn ended(transitions: &[Transition], opened: Timestamp, conclusion: Option<&Conclusion>) -> Option<Timestamp> {
    let end = transitions.last().filter(|t| t.state.is_terminal());
    let end = end.map(|t| t.begun_by.as_ref().map(|by| by.at).filter(|by| *by >= opened).unwrap_or(t.at));
    end.or(conclusion.map(|c| c.at))
}
