//! The runs that may still change, in memory, and what becomes of them when something is told.
//!
//! Pure: no database, no clock. The writer loads what a batch is about ([`Book::missing`]), applies the batch, and stores
//! the [`Changes`]; nothing of it is visible to anybody before that is committed.

mod changes;
mod intent;
mod kills;
mod observe;
mod ours;

pub use changes::Changes;
pub use intent::{Asks, OpenIntent};

use super::{
    fact::{Answer, Intent, Observation, SubmissionId},
    report::Report,
    run::{Conclusion, ConclusionKind, CreateFact, RunFacts},
    withhold::content_hash,
};
use model::{TaskKey, TaskSpec, Timestamp, dashboard::AnswerKind, fit::Matrix};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    ops::Range,
    sync::Arc,
    time::Duration,
};

/// How many keys without a live run are kept in memory.
const ENDED_KEYS_KEPT: usize = 2_048;

/// Gives the verdict matrix of a spec at this moment, if the cluster is known.
pub type Verdicts = dyn Fn(&TaskSpec) -> Option<Matrix> + Send + Sync;

/// Runs and open intents.
pub struct Book {
    next_run_id: i64,
    /// Numbers for submissions that are at hand.
    submissions: Range<i64>,
    keys: HashMap<TaskKey, KeyRuns>,
    intents: HashMap<SubmissionId, OpenIntent>,
    /// The open CREATE of a key.
    open_creates: HashMap<TaskKey, SubmissionId>,
    /// The open KILL of a key.
    open_kills: HashMap<TaskKey, SubmissionId>,
    /// Unreported runs by the time they were opened. May name runs that were reported since.
    unreported: BTreeMap<(Timestamp, i64), TaskKey>,
    /// Runs with a KILL that is open. May name runs whose KILL is over.
    killed: BTreeSet<(TaskKey, i64)>,
    /// Who leads, once that was told.
    leader: Option<String>,
    /// How far the leader's clock is behind.
    clock_behind: Duration,
    /// Keys in the order in which their last run ended; a key may stand here more than once.
    ended: VecDeque<TaskKey>,
}

/// The runs of one key in this world.
#[derive(Clone, Debug, Default)]
pub struct KeyRuns {
    /// Number of the last run, in whichever world.
    pub last_number: u32,
    /// Oldest first.
    pub runs: Vec<RunFacts>,
}

impl Book {
    /// A book of nothing; runs are numbered from `next_run_id`.
    pub fn new(next_run_id: i64) -> Self {
        Self {
            next_run_id,
            submissions: 0..0,
            keys: HashMap::new(),
            intents: HashMap::new(),
            open_creates: HashMap::new(),
            open_kills: HashMap::new(),
            unreported: BTreeMap::new(),
            killed: BTreeSet::new(),
            leader: None,
            clock_behind: Duration::ZERO,
            ended: VecDeque::new(),
        }
    }

    /// Forgets everything but the numbers: what is held is loaded again.
    pub fn clear(&mut self) {
        let submissions = self.submissions.clone();
        *self = Self { submissions, clock_behind: self.clock_behind, ..Self::new(self.next_run_id) };
    }

    /// Others have taken numbers for runs.
    pub fn set_next_run(&mut self, next: i64) {
        self.next_run_id = next;
    }

    /// How many numbers for submissions are at hand.
    pub fn spare_submissions(&self) -> usize {
        usize::try_from(self.submissions.end - self.submissions.start).unwrap_or(0)
    }

    /// Gives numbers for submissions.
    pub fn give_submissions(&mut self, numbers: Range<i64>) {
        self.submissions = numbers;
    }

