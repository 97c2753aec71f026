//! The facts of runs, loaded.

use super::Scope;
use crate::ledger::{
    book::KeyRuns,
    fact::SubmissionId,
    run::{Conclusion, ConclusionKind, CreateFact, RunFacts},
};
use model::{Source, TaskKey, TaskSpec, TaskState, Timestamp, Transition, dashboard::AnswerKind};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// An intent that an earlier process left without an answer.
pub struct Unanswered {
    /// Which.
    pub id: SubmissionId,
    /// The task.
    pub key: TaskKey,
    /// When it came.
    pub at: Timestamp,
    /// Who sent it.
    pub user: Option<String>,
    /// Of a CREATE.
    pub spec: Option<Arc<TaskSpec>>,
}

/// What is held of each of `keys`: the runs of this world, and how many there were in all.
pub async fn load_keys(
    connection: &mut SqliteConnection,
    scope: &Scope,
    keys: &BTreeSet<TaskKey>,
) -> sqlx::Result<BTreeMap<TaskKey, KeyRuns>> {
    let pairs: Vec<(&str, &str)> = keys.iter().map(|key| (key.app.as_str(), key.id.as_str())).collect();
    // CROSS JOIN keeps the order of the tables: each key is looked up by index.
    let found = sqlx::query(
        "SELECT run.run_id, run.run, run.world_id = ?3 AS is_here, run.app, run.task \
         FROM json_each(?2) AS key CROSS JOIN run \
         ON run.cluster = ?1 AND run.app = key.value ->> 0 AND run.task = key.value ->> 1",
    )
    .bind(&scope.cluster)
    .bind(as_json(&pairs)?)
    .bind(&scope.world)
    .fetch_all(&mut *connection)
    .await?;
    let mut loaded: BTreeMap<TaskKey, KeyRuns> = keys.iter().map(|key| (key.clone(), KeyRuns::default())).collect();
    let mut here = Vec::new();
    for row in found {
        if let Some(runs) = loaded.get_mut(&key(&row)?) {
            runs.last_number = runs.last_number.max(row.try_get("run")?);
        }
        if row.try_get("is_here")? {
            here.push(row.try_get("run_id")?);
        }
    }
    for run in load_runs(connection, scope, &here).await? {
        if let Some(runs) = loaded.get_mut(&run.key) {
            runs.runs.push(run);
        }
    }
    for runs in loaded.values_mut() {
        runs.runs.sort_by_key(|run| run.run);
    }
    Ok(loaded)
}

/// Keys of the runs that go on, split by whether they belong to this world.
pub async fn load_live(connection: &mut SqliteConnection, scope: &Scope) -> sqlx::Result<(Vec<TaskKey>, Vec<i64>)> {
    let live =
        sqlx::query("SELECT run_id, app, task, world_id = ? AS is_here FROM run WHERE cluster = ? AND is_over = 0")
            .bind(&scope.world)
            .bind(&scope.cluster)
            .fetch_all(connection)
            .await?;
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for row in live {
        if row.try_get("is_here")? {
            here.push(key(&row)?);
        } else {
            elsewhere.push(row.try_get("run_id")?);
        }
    }
    Ok((here, elsewhere))
}

/// Intents of this world without an answer.
pub async fn load_unanswered(connection: &mut SqliteConnection, scope: &Scope) -> sqlx::Result<Vec<Unanswered>> {
    let rows = sqlx::query(
        "SELECT submission_id, operation, app, task, at, user, spec FROM submission \
         WHERE cluster = ? AND world_id = ? AND answer IS NULL ORDER BY submission_id",
    )
    .bind(&scope.cluster)
    .bind(&scope.world)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let spec: Option<String> = row.try_get("spec")?;
            Ok(Unanswered {
                id: SubmissionId(row.try_get("submission_id")?),
                key: key(row)?,
                at: Timestamp(row.try_get("at")?),
                user: row.try_get("user")?,
                spec: spec.map(|spec| from_json(&spec)).transpose()?.map(Arc::new),
            })
        })
        .collect()
}

