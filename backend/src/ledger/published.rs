//! What everybody may know of the ledger without asking the database: its revision, its health, and the runs that go on.

use super::{LedgerError, book::Verdicts, pulse::Pulse, run::RunFacts};
use model::{
    ExecutorId, InstanceId, TaskKey, TaskSpec, TaskState, Timestamp,
    dashboard::{AnswerKind, Phase, TaskRow},
    fit::Matrix,
};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::watch;

/// The time that facts are recorded in: demo time, or real time with a real cluster.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A run that goes on, as far as the watcher needs to know it.
#[derive(Clone, Debug)]
pub struct LiveRun {
    /// Identity of the run.
    pub run_id: i64,
    /// The task.
    pub key: TaskKey,
    /// When its CREATE came.
    pub opened: Timestamp,
    /// What is known.
    pub phase: Phase,
    /// State last reported.
    pub state: Option<TaskState>,
    /// Drove's name of it.
    pub instance_id: Option<InstanceId>,
    /// Last word of Drove about it.
    pub updated: Timestamp,
    /// A record with its allocations was read: events do not tell them.
    pub has_allocations: bool,
    /// Drove reports it and does not list it.
    pub unmanaged: bool,
    /// Drove lists it no longer, and why is not known yet.
    pub unlisted: bool,
    /// Where it runs.
    pub executor_id: Option<ExecutorId>,
    /// A KILL of it was accepted or may have been: Drove may drop it from its list while it goes on.
    pub is_killed: bool,
    /// The answer to its CREATE was lost, and no whole record has told yet whether it is ours. Also of one that ended,
    /// while Drove may still have that record.
    pub is_doubtful: bool,
    /// What it asked for, while no executor has reported it.
    pub spec: Option<Arc<TaskSpec>>,
    is_over: bool,
}

impl LiveRun {
    /// What is known of a run.
    pub fn of(facts: &RunFacts, row: &TaskRow) -> Self {
        Self {
            run_id: row.run_id,
            key: row.key.clone(),
            opened: facts.opened,
            phase: row.phase.clone(),
            state: row.state.clone(),
            instance_id: row.instance_id.clone(),
            updated: row.updated,
            has_allocations: facts.info.as_ref().is_some_and(|info| !info.resources.is_empty()),
            unmanaged: row.unmanaged,
            unlisted: row.unlisted,
            executor_id: row.executor_id.clone(),
            is_killed: facts.kill.is_some(),
            is_doubtful: facts.create.as_ref().is_some_and(|create| create.answer == AnswerKind::Unknown)
                && (!row.is_over() || (facts.is_reported() && !facts.is_forgotten && !facts.superseded)),
            spec: facts.create.as_ref().and_then(|create| create.spec.clone()).filter(|_| !facts.is_reported()),
            is_over: row.is_over(),
        }
    }
}

/// Ended runs that are remembered: an executor's detail may be minutes old and still show them.
const STOPPED_KEPT: usize = 32_768;

/// Runs of which Drove has said that they ended, those that said so last.
#[derive(Default)]
struct Stopped {
    runs: HashSet<InstanceId>,
    order: VecDeque<InstanceId>,
}

impl Stopped {
    fn add(&mut self, id: InstanceId) {
        if self.runs.insert(id.clone()) {
            self.order.push_back(id);
        }
        if self.order.len() > STOPPED_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.runs.remove(&oldest);
        }
    }
}

/// Shared by the writer and all handles.
pub struct Published {
    now: Now,
    revision: watch::Sender<u64>,
    trouble: watch::Sender<Option<LedgerError>>,
    size: watch::Sender<u64>,
    /// The last run of each key that goes on.
    live: Mutex<BTreeMap<TaskKey, LiveRun>>,
    /// The last run of each key that has ended and is doubtful.
    ended_in_doubt: Mutex<BTreeMap<TaskKey, i64>>,
    stopped: Mutex<Stopped>,
    verdicts: Mutex<Option<Arc<Verdicts>>>,
    pulse: Arc<Pulse>,
    unstored: AtomicUsize,
}

impl Published {
    /// Nothing yet.
    pub fn new(now: Now) -> Self {
        Self {
            now,
            revision: watch::Sender::new(0),
            trouble: watch::Sender::new(None),
            size: watch::Sender::new(0),
            live: Mutex::default(),
            ended_in_doubt: Mutex::default(),
            stopped: Mutex::default(),
            verdicts: Mutex::default(),
            pulse: Arc::default(),
            unstored: AtomicUsize::new(0),
        }
    }

