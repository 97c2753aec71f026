//! The ledger's tables, written: everything the writer stores and loads, as SQL. Lists have their own queries
//! ([`super::history`]), and nothing else names a table.

mod load;
mod shared;

pub use load::{Unanswered, load_ended_in_doubt, load_keys, load_live, load_runs, load_unanswered};
pub use shared::{
    REMOVALS_KEPT, SUBMISSIONS_AT_ONCE, changed_runs, insert_removals, is_dead, lock, next_run, next_submission,
    next_submissions, notify, removed_runs, revision,
};

use super::{
    book::Changes,
    database::{Connection, Query, Value},
    fact::{Answer, Intent, Operation, SubmissionId, Watched},
    run::{Conclusion, RunFacts},
    withhold::withhold,
};
use model::{Timestamp, Transition, dashboard::TaskRow};

/// Up to so many rows are always one statement. Each size is prepared once and kept.
pub const ONE_STATEMENT: usize = 16;
/// Most rows in one statement. Above [`ONE_STATEMENT`] only powers of two are prepared: each statement costs two changes
/// of threads, which on a busy machine are slower than the statement.
const ROWS_AT_ONCE: usize = 128;

/// Names the part of the ledger that a process works on.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The cluster, as configured.
    pub cluster: String,
    /// The world of the demo, or a constant for a real cluster.
    pub world: String,
    /// Keys the hashes of withheld values.
    pub hash_key: Vec<u8>,
    /// Whether values of variables that look like secrets are kept.
    pub keep_secret_env: bool,
    /// Tells this process from the others that write to the same ledger; 0 when there can be none.
    pub replica: i64,
    /// On which replicas notify one another.
    pub channel: String,
}

/// Runs `before VALUES (..), (..) after` over rows, in as few statements as possible.
async fn in_rows<T>(
    connection: &mut Connection,
    before: &'static str,
    after: &'static str,
    rows: &[T],
    values: impl Fn(&T) -> Vec<Value>,
) -> sqlx::Result<()> {
    let mut rest = rows;
    while !rest.is_empty() {
        let chunk;
        (chunk, rest) = rest.split_at(rows_at_once(rest.len()));
        connection.execute(Query::new(before).rows(chunk.iter().map(&values)).push(after)).await?;
    }
    Ok(())
}

fn rows_at_once(left: usize) -> usize {
    match left {
        0..=ONE_STATEMENT => left,
        _ => (1 << left.ilog2()).min(ROWS_AT_ONCE),
    }
}

/// Stores operations that are about to be sent.
pub async fn insert_intents(
    connection: &mut Connection,
    scope: &Scope,
    intents: &[(SubmissionId, &Intent)],
) -> sqlx::Result<()> {
    let before = "INSERT INTO submission (cluster, submission_id, replica, world_id, operation, app, task, at, \"user\", \
                  door, spec, withheld, op_spec) ";
    in_rows(connection, before, " ON CONFLICT DO NOTHING", intents, |(id, intent)| {
        let (spec, withheld) = kept_spec(intent, scope);
        vec![
            scope.cluster.as_str().into(),
            id.0.into(),
            scope.replica.into(),
            scope.world.as_str().into(),
            intent.operation.name().into(),
            intent.key.app.as_str().into(),
            intent.key.id.as_str().into(),
            intent.at.millis().into(),
            intent.user.clone().into(),
            intent.door.as_str().into(),
            spec.into(),
            withheld.into(),
            (!intent.op_spec.is_null()).then(|| intent.op_spec.to_string()).into(),
        ]
    })
    .await
}

/// The spec without its secrets, and what was taken out.
fn kept_spec(intent: &Intent, scope: &Scope) -> (Option<String>, Option<String>) {
    let Operation::Create { document, .. } = &intent.operation else { return (None, None) };
    if document.get("configs").is_none() && scope.keep_secret_env {
        return (Some(document.to_string()), None);
    }
    let mut document = document.clone();
    let withheld = withhold(&mut document, &scope.hash_key, scope.keep_secret_env);
    let withheld = (!withheld.is_empty()).then(|| serde_json::to_string(&withheld).ok()).flatten();
    (Some(document.to_string()), withheld)
}

/// Removes intents whose operation was not let in.
pub async fn delete_intents(connection: &mut Connection, scope: &Scope, ids: &[SubmissionId]) -> sqlx::Result<()> {
    for id in ids {
        let delete = Query::new("DELETE FROM submission WHERE cluster = $1 AND submission_id = $2 AND answer IS NULL");
        connection.execute(delete.bind(&scope.cluster).bind(id.0)).await?;
    }
    Ok(())
}

