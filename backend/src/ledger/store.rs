//! The ledger's tables, written: everything the writer stores and loads, as SQL. Lists have their own queries
//! ([`super::history`]), and nothing else names a table.

mod load;

pub use load::{load_keys, load_live, load_runs, load_unanswered};

use super::{
    book::Changes,
    fact::{Answer, Intent, Operation, SubmissionId},
    run::{Conclusion, RunFacts},
    withhold::withhold,
};
use model::{Gap, Timestamp, Transition, dashboard::TaskRow};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, query_builder::Separated};

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
}

type Binds<'a> = Separated<'a, Sqlite, &'static str>;

/// Runs `before VALUES (..), (..) after` over rows, in as few statements as possible.
async fn in_rows<T>(
    connection: &mut SqliteConnection,
    before: &'static str,
    after: &'static str,
    rows: &[T],
    bind: impl Fn(&mut Binds<'_>, &T),
) -> sqlx::Result<()> {
    let mut rest = rows;
    while !rest.is_empty() {
        let chunk;
        (chunk, rest) = rest.split_at(rows_at_once(rest.len()));
        let mut builder = QueryBuilder::<Sqlite>::new(before);
        builder.push_values(chunk, |mut binds, row| bind(&mut binds, row));
        builder.push(after);
        builder.build().execute(&mut *connection).await?;
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
    connection: &mut SqliteConnection,
    scope: &Scope,
    intents: &[(SubmissionId, &Intent)],
) -> sqlx::Result<()> {
    let rows: Vec<_> = intents.iter().map(|(id, intent)| (*id, *intent, kept_spec(intent, &scope.hash_key))).collect();
    let before = "INSERT INTO submission (cluster, submission_id, world_id, operation, app, task, at, user, door, spec, \
                  withheld) ";
    in_rows(connection, before, "", &rows, |binds, (id, intent, (spec, withheld))| {
        binds
            .push_bind(scope.cluster.clone())
            .push_bind(id.0)
            .push_bind(scope.world.clone())
            .push_bind(intent.operation.name())
            .push_bind(intent.key.app.0.clone())
            .push_bind(intent.key.id.0.clone())
            .push_bind(intent.at.millis())
            .push_bind(intent.user.clone())
            .push_bind(intent.door.as_str().to_owned())
            .push_bind(spec.clone())
            .push_bind(withheld.clone());
    })
    .await
}

/// The spec without its secrets, and what was taken out.
fn kept_spec(intent: &Intent, hash_key: &[u8]) -> (Option<String>, Option<String>) {
    let Operation::Create { document, .. } = &intent.operation else { return (None, None) };
    if document.get("configs").is_none() {
        return (Some(document.to_string()), None);
    }
    let mut document = document.clone();
    let withheld = withhold(&mut document, hash_key);
    let withheld = (!withheld.is_empty()).then(|| serde_json::to_string(&withheld).ok()).flatten();
    (Some(document.to_string()), withheld)
}

/// Removes intents whose operation was not let in.
pub async fn delete_intents(
    connection: &mut SqliteConnection,
    scope: &Scope,
    ids: &[SubmissionId],
) -> sqlx::Result<()> {
    for id in ids {
        sqlx::query("DELETE FROM submission WHERE cluster = ? AND submission_id = ? AND answer IS NULL")
            .bind(&scope.cluster)
            .bind(id.0)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Stores everything of a batch but the rows.
pub async fn insert_facts(connection: &mut SqliteConnection, scope: &Scope, changes: &Changes) -> sqlx::Result<()> {
    let submissions: Vec<_> = changes.submissions.iter().map(|(id, intent)| (*id, intent)).collect();
    insert_intents(connection, scope, &submissions).await?;
    update_answers(connection, &changes.answers).await?;
    insert_transitions(connection, scope, &changes.transitions).await?;
    let matrices: Vec<_> = changes.matrices.iter().collect();
    let before = "INSERT INTO matrix (cluster, hash, content) ";
    in_rows(connection, before, " ON CONFLICT DO NOTHING", &matrices, |binds, (hash, content)| {
        binds.push_bind(scope.cluster.clone()).push_bind((*hash).clone()).push_bind((*content).clone());
    })
    .await?;
    insert_conclusions(connection, scope, &changes.conclusions).await?;
    let before = "INSERT INTO gap (cluster, world_id, from_at, to_at, reason) ";
    in_rows(connection, before, "", &changes.gaps, |binds, gap: &Gap| {
        binds.push_bind(scope.cluster.clone()).push_bind(scope.world.clone());
        binds.push_bind(gap.from.millis()).push_bind(gap.to.millis()).push_bind(gap.reason.clone());
    })
    .await?;
    let before = "INSERT INTO leader (cluster, world_id, at, leader) ";
    in_rows(connection, before, "", &changes.leaders, |binds, (at, leader): &(Timestamp, String)| {
        binds.push_bind(scope.cluster.clone()).push_bind(scope.world.clone());
        binds.push_bind(at.millis()).push_bind(leader.clone());
    })
    .await
}

async fn update_answers(
    connection: &mut SqliteConnection,
    answers: &[(SubmissionId, Answer, Option<i64>)],
) -> sqlx::Result<()> {
    let before = "UPDATE submission SET answer = given.column2, status = coalesce(given.column3, status), \
                  words = given.column4, run_id = given.column5 FROM (";
    let after = ") AS given WHERE submission.submission_id = given.column1";
    in_rows(connection, before, after, answers, |binds, (id, answer, run)| {
        let words = (!answer.words.is_empty()).then(|| serde_json::to_string(&answer.words).ok()).flatten();
        binds
            .push_bind(id.0)
            .push_bind(answer.kind.as_str().to_owned())
            .push_bind(answer.status.map(i64::from))
            .push_bind(words)
            .push_bind(*run);
    })
    .await
}

async fn insert_transitions(
    connection: &mut SqliteConnection,
    scope: &Scope,
    transitions: &[(i64, Transition)],
) -> sqlx::Result<()> {
    let before = "INSERT INTO transition (cluster, world_id, run_id, state, at, source, not_before, event_id) ";
    in_rows(connection, before, " ON CONFLICT DO NOTHING", transitions, |binds, (run, transition)| {
        binds
            .push_bind(scope.cluster.clone())
            .push_bind(scope.world.clone())
            .push_bind(*run)
            .push_bind(transition.state.as_str().to_owned())
            .push_bind(transition.at.millis())
            .push_bind(transition.source.as_str().to_owned())
            .push_bind(transition.not_before.map(Timestamp::millis))
            .push_bind(transition.event_id.clone());
    })
    .await
}

async fn insert_conclusions(
    connection: &mut SqliteConnection,
    scope: &Scope,
    conclusions: &[(i64, Conclusion)],
) -> sqlx::Result<()> {
    let before = "INSERT INTO conclusion (cluster, run_id, kind, at, matrix) ";
    in_rows(connection, before, "", conclusions, |binds, (run, conclusion)| {
        binds
            .push_bind(scope.cluster.clone())
            .push_bind(*run)
            .push_bind(conclusion.kind.name())
            .push_bind(conclusion.at.millis())
            .push_bind(conclusion.matrix.clone());
    })
    .await
}

/// Stores last records.
pub async fn upsert_reports(
    connection: &mut SqliteConnection,
    scope: &Scope,
    reports: &[(i64, String)],
) -> sqlx::Result<()> {
    let before = "INSERT INTO report (cluster, run_id, info) ";
    let after = " ON CONFLICT (run_id) DO UPDATE SET info = excluded.info";
    in_rows(connection, before, after, reports, |binds, (run, info)| {
        binds.push_bind(scope.cluster.clone()).push_bind(*run).push_bind(info.clone());
    })
    .await
}

/// Stores runs and their rows.
pub async fn upsert_runs(
    connection: &mut SqliteConnection,
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
    in_rows(connection, before, after, runs, |binds, (facts, row)| {
        binds
            .push_bind(scope.cluster.clone())
            .push_bind(row.run_id)
            .push_bind(scope.world.clone())
            .push_bind(row.key.app.0.clone())
            .push_bind(row.key.id.0.clone())
            .push_bind(i64::from(row.run))
            .push_bind(facts.opened.millis())
            .push_bind(facts.create.as_ref().map(|create| create.submission_id))
            .push_bind(row.instance_id.as_ref().map(|id| id.0.clone()))
            .push_bind(i64::from(row.is_over()))
            .push_bind(row.state_name().to_owned())
            .push_bind(row.outcome.as_ref().map(|outcome| outcome.as_str().to_owned()))
            .push_bind(super::history::status_rank(row))
            .push_bind(row.executor_id.as_ref().map(|id| id.0.clone()))
            .push_bind(row.executor_host.clone())
            .push_bind(row.submitter.clone())
            .push_bind(tags_of(row))
            .push_bind(row.submitted.millis())
            .push_bind(row.ended.map(Timestamp::millis))
            .push_bind(row.cores)
            .push_bind(row.memory_mb)
            .push_bind(i64::try_from(row.revision).unwrap_or(i64::MAX));
    })
    .await?;
    let rows: Vec<(i64, String)> = runs
        .iter()
        .map(|(_, row)| serde_json::to_string(row).map(|content| (row.run_id, content)))
        .collect::<Result<_, _>>()
        .map_err(|fault| sqlx::Error::Encode(Box::new(fault)))?;
    let before = "INSERT INTO run_row (cluster, run_id, content) ";
    let after = " ON CONFLICT (run_id) DO UPDATE SET content = excluded.content";
    in_rows(connection, before, after, &rows, |binds, (run, content)| {
        binds.push_bind(scope.cluster.clone()).push_bind(*run).push_bind(content.clone());
    })
    .await
}

/// Tags as they are stored: nothing when there are none.
fn tags_of(row: &TaskRow) -> Option<String> {
    // A map of texts can always be written.
    (!row.tags.is_empty()).then(|| serde_json::to_string(&row.tags).ok()).flatten()
}

/// Moves the revision on; part of the transaction that stores what it counts.
pub async fn set_change_seq(connection: &mut SqliteConnection, scope: &Scope, seq: u64) -> sqlx::Result<()> {
    sqlx::query("UPDATE ledger SET change_seq = ? WHERE cluster = ?")
        .bind(i64::try_from(seq).unwrap_or(i64::MAX))
        .bind(&scope.cluster)
        .execute(connection)
        .await
        .map(drop)
}
