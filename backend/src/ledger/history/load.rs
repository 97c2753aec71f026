//! The table of all runs, read at start.

use super::{
    block::{GOES_ON, Line, Origin, Place, Status},
    from_json,
    table::{Table, capped},
};
use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// All runs of a cluster as lists need them.
pub async fn load(connection: &mut SqliteConnection, cluster: &str, revision: u64) -> sqlx::Result<Table> {
    let mut table = Table::default();
    table.revision = revision;
    let mut rows = sqlx::query(
        "SELECT run_id, app, task, is_over, state, outcome, status_rank, executor_id, executor_host, submitter, tags, \
             submitted, ended, cores, memory_mb \
         FROM run WHERE cluster = ? ORDER BY run_id",
    )
    .bind(cluster)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        table.put(&line(&row)?);
    }
    Ok(table)
}

fn line(row: &SqliteRow) -> sqlx::Result<Line> {
    let tags: Option<&str> = row.try_get("tags")?;
    Ok(Line {
        run_id: row.try_get("run_id")?,
        app: row.try_get("app")?,
        task: row.try_get("task")?,
        status: Status {
            is_over: row.try_get::<i64, _>("is_over")? != 0,
            state: row.try_get("state")?,
            outcome: row.try_get("outcome")?,
            rank: row.try_get("status_rank")?,
        },
        place: Place { executor: row.try_get("executor_id")?, host: row.try_get("executor_host")? },
        origin: Origin {
            submitter: row.try_get("submitter")?,
            tags: tags.map(from_json).transpose()?.unwrap_or_default(),
        },
        submitted: row.try_get("submitted")?,
        ended: row.try_get::<Option<i64>, _>("ended")?.unwrap_or(GOES_ON),
        cores: capped(row.try_get("cores")?),
        memory_mb: capped(row.try_get("memory_mb")?),
    })
}
