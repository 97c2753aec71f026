//! Old runs are removed, with everything that is only about them.

use super::store::Scope;
use model::Timestamp;
use sqlx::{Connection, SqliteConnection};

/// Runs removed in one transaction, so that nobody waits long.
const RUNS_AT_ONCE: i64 = 500;

/// Removes runs that ended before `before`, and submissions and gaps from before it that belong to no run.
pub async fn sweep(connection: &mut SqliteConnection, scope: &Scope, before: Timestamp) -> sqlx::Result<()> {
    while sweep_some(connection, scope, before).await? {}
    for statement in [
        "DELETE FROM submission WHERE cluster = ? AND run_id IS NULL AND answer IS NOT NULL AND at < ?",
        "DELETE FROM gap WHERE cluster = ? AND to_at < ?",
        "DELETE FROM leader WHERE cluster = ? AND at < ?",
    ] {
        sqlx::query(statement).bind(&scope.cluster).bind(before.millis()).execute(&mut *connection).await?;
    }
    sqlx::query(
        "DELETE FROM matrix WHERE cluster = ?1 AND hash NOT IN \
             (SELECT matrix FROM conclusion WHERE cluster = ?1 AND matrix IS NOT NULL)",
    )
    .bind(&scope.cluster)
    .execute(connection)
    .await
    .map(drop)
}

async fn sweep_some(connection: &mut SqliteConnection, scope: &Scope, before: Timestamp) -> sqlx::Result<bool> {
    let ids: Vec<i64> =
        sqlx::query_scalar("SELECT run_id FROM run WHERE cluster = ? AND is_over = 1 AND ended < ? LIMIT ?")
            .bind(&scope.cluster)
            .bind(before.millis())
            .bind(RUNS_AT_ONCE)
            .fetch_all(&mut *connection)
            .await?;
    let list = serde_json::to_string(&ids).map_err(|fault| sqlx::Error::Encode(Box::new(fault)))?;
    let mut transaction = connection.begin().await?;
    for statement in [
        "DELETE FROM submission WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM transition WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM conclusion WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM report WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM run_row WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM run_text WHERE rowid IN (SELECT value FROM json_each(?2)) AND ?1 IS NOT NULL",
        "DELETE FROM run WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
    ] {
        sqlx::query(statement).bind(&scope.cluster).bind(&list).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(i64::try_from(ids.len()).is_ok_and(|n| n == RUNS_AT_ONCE))
}
