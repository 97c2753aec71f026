//! Lists of runs: filtered, sorted, paged and counted by the database, each answer from one consistent read.
//!
//! [`HistoryQuery::matches`] says in plain code what the filters mean; a test holds the two together.

mod filter;

use filter::{push_filters, push_narrow_filters, push_order};
use model::{
    Outcome, TaskState, Timestamp,
    dashboard::{
        Count, Counts, EXACT_COUNT, ExecutorChoice, FilterChoices, HistoryPage, HistoryQuery, Phase, Tab, TaskRow,
    },
};
use serde::de::DeserializeOwned;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};
use std::collections::BTreeMap;

/// One page, with everything that belongs to it.
pub async fn page(
    readers: &SqlitePool,
    cluster: &str,
    query: &HistoryQuery,
    now: Timestamp,
) -> sqlx::Result<HistoryPage> {
    let mut read = readers.begin().await?;
    let revision = revision(&mut read, cluster).await?;
    let mut ids = page_ids(&mut read, cluster, query, now).await?;
    let has_more = ids.len() > size_of_page(query);
    ids.truncate(size_of_page(query));
    let rows = rows(&mut read, &ids).await?;
    let (counts, matching) = counts_in(&mut read, cluster, query).await?;
    let choices = choices(&mut read, cluster).await?;
    read.commit().await?;
    let next = has_more.then(|| query.page.saturating_add(1).to_string());
    Ok(HistoryPage { query: query.clone(), rows, matching, counts, choices, next, revision, now })
}

/// Counts by tab, state and outcome, and how many rows the whole query has.
pub async fn counts(readers: &SqlitePool, cluster: &str, query: &HistoryQuery) -> sqlx::Result<(Counts, Count)> {
    let mut read = readers.begin().await?;
    let counts = counts_in(&mut read, cluster, query).await?;
    read.commit().await?;
    Ok(counts)
}

/// Rows by the order of their last change.
pub async fn changed_since(
    readers: &SqlitePool,
    cluster: &str,
    revision: u64,
    limit: usize,
) -> sqlx::Result<Vec<TaskRow>> {
    let contents: Vec<String> = sqlx::query_scalar(
        "SELECT run_row.content FROM run CROSS JOIN run_row ON run_row.run_id = run.run_id \
         WHERE run.cluster = ? AND run.revision > ? ORDER BY run.revision LIMIT ?",
    )
    .bind(cluster)
    .bind(i64::try_from(revision).unwrap_or(i64::MAX))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(readers)
    .await?;
    contents.iter().map(|content| from_json(content)).collect()
}

/// Time of the last event recorded.
pub async fn last_event(readers: &SqlitePool, cluster: &str, world: &str) -> sqlx::Result<Option<Timestamp>> {
    // Events are recorded nearly in the order of their time: the newest is among the last ones.
    let at: Option<i64> = sqlx::query_scalar(
        "SELECT max(at) FROM (SELECT at FROM transition \
             WHERE cluster = ? AND world_id = ? AND event_id IS NOT NULL ORDER BY transition_id DESC LIMIT 1000)",
    )
    .bind(cluster)
    .bind(world)
    .fetch_one(readers)
    .await?;
    Ok(at.map(Timestamp))
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
pub async fn revision(read: &mut SqliteConnection, cluster: &str) -> sqlx::Result<u64> {
    let seq: i64 =
        sqlx::query_scalar("SELECT change_seq FROM ledger WHERE cluster = ?").bind(cluster).fetch_one(read).await?;
    Ok(u64::try_from(seq).unwrap_or(0))
}

/// Reads a stored document.
pub fn from_json<T: DeserializeOwned>(text: &str) -> sqlx::Result<T> {
    serde_json::from_str(text).map_err(|fault| sqlx::Error::Decode(Box::new(fault)))
}

fn size_of_page(query: &HistoryQuery) -> usize {
    usize::try_from(query.size).unwrap_or(usize::MAX)
}

/// Runs of the page in order, and one more if there is a next page. Rows themselves are fetched afterwards: sorting
/// moves narrow records only.
async fn page_ids(
    read: &mut SqliteConnection,
    cluster: &str,
    query: &HistoryQuery,
    now: Timestamp,
) -> sqlx::Result<Vec<i64>> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT run_id FROM run WHERE cluster = ");
    sql.push_bind(cluster.to_owned());
    push_filters(&mut sql, query);
    push_order(&mut sql, query, now);
    let skipped = i64::from(query.page.saturating_sub(1)) * i64::from(query.size);
    sql.push(" LIMIT ").push_bind(i64::from(query.size) + 1).push(" OFFSET ").push_bind(skipped);
    sql.build_query_scalar().fetch_all(read).await
}