/// Stores everything of a batch but the rows.
pub async fn insert_facts(connection: &mut Connection, scope: &Scope, changes: &Changes) -> sqlx::Result<()> {
    let cluster = || Value::from(&scope.cluster);
    let submissions: Vec<_> = changes.submissions.iter().map(|(id, intent)| (*id, intent)).collect();
    insert_intents(connection, scope, &submissions).await?;
    update_answers(connection, &changes.answers).await?;
    insert_transitions(connection, scope, &changes.transitions).await?;
    let matrices: Vec<_> = changes.matrices.iter().collect();
    let before = "INSERT INTO matrix (cluster, hash, content) ";
    let values = |(hash, content): &(&String, &String)| vec![cluster(), (*hash).into(), (*content).into()];
    in_rows(connection, before, " ON CONFLICT DO NOTHING", &matrices, values).await?;
    insert_conclusions(connection, scope, &changes.conclusions).await?;
    let before = "INSERT INTO gap (cluster, world_id, from_at, to_at, reason) ";
    in_rows(connection, before, "", &changes.gaps, |gap| {
        let (from, to) = (gap.from.millis().into(), gap.to.millis().into());
        vec![cluster(), (&scope.world).into(), from, to, (&gap.reason).into()]
    })
    .await?;
    if let Some(Watched { read, newest }) = changes.watched {
        let upsert = Query::new(
            "INSERT INTO watched (cluster, world_id, read_at, newest) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (cluster, world_id) DO UPDATE SET read_at = excluded.read_at, newest = excluded.newest",
        );
        let upsert = upsert.bind(&scope.cluster).bind(&scope.world).bind(read.millis());
        connection.execute(upsert.bind(newest.map(Timestamp::millis))).await?;
    }
    for (at, leader) in &changes.leaders {
        // Whoever starts to watch tells who leads: that is news only if it was another one.
        let insert = Query::new(
            "INSERT INTO leader (cluster, world_id, at, leader) SELECT $1, $2, CAST($3 AS BIGINT), $4 WHERE NOT EXISTS ( \
                 SELECT 1 FROM (SELECT leader FROM leader WHERE cluster = $1 AND world_id = $2 \
                     ORDER BY at DESC LIMIT 1) AS last WHERE last.leader = $4)",
        );
        let insert = insert.bind(&scope.cluster).bind(&scope.world).bind(at.millis()).bind(leader);
        connection.execute(insert).await?;
    }
    Ok(())
}

async fn update_answers(
    connection: &mut Connection,
    answers: &[(SubmissionId, Answer, Option<i64>)],
) -> sqlx::Result<()> {
    let before = "UPDATE submission SET answer = given.column2, status = coalesce(given.column3, status), \
                  words = given.column4, run_id = given.column5 FROM (";
    let after = ") AS given WHERE submission.submission_id = given.column1";
    in_rows(connection, before, after, answers, |(id, answer, run)| {
        let words = (!answer.words.is_empty()).then(|| serde_json::to_string(&answer.words).ok()).flatten();
        vec![id.0.into(), answer.kind.as_str().into(), answer.status.map(i64::from).into(), words.into(), (*run).into()]
    })
    .await
}

async fn insert_transitions(
    connection: &mut Connection,
    scope: &Scope,
    transitions: &[(i64, Transition)],
) -> sqlx::Result<()> {
    let before = "INSERT INTO transition (cluster, world_id, run_id, state, at, source, not_before, event_id) ";
    in_rows(connection, before, " ON CONFLICT DO NOTHING", transitions, |(run, transition)| {
        vec![
            (&scope.cluster).into(),
            (&scope.world).into(),
            (*run).into(),
            transition.state.as_str().into(),
            transition.at.millis().into(),
            transition.source.as_str().into(),
            transition.not_before.map(Timestamp::millis).into(),
            transition.event_id.clone().into(),
        ]
    })
    .await
}

async fn insert_conclusions(
    connection: &mut Connection,
    scope: &Scope,
    conclusions: &[(i64, Conclusion)],
) -> sqlx::Result<()> {
    let before = "INSERT INTO conclusion (cluster, run_id, kind, at, matrix) ";
    in_rows(connection, before, "", conclusions, |(run, conclusion)| {
        vec![
            (&scope.cluster).into(),
            (*run).into(),
            conclusion.kind.name().into(),
            conclusion.at.millis().into(),
            conclusion.matrix.clone().into(),
        ]
    })
    .await
}

/// Drove's last record of a run, as it is stored.
pub struct Report {
    /// Which run.
    pub run_id: i64,
    /// The record as JSON.
    pub info: String,
    /// Pointers to what was taken out, as a JSON list, if anything was.
    pub withheld: Option<String>,
}

