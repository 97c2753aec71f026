//! One view and its readers: a worker that turns what changed into frames. What a reader gets first stands in
//! [`welcome`].

mod welcome;

use super::{
    Source,
    executors_view::ExecutorsView,
    feed::Batch,
    frame::Frame,
    pace::{COUNT_SPACING, Pace, SPACING},
    query::{Position, View},
    task_view::TaskView,
    tasks_view::TasksView,
};
use crate::ledger::LedgerError;
use model::dashboard::{ClusterStatus, HistoryQuery, LiveDelta, LiveFrame, ViewDelta};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{broadcast, mpsc, oneshot},
    time::Instant,
};

/// Frames a reader may be behind before it gets a fresh snapshot instead.
const BACKLOG: usize = 64;
/// A subscription without readers ends after this long: a page that is reloaded comes back at once.
const LINGER: Duration = Duration::from_secs(5);

/// The handle of a subscription. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    joins: mpsc::Sender<Join>,
}

struct Join {
    since: Option<Position>,
    joined: oneshot::Sender<Joined>,
}

/// What a reader gets when it joins.
#[derive(Debug)]
pub(super) struct Joined {
    /// Where the reader is afterwards.
    pub first: Arc<Frame>,
    /// All frames after that.
    pub frames: broadcast::Receiver<Arc<Frame>>,
}

/// The content of a subscription, by view.
enum Content {
    Tasks(Box<TasksView>),
    Task(TaskView),
    Executors(ExecutorsView),
}

struct Worker {
    source: Source,
    content: Content,
    frames: broadcast::Sender<Arc<Frame>>,
    revision: u64,
    deltas: Pace,
    counts: Pace,
    counts_due: bool,
    /// The last snapshot and its status, while nothing has changed: many pages may come at once.
    recent: Option<(Arc<Frame>, Instant, ClusterStatus)>,
}

impl Subscription {
    /// Begins a subscription of `view`.
    pub fn begin(view: View, source: Source) -> Self {
        let (joins, asked) = mpsc::channel(16);
        let content = match view {
            View::Tasks(query) => Content::Tasks(list(*query, &source)),
            View::Task(key, run) => Content::Task(TaskView::new(key, run)),
            View::Executors => Content::Executors(ExecutorsView::default()),
        };
        let worker = Worker {
            revision: source.ledger.revision(),
            source,
            content,
            frames: broadcast::Sender::new(BACKLOG),
            deltas: Pace::new(SPACING),
            counts: Pace::new(COUNT_SPACING),
            counts_due: false,
            recent: None,
        };
        tokio::spawn(worker.run(asked));
        Self { joins }
    }

    /// Joins it; nothing if it has ended.
    pub async fn join(&self, since: Option<Position>) -> Option<Joined> {
        let (joined, answer) = oneshot::channel();
        self.joins.send(Join { since, joined }).await.ok()?;
        answer.await.ok()
    }

    /// Nobody can join any more.
    pub fn has_ended(&self) -> bool {
        self.joins.is_closed()
    }
}

