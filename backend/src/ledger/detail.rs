//! Everything known of one run, from one consistent read.

use super::{
    database::{Query, Readers, Reading, Row},
    history::{from_json, revision},
    withhold::Withheld,
};
use model::{
    Gap, TaskKey, Timestamp,
    dashboard::{AnswerKind, Door, LeaderChange, Submission, TaskDetail, TaskRow},
    fit::Matrix,
};
use serde_json::Value;
use std::time::Duration;

/// Run `run` of a key, or its last one.
pub async fn read(
    readers: &Readers,
    cluster: &str,
    key: &TaskKey,
    run: Option<u32>,
    now: Timestamp,
    ids_taken_for: Duration,
) -> sqlx::Result<Option<TaskDetail>> {
    let mut read = readers.begin().await?;
    let of_key = |query: Query| query.bind(cluster).bind(key.app.as_str()).bind(key.id.as_str());
    let query = Query::new("SELECT run FROM run WHERE cluster = $1 AND app = $2 AND task = $3 ORDER BY run");
    let numbers = read.fetch_all(of_key(query)).await?;
    let number = |row: &Row| row.number("run").map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    let runs: Vec<u32> = numbers.iter().map(number).collect::<Result<_, _>>()?;
    let Some(last) = runs.last().copied() else { return Ok(None) };
    let query = Query::new(
        "SELECT run.run_id, run.world_id, run.submission_id, run_row.content, report.info, \
         report.withheld \
         FROM run JOIN run_row ON run_row.run_id = run.run_id LEFT JOIN report ON report.run_id = run.run_id \
         WHERE run.cluster = $1 AND run.app = $2 AND run.task = $3 AND run.run = $4",
    );
    let Some(found) = read.fetch_optional(of_key(query).bind(i64::from(run.unwrap_or(last)))).await? else {
        return Ok(None);
    };
    let row: TaskRow = from_json(&found.text("content")?)?;
    let submission = found.number_or_none("submission_id")?;
    let info = found.text_or_none("info")?;
    let (spec, withheld, op_spec) = spec(&mut read, submission).await?;
    let withheld = match &spec {
        Some(_) => withheld,
        None => found.text_or_none("withheld")?.map(|withheld| from_json(&withheld)).transpose()?.unwrap_or_default(),
    };
    let (matrix, is_forgotten) = conclusions(&mut read, cluster, row.run_id).await?;
    let keeps_id = row.is_over() && info.is_some() && !is_forgotten && row.run == last;
    let detail = TaskDetail {
        runs,
        spec,
        withheld,
        op_spec,
        submissions: submissions(&mut read, cluster, row.run_id, submission).await?,
        info: info.map(|info| from_json(&info)).transpose()?,
        matrix,
        gaps: gaps(&mut read, cluster, &found, &row, now).await?,
        leaders: leaders(&mut read, cluster, &found, &row, now).await?,
        id_taken_until: row.ended.filter(|_| keeps_id).map(|ended| ended + ids_taken_for),
        revision: revision(&mut read, cluster).await?,
        now,
        row,
    };
    read.end().await?;
    Ok(Some(detail))
}

async fn spec(
    read: &mut Reading,
    submission: Option<i64>,
) -> sqlx::Result<(Option<Value>, Vec<String>, Option<Value>)> {
    let query = Query::new("SELECT spec, withheld, op_spec FROM submission WHERE submission_id = $1").bind(submission);
    let Some(row) = read.fetch_optional(query).await? else { return Ok((None, Vec::new(), None)) };
    let withheld = row.text_or_none("withheld")?.map(|withheld| from_json::<Vec<Withheld>>(&withheld)).transpose()?;
    let pointers = withheld.unwrap_or_default().into_iter().map(|value| value.pointer).collect();
    let document = |name| row.text_or_none(name)?.map(|text| from_json(&text)).transpose();
    Ok((document("spec")?, pointers, document("op_spec")?))
}

