//! Reads that run beside the events: a read that hangs holds up nothing but its own kind.
//!
//! A read is waited for while it is as quick as it should be, so that what follows it in the round finds its answer. One that
//! takes longer goes on by itself, and its answer is taken in by a later round.

use super::{Round, RoundError};
use crate::{
    drove_client::{ClusterError, DroveClient},
    ledger::{LiveRun, Observation},
    watcher::{
        doubts::Doubt,
        status::ReadKind,
        unlisted::{Question, settle},
    },
};
use model::{
    ClusterSummary, ExecutorId, ExecutorNodeData, ExecutorSummary, InstanceId, OUTPUT_LOG, Source, TaskInfo, TaskKey,
    Timestamp, states_in_log,
};
use std::time::Duration;
use tokio::{
    task::{JoinError, JoinSet},
    time::{Instant, timeout_at},
};
use tracing::Instrument;

/// How long a round waits for a read before it goes on without it. Of the embedded core it waits for all.
const PATIENCE: Duration = Duration::from_millis(300);

/// The states up to RUNNING take some 3 KiB of a log, and the steps of a pull more.
const LOG_BYTES: u64 = 32 * 1_024;

/// What is read, with what is needed to take in the answer.
#[derive(Debug)]
pub(super) enum Read {
    /// The list of active tasks, and the runs that went on when it was asked for.
    Tasks(Vec<LiveRun>),
    /// The record of a task.
    Task(TaskKey, Doubt),
    /// The list of executors.
    Executors,
    /// The detail of an executor, for what it is to settle as well.
    Executor(ExecutorId, Option<Question>),
    /// The summary of the cluster.
    Summary,
    /// The beginning of a run's log.
    Log(LateRun),
}

/// A run whose events came late.
#[derive(Clone, Debug)]
pub(super) struct LateRun {
    pub key: TaskKey,
    pub instance_id: InstanceId,
    /// When its executor took it.
    pub created: Timestamp,
}

enum Answer {
    Tasks(Vec<TaskInfo>, Vec<LiveRun>),
    Task(TaskKey, Option<Box<TaskInfo>>),
    Executors(Vec<ExecutorSummary>),
    Executor(ExecutorId, Option<Box<ExecutorNodeData>>, Option<Question>),
    Summary(Option<ClusterSummary>),
    Log(LateRun, String),
}

struct Done {
    kind: ReadKind,
    asked: Timestamp,
    answer: Result<Answer, (Read, ClusterError)>,
}

/// Reads under way, at most one of each kind.
#[derive(Default)]
pub(super) struct Beside {
    reads: JoinSet<Done>,
    kinds: Vec<ReadKind>,
    /// What their answers told, and is to be recorded.
    taken: Vec<Observation>,
}

fn log_failure(read: Result<(), ClusterError>) {
    if let Err(error) = read {
        tracing::warn!(%error, "a part of the cluster could not be read");
    }
}

impl Read {
    fn kind(&self) -> ReadKind {
        match self {
            Read::Tasks(_) => ReadKind::Tasks,
            Read::Task(..) => ReadKind::Task,
            Read::Executors => ReadKind::Executors,
            Read::Executor(..) => ReadKind::Executor,
            Read::Summary => ReadKind::Summary,
            Read::Log(_) => ReadKind::Log,
        }
    }

    async fn perform(self, client: DroveClient) -> Result<Answer, (Self, ClusterError)> {
        match self {
            Read::Tasks(live) => match client.tasks().await {
                Ok(list) => Ok(Answer::Tasks(list, live)),
                Err(error) => Err((Read::Tasks(live), error)),
            },
            Read::Task(key, doubt) => match client.task(&key).await {
                Ok(found) => Ok(Answer::Task(key, found.map(Box::new))),
                Err(error) => Err((Read::Task(key, doubt), error)),
            },
            Read::Executors => {
                client.executors().await.map(Answer::Executors).map_err(|error| (Read::Executors, error))
            }
            Read::Executor(id, question) => match client.executor(&id).await {
                Ok(detail) => Ok(Answer::Executor(id, detail.map(Box::new), question)),
                Err(error) => Err((Read::Executor(id, question), error)),
            },
            Read::Log(run) => match client.log_read(&run.key, OUTPUT_LOG, 0, Some(LOG_BYTES)).await {
                Ok(chunk) => Ok(Answer::Log(run, chunk.data)),
                // Its executor may be gone, or keep no logs: then there is no evidence.
                Err(error) if !error.is_absence() => Ok(Answer::Log(run, String::new())),
                Err(error) => Err((Read::Log(run), error)),
            },
            Read::Summary => client.cluster().await.map(Answer::Summary).map_err(|error| (Read::Summary, error)),
        }
    }
}

