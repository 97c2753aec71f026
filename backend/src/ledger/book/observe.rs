//! What reports, look-ups and their absence make of a run.

use super::{
    Book, Changes, OpenIntent, Verdicts,
    kills::settle_kill,
    ours::{judge, may_be_ours},
};
use crate::ledger::{
    PLACING_TIME, derive,
    fact::{Answer, Listing},
    report::Report,
    run::{Conclusion, ConclusionKind, CreateFact, RunFacts},
};
use model::{InstanceId, Source, TaskInfo, TaskKey, TaskState, Timestamp, Transition, dashboard::AnswerKind};
use std::{collections::BTreeSet, time::Duration};

/// Attempts to place a task never end sooner; a hint that comes sooner is about an earlier CREATE of the key.
const SHORTEST_PLACING: Duration = Duration::from_secs(1);
/// A run reported at most so long before its CREATE came is still the run of that CREATE: clocks of machines differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60);
/// Largest assumed error of a clock of the cluster that was not measured.
const WRONG_CLOCK: Duration = Duration::from_secs(600);
/// A heartbeat alone is written at most so often.
const HEARTBEAT: Duration = Duration::from_secs(60);

impl Book {
    pub(super) fn report(&mut self, report: Report, changes: &mut Changes) {
        let key = report.key();
        let run_id = self.run_of(&key, &report, changes);
        let Some(run) = self.keys.get_mut(&key).and_then(|k| k.runs.iter_mut().find(|run| run.run_id == run_id)) else {
            return;
        };
        if report.event_id.as_deref().is_some_and(|id| run.knows_event(id)) {
            return;
        }
        let id = (key, run_id);
        let transition = transition(run, &report);
        let may_be_heartbeat = transition.is_none() && run.conclusion.is_none();
        if let Some(transition) = transition {
            run.transitions.push(transition.clone());
            changes.transitions.push((run_id, transition));
            changes.dirty.insert(id.clone());
        }
        run.is_forgotten = false;
        let is_refuted = run.conclusion.as_ref().is_some_and(|c| c.kind == ConclusionKind::ExecutorGone);
        if is_refuted && report.source != Source::Event && report.state().is_active() {
            // The record was read after its executor had left: nobody marks it as lost.
            conclude(run, ConclusionKind::Unmanaged, report.info.updated, changes);
        }
        let before = run.info.clone();
        let at = report.info.updated;
        run.take_info(report.info);
        judge(run, changes);
        settle_kill(run, at, changes);
        match (&before, &run.info) {
            // A heartbeat is not worth a write; what is held stays what is written.
            (Some(old), Some(new)) if may_be_heartbeat && !tells_more(old, new) => run.info = before,
            _ => {
                changes.reported.insert(id.clone());
                changes.dirty.insert(id);
            }
        }
    }

    pub(super) fn no_record(&mut self, key: &TaskKey, at: Timestamp, verdicts: &Verdicts, changes: &mut Changes) {
        let Some(run) = self.keys.get_mut(key).and_then(|k| k.runs.last_mut()) else { return };
        if !run.is_reported() {
            if at >= run.opened + PLACING_TIME {
                self.give_up(key, at, verdicts, changes);
            }
            return;
        }
        let kind = match derive::row(run).is_over() {
            false => ConclusionKind::Vanished,
            true if run.is_forgotten => return,
            true => ConclusionKind::Forgotten,
        };
        // Clocks of machines differ: whatever was reported before was so before this.
        let at = run.info.as_ref().map_or(at, |info| info.updated.max(at));
        conclude(run, kind, at, changes);
    }

    /// Drove takes no CREATE of a key that it has a record of, whatever became of that run: one that waits for its report
    /// after it was not carried out.
    pub(super) fn holds(
        &mut self,
        key: &TaskKey,
        instance_id: &InstanceId,
        at: Timestamp,
        verdicts: &Verdicts,
        changes: &mut Changes,
    ) {
        let Some((last, before)) = self.keys.get(key).and_then(|k| k.runs.split_last()) else { return };
        let is_of_earlier = before.iter().any(|run| run.instance_id.as_ref() == Some(instance_id));
        if !last.is_reported() && is_of_earlier {
            self.no_record(key, at, verdicts, changes);
        }
    }

    /// The metadata of a task was to be deleted: the run it is about. That of one that goes on comes back.
    pub(super) fn deleted(&mut self, intent: &OpenIntent, answer: &Answer, changes: &mut Changes) -> Option<i64> {
        let run = self.keys.get_mut(&intent.key)?.runs.last_mut()?;
        let holds_id = run.is_reported() && !run.is_forgotten && derive::row(run).is_over();
        if answer.kind == AnswerKind::Accepted && holds_id {
            conclude(run, ConclusionKind::Forgotten, intent.at, changes);
        }
        Some(run.run_id)
    }

