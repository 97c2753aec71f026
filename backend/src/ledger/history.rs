//! Lists of runs: filtered, sorted, paged and counted in memory ([`table`], [`search`]); the rows of a page are read from
//! the database. What the rows show may be newer than what they were found by, and then says so by its revision.

mod block;
mod column;
mod filter;
mod load;
mod order;
mod search;
mod table;
mod texts;

pub use block::Line;
pub use load::load;
pub use table::Lists;

use super::{
    database::{Query, Readers, Reading, Row},
    fact::Watched,
};
use model::{
    Outcome, TaskState, Timestamp,
    dashboard::{Count, Counts, HistoryPage, HistoryQuery, Phase, TaskRow},
};
use search::{Found, search};
use serde::de::DeserializeOwned;
use std::{collections::HashMap, sync::Arc};
use table::Table;

/// A pass over more runs than this is not made by the thread that serves requests.
const SHORT_PASS: usize = 10_000;

/// One page, with everything that belongs to it.
pub async fn page(readers: &Readers, lists: &Lists, query: &HistoryQuery, now: Timestamp) -> sqlx::Result<HistoryPage> {
    let table = lists.now();
    let found = pass(table.clone(), query, now).await;
    Ok(HistoryPage {
        query: query.clone(),
        rows: rows(readers, &found.page).await?,
        matching: found.matching,
        counts: found.counts,
        choices: table.choices(),
        next: found.next.and_then(|next| next.write()),
        revision: table.revision,
        now,
    })
}

/// Counts by tab, state and outcome, and how many rows the whole query has.
pub async fn counts(lists: &Lists, query: &HistoryQuery, now: Timestamp) -> (Counts, Count) {
    let found = pass(lists.now(), query, now).await;
    (found.counts, found.matching)
}

/// Runs of one page, in order, and where the next one begins.
pub async fn run_ids(lists: &Lists, query: &HistoryQuery, now: Timestamp) -> (Vec<i64>, Option<String>) {
    let found = pass(lists.now(), query, now).await;
    (found.page, found.next.and_then(|next| next.write()))
}

async fn pass(table: Arc<Table>, query: &HistoryQuery, now: Timestamp) -> Found {
    if table.len() <= SHORT_PASS {
        return search(&table, query, now);
    }
    let query = query.clone();
    // It is only given up when the process ends.
    tokio::task::spawn_blocking(move || search(&table, &query, now)).await.unwrap_or_default()
}

/// Rows by the order of their last change.
pub async fn changed_since(
    readers: &Readers,
    cluster: &str,
    revision: u64,
    limit: usize,
) -> sqlx::Result<Vec<TaskRow>> {
    let query = Query::new(
        "SELECT run_row.content FROM run CROSS JOIN run_row \
         WHERE run_row.run_id = run.run_id AND run.cluster = $1 AND run.revision > $2 ORDER BY run.revision LIMIT $3",
    );
    let number = |n| i64::try_from(n).unwrap_or(i64::MAX);
    let query = query.bind(cluster).bind(i64::try_from(revision).unwrap_or(i64::MAX)).bind(number(limit));
    readers.fetch_all(query).await?.iter().map(row_of).collect()
}

/// How far the watcher had come. Of ledgers that did not keep that, the last event recorded tells.
pub async fn watched(readers: &Readers, cluster: &str, world: &str) -> sqlx::Result<Option<Watched>> {
    let query = Query::new("SELECT read_at, newest FROM watched WHERE cluster = $1 AND world_id = $2");
    if let Some(row) = readers.fetch_all(query.bind(cluster).bind(world)).await?.first() {
        let newest = row.number_or_none("newest")?.map(Timestamp);
        return Ok(Some(Watched { read: Timestamp(row.number("read_at")?), newest }));
    }
    // Events are recorded nearly in the order of their time: the newest is among the last ones.
    let query = Query::new(
        "SELECT max(at) AS at FROM (SELECT at FROM transition \
             WHERE cluster = $1 AND world_id = $2 AND event_id IS NOT NULL \
             ORDER BY transition_id DESC LIMIT 1000) AS last",
    );
    let row = readers.fetch_one(query.bind(cluster).bind(world)).await?;
    let last = row.number_or_none("at")?.map(Timestamp);
    Ok(last.map(|last| Watched { read: last, newest: Some(last) }))
}

/// Place of a row's state or outcome when a list is sorted by status: the order of a run, then the outcomes.
pub fn status_rank(row: &TaskRow) -> i64 {
    const ENDED: i64 = 100;
    match (&row.outcome, &row.state) {
        (Some(outcome), _) => {
            let place = Outcome::ALL.iter().position(|known| known == outcome).unwrap_or(Outcome::ALL.len());
            ENDED + i64::try_from(place).unwrap_or(0)
        }
        (None, Some(state)) => 2 + i64::from(TaskState::rank(state)),
        (None, None) => i64::from(row.phase == Phase::OutcomeUnknown),
    }
}

/// The ledger's revision at this read.
pub async fn revision(read: &mut Reading, cluster: &str) -> sqlx::Result<u64> {
    let query = Query::new("SELECT change_seq FROM ledger WHERE cluster = $1").bind(cluster);
    let row = read.fetch_optional(query).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(u64::try_from(row.number("change_seq")?).unwrap_or(0))
}

/// Reads a stored document.
pub fn from_json<T: DeserializeOwned>(text: &str) -> sqlx::Result<T> {
    serde_json::from_str(text).map_err(|fault| sqlx::Error::Decode(Box::new(fault)))
}

/// Rows of these runs, in this order; those that were removed are missing.
pub async fn rows(readers: &Readers, ids: &[i64]) -> sqlx::Result<Vec<TaskRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::new("SELECT run_id, content FROM run_row WHERE run_id IN ").list(ids);
    let mut found = HashMap::new();
    for row in readers.fetch_all(query).await? {
        found.insert(row.number("run_id")?, row_of(&row)?);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Without what no list shows: IDs of events are a third of a row's bytes, and compress worst. A detail has them.
fn row_of(row: &Row) -> sqlx::Result<TaskRow> {
    let mut row: TaskRow = from_json(&row.text("content")?)?;
    for transition in &mut row.transitions {
        transition.event_id = None;
        transition.repeats.clear();
    }
    Ok(row)
}
