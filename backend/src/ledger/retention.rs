//! Old runs are removed, with everything that is only about them: by age, and by the size of the file, the oldest first.
//!
//! In steps, each a short transaction, so that nobody waits long; the writer takes intents in between.

use super::store::Scope;
use model::Timestamp;
use sqlx::{Connection, SqliteConnection};

/// Runs removed in one step.
const RUNS_AT_ONCE: i64 = 64;
/// Submissions looked at in one step.
const SUBMISSIONS_AT_ONCE: i64 = 512;
/// Pages given back to the system in one step.
const PAGES_AT_ONCE: u32 = 64;
/// Free pages that stay in the file: they are soon used again.
const PAGES_KEPT: i64 = 256;
/// When the file is too large, it is made so much smaller than it may be: otherwise each new run would cost a step.
const ROOM: u64 = 20;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Runs that ended before go.
    pub before: Timestamp,
    /// Largest number of bytes in use, if there is one.
    pub bytes: Option<u64>,
}

/// One sweep through the ledger.
#[derive(Debug)]
pub struct Sweep {
    limits: Limits,
    stage: Stage,
    /// Everything that ended, or came and led to no run, before this goes.
    before: Timestamp,
    /// The file is too large, until it is smaller by some.
    is_shrinking: bool,
}

#[derive(Debug)]
enum Stage {
    Runs,
    /// Submissions after this one.
    Submissions(i64),
    Spans,
    Pages,
}

/// What a step did.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// It removed these runs.
    Removed(Vec<i64>),
    /// Something else, and there is more to do.
    Went,
    /// The sweep is over; so many bytes are in use.
    Over(u64),
}

impl Sweep {
    /// A sweep that ends when the ledger is within its limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, stage: Stage::Runs, before: limits.before, is_shrinking: false }
    }

    /// Goes one step further. After a failure it can be tried again.
    pub async fn step(&mut self, connection: &mut SqliteConnection, scope: &Scope) -> sqlx::Result<Step> {
        match self.stage {
            Stage::Runs => {
                let runs = self.oldest(connection, scope).await?;
                if runs.is_empty() {
                    self.stage = Stage::Submissions(0);
                    return Ok(Step::Went);
                }
                remove(connection, scope, &runs).await?;
                Ok(Step::Removed(runs))
            }
            Stage::Submissions(after) => {
                self.stage = match remove_submissions(connection, scope, after, self.before).await? {
                    Some(last) => Stage::Submissions(last),
                    None => Stage::Spans,
                };
                Ok(Step::Went)
            }
            Stage::Spans => {
                for statement in [
                    "DELETE FROM gap WHERE cluster = ? AND to_at < ?",
                    "DELETE FROM leader WHERE cluster = ? AND at < ?",
                ] {
                    let query = sqlx::query(statement).bind(&scope.cluster).bind(self.before.millis());
                    query.execute(&mut *connection).await?;
                }
                self.stage = Stage::Pages;
                Ok(Step::Went)
            }
            Stage::Pages => {
                let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut *connection).await?;
                if free <= PAGES_KEPT {
                    return Ok(Step::Over(bytes_in_use(connection).await?));
                }
                let pages = sqlx::AssertSqlSafe(format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})"));
                sqlx::query(pages).fetch_all(connection).await?;
                Ok(Step::Went)
            }
        }
    }

    /// The runs to remove next.
    async fn oldest(&mut self, connection: &mut SqliteConnection, scope: &Scope) -> sqlx::Result<Vec<i64>> {
        let limit = self.limits.bytes.unwrap_or(u64::MAX);
        let limit = if self.is_shrinking { limit - limit / ROOM } else { limit };
        self.is_shrinking = bytes_in_use(connection).await? > limit;
        let before = if self.is_shrinking { Timestamp(i64::MAX) } else { self.limits.before };
        let oldest: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT run_id, ended FROM run WHERE cluster = ? AND is_over = 1 AND ended < ? ORDER BY ended LIMIT ?",
        )
        .bind(&scope.cluster)
        .bind(before.millis())
        .bind(RUNS_AT_ONCE)
        .fetch_all(connection)
        .await?;
        if let Some((_, ended)) = oldest.last() {
            self.before = self.before.max(Timestamp(*ended));
        }
        Ok(oldest.into_iter().map(|(id, _)| id).collect())
    }
}

/// Bytes of the file that hold something.
async fn bytes_in_use(connection: &mut SqliteConnection) -> sqlx::Result<u64> {
    let bytes: i64 = sqlx::query_scalar(
        "SELECT (page_count - freelist_count) * page_size \
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

async fn remove(connection: &mut SqliteConnection, scope: &Scope, runs: &[i64]) -> sqlx::Result<()> {
    let list = serde_json::to_string(runs).map_err(|fault| sqlx::Error::Encode(Box::new(fault)))?;
    let mut transaction = connection.begin().await?;
    for statement in [
        // A matrix goes with the last run that was judged by it.
        "DELETE FROM matrix WHERE cluster = ?1 AND hash IN \
             (SELECT matrix FROM conclusion WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1) \
         AND NOT EXISTS (SELECT 1 FROM conclusion AS other WHERE other.cluster = ?1 AND other.matrix = matrix.hash \
             AND other.run_id NOT IN (SELECT value FROM json_each(?2)))",
        "DELETE FROM submission WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM transition WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM conclusion WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM report WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM run_row WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
        "DELETE FROM run WHERE run_id IN (SELECT value FROM json_each(?2)) AND cluster = ?1",
    ] {
        sqlx::query(statement).bind(&scope.cluster).bind(&list).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// Removes answered submissions that led to no run, among the next ones after `after`. The last one looked at; nothing
/// if there are no more.
async fn remove_submissions(
    connection: &mut SqliteConnection,
    scope: &Scope,
    after: i64,
    before: Timestamp,
) -> sqlx::Result<Option<i64>> {
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT max(submission_id) FROM (SELECT submission_id, at FROM submission \
             WHERE submission_id > ?2 AND cluster = ?1 ORDER BY submission_id LIMIT ?4) WHERE at < ?3",
    )
    .bind(&scope.cluster)
    .bind(after)
    .bind(before.millis())
    .bind(SUBMISSIONS_AT_ONCE)
    .fetch_one(&mut *connection)
    .await?;
    let Some(last) = last else { return Ok(None) };
    sqlx::query(
        "DELETE FROM submission WHERE submission_id > ?2 AND submission_id <= ?3 AND cluster = ?1 \
             AND run_id IS NULL AND answer IS NOT NULL AND at < ?4",
    )
    .bind(&scope.cluster)
    .bind(after)
    .bind(last)
    .bind(before.millis())
    .execute(connection)
    .await?;
    Ok(Some(last))
}