/// Stores last records.
pub async fn upsert_reports(connection: &mut Connection, scope: &Scope, reports: &[Report]) -> sqlx::Result<()> {
    let before = "INSERT INTO report (cluster, run_id, info, withheld) ";
    let after = " ON CONFLICT (run_id) DO UPDATE SET info = excluded.info, withheld = excluded.withheld";
    in_rows(connection, before, after, reports, |report| {
        let withheld = report.withheld.clone().into();
        vec![(&scope.cluster).into(), report.run_id.into(), (&report.info).into(), withheld]
    })
    .await
}

/// Stores runs and their rows.
pub async fn upsert_runs(
    connection: &mut Connection,
    scope: &Scope,
    runs: &[(&RunFacts, TaskRow)],
) -> sqlx::Result<()> {
    let before = "INSERT INTO run (cluster, run_id, world_id, app, task, run, opened, submission_id, instance_id, \
                  is_over, state, outcome, status_rank, executor_id, executor_host, submitter, tags, submitted, ended, \
                  cores, memory_mb, revision) ";
    let after = " ON CONFLICT (run_id) DO UPDATE SET submission_id = excluded.submission_id, \
                 instance_id = excluded.instance_id, is_over = excluded.is_over, state = excluded.state, \
                 outcome = excluded.outcome, status_rank = excluded.status_rank, executor_id = excluded.executor_id, \
                 executor_host = excluded.executor_host, submitter = excluded.submitter, tags = excluded.tags, \
                 submitted = excluded.submitted, ended = excluded.ended, cores = excluded.cores, \
                 memory_mb = excluded.memory_mb, revision = excluded.revision";
    in_rows(connection, before, after, runs, |(facts, row)| {
        vec![
            (&scope.cluster).into(),
            row.run_id.into(),
            (&scope.world).into(),
            row.key.app.as_str().into(),
            row.key.id.as_str().into(),
            i64::from(row.run).into(),
            facts.opened.millis().into(),
            facts.create.as_ref().map(|create| create.submission_id).into(),
            row.instance_id.as_ref().map(|id| id.0.clone()).into(),
            i64::from(row.is_over()).into(),
            row.state_name().into(),
            row.outcome.as_ref().map(|outcome| outcome.as_str().to_owned()).into(),
            super::history::status_rank(row).into(),
            row.executor_id.as_ref().map(|id| id.0.clone()).into(),
            row.executor_host.clone().into(),
            row.submitter.clone().into(),
            tags_of(row).into(),
            row.submitted.millis().into(),
            row.ended.map(Timestamp::millis).into(),
            row.cores.into(),
            row.memory_mb.into(),
            i64::try_from(row.revision).unwrap_or(i64::MAX).into(),
        ]
    })
    .await?;
    let rows: Vec<(i64, String)> = runs
        .iter()
        .map(|(_, row)| serde_json::to_string(row).map(|content| (row.run_id, content)))
        .collect::<Result<_, _>>()
        .map_err(|fault| sqlx::Error::Encode(Box::new(fault)))?;
    let before = "INSERT INTO run_row (cluster, run_id, content) ";
    let after = " ON CONFLICT (run_id) DO UPDATE SET content = excluded.content";
    in_rows(connection, before, after, &rows, |(run, content)| {
        vec![(&scope.cluster).into(), (*run).into(), content.into()]
    })
    .await
}

/// Tags as they are stored: nothing when there are none.
fn tags_of(row: &TaskRow) -> Option<String> {
    // A map of texts can always be written.
    (!row.tags.is_empty()).then(|| serde_json::to_string(&row.tags).ok()).flatten()
}

/// Writes the cluster's line as it is.
///
/// # Errors
/// The ledger cannot be written.
pub async fn probe(connection: &mut Connection, scope: &Scope) -> sqlx::Result<()> {
    connection.begin().await?;
    let there_and_back = async {
        // SQLite writes nothing for a statement that changes nothing: a full disk would go unnoticed.
        for by in [1, -1] {
            let update = Query::new("UPDATE ledger SET change_seq = change_seq + $1 WHERE cluster = $2");
            connection.execute(update.bind(by).bind(&scope.cluster)).await?;
        }
        Ok(())
    };
    let done = there_and_back.await;
    connection.end(done).await
}

/// Moves the revision on; part of the transaction that stores what it counts.
pub async fn set_change_seq(connection: &mut Connection, scope: &Scope, seq: u64) -> sqlx::Result<()> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let update = Query::new("UPDATE ledger SET change_seq = $1 WHERE cluster = $2").bind(seq).bind(&scope.cluster);
    connection.execute(update).await.map(drop)
}
