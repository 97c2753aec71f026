use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

/// A row of an answer.
pub enum Row {
    /// From a file.
    Sqlite(SqliteRow),
    /// From a server.
    Postgres(PgRow),
}

impl Row {
    /// A number.
    pub fn number(&self, column: &str) -> sqlx::Result<i64> {
        self.number_or_none(column)?.ok_or_else(|| missing(column))
    }

    /// A number, or null. What a comparison yields is 0 or 1.
    pub fn number_or_none(&self, column: &str) -> sqlx::Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row
                .try_get::<Option<i64>, _>(column)
                .or_else(|_| row.try_get::<Option<i32>, _>(column).map(|number| number.map(i64::from)))
                .or_else(|_| row.try_get::<Option<bool>, _>(column).map(|yes| yes.map(i64::from))),
        }
    }

    /// Whether a comparison holds.
    pub fn holds(&self, column: &str) -> sqlx::Result<bool> {
        Ok(self.number(column)? != 0)
    }

    /// A text.
    pub fn text(&self, column: &str) -> sqlx::Result<String> {
        self.text_or_none(column)?.ok_or_else(|| missing(column))
    }

    /// A text, or null.
    pub fn text_or_none(&self, column: &str) -> sqlx::Result<Option<String>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// Bytes.
    pub fn bytes(&self, column: &str) -> sqlx::Result<Vec<u8>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

fn missing(column: &str) -> sqlx::Error {
    let source = format!("{column} is null").into();
    sqlx::Error::ColumnDecode { index: column.to_owned(), source }
}