/// The facts of runs, in order of their ids.
pub async fn load_runs(connection: &mut SqliteConnection, scope: &Scope, ids: &[i64]) -> sqlx::Result<Vec<RunFacts>> {
    let ids = as_json(ids)?;
    let mut runs: BTreeMap<i64, RunFacts> = BTreeMap::new();
    let rows = sqlx::query(
        "SELECT run_id, app, task, run, opened, instance_id, run.submission_id, \
             (SELECT answer FROM submission AS s WHERE s.submission_id = run.submission_id) AS answer, \
             (SELECT user FROM submission AS s WHERE s.submission_id = run.submission_id) AS user, \
             (SELECT spec FROM submission AS s WHERE s.submission_id = run.submission_id) AS spec, \
             EXISTS (SELECT 1 FROM submission AS s WHERE s.cluster = run.cluster AND s.run_id = run.run_id \
                 AND s.operation = 'KILL' AND s.answer = 'ACCEPTED') AS kill_accepted, \
             (SELECT info FROM report WHERE report.run_id = run.run_id) AS info \
         FROM run WHERE run_id IN (SELECT value FROM json_each(?))",
    )
    .bind(&ids)
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        let run = run_of(&row)?;
        runs.insert(run.run_id, run);
    }
    let rows = sqlx::query(
        "SELECT run_id, state, at, source, not_before, event_id FROM transition \
         WHERE cluster = ? AND run_id IN (SELECT value FROM json_each(?)) ORDER BY transition_id",
    )
    .bind(&scope.cluster)
    .bind(&ids)
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        if let Some(run) = runs.get_mut(&row.try_get("run_id")?) {
            run.transitions.push(transition(&row)?);
        }
    }
    let rows = sqlx::query(
        "SELECT run_id, kind, at, matrix FROM conclusion \
         WHERE cluster = ? AND run_id IN (SELECT value FROM json_each(?)) ORDER BY conclusion_id",
    )
    .bind(&scope.cluster)
    .bind(&ids)
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        let kind: String = row.try_get("kind")?;
        if let (Some(run), Ok(kind)) = (runs.get_mut(&row.try_get("run_id")?), kind.parse::<ConclusionKind>()) {
            run.conclude(Conclusion { kind, at: Timestamp(row.try_get("at")?), matrix: row.try_get("matrix")? });
        }
    }
    Ok(runs.into_values().collect())
}

fn run_of(row: &SqliteRow) -> sqlx::Result<RunFacts> {
    let mut run =
        RunFacts::new(row.try_get("run_id")?, key(row)?, row.try_get("run")?, Timestamp(row.try_get("opened")?));
    run.instance_id = row.try_get::<Option<String>, _>("instance_id")?.map(Into::into);
    run.kill_accepted = row.try_get("kill_accepted")?;
    run.info = row.try_get::<Option<String>, _>("info")?.map(|info| from_json(&info)).transpose()?;
    let submission: Option<i64> = row.try_get("submission_id")?;
    let spec: Option<String> = row.try_get("spec")?;
    if let (Some(submission), Some(spec)) = (submission, spec) {
        // A run that was opened by a report while its CREATE was in flight counts as accepted.
        let answer: Option<String> = row.try_get("answer")?;
        let answer = answer.map_or(AnswerKind::Accepted, |answer| AnswerKind::from_wire(&answer));
        let spec: TaskSpec = from_json(&spec)?;
        let mut create = CreateFact::new(submission, answer, row.try_get("user")?, Arc::new(spec));
        if run.info.is_some() {
            create.spec = None;
        }
        run.create = Some(create);
    }
    Ok(run)
}

fn transition(row: &SqliteRow) -> sqlx::Result<Transition> {
    let (state, source): (String, String) = (row.try_get("state")?, row.try_get("source")?);
    Ok(Transition {
        state: TaskState::from_wire(&state),
        at: Timestamp(row.try_get("at")?),
        source: Source::from_wire(&source),
        not_before: row.try_get::<Option<i64>, _>("not_before")?.map(Timestamp),
        event_id: row.try_get("event_id")?,
    })
}

fn key(row: &SqliteRow) -> sqlx::Result<TaskKey> {
    Ok(TaskKey::new(row.try_get::<String, _>("app")?, row.try_get::<String, _>("task")?))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> sqlx::Result<T> {
    serde_json::from_str(text).map_err(|fault| sqlx::Error::Decode(Box::new(fault)))
}

fn as_json<T: serde::Serialize + ?Sized>(value: &T) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|fault| sqlx::Error::Encode(Box::new(fault)))
}
