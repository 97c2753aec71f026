use super::safe;
use sqlx::{Postgres, Sqlite, postgres::PgArguments, query::Query as Statement, sqlite::SqliteArguments};
use std::{borrow::Cow, fmt::Write};

/// A value in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, or null.
    Number(Option<i64>),
    /// A text, or null.
    Text(Option<String>),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A statement with its values.
#[derive(Clone, Debug)]
pub struct Query {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    /// The text names its values by number, in whatever order.
    is_named: bool,
}

impl Query {
    /// A statement in one piece, or the beginning of one.
    pub fn new(sql: &'static str) -> Self {
        Self { sql: Cow::Borrowed(sql), values: Vec::new(), is_named: false }
    }

    /// Gives the next of the values that the text names `$1`, `$2`, and so on.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self.is_named = true;
        self
    }

    /// Goes on with more text.
    #[must_use]
    pub fn push(mut self, sql: &str) -> Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// Goes on with a value.
    #[must_use]
    pub fn value(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        // Writing to a text cannot fail.
        let _ = write!(self.sql.to_mut(), "${}", self.values.len());
        self
    }

    /// Goes on with `($1, $2)`: a list to look a column up in. There are as many places as a power of two, so that few
    /// statements must be prepared; the last value is repeated.
    #[must_use]
    pub fn list(mut self, numbers: &[i64]) -> Self {
        let places = numbers.len().next_power_of_two();
        for place in 0..places {
            let number = numbers.get(place).or(numbers.last()).copied();
            self = self.push(if place == 0 { "(" } else { ", " }).value(number);
        }
        self.push(")")
    }

    /// Goes on with `VALUES ($1, $2), ($3, $4)`.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        let mut before = "VALUES (";
        for row in rows {
            for value in row {
                self = self.push(before).value(value);
                before = ", ";
            }
            before = "), (";
        }
        self.push(")")
    }

    pub(super) fn for_sqlite(self) -> Statement<'static, Sqlite, SqliteArguments> {
        // SQLite looks for a named value among all names: thousands of them would take it longer than the statement.
        let sql = if self.is_named { self.sql.into_owned() } else { unnamed(&self.sql) };
        self.values.into_iter().fold(sqlx::query(safe(sql)), |query, value| match value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }

    pub(super) fn for_postgres(self) -> Statement<'static, Postgres, PgArguments> {
        self.values.into_iter().fold(sqlx::query(safe(self.sql.into_owned())), |query, value| match value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }
}

/// The text with `?` for `$1`, `$2`, and so on.
fn unnamed(sql: &str) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('?');
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_order_and_lists_have_few_lengths() {
        let query = Query::new("SELECT a FROM t WHERE b = $1 AND c IN ").bind("x").list(&[7, 8, 9]);
        assert_eq!(query.sql, "SELECT a FROM t WHERE b = $1 AND c IN ($2, $3, $4, $5)");
        assert_eq!(query.values, ["x".into(), 7.into(), 8.into(), 9.into(), Value::from(9)]);
        let none = Query::new("IN ").list(&[]);
        assert_eq!((none.sql.as_ref(), none.values), ("IN ($1)", vec![Value::Number(None)]));
        let rows = Query::new("").rows([vec![1.into(), 2.into()], vec![3.into(), Value::from(4)]]);
        assert_eq!(rows.sql, "VALUES ($1, $2), ($3, $4)");
        assert_eq!(unnamed(&rows.sql), "VALUES (?, ?), (?, ?)");
        assert!(!rows.is_named && query.is_named);
    }
}