async fn rows(read: &mut SqliteConnection, ids: &[i64]) -> sqlx::Result<Vec<TaskRow>> {
    let ids = serde_json::to_string(ids).map_err(|fault| sqlx::Error::Encode(Box::new(fault)))?;
    let contents: Vec<String> = sqlx::query_scalar(
        "SELECT run_row.content FROM json_each(?) AS id CROSS JOIN run_row ON run_row.run_id = id.value ORDER BY id.key",
    )
    .bind(ids)
    .fetch_all(read)
    .await?;
    contents.iter().map(|content| from_json(content)).collect()
}

async fn counts_in(read: &mut SqliteConnection, cluster: &str, query: &HistoryQuery) -> sqlx::Result<(Counts, Count)> {
    let (active, by_state) = count_by(read, cluster, query, "state", 0).await?;
    let (finished, by_outcome) = count_by(read, cluster, query, "coalesce(outcome, '')", 1).await?;
    let counts = Counts { active, finished, by_state, by_outcome };
    let matching = if query.states.is_empty() && query.outcomes.is_empty() {
        match query.tab {
            Tab::Active => active,
            Tab::Finished => finished,
            Tab::All | Tab::Other(_) => count(active.n + finished.n + u64::from(active.more || finished.more)),
        }
    } else {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM (SELECT 1 FROM run WHERE cluster = ");
        sql.push_bind(cluster.to_owned());
        push_filters(&mut sql, query);
        sql.push(" LIMIT ").push_bind(counted_at_most()).push(")");
        let n: i64 = sql.build_query_scalar().fetch_one(read).await?;
        count(u64::try_from(n).unwrap_or(0))
    };
    Ok((counts, matching))
}

/// Counts runs that go on or are over by `column`, whatever the filters by tab, state and outcome.
async fn count_by(
    read: &mut SqliteConnection,
    cluster: &str,
    query: &HistoryQuery,
    column: &'static str,
    is_over: i64,
) -> sqlx::Result<(Count, BTreeMap<String, u64>)> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT name, count(*) AS n FROM (SELECT ");
    sql.push(column).push(" AS name FROM run WHERE cluster = ").push_bind(cluster.to_owned());
    sql.push(" AND is_over = ").push_bind(is_over);
    push_narrow_filters(&mut sql, query);
    sql.push(" LIMIT ").push_bind(counted_at_most()).push(") GROUP BY name");
    let mut by = BTreeMap::new();
    for row in sql.build().fetch_all(read).await? {
        by.insert(row.try_get("name")?, u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or(0));
    }
    Ok((count(by.values().sum()), by))
}

fn counted_at_most() -> i64 {
    i64::try_from(EXACT_COUNT).unwrap_or(i64::MAX).saturating_add(1)
}

fn count(n: u64) -> Count {
    Count { n: n.min(EXACT_COUNT), more: n > EXACT_COUNT }
}

async fn choices(read: &mut SqliteConnection, cluster: &str) -> sqlx::Result<FilterChoices> {
    let rows = sqlx::query("SELECT kind, value, label FROM choice WHERE cluster = ? ORDER BY kind, label, value")
        .bind(cluster)
        .fetch_all(read)
        .await?;
    let mut choices = FilterChoices::default();
    for row in rows {
        let (kind, id): (String, String) = (row.try_get("kind")?, row.try_get("value")?);
        match kind.as_str() {
            "APP" => choices.apps.push(id),
            _ => choices.executors.push(ExecutorChoice { id, host: row.try_get("label")? }),
        }
    }
    Ok(choices)
}
