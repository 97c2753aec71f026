//! The table of all runs, read at start.

use super::{
    block::{GOES_ON, Line, Origin, Place, Status},
    from_json,
    table::{Table, capped},
};
use crate::ledger::database::{Connection, Query, Row};

/// Runs read in one statement.
const AT_ONCE: i64 = 8_192;

/// All runs of a cluster as lists need them.
pub async fn load(connection: &mut Connection, cluster: &str, revision: u64) -> sqlx::Result<Table> {
    let mut table = Table::default();
    table.revision = revision;
    let mut after = i64::MIN;
    loop {
        let query = Query::new(
            "SELECT run_id, app, task, is_over, state, outcome, status_rank, executor_id, executor_host, submitter, \
                 tags, submitted, ended, cores, memory_mb \
             FROM run WHERE cluster = $1 AND run_id > $2 ORDER BY run_id LIMIT $3",
        );
        let rows = connection.fetch_all(query.bind(cluster).bind(after).bind(AT_ONCE)).await?;
        for row in &rows {
            let line = line(row)?;
            after = line.run_id;
            table.put(&line);
        }
        if i64::try_from(rows.len()).is_ok_and(|n| n < AT_ONCE) {
            return Ok(table);
        }
    }
}

fn line(row: &Row) -> sqlx::Result<Line> {
    let tags = row.text_or_none("tags")?;
    Ok(Line {
        run_id: row.number("run_id")?,
        app: row.text("app")?,
        task: row.text("task")?,
        status: Status {
            is_over: row.holds("is_over")?,
            state: row.text("state")?,
            outcome: row.text_or_none("outcome")?,
            rank: row.number("status_rank")?,
        },
        place: Place { executor: row.text_or_none("executor_id")?, host: row.text_or_none("executor_host")? },
        origin: Origin {
            submitter: row.text_or_none("submitter")?,
            tags: tags.map(|tags| from_json(&tags)).transpose()?.unwrap_or_default(),
        },
        submitted: row.number("submitted")?,
        ended: row.number_or_none("ended")?.unwrap_or(GOES_ON),
        cores: capped(row.number("cores")?),
        memory_mb: capped(row.number("memory_mb")?),
    })
}