    /// The time of facts.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// How far it is behind.
    pub fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    /// So many more facts wait for the writer.
    pub fn queued(&self, facts: usize) {
        self.unstored.fetch_add(facts, Ordering::Relaxed);
    }

    /// So many facts wait no longer.
    pub fn stored(&self, facts: usize) {
        self.unstored.fetch_sub(facts, Ordering::Relaxed);
    }

    /// Facts that wait for the writer.
    pub fn unstored(&self) -> usize {
        self.unstored.load(Ordering::Relaxed)
    }

    /// Changes of the revision.
    pub fn revision(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// Why the ledger cannot be written, while it cannot.
    pub fn trouble(&self) -> watch::Receiver<Option<LedgerError>> {
        self.trouble.subscribe()
    }

    /// Bytes of the database in use when old runs were last looked for; 0 before that.
    pub fn size(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    /// Old runs were looked for, and removed.
    pub fn set_size(&self, bytes: u64) {
        self.size.send_replace(bytes);
    }

    /// Writing failed, or works again.
    pub fn set_trouble(&self, error: Option<LedgerError>) {
        self.trouble.send_if_modified(|trouble| {
            let is_new = *trouble != error;
            if is_new {
                match &error {
                    Some(error) => tracing::error!(%error, "the ledger cannot be written; operations are not recorded"),
                    None => tracing::info!("the ledger can be written again"),
                }
                *trouble = error;
            }
            is_new
        });
    }

    /// A batch was committed.
    pub fn show(&self, runs: Vec<LiveRun>, revision: u64) {
        let mut live = self.lock();
        let mut ended_in_doubt = self.ended_in_doubt.lock().unwrap_or_else(PoisonError::into_inner);
        for run in runs {
            if run.is_over
                && run.state == Some(TaskState::Stopped)
                && let Some(id) = &run.instance_id
            {
                self.stopped.lock().unwrap_or_else(PoisonError::into_inner).add(id.clone());
            }
            if live.get(&run.key).is_some_and(|shown| shown.run_id > run.run_id) {
                continue;
            }
            if run.is_over && run.is_doubtful {
                ended_in_doubt.insert(run.key.clone(), run.run_id);
            } else if ended_in_doubt.get(&run.key).is_some_and(|ended| *ended <= run.run_id) {
                ended_in_doubt.remove(&run.key);
            }
            if run.is_over {
                live.remove(&run.key);
            } else {
                live.insert(run.key.clone(), run);
            }
        }
        drop((live, ended_in_doubt));
        self.revision.send_if_modified(|shown| std::mem::replace(shown, revision) != revision);
    }

    /// Keeps those runs only: the others have ended, or are in the ledger no more.
    pub fn keep(&self, keeps: impl Fn(i64) -> bool) {
        let mut live = self.lock();
        live.retain(|_, run| keeps(run.run_id));
        self.ended_in_doubt.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, run| keeps(*run));
    }

    /// Whether Drove has said, since this process began and not too long ago, that a run ended.
    pub fn has_stopped(&self, id: &InstanceId) -> bool {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).runs.contains(id)
    }

    /// Those runs that go on and are wanted, the last one of each key.
    pub fn live_runs(&self, wanted: impl Fn(&LiveRun) -> bool) -> Vec<LiveRun> {
        self.lock().values().filter(|run| wanted(run)).cloned().collect()
    }

    /// How many of them are wanted.
    pub fn count_live(&self, wanted: impl Fn(&LiveRun) -> bool) -> usize {
        self.lock().values().filter(|run| wanted(run)).count()
    }

    /// Tasks whose last run is doubtful, whether it goes on or not.
    pub fn doubtful(&self) -> Vec<TaskKey> {
        let live = self.lock();
        let ended = self.ended_in_doubt.lock().unwrap_or_else(PoisonError::into_inner);
        live.values().filter(|run| run.is_doubtful).map(|run| &run.key).chain(ended.keys()).cloned().collect()
    }

    /// The run of a key that goes on.
    pub fn live_run(&self, key: &TaskKey) -> Option<LiveRun> {
        self.lock().get(key).cloned()
    }

    /// Who tells why a task fits nowhere.
    pub fn set_verdicts(&self, verdicts: Box<Verdicts>) {
        *self.verdicts.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdicts.into());
    }

    /// The verdicts on a spec at this moment, if the cluster is known.
    pub fn verdict(&self, spec: &TaskSpec) -> Option<Matrix> {
        let verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        verdicts.and_then(|verdicts| verdicts(spec))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TaskKey, LiveRun>> {
        // Nothing that holds the lock leaves the map half changed.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
