//! The facts of runs, loaded.

use super::Scope;
use crate::ledger::{
    book::{Asks, KeyRuns, OpenIntent},
    database::{Connection, Query, Row},
    fact::{SubmissionId, timeout_of},
    run::{Conclusion, ConclusionKind, CreateFact, KillFact, RunFacts},
};
use model::{Source, TaskKey, TaskSpec, TaskState, Timestamp, Transition, dashboard::AnswerKind};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Keys, or runs, asked for in one statement.
const AT_ONCE: usize = 256;

/// An intent without an answer.
pub struct Unanswered {
    /// Which.
    pub id: SubmissionId,
    /// Which process waits for the answer.
    pub replica: i64,
    /// What it is.
    pub intent: OpenIntent,
}

/// What is held of each of `keys`: the runs of this world, and how many there were in all.
pub async fn load_keys(
    connection: &mut Connection,
    scope: &Scope,
    keys: &BTreeSet<TaskKey>,
) -> sqlx::Result<BTreeMap<TaskKey, KeyRuns>> {
    let mut loaded: BTreeMap<TaskKey, KeyRuns> = keys.iter().map(|key| (key.clone(), KeyRuns::default())).collect();
    let mut here = Vec::new();
    let keys: Vec<&TaskKey> = keys.iter().collect();
    for keys in keys.chunks(AT_ONCE) {
        // The last one is repeated, so that few lengths of this statement must be prepared.
        let pairs =
            keys.iter().chain(std::iter::repeat_n(&keys[keys.len() - 1], keys.len().next_power_of_two() - keys.len()));
        let query = Query::new("SELECT run.run_id, run.run, run.app, run.task, run.world_id = ")
            .value(&scope.world)
            .push(" AS is_here FROM (")
            .rows(pairs.map(|key| vec![key.app.as_str().into(), key.id.as_str().into()]))
            // CROSS JOIN keeps the order of the tables in SQLite: each key is looked up by index.
            .push(") AS key CROSS JOIN run WHERE run.app = key.column1 AND run.task = key.column2 AND run.cluster = ")
            .value(&scope.cluster);
        for row in connection.fetch_all(query).await? {
            if let Some(runs) = loaded.get_mut(&key(&row)?) {
                runs.last_number = runs.last_number.max(u32::try_from(row.number("run")?).unwrap_or(u32::MAX));
            }
            if row.holds("is_here")? {
                here.push(row.number("run_id")?);
            }
        }
    }
    here.sort_unstable();
    here.dedup();
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

/// Keys of the runs that go on, and those of other worlds.
pub async fn load_live(connection: &mut Connection, scope: &Scope) -> sqlx::Result<(Vec<TaskKey>, Vec<i64>)> {
    let query =
        Query::new("SELECT run_id, app, task, world_id = $1 AS is_here FROM run WHERE cluster = $2 AND is_over = 0");
    let live = connection.fetch_all(query.bind(&scope.world).bind(&scope.cluster)).await?;
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for row in live {
        if row.holds("is_here")? {
            here.push(key(&row)?);
        } else {
            elsewhere.push(row.number("run_id")?);
        }
    }
    Ok((here, elsewhere))
}

/// Keys of the runs of this world that ended, and of which nobody knows yet whether they are those of a CREATE whose
/// answer was lost.
pub async fn load_ended_in_doubt(connection: &mut Connection, scope: &Scope) -> sqlx::Result<Vec<TaskKey>> {
    let query = Query::new(
        "SELECT run.app, run.task FROM submission AS made JOIN run ON run.submission_id = made.submission_id \
             AND run.run_id = made.run_id \
         WHERE made.cluster = $1 AND made.answer = 'UNKNOWN' AND made.operation = 'CREATE' \
             AND run.world_id = $2 AND run.is_over = 1 AND run.instance_id IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM conclusion WHERE conclusion.cluster = made.cluster \
                 AND conclusion.run_id = run.run_id AND conclusion.kind = 'FORGOTTEN')",
    );
    let rows = connection.fetch_all(query.bind(&scope.cluster).bind(&scope.world)).await?;
    rows.iter().map(key).collect()
}

/// Intents of this world without an answer.
pub async fn load_unanswered(connection: &mut Connection, scope: &Scope) -> sqlx::Result<Vec<Unanswered>> {
    let query = Query::new(
        "SELECT submission_id, replica, operation, app, task, at, \"user\", spec, op_spec FROM submission \
         WHERE cluster = $1 AND world_id = $2 AND answer IS NULL ORDER BY submission_id",
    );
    let rows = connection.fetch_all(query.bind(&scope.cluster).bind(&scope.world)).await?;
    rows.iter()
        .map(|row| {
            Ok(Unanswered {
                id: SubmissionId(row.number("submission_id")?),
                replica: row.number("replica")?,
                intent: OpenIntent {
                    key: key(row)?,
                    at: Timestamp(row.number("at")?),
                    user: row.text_or_none("user")?,
                    asks: Asks::of(&row.text("operation")?),
                    spec: row.text_or_none("spec")?.map(|spec| from_json(&spec)).transpose()?.map(Arc::new),
                    timeout: timeout(row)?,
                    attempts_ended: None,
                },
            })
        })
        .collect()
}

/// The facts of runs, in order of their ids.
pub async fn load_runs(connection: &mut Connection, scope: &Scope, ids: &[i64]) -> sqlx::Result<Vec<RunFacts>> {
    let mut runs: BTreeMap<i64, RunFacts> = BTreeMap::new();
    for ids in ids.chunks(AT_ONCE) {
        load_some(connection, scope, ids, &mut runs).await?;
    }
    Ok(runs.into_values().collect())
}

async fn load_some(
    connection: &mut Connection,
    scope: &Scope,
    ids: &[i64],
    runs: &mut BTreeMap<i64, RunFacts>,
) -> sqlx::Result<()> {
    let query = Query::new(
        "SELECT run.run_id, run.app, run.task, run.run, run.opened, run.instance_id, run.submission_id, \
             made.answer, made.\"user\", made.spec, report.info, \
             EXISTS (SELECT 1 FROM run AS later WHERE later.cluster = run.cluster AND later.app = run.app \
                 AND later.task = run.task AND later.run > run.run) AS is_superseded \
         FROM run LEFT JOIN submission AS made ON made.submission_id = run.submission_id \
             LEFT JOIN report ON report.run_id = run.run_id \
         WHERE run.run_id IN ",
    );
    for row in connection.fetch_all(query.list(ids)).await? {
        let run = run_of(&row)?;
        runs.insert(run.run_id, run);
    }
    let query = Query::new(
        "SELECT submission_id, run_id, at, answer, op_spec FROM submission \
         WHERE operation = 'KILL' AND answer IN ('ACCEPTED', 'UNKNOWN') AND cluster = ",
    );
    let query = query.value(&scope.cluster).push(" AND run_id IN ").list(ids).push(" ORDER BY submission_id");
    for row in connection.fetch_all(query).await? {
        let Some(run) = runs.get_mut(&row.number("run_id")?) else { continue };
        let answer = AnswerKind::from_wire(&row.text("answer")?);
        if answer == AnswerKind::Accepted || !run.is_kill_accepted() {
            let (submission_id, at) = (row.number("submission_id")?, Timestamp(row.number("at")?));
            run.kill = Some(KillFact { submission_id, answer, at, timeout: timeout(&row)?, is_over: false });
        }
    }
    let query = Query::new("SELECT run_id, state, at, source, not_before, event_id FROM transition WHERE cluster = ");
    let query = query.value(&scope.cluster).push(" AND run_id IN ").list(ids).push(" ORDER BY transition_id");
    for row in connection.fetch_all(query).await? {
        if let Some(run) = runs.get_mut(&row.number("run_id")?) {
            run.transitions.push(transition(&row)?);
        }
    }
    let query = Query::new("SELECT run_id, kind, at, matrix FROM conclusion WHERE cluster = ");
    let query = query.value(&scope.cluster).push(" AND run_id IN ").list(ids).push(" ORDER BY conclusion_id");
    for row in connection.fetch_all(query).await? {
        let kind = row.text("kind")?.parse::<ConclusionKind>();
        if let (Some(run), Ok(kind)) = (runs.get_mut(&row.number("run_id")?), kind) {
            run.conclude(Conclusion { kind, at: Timestamp(row.number("at")?), matrix: row.text_or_none("matrix")? });
        }
    }
    Ok(())
}

fn run_of(row: &Row) -> sqlx::Result<RunFacts> {
    let number = u32::try_from(row.number("run")?).unwrap_or(u32::MAX);
    let mut run = RunFacts::new(row.number("run_id")?, key(row)?, number, Timestamp(row.number("opened")?));
    run.instance_id = row.text_or_none("instance_id")?.map(Into::into);
    run.superseded = row.holds("is_superseded")?;
    run.info = row.text_or_none("info")?.map(|info| from_json(&info)).transpose()?;
    if let (Some(submission), Some(spec)) = (row.number_or_none("submission_id")?, row.text_or_none("spec")?) {
        // A run that was opened by a report while its CREATE was in flight counts as accepted.
        let answer = row.text_or_none("answer")?.map_or(AnswerKind::Accepted, |answer| AnswerKind::from_wire(&answer));
        let spec: TaskSpec = from_json(&spec)?;
        let mut create = CreateFact::new(submission, answer, row.text_or_none("user")?, Arc::new(spec));
        // What an executor reported needs none, unless it is not certain that it is this one.
        if run.info.is_some() && create.answer != AnswerKind::Unknown {
            create.spec = None;
        }
        run.create = Some(create);
    }
    Ok(run)
}

fn timeout(row: &Row) -> sqlx::Result<Duration> {
    let op_spec = row.text_or_none("op_spec")?.map(|op_spec| from_json::<serde_json::Value>(&op_spec)).transpose()?;
    Ok(timeout_of(&op_spec.unwrap_or_default()))
}

fn transition(row: &Row) -> sqlx::Result<Transition> {
    let (state, source) = (TaskState::from_wire(&row.text("state")?), Source::from_wire(&row.text("source")?));
    Ok(Transition {
        not_before: row.number_or_none("not_before")?.map(Timestamp),
        event_id: row.text_or_none("event_id")?,
        ..Transition::new(state, Timestamp(row.number("at")?), source)
    })
}

fn key(row: &Row) -> sqlx::Result<TaskKey> {
    Ok(TaskKey::new(row.text("app")?, row.text("task")?))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> sqlx::Result<T> {
    serde_json::from_str(text).map_err(|fault| sqlx::Error::Decode(Box::new(fault)))
}