    pub(super) fn attempts_ended(&mut self, key: &TaskKey, at: Timestamp, verdicts: &Verdicts, changes: &mut Changes) {
        // Whatever is still waiting for its answer may be the reason: it is decided then.
        let open = self.open_creates.get(key).or(self.open_kills.get(key));
        if let Some(intent) = open.and_then(|id| self.intents.get_mut(id)) {
            intent.attempts_ended = Some(at);
            return;
        }
        let Some(run) = self.keys.get(key).and_then(|k| k.runs.last()) else { return };
        if run.is_kill_accepted() || at >= run.opened + SHORTEST_PLACING {
            self.give_up(key, at, verdicts, changes);
        }
    }

    pub(super) fn caught_up(
        &mut self,
        at: Timestamp,
        but_for: &BTreeSet<TaskKey>,
        verdicts: &Verdicts,
        changes: &mut Changes,
    ) {
        let mut kept = Vec::new();
        while let Some(((opened, run_id), key)) = self.unreported.pop_first() {
            // A clock that was ahead when it was opened, and was set back since, does not keep it waiting.
            let is_early = at < opened + PLACING_TIME && opened < at + CLOCK_SKEW;
            if is_early || but_for.contains(&key) {
                kept.push(((opened, run_id), key));
                if is_early {
                    break;
                }
                continue;
            }
            let runs = self.keys.get(&key).map_or(&[][..], |k| &k.runs);
            let Some(run) = runs.iter().find(|run| run.run_id == run_id) else { continue };
            // An unknown outcome is settled by looking the task up, not by silence; but a later run has the key by then.
            let is_known = run.create.as_ref().is_none_or(|create| create.answer != AnswerKind::Unknown);
            if is_known || run.superseded {
                self.give_up_run(&key, run_id, opened + PLACING_TIME, verdicts, changes);
            }
        }
        self.unreported.extend(kept);
    }

    pub(super) fn listing(
        &mut self,
        key: &TaskKey,
        instance_id: &InstanceId,
        listing: Listing,
        at: Timestamp,
        changes: &mut Changes,
    ) {
        let Some(run) = self.instance(key, instance_id) else { return };
        let (kind, is_known) = match listing {
            Listing::Listed => (ConclusionKind::Managed, !run.unmanaged && !run.unlisted),
            Listing::Missing => (ConclusionKind::Unlisted, run.unlisted),
            Listing::Unmanaged => (ConclusionKind::Unmanaged, run.unmanaged),
        };
        if !is_known {
            conclude(run, kind, at, changes);
        }
    }

    pub(super) fn executor_gone(
        &mut self,
        key: &TaskKey,
        instance_id: &InstanceId,
        at: Timestamp,
        changes: &mut Changes,
    ) {
        let Some(run) = self.instance(key, instance_id) else { return };
        if !derive::row(run).is_over() {
            let at = run.info.as_ref().map_or(at, |info| info.updated.max(at));
            conclude(run, ConclusionKind::ExecutorGone, at, changes);
        }
    }

    pub(super) fn logged(
        &mut self,
        key: &TaskKey,
        instance_id: &InstanceId,
        states: Vec<(TaskState, Timestamp)>,
        changes: &mut Changes,
    ) {
        let Some(run) = self.instance(key, instance_id) else { return };
        for (state, at) in states {
            let fact = Transition::new(state, at, Source::Log);
            if !run.transitions.contains(&fact) {
                run.transitions.push(fact.clone());
                changes.transitions.push((run.run_id, fact));
                changes.dirty.insert((run.key.clone(), run.run_id));
            }
        }
    }

    fn instance(&mut self, key: &TaskKey, instance_id: &InstanceId) -> Option<&mut RunFacts> {
        let runs = &mut self.keys.get_mut(key)?.runs;
        runs.iter_mut().find(|run| run.instance_id.as_ref() == Some(instance_id))
    }

    /// Drove has a newer record of the key, or room for one: whatever was reported before has none any more.
    pub(super) fn supersede(&mut self, key: &TaskKey, at: Timestamp, changes: &mut Changes) {
        let Some(run) = self.keys.get_mut(key).and_then(|k| k.runs.last_mut()) else { return };
        if run.is_reported() && !derive::row(run).is_over() {
            let at = run.info.as_ref().map_or(at, |info| info.updated.max(at));
            conclude(run, ConclusionKind::Vanished, at, changes);
        }
    }

