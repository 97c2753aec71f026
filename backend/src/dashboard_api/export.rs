//! `GET /api/history/tasks/export`: all that a filter shows, as a file. Written while it is read: nothing is held but a few
//! hundred rows.

mod csv;

use super::{
    attachment::attachment,
    openapi::{HistoryParams, Problems},
};
use crate::{
    error::ApiError,
    extract::Pairs,
    ledger::{LedgerError, Walk},
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use async_stream::try_stream;
use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures_util::Stream;
use model::{
    Timestamp, Utc,
    dashboard::{HistoryQuery, TaskRow},
};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// A table: see [`csv`].
    Csv,
    /// A row a line, as in `/api/history/tasks`.
    JsonLines,
}

impl Format {
    fn read(name: Option<&str>) -> Result<Self, ApiError> {
        match name {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl") => Ok(Self::JsonLines),
            other => {
                let given = other.unwrap_or_default();
                Err(ApiError::BadRequest(format!("format={given} is not known: ask for format=csv or format=jsonl")))
            }
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/x-ndjson",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    fn head(self) -> String {
        match self {
            Self::Csv => csv::head(),
            Self::JsonLines => String::new(),
        }
    }

    fn write(self, rows: &[TaskRow]) -> Bytes {
        let mut text = String::new();
        for row in rows {
            match self {
                Self::Csv => csv::write(&mut text, row),
                // Rows always have a JSON form.
                Self::JsonLines => {
                    text.push_str(&serde_json::to_string(row).unwrap_or_default());
                    text.push('\n');
                }
            }
        }
        text.into()
    }
}

/// The query is that of `/api/history/tasks`, without its page: all pages are written, in its order. An export that cannot
/// go on breaks off, so that nobody takes a part of it for the whole.
#[utoipa::path(
    get,
    path = "/api/history/tasks/export",
    tag = "history",
    params(("format" = String, Query, description = "`csv` or `jsonl`"), HistoryParams),
    responses(
        (
            status = 200,
            description = "A file: a table with a header, or a TaskRow a line",
            content((String = "text/csv"), (String = "application/x-ndjson"))
        ),
        Problems
    )
)]
pub async fn tasks(Chosen(cluster): Chosen, _caller: Caller, pairs: Pairs) -> Result<Response, ApiError> {
    let format = Format::read(pairs.get("format"))?;
    let mut walk = cluster.ledger.walk(&HistoryQuery::from_pairs(pairs.iter()));
    // A ledger that cannot be read at all is an error, not a broken file.
    let first = walk.next().await?;
    let name = format!("tasks-{}-{}.{}", cluster.label.name, compact(cluster.clock.now()), format.ending());
    Ok(attachment(&name, format.kind(), Body::from_stream(file(format, first, walk))))
}

fn file(
    format: Format,
    first: Option<Vec<TaskRow>>,
    mut walk: Walk,
) -> impl Stream<Item = Result<Bytes, LedgerError>> + Send {
    try_stream! {
        yield Bytes::from(format.head());
        let mut rows = first;
        while let Some(batch) = rows {
            yield format.write(&batch);
            rows = walk.next().await?;
        }
    }
}

/// `20261125T021145Z`.
fn compact(at: Timestamp) -> String {
    let Utc { year, month, day, hour, minute, second, .. } = Utc::of(at);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}
