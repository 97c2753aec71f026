//! What replicas that share one ledger tell each other through it. Whoever writes holds the cluster's line in `ledger`
//! from the beginning to the end of a transaction: so there is one writer at a time, and each sees all of the ones before.

use super::Scope;
use crate::ledger::{
    database::{Connection, Query},
    run::RunFacts,
};

/// Removals that replicas can still learn of, in revisions: who is further behind reads everything again.
pub const REMOVALS_KEPT: u64 = 100_000;

/// Waits until nobody else writes; the revision of the last change.
pub async fn lock(connection: &mut Connection, scope: &Scope) -> sqlx::Result<u64> {
    let query = Query::new("SELECT change_seq FROM ledger WHERE cluster = $1 FOR UPDATE").bind(&scope.cluster);
    let seq = connection.fetch_one(query).await?.number("change_seq")?;
    Ok(u64::try_from(seq).unwrap_or(0))
}

/// The revision of the last change, as of this moment.
pub async fn revision(connection: &mut Connection, scope: &Scope) -> sqlx::Result<u64> {
    let query = Query::new("SELECT change_seq FROM ledger WHERE cluster = $1").bind(&scope.cluster);
    let seq = connection.fetch_one(query).await?.number("change_seq")?;
    Ok(u64::try_from(seq).unwrap_or(0))
}

/// Tells the other replicas, at the end of the transaction, that there is something new.
pub async fn notify(connection: &mut Connection, scope: &Scope) -> sqlx::Result<()> {
    connection.fetch_all(Query::new("SELECT pg_notify($1, '')").bind(&scope.channel)).await.map(drop)
}

/// Whether a replica has ended: while it lives, it holds a lock on its number.
pub async fn is_dead(connection: &mut Connection, replica: i64) -> sqlx::Result<bool> {
    let query = Query::new("SELECT pg_try_advisory_lock($1) AS taken").bind(replica);
    let is_dead = connection.fetch_one(query).await?.holds("taken")?;
    if is_dead {
        connection.fetch_all(Query::new("SELECT pg_advisory_unlock($1)").bind(replica)).await?;
    }
    Ok(is_dead)
}

/// The runs that changed after `revision`, each with the revision of its last change.
pub async fn changed_runs(
    connection: &mut Connection,
    scope: &Scope,
    revision: u64,
) -> sqlx::Result<Vec<(RunFacts, u64)>> {
    let query = Query::new("SELECT run_id, revision FROM run WHERE cluster = $1 AND revision > $2 ORDER BY run_id");
    let query = query.bind(&scope.cluster).bind(i64::try_from(revision).unwrap_or(i64::MAX));
    let (mut ids, mut revisions) = (Vec::new(), Vec::new());
    for row in connection.fetch_all(query).await? {
        ids.push(row.number("run_id")?);
        revisions.push(u64::try_from(row.number("revision")?).unwrap_or(0));
    }
    // Both are in the order of the ids, and a transaction sees one moment.
    Ok(super::load_runs(connection, scope, &ids).await?.into_iter().zip(revisions).collect())
}

/// Records at which revision retention removed runs.
pub async fn insert_removals(connection: &mut Connection, scope: &Scope, seq: u64, runs: &[i64]) -> sqlx::Result<()> {
    let number = |n| i64::try_from(n).unwrap_or(i64::MAX);
    let before = "INSERT INTO removal (cluster, revision, run_id) ";
    super::in_rows(connection, before, "", runs, |run| {
        vec![(&scope.cluster).into(), number(seq).into(), (*run).into()]
    })
    .await?;
    let delete = Query::new("DELETE FROM removal WHERE cluster = $1 AND revision < $2");
    connection.execute(delete.bind(&scope.cluster).bind(number(seq.saturating_sub(REMOVALS_KEPT)))).await.map(drop)
}

/// The runs that were removed after `revision`.
pub async fn removed_runs(connection: &mut Connection, scope: &Scope, revision: u64) -> sqlx::Result<Vec<i64>> {
    let query = Query::new("SELECT run_id FROM removal WHERE cluster = $1 AND revision > $2");
    let query = query.bind(&scope.cluster).bind(i64::try_from(revision).unwrap_or(i64::MAX));
    connection.fetch_all(query).await?.iter().map(|row| row.number("run_id")).collect()
}

/// Numbers in one block.
pub const SUBMISSIONS_AT_ONCE: i64 = 1_000;

/// The first submission number that is not taken, where nobody else takes any.
pub async fn next_submission(connection: &mut Connection) -> sqlx::Result<i64> {
    let query = Query::new("SELECT coalesce(max(submission_id), 0) + 1 AS next FROM submission");
    connection.fetch_one(query).await?.number("next")
}

/// A block of numbers for submissions that no other replica has: the first of a thousand.
pub async fn next_submissions(connection: &mut Connection) -> sqlx::Result<i64> {
    connection.fetch_one(Query::new("SELECT nextval('submission_ids') AS first")).await?.number("first")
}

/// The first run number that is not taken. Only who writes may give it away.
pub async fn next_run(connection: &mut Connection) -> sqlx::Result<i64> {
    connection.fetch_one(Query::new("SELECT coalesce(max(run_id), 0) + 1 AS next FROM run")).await?.number("next")
}