    /// The run that a report is about; opened or bound now if it is the first.
    fn run_of(&mut self, key: &TaskKey, report: &Report, changes: &mut Changes) -> i64 {
        let instance = report.instance_id();
        let created = report.info.created;
        let runs = self.keys.entry(key.clone()).or_default();
        if let Some(run) = runs.runs.iter().rev().find(|run| run.instance_id.as_ref() == Some(instance)) {
            return run.run_id;
        }
        if let Some(run) = runs.runs.last_mut().filter(|run| run.instance_id.is_none()) {
            // Drove accepts a CREATE only of a key that it has no record of: what is first heard of after that is of this run,
            // whatever the clocks say.
            let is_accepted = run.create.as_ref().is_some_and(|create| create.answer == AnswerKind::Accepted);
            let tolerance = self.clock_behind + if is_accepted { WRONG_CLOCK } else { CLOCK_SKEW };
            let is_since = created + tolerance >= run.opened;
            if is_since && run.create.as_ref().is_none_or(|create| may_be_ours(create, report)) {
                run.instance_id = Some(instance.clone());
                changes.dirty.insert((key.clone(), run.run_id));
                return run.run_id;
            }
            if run.conclusion.is_none() {
                // Its key is another run's: nothing will be reported for it.
                conclude(run, ConclusionKind::NotPlaced, created.max(run.opened), changes);
            }
        }
        let intent = self.open_creates.get(key).copied();
        let intent = intent.and_then(|id| self.intents.get(&id).map(|intent| (id, intent.clone())));
        let tolerance = self.clock_behind + WRONG_CLOCK;
        let create = intent.filter(|(_, intent)| created + tolerance >= intent.at).and_then(|(id, intent)| {
            let fact = CreateFact::new(id.0, AnswerKind::Accepted, intent.user, intent.spec?);
            Some((intent.at, fact))
        });
        let (opened, create) = match create {
            Some((at, fact)) => (at, Some(fact)),
            None => (created, None),
        };
        self.supersede(key, opened, changes);
        let run_id = self.open(key, opened, create, changes);
        if let Some(run) = self.keys.get_mut(key).and_then(|k| k.runs.last_mut()) {
            run.instance_id = Some(instance.clone());
        }
        run_id
    }
}

/// What a report adds to the transitions of a run. Every event is recorded; a read only if it changes something: the state, or
/// the time of the end, which the executor's record dates and the leader's event only follows.
fn transition(run: &RunFacts, report: &Report) -> Option<Transition> {
    let (state, at) = (report.state().clone(), report.info.updated);
    let new = Transition::new(state.clone(), at, report.source.clone());
    if report.source == Source::Event {
        return Some(Transition { event_id: report.event_id.clone(), ..new });
    }
    let line = derive::line(&run.transitions);
    let Some(last) = line.last() else {
        return Some(Transition { not_before: Some(report.info.created.min(at)), ..new });
    };
    if (&last.state, &state) == (&TaskState::Stopped, &TaskState::Lost) {
        return run.transitions.last().is_some_and(|t| t.state != TaskState::Lost).then_some(new);
    }
    let by_event = last.source == Source::Event && last.begun_by.is_none();
    let dates_end = by_event && (&last.state, &state) == (&TaskState::Stopped, &TaskState::Stopped) && at < last.at;
    // The leader may raise an event long after the executor entered the state: order counts for more than time.
    let is_newer = at >= last.at || derive::goes_on(&last.state, &state);
    let changes = is_newer && derive::follows(Some(&last.state), &state);
    // The last word of the executor was about the state before.
    let seen_before = run.info.as_ref().map_or(last.at, |info| info.updated.max(last.at)).min(at);
    (changes || dates_end).then_some(Transition { not_before: Some(seen_before), ..new })
}

/// Whether a record tells more than a heartbeat, or the last heartbeat written is old.
fn tells_more(before: &TaskInfo, after: &TaskInfo) -> bool {
    let same = TaskInfo { updated: after.updated, ..before.clone() } == *after;
    !same || after.updated.since(before.updated) >= HEARTBEAT
}

fn conclude(run: &mut RunFacts, kind: ConclusionKind, at: Timestamp, changes: &mut Changes) {
    let conclusion = Conclusion { kind, at, matrix: None };
    run.conclude(conclusion.clone());
    changes.conclusions.push((run.run_id, conclusion));
    changes.dirty.insert((run.key.clone(), run.run_id));
}
