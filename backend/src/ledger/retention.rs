//! Old runs are removed, with everything that is only about them: by age, and by the size of the file, the oldest first.
//!
//! In steps, each a short transaction, so that nobody waits long; the writer takes intents in between.

use super::{
    database::{Connection, Query},
    store::Scope,
};
use model::Timestamp;
use std::time::Duration;

/// Runs removed in one step.
const RUNS_AT_ONCE: i64 = 64;
/// Submissions looked at in one step.
const SUBMISSIONS_AT_ONCE: i64 = 512;
/// Of replicas each numbers its submissions within a block of its own, so that newer ones may stand before older ones: only
/// after so many steps that found nothing old is there none. Enough for a dozen replicas.
const STEPS_WITHOUT: u32 = 24;
/// Gives so many pages back to the system in one step.
const GIVE_BACK: &str = "PRAGMA incremental_vacuum(64)";
/// Free pages that stay in the file: they are soon used again.
const PAGES_KEPT: i64 = 256;
/// Bytes of a run on a server beside its texts: transitions, columns, indexes and what a page loses.
const BESIDE_TEXTS: i64 = 2_048;
/// When the file is too large, it is made so much smaller than it may be: otherwise each new run would cost a step.
const ROOM: u64 = 20;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Runs that ended before go.
    pub before: Timestamp,
    /// How long runs are kept: none goes that is not older than the newest fact by this much, whatever a clock shows.
    pub keep: Duration,
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
    /// On a server: number of runs, and bytes of each.
    estimate: Option<(i64, i64)>,
}

#[derive(Debug)]
enum Stage {
    Cutoff,
    Runs,
    /// Submissions after this one; in so many steps before none was old.
    Submissions(i64, u32),
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
        Self { limits, stage: Stage::Cutoff, before: limits.before, is_shrinking: false, estimate: None }
    }

    /// One that removes nothing: it only tells how many bytes are in use.
    pub fn of_size() -> Self {
        let before = Timestamp(i64::MIN);
        Self { stage: Stage::Pages, ..Self::new(Limits { before, keep: Duration::ZERO, bytes: None }) }
    }

    /// Goes one step further. After a failure it can be tried again.
    pub async fn step(&mut self, connection: &mut Connection, scope: &Scope) -> sqlx::Result<Step> {
        match self.stage {
            Stage::Cutoff => {
                let newest = newest_fact(connection, scope).await?;
                self.before = newest.map_or(self.before, |newest| self.before.min(newest - self.limits.keep));
                self.limits.before = self.before;
                self.stage = Stage::Runs;
                Ok(Step::Went)
            }
            Stage::Runs => {
                let runs = self.oldest(connection, scope).await?;
                if runs.is_empty() {
                    self.stage = Stage::Submissions(0, 0);
                    return Ok(Step::Went);
                }
                remove(connection, scope, &runs).await?;
                Ok(Step::Removed(runs))
            }
            Stage::Submissions(after, without) => {
                self.stage = match remove_submissions(connection, scope, after, self.before).await? {
                    Some((last, true)) => Stage::Submissions(last, 0),
                    Some((last, false)) if without < STEPS_WITHOUT => Stage::Submissions(last, without + 1),
                    Some(_) | None => Stage::Spans,
                };
                Ok(Step::Went)
            }
            Stage::Spans => {
                for statement in [
                    "DELETE FROM gap WHERE cluster = $1 AND to_at < $2",
                    "DELETE FROM leader WHERE cluster = $1 AND at < $2",
                ] {
                    let delete = Query::new(statement).bind(&scope.cluster).bind(self.before.millis());
                    connection.execute(delete).await?;
                }
                self.stage = Stage::Pages;
                Ok(Step::Went)
            }
            // PostgreSQL gives its pages out again by itself.
            Stage::Pages if connection.is_shared() => Ok(Step::Over(self.bytes_in_use(connection).await?)),
            Stage::Pages => {
                let free = connection.fetch_one(Query::new("PRAGMA freelist_count")).await?;
                if free.number("freelist_count")? <= PAGES_KEPT {
                    return Ok(Step::Over(self.bytes_in_use(connection).await?));
                }
                connection.fetch_all(Query::new(GIVE_BACK)).await?;
                Ok(Step::Went)
            }
        }
    }

    /// The runs to remove next.
    async fn oldest(&mut self, connection: &mut Connection, scope: &Scope) -> sqlx::Result<Vec<i64>> {
        let limit = self.limits.bytes.unwrap_or(u64::MAX);
        let limit = if self.is_shrinking { limit - limit / ROOM } else { limit };
        self.is_shrinking = self.limits.bytes.is_some() && self.bytes_in_use(connection).await? > limit;
        let before = if self.is_shrinking { i64::MAX } else { self.limits.before.millis() };
        let query = Query::new(
            "SELECT run_id, ended FROM run WHERE cluster = $1 AND is_over = 1 AND ended < $2 ORDER BY ended LIMIT $3",
        );
        let oldest = connection.fetch_all(query.bind(&scope.cluster).bind(before).bind(RUNS_AT_ONCE)).await?;
        if let Some(last) = oldest.last() {
            self.before = self.before.max(Timestamp(last.number("ended")?));
        }
        let oldest: Vec<i64> = oldest.iter().map(|row| row.number("run_id")).collect::<Result<_, _>>()?;
        if let Some((runs, _)) = &mut self.estimate {
            *runs -= i64::try_from(oldest.len()).unwrap_or(0);
        }
        Ok(oldest)
    }

    /// Bytes that hold something: of the file, or, since a server's files tell nothing about that, of as many runs as
    /// there are, if all are like the last ones.
    async fn bytes_in_use(&mut self, connection: &mut Connection) -> sqlx::Result<u64> {
        if !connection.is_shared() {
            let query = Query::new(
                "SELECT (page_count - freelist_count) * page_size AS bytes \
                 FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
            );
            return Ok(u64::try_from(connection.fetch_one(query).await?.number("bytes")?).unwrap_or(0));
        }
        let (runs, each) = match self.estimate {
            Some(estimate) => estimate,
            None => {
                let query = Query::new(
                    "SELECT (SELECT count(*) FROM run) AS runs, (SELECT CAST(coalesce(avg(length(content) \
                         + coalesce(length(info), 0) + coalesce(length(spec), 0)), 0) AS BIGINT) \
                     FROM (SELECT run_id, submission_id FROM run ORDER BY run_id DESC LIMIT 500) AS last \
                         JOIN run_row ON run_row.run_id = last.run_id LEFT JOIN report ON report.run_id = last.run_id \
                         LEFT JOIN submission ON submission.submission_id = last.submission_id) AS texts",
                );
                let row = connection.fetch_one(query).await?;
                (row.number("runs")?, row.number("texts")? + BESIDE_TEXTS)
            }
        };
        self.estimate = Some((runs, each));
        Ok(u64::try_from(runs.saturating_mul(each)).unwrap_or(0))
    }
}