impl Round {
    /// Reads something and takes in the answer, unless it takes long: then a later round does. What it tells is recorded by
    /// [`Self::tell_taken`].
    pub(super) async fn read(&mut self, read: Read) -> Result<(), ClusterError> {
        let kind = read.kind();
        if self.beside.kinds.contains(&kind) {
            self.put_back(read);
            return Ok(());
        }
        self.budget.spend().await;
        let (client, asked) = (self.client.clone(), self.clock.now());
        let reading = async move { Done { kind, asked, answer: read.perform(client).await } };
        self.beside.reads.spawn(reading.in_current_span());
        self.beside.kinds.push(kind);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let done = match self.config.embedded {
                true => self.beside.reads.join_next().await,
                false => match timeout_at(deadline, self.beside.reads.join_next()).await {
                    Ok(done) => done,
                    Err(_) => return Ok(()),
                },
            };
            let taken = self.take(done);
            if !self.beside.kinds.contains(&kind) {
                return taken;
            }
            log_failure(taken);
        }
    }

    /// Takes in what has come since the last round.
    pub(super) async fn take_finished(&mut self) -> Result<(), RoundError> {
        while let Some(done) = self.beside.reads.try_join_next() {
            log_failure(self.take(Some(done)));
        }
        self.tell_taken().await
    }

    /// Reads something beside the events: that it fails is shown, and breaks off no round.
    pub(super) async fn read_beside(&mut self, read: Read) -> Result<(), RoundError> {
        let read = self.read(read).await;
        self.tell_taken().await?;
        match read {
            Err(error) if self.config.embedded => Err(error.into()),
            read => {
                log_failure(read);
                Ok(())
            }
        }
    }

    /// Records what the answers taken in have told.
    pub(super) async fn tell_taken(&mut self) -> Result<(), RoundError> {
        let observations = std::mem::take(&mut self.beside.taken);
        self.tell_all(observations).await
    }

    fn take(&mut self, done: Option<Result<Done, JoinError>>) -> Result<(), ClusterError> {
        let Some(Ok(Done { kind, asked, answer })) = done else {
            // Nothing aborts a read, and a panic in one is a bug: whatever was under way is read again.
            self.beside.reads.abort_all();
            self.beside.kinds.clear();
            return Ok(());
        };
        self.beside.kinds.retain(|pending| *pending != kind);
        match answer {
            Ok(answer) => {
                self.status.answered(kind, asked);
                let told = self.take_answer(answer, asked);
                self.beside.taken.extend(told);
                Ok(())
            }
            // One record that cannot be read must not keep all others from being read.
            Err((Read::Task(key, _), error @ ClusterError::BadReply { status: 200, .. })) => {
                tracing::warn!(%error, %key, "a task could not be looked up");
                Ok(())
            }
            Err((Read::Executor(id, _), error @ ClusterError::BadReply { status: 200, .. })) => {
                tracing::warn!(%error, %id, "an executor's detail could not be read");
                self.executors.take_detail(&id, None);
                Ok(())
            }
            Err((read, error)) => {
                self.put_back(read);
                if error.is_unsent() {
                    self.budget.give_back();
                }
                // It was asked for before the leader was found.
                if error == ClusterError::NoLeader && self.led_since.is_some_and(|since| asked <= since) {
                    return Ok(());
                }
                self.status.failed(kind, &error, self.clock.now());
                Err(error)
            }
        }
    }

    fn put_back(&mut self, read: Read) {
        match read {
            Read::Task(key, doubt) => self.doubts.add(key, doubt),
            Read::Executor(id, Some(question)) => self.unlisted.put_back(id, question),
            Read::Executor(_, None) | Read::Executors | Read::Tasks(_) | Read::Summary | Read::Log(_) => {}
        }
    }

    fn take_answer(&mut self, answer: Answer, asked: Timestamp) -> Vec<Observation> {
        match answer {
            Answer::Tasks(list, live) => self.take_list(list, &live, asked),
            Answer::Task(key, found) => self.take_task(key, found, asked),
            Answer::Executors(list) => {
                self.executors.take_list(list);
                Vec::new()
            }
            Answer::Executor(id, detail, question) => {
                self.take_executor(&id, detail.map(|detail| *detail), question, asked)
            }
            Answer::Log(LateRun { key, instance_id, created }, log) => {
                let states = states_in_log(&log, &instance_id, created);
                vec![Observation::Logged { key, instance_id, states }]
            }
            Answer::Summary(None) => Vec::new(),
            Answer::Summary(Some(summary)) => self.take_summary(&summary).into_iter().collect(),
        }
    }

    fn take_list(&mut self, list: Vec<TaskInfo>, live: &[LiveRun], asked: Timestamp) -> Vec<Observation> {
        self.listed = Some(Instant::now());
        let news = self.tasks.take(list, live, asked);
        if !self.config.embedded {
            self.unlisted.found(&news.missing);
        }
        news.missing.into_iter().for_each(|key| self.doubts.add(key, Doubt::NotListed));
        news.observations
    }

    fn take_task(&mut self, key: TaskKey, found: Option<Box<TaskInfo>>, at: Timestamp) -> Vec<Observation> {
        let Some(info) = found else {
            if self.trusts_clock() {
                return vec![Observation::NoRecord { key, at }];
            }
            self.doubts.add(key, Doubt::NotListed);
            return Vec::new();
        };
        let mut observations = Vec::new();
        let run = self.ledger.live_run(&key);
        if run.as_ref().is_some_and(|run| run.instance_id.is_none()) {
            observations.push(Observation::Holds { key, instance_id: info.instance_id.clone(), at });
        }
        observations.extend(run.and_then(|run| self.tasks.unmanaged(&run, &info, at)));
        observations.push(Observation::Record { info, source: Source::Instance });
        observations
    }

    fn take_executor(
        &mut self,
        id: &ExecutorId,
        detail: Option<ExecutorNodeData>,
        question: Option<Question>,
        asked: Timestamp,
    ) -> Vec<Observation> {
        let mut observations = Vec::new();
        if self.records && !self.config.embedded {
            self.doubt_tasks_of(detail.as_ref());
        }
        // A leader that has just begun may not know its executors yet.
        let is_certain = detail.is_some() || asked >= self.gap_until;
        if let Some(question) = question.or_else(|| self.unlisted.asked(id)).filter(|_| self.records) {
            let live = question.keys.iter().filter_map(|key| self.ledger.live_run(key));
            let runs: Vec<LiveRun> = live.filter(|run| run.unlisted).collect();
            let settled = match is_certain {
                true => settle(&runs, detail.as_ref(), &self.tasks, question.since, asked),
                false => Default::default(),
            };
            let open = runs.into_iter().map(|run| run.key).filter(|key| !settled.keys.contains(key)).collect();
            self.unlisted.ask_later(id.clone(), open, question.since);
            self.doubts.settle(settled.keys);
            observations = settled.observations;
        }
        self.executors.take_detail(id, detail);
        observations
    }

    fn take_summary(&mut self, summary: &ClusterSummary) -> Option<Observation> {
        self.summary_wanted = false;
        let now = self.clock.now();
        // Events name leaders, too, but by their hosts only, and one in four (contract 2.8).
        let leader = self.status.take_summary(summary, now)?;
        Some(Observation::Leader { at: self.led_since.take().unwrap_or(now), leader })
    }
}
