//! Everything known of one run, from one consistent read.

use super::{
    history::{from_json, revision},
    withhold::Withheld,
};
use model::{
    Gap, TaskKey, Timestamp,
    dashboard::{AnswerKind, Door, Submission, TaskDetail, TaskRow},
    fit::Matrix,
};
use serde_json::Value;
use sqlx::{Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use std::time::Duration;

/// Run `run` of a key, or its last one.
pub async fn read(
    readers: &SqlitePool,
    cluster: &str,
    key: &TaskKey,
    run: Option<u32>,
    now: Timestamp,
    ids_taken_for: Duration,
) -> sqlx::Result<Option<TaskDetail>> {
    let mut read = readers.begin().await?;
    let runs: Vec<u32> =
        sqlx::query_scalar("SELECT run FROM run WHERE cluster = ? AND app = ? AND task = ? ORDER BY run")
            .bind(cluster)
            .bind(key.app.as_str())
            .bind(key.id.as_str())
            .fetch_all(&mut *read)
            .await?;
    let Some(last) = runs.last().copied() else { return Ok(None) };
    let Some(found) = sqlx::query(
        "SELECT run.run_id, run.world_id, run.submission_id, run_row.content, report.info \
         FROM run JOIN run_row ON run_row.run_id = run.run_id LEFT JOIN report ON report.run_id = run.run_id \
         WHERE run.cluster = ? AND run.app = ? AND run.task = ? AND run.run = ?",
    )
    .bind(cluster)
    .bind(key.app.as_str())
    .bind(key.id.as_str())
    .bind(i64::from(run.unwrap_or(last)))
    .fetch_optional(&mut *read)
    .await?
    else {
        return Ok(None);
    };
    let row: TaskRow = from_json(&found.try_get::<String, _>("content")?)?;
    let submission: Option<i64> = found.try_get("submission_id")?;
    let info: Option<String> = found.try_get("info")?;
    let (spec, withheld) = spec(&mut read, submission).await?;
    let (matrix, is_forgotten) = conclusions(&mut read, cluster, row.run_id).await?;
    let keeps_id = row.is_over() && info.is_some() && !is_forgotten && row.run == last;
    let detail = TaskDetail {
        runs,
        spec,
        withheld,
        submissions: submissions(&mut read, cluster, row.run_id, submission).await?,
        info: info.map(|info| from_json(&info)).transpose()?,
        matrix,
        gaps: gaps(&mut read, cluster, &found, &row, now).await?,
        id_taken_until: row.ended.filter(|_| keeps_id).map(|ended| ended + ids_taken_for),
        revision: revision(&mut read, cluster).await?,
        now,
        row,
    };
    read.commit().await?;
    Ok(Some(detail))
}

async fn spec(read: &mut SqliteConnection, submission: Option<i64>) -> sqlx::Result<(Option<Value>, Vec<String>)> {
    let stored: Option<(Option<String>, Option<String>)> =
        sqlx::query_as("SELECT spec, withheld FROM submission WHERE submission_id = ?")
            .bind(submission)
            .fetch_optional(read)
            .await?;
    let (spec, withheld) = stored.unwrap_or_default();
    let withheld: Vec<Withheld> = withheld.map(|withheld| from_json(&withheld)).transpose()?.unwrap_or_default();
    Ok((spec.map(|spec| from_json(&spec)).transpose()?, withheld.into_iter().map(|value| value.pointer).collect()))
}

/// The matrix of the moment in which the run was not placed, and whether Drove has forgotten it.
async fn conclusions(read: &mut SqliteConnection, cluster: &str, run: i64) -> sqlx::Result<(Option<Matrix>, bool)> {
    let rows = sqlx::query(
        "SELECT conclusion.kind, conclusion.at, matrix.content FROM conclusion \
         LEFT JOIN matrix ON matrix.cluster = conclusion.cluster AND matrix.hash = conclusion.matrix \
         WHERE conclusion.cluster = ? AND conclusion.run_id = ? ORDER BY conclusion_id",
    )
    .bind(cluster)
    .bind(run)
    .fetch_all(read)
    .await?;
    let (mut matrix, mut is_forgotten) = (None, false);
    for row in rows {
        is_forgotten |= row.try_get::<String, _>("kind")? == "FORGOTTEN";
        let content = row.try_get::<Option<String>, _>("content")?;
        // A matrix in the shape of an earlier version is one that cannot be shown, not a reason to show nothing.
        if let Some(found) = content.and_then(|text| serde_json::from_str::<Matrix>(&text).ok()) {
            matrix = Some(Matrix { at: Timestamp(row.try_get("at")?), ..found });
        }
    }
    Ok((matrix, is_forgotten))
}

/// Operations on a run. Its CREATE may still be waiting for its answer, and name no run yet.
async fn submissions(
    read: &mut SqliteConnection,
    cluster: &str,
    run: i64,
    create: Option<i64>,
) -> sqlx::Result<Vec<Submission>> {
    let rows = sqlx::query(
        "SELECT operation, at, user, door, answer, status, words FROM submission \
         WHERE (cluster = ? AND run_id = ?) OR submission_id = ? ORDER BY submission_id",
    )
    .bind(cluster)
    .bind(run)
    .bind(create)
    .fetch_all(read)
    .await?;
    rows.iter()
        .map(|row| {
            let (door, answer): (String, Option<String>) = (row.try_get("door")?, row.try_get("answer")?);
            let words: Option<String> = row.try_get("words")?;
            Ok(Submission {
                operation: row.try_get("operation")?,
                at: Timestamp(row.try_get("at")?),
                user: row.try_get("user")?,
                door: Door::from_wire(&door),
                answer: answer.map_or(AnswerKind::Unknown, |answer| AnswerKind::from_wire(&answer)),
                status: row.try_get("status")?,
                words: words.map(|words| from_json(&words)).transpose()?.unwrap_or_default(),
            })
        })
        .collect()
}

/// Gaps that overlap the run.
async fn gaps(
    read: &mut SqliteConnection,
    cluster: &str,
    found: &SqliteRow,
    row: &TaskRow,
    now: Timestamp,
) -> sqlx::Result<Vec<Gap>> {
    let rows = sqlx::query(
        "SELECT from_at, to_at, reason FROM gap \
         WHERE cluster = ? AND world_id = ? AND to_at >= ? AND from_at <= ? ORDER BY from_at",
    )
    .bind(cluster)
    .bind(found.try_get::<String, _>("world_id")?)
    .bind(row.submitted.millis())
    .bind(row.ended.unwrap_or(now).millis())
    .fetch_all(read)
    .await?;
    rows.iter()
        .map(|row| {
            let (from, to) = (Timestamp(row.try_get("from_at")?), Timestamp(row.try_get("to_at")?));
            Ok(Gap { from, to, reason: row.try_get("reason")? })
        })
        .collect()
}