/// When the last run ended, or the last operation came, if any did.
async fn newest_fact(connection: &mut Connection, scope: &Scope) -> sqlx::Result<Option<Timestamp>> {
    let mut newest = None;
    for question in [
        "SELECT max(ended) AS newest FROM run WHERE cluster = $1 AND is_over = 1",
        "SELECT max(at) AS newest FROM submission WHERE cluster = $1",
    ] {
        let row = connection.fetch_one(Query::new(question).bind(&scope.cluster)).await?;
        newest = newest.max(row.number_or_none("newest")?);
    }
    Ok(newest.map(Timestamp))
}

async fn remove(connection: &mut Connection, scope: &Scope, runs: &[i64]) -> sqlx::Result<()> {
    // A replica that shares the ledger is within a transaction already.
    if connection.is_shared() {
        return remove_within(connection, scope, runs).await;
    }
    connection.begin().await?;
    let removed = remove_within(connection, scope, runs).await;
    connection.end(removed).await
}

async fn remove_within(connection: &mut Connection, scope: &Scope, runs: &[i64]) -> sqlx::Result<()> {
    // A matrix goes with the last run that was judged by it.
    let matrices = Query::new(
        "DELETE FROM matrix WHERE cluster = $1 AND hash IN \
             (SELECT conclusion.matrix FROM conclusion WHERE conclusion.cluster = $1 AND conclusion.run_id IN ",
    );
    let matrices = matrices.bind(&scope.cluster).list(runs).push(
        ") AND NOT EXISTS (SELECT 1 FROM conclusion AS other WHERE other.cluster = $1 AND other.matrix = matrix.hash \
             AND other.run_id NOT IN ",
    );
    connection.execute(matrices.list(runs).push(")")).await?;
    for statement in [
        "DELETE FROM submission WHERE cluster = $1 AND run_id IN ",
        "DELETE FROM transition WHERE cluster = $1 AND run_id IN ",
        "DELETE FROM conclusion WHERE cluster = $1 AND run_id IN ",
        "DELETE FROM report WHERE cluster = $1 AND run_id IN ",
        "DELETE FROM run_row WHERE cluster = $1 AND run_id IN ",
        "DELETE FROM run WHERE cluster = $1 AND run_id IN ",
    ] {
        connection.execute(Query::new(statement).bind(&scope.cluster).list(runs)).await?;
    }
    Ok(())
}

/// Removes answered submissions that led to no run, among the next ones after `after`. The last one looked at, and whether
/// any was old; nothing if there are no more.
async fn remove_submissions(
    connection: &mut Connection,
    scope: &Scope,
    after: i64,
    before: Timestamp,
) -> sqlx::Result<Option<(i64, bool)>> {
    let query = Query::new(
        "SELECT max(submission_id) AS last, min(at) AS oldest FROM (SELECT submission_id, at FROM submission \
             WHERE submission_id > $2 AND cluster = $1 ORDER BY submission_id LIMIT $3) AS next",
    );
    let query = query.bind(&scope.cluster).bind(after).bind(SUBMISSIONS_AT_ONCE);
    let next = connection.fetch_one(query).await?;
    let Some(last) = next.number_or_none("last")? else { return Ok(None) };
    if next.number("oldest")? >= before.millis() {
        return Ok(Some((last, false)));
    }
    let query = Query::new(
        "DELETE FROM submission WHERE submission_id > $2 AND submission_id <= $3 AND cluster = $1 \
             AND run_id IS NULL AND answer IS NOT NULL AND at < $4",
    );
    let query = query.bind(&scope.cluster).bind(after).bind(last).bind(before.millis());
    connection.execute(query).await?;
    Ok(Some((last, true)))
}
