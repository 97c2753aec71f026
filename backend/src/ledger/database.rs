//! The two databases that a ledger can lie in, behind one small face: SQLite in a file, PostgreSQL at a URL.
//!
//! SQL is one text for both: parameters are `$1`, numbers have 64 bits, lists of values are written out
//! ([`Query::list`]). Whatever differs between the two stands here, in [`super::open`] and in the migrations.

mod query;
mod row;

pub use query::{Query, Value};
pub use row::Row;

use sqlx::{
    Acquire, AssertSqlSafe, Connection as _, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool,
    Transaction,
};
use std::{io, time::Duration};

/// Longest wait for a server to answer a statement of the writer; after it the connection counts as lost.
const SERVER_ANSWERS: Duration = Duration::from_secs(10);
/// Longest wait for a read, a free connection included.
const READ_ANSWERS: Duration = Duration::from_secs(5);

/// Bounds the wait for a database.
///
/// # Errors
/// An I/O error of kind `TimedOut` after `limit`; what was asked may be carried out all the same.
pub async fn within<T>(limit: Duration, work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let late = |_| Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database does not answer")));
    tokio::time::timeout(limit, work).await.unwrap_or_else(late)
}

/// A connection of its own.
pub enum Connection {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

/// Connections for reads, shared by all who read.
#[derive(Clone)]
pub enum Readers {
    /// To a file.
    Sqlite(SqlitePool),
    /// To a server.
    Postgres(PgPool),
}

/// Several reads of one moment.
pub enum Reading {
    /// From a file.
    Sqlite(Transaction<'static, Sqlite>),
    /// From a server.
    Postgres(Transaction<'static, Postgres>),
}

impl Connection {
    /// Whether other processes write to the same ledger.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Changes something; how many rows.
    pub async fn execute(&mut self, query: Query) -> sqlx::Result<u64> {
        match self {
            Self::Sqlite(connection) => Ok(query.for_sqlite().execute(connection).await?.rows_affected()),
            Self::Postgres(connection) => {
                let done = within(SERVER_ANSWERS, query.for_postgres().execute(connection)).await?;
                Ok(done.rows_affected())
            }
        }
    }

    /// All rows.
    pub async fn fetch_all(&mut self, query: Query) -> sqlx::Result<Vec<Row>> {
        match self {
            Self::Sqlite(connection) => fetch_sqlite(connection, query).await,
            Self::Postgres(connection) => within(SERVER_ANSWERS, fetch_postgres(connection, query)).await,
        }
    }

    /// The first row.
    pub async fn fetch_one(&mut self, query: Query) -> sqlx::Result<Row> {
        first(self.fetch_all(query).await?)
    }

    /// Begins a transaction that writes.
    pub async fn begin(&mut self) -> sqlx::Result<()> {
        self.execute(Query::new("BEGIN")).await.map(drop)
    }

    /// Begins a transaction that reads one moment.
    pub async fn begin_reading(&mut self) -> sqlx::Result<()> {
        let begin = if self.is_shared() { READ_ONE_MOMENT } else { "BEGIN" };
        self.execute(Query::new(begin)).await.map(drop)
    }

    /// Ends a transaction: all of it is stored if what was done in it succeeded, and nothing otherwise.
    pub async fn end<T>(&mut self, done: sqlx::Result<T>) -> sqlx::Result<T> {
        let ended = match done {
            Ok(value) => match self.execute(Query::new("COMMIT")).await {
                Ok(_) => return Ok(value),
                Err(error) => error,
            },
            Err(error) => error,
        };
        // A connection that is lost has rolled back by itself; SQLite has after some errors.
        if matches!(ended, sqlx::Error::Io(_)) {
            return Err(ended);
        }
        if let Err(error) = self.execute(Query::new("ROLLBACK")).await {
            tracing::debug!(%error, "nothing was left to roll back");
        }
        Err(ended)
    }

    /// Closes it in order.
    pub async fn close(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        }
    }
}

const READ_ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

impl Readers {
    /// All rows.
    pub async fn fetch_all(&self, query: Query) -> sqlx::Result<Vec<Row>> {
        within(READ_ANSWERS, async {
            match self {
                Self::Sqlite(pool) => fetch_sqlite(&mut *pool.acquire().await?, query).await,
                Self::Postgres(pool) => fetch_postgres(&mut *pool.acquire().await?, query).await,
            }
        })
        .await
    }

    /// The first row.
    pub async fn fetch_one(&self, query: Query) -> sqlx::Result<Row> {
        first(self.fetch_all(query).await?)
    }

    /// Begins to read one moment.
    pub async fn begin(&self) -> sqlx::Result<Reading> {
        within(READ_ANSWERS, async {
            Ok(match self {
                Self::Sqlite(pool) => Reading::Sqlite(pool.begin().await?),
                Self::Postgres(pool) => Reading::Postgres(pool.begin_with(READ_ONE_MOMENT).await?),
            })
        })
        .await
    }

    /// Closes all of them.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Reading {
    /// All rows.
    pub async fn fetch_all(&mut self, query: Query) -> sqlx::Result<Vec<Row>> {
        within(READ_ANSWERS, async {
            match self {
                Self::Sqlite(transaction) => fetch_sqlite(transaction.acquire().await?, query).await,
                Self::Postgres(transaction) => fetch_postgres(transaction.acquire().await?, query).await,
            }
        })
        .await
    }

    /// The first row, if there is one.
    pub async fn fetch_optional(&mut self, query: Query) -> sqlx::Result<Option<Row>> {
        Ok(self.fetch_all(query).await?.into_iter().next())
    }

    /// Ends it.
    pub async fn end(self) -> sqlx::Result<()> {
        within(READ_ANSWERS, async {
            match self {
                Self::Sqlite(transaction) => transaction.commit().await,
                Self::Postgres(transaction) => transaction.commit().await,
            }
        })
        .await
    }
}

async fn fetch_sqlite(connection: &mut SqliteConnection, query: Query) -> sqlx::Result<Vec<Row>> {
    Ok(query.for_sqlite().fetch_all(connection).await?.into_iter().map(Row::Sqlite).collect())
}

async fn fetch_postgres(connection: &mut PgConnection, query: Query) -> sqlx::Result<Vec<Row>> {
    Ok(query.for_postgres().fetch_all(connection).await?.into_iter().map(Row::Postgres).collect())
}

fn first(rows: Vec<Row>) -> sqlx::Result<Row> {
    rows.into_iter().next().ok_or(sqlx::Error::RowNotFound)
}

/// A statement whose text was put together from constants and places for values.
fn safe(sql: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql)
}
