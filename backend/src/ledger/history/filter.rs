//! Filters and sort orders as SQL. Values are always bound, never written into the text.

use model::{
    Timestamp,
    dashboard::{HistoryQuery, SortKey, Tab},
};
use sqlx::{QueryBuilder, Sqlite};

/// From this many characters a text is looked for anywhere, below it at the beginning (length of a trigram).
const ANYWHERE_FROM: usize = 3;

/// All filters.
pub fn push_filters(sql: &mut QueryBuilder<Sqlite>, query: &HistoryQuery) {
    match query.tab {
        Tab::Active => drop(sql.push(" AND is_over = 0")),
        Tab::Finished => drop(sql.push(" AND is_over = 1")),
        Tab::All | Tab::Other(_) => {}
    }
    let upper = |name: &str| name.to_ascii_uppercase();
    push_one_of(sql, "state", query.states.iter().map(|state| upper(state.as_str())));
    push_one_of(sql, "outcome", query.outcomes.iter().map(|outcome| outcome.as_str().to_owned()));
    push_narrow_filters(sql, query);
}

/// The filters that also narrow the counts by tab, state and outcome.
pub fn push_narrow_filters(sql: &mut QueryBuilder<Sqlite>, query: &HistoryQuery) {
    push_one_of(sql, "app", query.apps.iter().cloned());
    push_one_of(sql, "executor_id", query.executors.iter().cloned());
    push_one_of(sql, "submitter", query.submitters.iter().cloned());
    if let Some(Timestamp(since)) = query.since {
        sql.push(" AND submitted >= ").push_bind(since);
    }
    if let Some(Timestamp(until)) = query.until {
        sql.push(" AND submitted < ").push_bind(until);
    }
    let text = query.text.trim();
    if text.chars().count() >= ANYWHERE_FROM {
        // A phrase of trigrams: the text as it is, whatever signs it holds.
        let phrase = format!("\"{}\"", text.replace('"', "\"\""));
        sql.push(" AND run_id IN (SELECT rowid FROM run_text WHERE run_text MATCH ").push_bind(phrase).push(")");
    } else if !text.is_empty() {
        let start = format!("{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        sql.push(" AND (app LIKE ").push_bind(start.clone()).push(" ESCAPE '\\' OR task LIKE ");
        sql.push_bind(start).push(" ESCAPE '\\')");
    }
}

fn push_one_of(sql: &mut QueryBuilder<Sqlite>, column: &'static str, values: impl Iterator<Item = String>) {
    let mut values = values.peekable();
    if values.peek().is_none() {
        return;
    }
    sql.push(" AND ").push(column).push(" IN (");
    let mut list = sql.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    sql.push(")");
}

/// The sort order; runs that are equal in it come in the order in which they were opened.
pub fn push_order(sql: &mut QueryBuilder<Sqlite>, query: &HistoryQuery, now: Timestamp) {
    let direction = if query.descending { " DESC" } else { "" };
    sql.push(" ORDER BY ");
    match query.sort {
        SortKey::Submitted | SortKey::Other(_) => drop(sql.push("submitted")),
        SortKey::Took => drop(sql.push("coalesce(ended, ").push_bind(now.millis()).push(") - submitted")),
        SortKey::App => drop(sql.push("app").push(direction).push(", task")),
        SortKey::Id => drop(sql.push("task")),
        SortKey::Status => drop(sql.push("status_rank")),
        // What has none comes last in both directions.
        SortKey::Executor => drop(sql.push("executor_host IS NULL, executor_host")),
        SortKey::Ended => drop(sql.push("ended IS NULL, ended")),
        SortKey::Cores => drop(sql.push("cores")),
        SortKey::Memory => drop(sql.push("memory_mb")),
    }
    sql.push(direction).push(", run_id").push(direction);
}