/// The matrix of the moment in which the run was not placed, and whether Drove has forgotten it.
async fn conclusions(read: &mut Reading, cluster: &str, run: i64) -> sqlx::Result<(Option<Matrix>, bool)> {
    let query = Query::new(
        "SELECT conclusion.kind, conclusion.at, matrix.content FROM conclusion \
         LEFT JOIN matrix ON matrix.cluster = conclusion.cluster AND matrix.hash = conclusion.matrix \
         WHERE conclusion.cluster = $1 AND conclusion.run_id = $2 ORDER BY conclusion_id",
    );
    let rows = read.fetch_all(query.bind(cluster).bind(run)).await?;
    let (mut matrix, mut is_forgotten) = (None, false);
    for row in rows {
        is_forgotten |= row.text("kind")? == "FORGOTTEN";
        let content = row.text_or_none("content")?;
        // A matrix in the shape of an earlier version is one that cannot be shown, not a reason to show nothing.
        if let Some(found) = content.and_then(|text| serde_json::from_str::<Matrix>(&text).ok()) {
            matrix = Some(Matrix { at: Timestamp(row.number("at")?), ..found });
        }
    }
    Ok((matrix, is_forgotten))
}

/// Operations on a run. Its CREATE may still be waiting for its answer, and name no run yet.
async fn submissions(
    read: &mut Reading,
    cluster: &str,
    run: i64,
    create: Option<i64>,
) -> sqlx::Result<Vec<Submission>> {
    let query = Query::new(
        "SELECT operation, at, \"user\", door, answer, status, words FROM submission \
         WHERE (cluster = $1 AND run_id = $2) OR submission_id = $3 ORDER BY submission_id",
    );
    let rows = read.fetch_all(query.bind(cluster).bind(run).bind(create)).await?;
    rows.iter().map(submitted).collect()
}

fn submitted(row: &Row) -> sqlx::Result<Submission> {
    let answer = row.text_or_none("answer")?;
    let words = row.text_or_none("words")?;
    Ok(Submission {
        operation: row.text("operation")?,
        at: Timestamp(row.number("at")?),
        user: row.text_or_none("user")?,
        door: Door::from_wire(&row.text("door")?),
        answer: answer.map_or(AnswerKind::Unknown, |answer| AnswerKind::from_wire(&answer)),
        status: row.number_or_none("status")?.and_then(|status| u16::try_from(status).ok()),
        words: words.map(|words| from_json(&words)).transpose()?.unwrap_or_default(),
    })
}

/// The last CREATE of a key that was refused.
pub async fn refused(readers: &Readers, cluster: &str, key: &TaskKey) -> sqlx::Result<Option<Submission>> {
    let query = Query::new(
        "SELECT operation, at, \"user\", door, answer, status, words FROM submission \
         WHERE cluster = $1 AND app = $2 AND task = $3 AND answer = 'REFUSED' AND operation = 'CREATE' \
         ORDER BY submission_id DESC LIMIT 1",
    );
    let query = query.bind(cluster).bind(key.app.as_str()).bind(key.id.as_str());
    readers.fetch_all(query).await?.first().map(submitted).transpose()
}

/// Who came to lead during the run.
async fn leaders(
    read: &mut Reading,
    cluster: &str,
    found: &Row,
    row: &TaskRow,
    now: Timestamp,
) -> sqlx::Result<Vec<LeaderChange>> {
    let query = Query::new(
        "SELECT at, leader FROM leader WHERE cluster = $1 AND world_id = $2 AND at >= $3 AND at <= $4 ORDER BY at",
    );
    let query = query.bind(cluster).bind(found.text("world_id")?).bind(row.submitted.millis());
    let rows = read.fetch_all(query.bind(row.ended.unwrap_or(now).millis())).await?;
    rows.iter().map(|row| Ok(LeaderChange { at: Timestamp(row.number("at")?), leader: row.text("leader")? })).collect()
}

/// Gaps that overlap the run.
async fn gaps(read: &mut Reading, cluster: &str, found: &Row, row: &TaskRow, now: Timestamp) -> sqlx::Result<Vec<Gap>> {
    let query = Query::new(
        "SELECT from_at, to_at, reason FROM gap \
         WHERE cluster = $1 AND world_id = $2 AND to_at >= $3 AND from_at <= $4 ORDER BY from_at",
    );
    let query = query.bind(cluster).bind(found.text("world_id")?).bind(row.submitted.millis());
    let rows = read.fetch_all(query.bind(row.ended.unwrap_or(now).millis())).await?;
    rows.iter()
        .map(|row| {
            let (from, to) = (Timestamp(row.number("from_at")?), Timestamp(row.number("to_at")?));
            Ok(Gap { from, to, reason: row.text("reason")? })
        })
        .collect()
}