impl Worker {
    async fn run(mut self, mut joins: mpsc::Receiver<Join>) {
        let mut batches = self.source.feed.subscribe();
        let mut picture = self.source.status.picture();
        let mut clock = self.source.status.clock_changes();
        let mut trouble = self.source.ledger.trouble();
        let mut empty_since = Some(Instant::now());
        loop {
            let due = self.next_due();
            let linger = empty_since.map(|since| since + LINGER);
            tokio::select! {
                join = joins.recv() => match join {
                    Some(join) => self.welcome(join).await,
                    None => return,
                },
                batch = batches.recv() => match batch {
                    Ok(batch) => self.take(&batch),
                    Err(broadcast::error::RecvError::Lagged(_)) => self.start_afresh().await,
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                Ok(()) = picture.changed() => {
                    let seen = picture.borrow_and_update().clone();
                    if let Content::Executors(view) = &mut self.content {
                        self.recent = None;
                        view.take(&seen.executors);
                    }
                }
                Ok(()) = clock.changed() => self.recent = None,
                Ok(()) = trouble.changed() => {
                    let is_over = trouble.borrow_and_update().is_none();
                    if is_over {
                        self.start_afresh().await;
                    }
                }
                () = sleep_until(due), if due.is_some() => {}
                () = sleep_until(linger), if linger.is_some() => {
                    // Whoever asks from here on finds the channel closed, and begins another subscription.
                    joins.close();
                    if joins.is_empty() {
                        return;
                    }
                }
            }
            if let Err(error) = self.flush().await {
                tracing::warn!(%error, "a live view waits for the ledger");
                tokio::time::sleep(COUNT_SPACING).await;
            }
            empty_since = match self.frames.receiver_count() {
                0 => empty_since.or_else(|| Some(Instant::now())),
                _ => None,
            };
        }
    }

    /// When the next frame may go, if something waits for it.
    fn next_due(&self) -> Option<Instant> {
        let counts = self.counts_due.then(|| self.counts.next());
        let waiting = match &self.content {
            Content::Tasks(view) => view.is_waiting(),
            Content::Task(view) => view.is_waiting(),
            Content::Executors(view) => view.is_waiting(),
        };
        let delta = waiting.then(|| self.deltas.next());
        [counts, delta].into_iter().flatten().min()
    }

    fn take(&mut self, batch: &Batch) {
        self.recent = None;
        if let Some(last) = batch.last() {
            self.revision = self.revision.max(last.revision);
        }
        match &mut self.content {
            Content::Tasks(view) => {
                view.take_rows(batch);
                self.counts_due |= !batch.is_empty();
            }
            Content::Task(view) => view.take_rows(batch),
            Content::Executors(_) => {}
        }
    }

    /// Sends what waits, if its time has come.
    async fn flush(&mut self) -> Result<(), LedgerError> {
        if let Content::Tasks(view) = &mut self.content
            && self.counts_due
            && self.counts.is_due()
        {
            let (counts, matching) = self.source.ledger.counts(view.query()).await;
            view.take_counts(counts, matching);
            self.counts.done();
            self.counts_due = false;
        }
        if !self.deltas.is_due() {
            return Ok(());
        }
        let change = match &mut self.content {
            Content::Tasks(view) => view.take_delta().map(ViewDelta::Tasks),
            Content::Task(view) => match view.wanted() {
                Some((key, run)) => {
                    let detail = self.source.ledger.detail(key, run).await?;
                    self.revision = self.revision.max(detail.as_ref().map_or(0, |detail| detail.revision));
                    view.take_detail(detail).map(ViewDelta::Task)
                }
                None => None,
            },
            Content::Executors(view) => view.take_changed().map(ViewDelta::Executors),
        };
        if let Some(view) = change {
            let delta = LiveDelta { revision: self.revision, now: self.source.status.now(), view };
            self.send(LiveFrame::Delta(Box::new(delta)));
            self.deltas.done();
        }
        let overgrown = match &self.content {
            Content::Tasks(view) => view.is_overgrown(),
            Content::Executors(view) => view.has_lost_some(),
            Content::Task(_) => false,
        };
        if overgrown {
            self.start_afresh().await;
        }
        Ok(())
    }

    fn send(&self, frame: LiveFrame) {
        let frame = Frame::new(&frame, self.revision);
        // Without readers nobody listens.
        let _ = self.frames.send(Arc::new(frame));
    }

    /// Every reader gets a fresh snapshot: its channel is closed, and it joins again.
    async fn start_afresh(&mut self) {
        self.recent = None;
        self.frames = broadcast::Sender::new(BACKLOG);
        self.revision = self.source.ledger.revision();
        self.content = match &self.content {
            Content::Tasks(view) => Content::Tasks(list(view.query().clone(), &self.source)),
            Content::Task(view) => {
                let (key, run) = view.identity();
                Content::Task(TaskView::new(key.clone(), run))
            }
            Content::Executors(_) => Content::Executors(ExecutorsView::default()),
        };
    }
}

fn list(query: HistoryQuery, source: &Source) -> Box<TasksView> {
    Box::new(TasksView::new(query, source.status.now(), source.ledger.newest_run()))
}

async fn sleep_until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}