    /// Those of `keys` that must be loaded before anything about them is told.
    pub fn missing<'a>(&self, keys: impl IntoIterator<Item = &'a TaskKey>) -> BTreeSet<TaskKey> {
        keys.into_iter().filter(|key| !self.keys.contains_key(key)).cloned().collect()
    }

    /// Takes in what the ledger holds of a key; an empty value when it holds nothing.
    pub fn load(&mut self, key: TaskKey, runs: KeyRuns) {
        for run in runs.runs.iter().filter(|run| !run.is_reported() && run.conclusion.is_none()) {
            self.unreported.insert((run.opened, run.run_id), key.clone());
        }
        let killed = runs.runs.iter().filter(|run| run.kill_ends().is_some()).map(|run| (key.clone(), run.run_id));
        self.killed.extend(killed);
        self.keys.insert(key, runs);
    }

    /// A run, if it is held.
    pub fn run(&self, key: &TaskKey, run_id: i64) -> Option<&RunFacts> {
        self.keys.get(key)?.runs.iter().find(|run| run.run_id == run_id)
    }

    /// The key that an intent still waiting for its answer is about.
    pub fn intent_key(&self, id: SubmissionId) -> Option<&TaskKey> {
        self.intents.get(&id).map(|intent| &intent.key)
    }

    /// A number for an intent that is about to be stored; one must be at hand.
    pub fn next_submission(&mut self) -> SubmissionId {
        let id = SubmissionId(self.submissions.start);
        self.submissions.start += 1;
        id
    }

    /// An intent was stored.
    pub fn intend(&mut self, id: SubmissionId, intent: &Intent) {
        self.reopen(id, OpenIntent::of(intent));
    }

    /// An intent of an earlier process is waiting for its answer.
    pub fn reopen(&mut self, id: SubmissionId, intent: OpenIntent) {
        match intent.asks {
            Asks::Create => drop(self.open_creates.insert(intent.key.clone(), id)),
            Asks::Kill => drop(self.open_kills.insert(intent.key.clone(), id)),
            Asks::Delete | Asks::Other => {}
        }
        self.intents.insert(id, intent);
    }

    /// An operation was sent and answered before the ledger heard of it. Its key must be loaded.
    pub fn rehearsed(&mut self, intent: Intent, answer: Answer, verdicts: &Verdicts, changes: &mut Changes) {
        let id = self.next_submission();
        self.intend(id, &intent);
        changes.submissions.push((id, intent));
        self.answer(id, answer, verdicts, changes);
    }

    /// An intent was taken back: the operation did not reach the cluster, or its sender was not let in.
    pub fn withdraw(&mut self, id: SubmissionId) {
        if let Some(intent) = self.intents.remove(&id) {
            self.close(&intent.key, id);
        }
    }

    /// An operation was answered. Its key must be loaded.
    pub fn answer(&mut self, id: SubmissionId, answer: Answer, verdicts: &Verdicts, changes: &mut Changes) {
        let Some(intent) = self.intents.remove(&id) else { return };
        self.close(&intent.key, id);
        let run = match (intent.asks, intent.spec.clone()) {
            (Asks::Create, Some(spec)) => self.created(id, &intent, spec, &answer, verdicts, changes),
            (Asks::Kill, _) => self.killed(id, &intent, &answer, verdicts, changes),
            (Asks::Delete, _) => self.deleted(&intent, &answer, changes),
            (Asks::Create, None) | (Asks::Other, _) => None,
        };
        changes.answer(id, answer, run);
        let run = run.and_then(|id| self.keys.get_mut(&intent.key)?.runs.iter_mut().find(|run| run.run_id == id));
        // What was reported before the answer was lost may tell all there is to know.
        if let Some(run) = run.filter(|run| run.is_reported()) {
            ours::judge(run, changes);
            kills::settle_kill(run, intent.at, changes);
        }
    }

    /// Something was observed. Its key must be loaded.
    pub fn observe(&mut self, observation: Observation, verdicts: &Verdicts, changes: &mut Changes) {
        match observation {
            Observation::Event(event) => {
                if let Some(report) = Report::of_event(&event) {
                    self.report(report, changes);
                }
            }
            Observation::Record { info, source } => self.report(Report::of_record(*info, source), changes),
            Observation::NoRecord { key, at } => self.no_record(&key, at, verdicts, changes),
            Observation::Holds { key, instance_id, at } => self.holds(&key, &instance_id, at, verdicts, changes),
            Observation::AttemptsEnded { key, at } => self.attempts_ended(&key, at, verdicts, changes),
            Observation::CaughtUp { at, but_for } => {
                self.caught_up(at, &but_for, verdicts, changes);
                self.end_kills(at, |ends| ends <= at, changes);
            }
            Observation::Listing { key, instance_id: id, listing, at } => self.listing(&key, &id, listing, at, changes),
            Observation::ExecutorGone { key, instance_id: id, at } => self.executor_gone(&key, &id, at, changes),
            Observation::Logged { key, instance_id, states } => self.logged(&key, &instance_id, states, changes),
            Observation::ClockBehind(behind) => self.clock_behind = behind,
            Observation::Gap(gap) => changes.gaps.push(gap),
            Observation::Watched(watched) => changes.watched = Some(watched),
            Observation::Leader { at, leader } => {
                if self.leader.as_ref().is_some_and(|before| *before != leader) {
                    // Its runners, and what they were to do, went with the one before (contract 5.10).
                    self.end_kills(at, |_| true, changes);
                }
                self.leader = Some(leader.clone());
                changes.leaders.push((at, leader));
            }
        }
    }

    /// Forgets keys without live runs, those first that ended first, once there are many. `ended` are keys whose run
    /// ended in the batch just stored.
    pub fn trim(&mut self, ended: impl IntoIterator<Item = TaskKey>) {
        self.ended.extend(ended);
        while self.ended.len() > ENDED_KEYS_KEPT {
            let Some(key) = self.ended.pop_front() else { break };
            let over = self.keys.get(&key).is_some_and(|k| k.runs.iter().all(|run| super::derive::row(run).is_over()));
            if over && !self.open_creates.contains_key(&key) {
                self.keys.remove(&key);
            }
        }
    }

    /// Forgets runs that were removed from the ledger, and keys of which nothing is left.
    pub fn forget(&mut self, removed: &BTreeSet<i64>) {
        self.keys.retain(|_, key| {
            let held = key.runs.len();
            key.runs.retain(|run| !removed.contains(&run.run_id));
            held == key.runs.len() || !key.runs.is_empty()
        });
    }

    fn close(&mut self, key: &TaskKey, id: SubmissionId) {
        for open in [&mut self.open_creates, &mut self.open_kills] {
            if open.get(key) == Some(&id) {
                open.remove(key);
            }
        }
    }

    fn created(
        &mut self,
        id: SubmissionId,
        intent: &OpenIntent,
        spec: Arc<TaskSpec>,
        answer: &Answer,
        verdicts: &Verdicts,
        changes: &mut Changes,
    ) -> Option<i64> {
        let fact = CreateFact::new(id.0, answer.kind.clone(), intent.user.clone(), spec);
        let goes_on = self.goes_on(&intent.key);
        // A report may have come before the answer, and opened the run.
        let early = self.keys.get_mut(&intent.key)?.runs.iter_mut().find(|r| submission(r) == Some(id.0));
        match (&answer.kind, early) {
            (AnswerKind::Refused, None) => None,
            (AnswerKind::Refused, Some(run)) => {
                // What was reported is somebody else's task.
                run.create = None;
                changes.dirty.insert((intent.key.clone(), run.run_id));
                None
            }
            (AnswerKind::Unknown, Some(run)) => {
                run.create = Some(fact);
                changes.dirty.insert((intent.key.clone(), run.run_id));
                Some(run.run_id)
            }
            (_, Some(run)) => Some(run.run_id),
            (AnswerKind::Unknown, None) if goes_on => None,
            (_, None) => {
                if answer.kind == AnswerKind::Accepted {
                    // Drove takes a CREATE only if it knows nothing of the key: the run before is over.
                    self.give_up(&intent.key, intent.at, verdicts, changes);
                    self.supersede(&intent.key, intent.at, changes);
                }
                let run_id = self.open(&intent.key, intent.at, Some(fact), changes);
                if let Some(at) = intent.attempts_ended {
                    self.give_up(&intent.key, at, verdicts, changes);
                }
                Some(run_id)
            }
        }
    }

    fn goes_on(&self, key: &TaskKey) -> bool {
        self.keys.get(key).and_then(|k| k.runs.last()).is_some_and(|run| !super::derive::row(run).is_over())
    }

    fn open(&mut self, key: &TaskKey, at: Timestamp, create: Option<CreateFact>, changes: &mut Changes) -> i64 {
        let run_id = self.next_run_id;
        self.next_run_id += 1;
        let runs = self.keys.entry(key.clone()).or_default();
        runs.last_number += 1;
        if let Some(before) = runs.runs.last_mut() {
            before.superseded = true;
            changes.dirty.insert((key.clone(), before.run_id));
        }
        let mut run = RunFacts::new(run_id, key.clone(), runs.last_number, at);
        run.create = create;
        runs.runs.push(run);
        self.unreported.insert((at, run_id), key.clone());
        changes.dirty.insert((key.clone(), run_id));
        run_id
    }

    /// The last run of the key was not reported and will not be.
    fn give_up(&mut self, key: &TaskKey, at: Timestamp, verdicts: &Verdicts, changes: &mut Changes) {
        let last = self.keys.get(key).and_then(|k| k.runs.last()).map(|run| run.run_id);
        if let Some(run_id) = last {
            self.give_up_run(key, run_id, at, verdicts, changes);
        }
    }

    /// A run was not reported and will not be.
    fn give_up_run(&mut self, key: &TaskKey, run_id: i64, at: Timestamp, verdicts: &Verdicts, changes: &mut Changes) {
        let runs = self.keys.get_mut(key).map_or(&mut [][..], |k| &mut k.runs);
        let Some(run) = runs.iter_mut().find(|run| run.run_id == run_id) else { return };
        if run.is_reported() || run.conclusion.is_some() {
            return;
        }
        let kind = if run.is_kill_accepted() { ConclusionKind::Cancelled } else { ConclusionKind::NotPlaced };
        let spec = run.create.as_mut().and_then(|create| create.spec.take());
        let matrix = spec.filter(|_| kind == ConclusionKind::NotPlaced).and_then(|spec| verdicts(&spec));
        let matrix = matrix.and_then(|mut matrix| {
            // The moment is that of the conclusion; without it, equal verdicts are stored once.
            matrix.at = Timestamp::default();
            let content = serde_json::to_string(&matrix).ok()?;
            let hash = content_hash(&content);
            changes.matrices.insert(hash.clone(), content);
            Some(hash)
        });
        let conclusion = Conclusion { kind, at, matrix };
        run.conclude(conclusion.clone());
        changes.conclusions.push((run.run_id, conclusion));
        changes.dirty.insert((key.clone(), run.run_id));
    }
}

fn submission(run: &RunFacts) -> Option<i64> {
    run.create.as_ref().map(|create| create.submission_id)
}
