//! What a reader gets when it joins: what it missed, or a snapshot.

use super::{Content, Join, Joined, Worker};
use crate::{
    ledger::LedgerError,
    live::{Source, frame::Frame, query::Position, tasks_view::TasksView},
};
use model::dashboard::{LiveDelta, LiveFrame, LiveSnapshot, TaskRow, TasksDelta, ViewDelta, ViewSnapshot};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// A snapshot is handed to further readers for this long.
const RECENT: Duration = Duration::from_millis(100);
/// Rows up to which a reader that comes back is told what changed, instead of everything.
const CATCH_UP: usize = 500;

impl Worker {
    /// Gives a reader its first frame, and all that follow.
    pub(super) async fn welcome(&mut self, join: Join) {
        let status = self.source.status.read();
        let recent = self
            .recent
            .as_ref()
            .filter(|(_, made, shown)| join.since.is_none() && made.elapsed() < RECENT && *shown == status);
        let first = match recent {
            Some((frame, ..)) => frame.clone(),
            None => match self.first_frame(join.since).await {
                Ok(frame) => {
                    let frame = Arc::new(frame);
                    self.recent = join.since.is_none().then(|| (frame.clone(), Instant::now(), status));
                    frame
                }
                Err(error) => {
                    // The reader asks again.
                    tracing::warn!(%error, "a live view cannot be read");
                    return;
                }
            },
        };
        let joined = Joined { first, frames: self.frames.subscribe() };
        // The reader may have left while this was read.
        drop(join.joined.send(joined));
    }

    async fn first_frame(&mut self, since: Option<Position>) -> Result<Frame, LedgerError> {
        let (revision, view) = match &mut self.content {
            Content::Tasks(list) => {
                let page = self.source.ledger.page(list.query()).await?;
                list.take_page(&page);
                if let Some(missed) = catch_up(&self.source, list, &page.rows, page.revision, since).await? {
                    let (revision, now) = (page.revision, self.source.status.now());
                    let delta = LiveDelta { revision, now, view: ViewDelta::Tasks(missed) };
                    return Ok(Frame::new(&LiveFrame::Delta(Box::new(delta)), revision));
                }
                (page.revision, ViewSnapshot::Tasks(Box::new(page)))
            }
            Content::Task(task) => {
                let (key, run) = task.identity();
                let detail = self.source.ledger.detail(key, run).await?;
                let revision = detail.as_ref().map_or(self.revision, |detail| detail.revision);
                task.shown(detail.as_ref());
                let known = since.is_some_and(|since| {
                    detail
                        .as_ref()
                        .is_some_and(|detail| detail.row.revision <= since.revision && since.revision <= revision)
                });
                if known {
                    return Ok(self.source.status.notice(revision));
                }
                (revision, ViewSnapshot::Task(detail.map(Box::new)))
            }
            Content::Executors(view) => {
                let seen = self.source.status.picture().borrow().clone();
                view.take(&seen.executors);
                (self.revision, ViewSnapshot::Executors(view.all()))
            }
        };
        let (now, cluster) = (self.source.status.now(), self.source.status.read());
        let snapshot = LiveSnapshot { revision, now, cluster, view };
        Ok(Frame::new(&LiveFrame::Snapshot(Box::new(snapshot)), revision))
    }
}

/// What a reader that comes back has missed, if that can be told for certain: its page is then the present one, but for
/// rows that left it. A full page may have lost rows to others, and is sent again.
async fn catch_up(
    source: &Source,
    list: &mut TasksView,
    page: &[TaskRow],
    revision: u64,
    since: Option<Position>,
) -> Result<Option<TasksDelta>, LedgerError> {
    let Some(since) = since.filter(|since| since.revision <= revision) else { return Ok(None) };
    let changed = source.ledger.rows_changed_since(since.revision, CATCH_UP + 1).await?;
    let query = list.query();
    let full = page.len() >= query.size as usize || query.page > 1 || query.after.is_some();
    if changed.len() > CATCH_UP || (full && !changed.is_empty()) {
        return Ok(None);
    }
    list.take_shown(&changed);
    // It had all that matched: what it does not show is new to it, and what it shows it knows itself.
    let query = list.query();
    let new = changed.iter().filter(|row| query.matches(row)).map(|row| row.key.clone()).collect();
    let (counts, _) = source.ledger.counts(query).await;
    Ok(Some(TasksDelta { rows: changed, new_matches: new, counts: Some(counts) }))
}
