//! `GET /api/logs/{app}/{id}` and `/{file}`: a task's log files, by bytes, with the caller's own rights.

use super::{attachment::attachment, openapi::Problems};
use crate::{
    error::ApiError,
    extract::{FilePath, KeyPath, Pairs},
    live::{
        log_part::{locate, run_of},
        log_range::{LARGEST_RANGE, LogFile},
    },
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use axum::{
    Json,
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use model::{
    OUTPUT_LOG,
    dashboard::{LogFiles, LogFrame, LogPart},
};

/// Names of the files, `output.log` first.
#[utoipa::path(
    get,
    path = "/api/logs/{app}/{id}",
    tag = "logs",
    params(("app" = String, Path, description = "Source app"), ("id" = String, Path, description = "Task ID")),
    responses((status = 200, description = "The names", body = LogFiles), Problems)
)]
pub async fn files(Chosen(cluster): Chosen, caller: Caller, KeyPath(key): KeyPath) -> Result<Json<LogFiles>, ApiError> {
    let mut files = cluster.client_of(&caller).log_files(&key).await?.files;
    files.sort_by_key(|name| (name != OUTPUT_LOG, name.clone()));
    Ok(Json(LogFiles { files }))
}

/// A part of a file: `offset` and `length` in bytes, or the last `tail` bytes; with `download`, the whole file. Drove keeps one file for all runs of an ID on an executor: with `run`, nothing but the lines of that run.
#[utoipa::path(
    get,
    path = "/api/logs/{app}/{id}/{file}",
    tag = "logs",
    params(
        ("app" = String, Path, description = "Source app"), ("id" = String, Path, description = "Task ID"),
        ("file" = String, Path, description = "Name of a log file"),
        ("offset" = Option<u64>, Query, description = "First byte"),
        ("length" = Option<u64>, Query, description = "Most bytes"),
        ("tail" = Option<u64>, Query, description = "The last bytes instead"),
        ("run" = Option<u32>, Query, description = "Number of a run, the first being 1: lines of others are left out"),
        ("download" = Option<String>, Query, description = "The whole file as a file, whatever its value"),
    ),
    responses(
        (
            status = 200,
            description = "A part of the file; with `download` all of it",
            content((LogFrame = "application/json"), (String = "text/plain"))
        ),
        Problems
    )
)]
pub async fn read(
    Chosen(cluster): Chosen,
    caller: Caller,
    FilePath { key, file }: FilePath,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let file = LogFile { client: cluster.client_of(&caller), key, name: file };
    let number: Option<u32> = pairs.number("run")?;
    let run = match number {
        Some(_) => run_of(&cluster.ledger, &file.key, number).await?,
        None => None,
    };
    let part = match &run {
        Some(run) => locate(&file, run).await?,
        None => LogPart::WHOLE,
    };
    if pairs.get("download").is_some() {
        let content = file.client.log_download(&file.key, &file.name).await?.into_body();
        let run = number.map(|run| format!("run-{run}_")).unwrap_or_default();
        let name = format!("{}_{}_{run}{}", file.key.app, file.key.id, file.name);
        return Ok(attachment(&name, "text/plain; charset=utf-8", cut(content, part)));
    }
    let frame: LogFrame = match pairs.number("tail")? {
        Some(length) => file.tail_within(part, length).await?,
        None => {
            let length = pairs.number("length")?.unwrap_or(LARGEST_RANGE);
            file.range_within(part, pairs.number("offset")?.unwrap_or(0), length).await?
        }
    };
    Ok(Json(LogFrame { instance: run.and_then(|run| run.instance), ..frame }).into_response())
}

/// The bytes of a part of a file. What lies after it is not waited for.
fn cut(content: Body, part: LogPart) -> Body {
    if part.is_whole() {
        return content;
    }
    let mut at = 0;
    let pieces = content.into_data_stream().map(move |piece| piece.map(|piece| (at_after(&mut at, &piece), piece)));
    let wanted = pieces.take_while(move |piece| {
        std::future::ready(piece.as_ref().map_or(true, |(begins, _)| part.to.is_none_or(|to| *begins < to)))
    });
    Body::from_stream(wanted.map(move |piece| piece.map(|(begins, piece)| within(part, begins, &piece))))
}

/// Where a piece begins; moves on to where it ends.
fn at_after(at: &mut u64, piece: &Bytes) -> u64 {
    let begins = *at;
    *at += piece.len() as u64;
    begins
}

/// What a piece that begins at an offset has of a part.
fn within(part: LogPart, begins: u64, piece: &Bytes) -> Bytes {
    let index = |offset: u64| usize::try_from(offset.saturating_sub(begins)).unwrap_or(usize::MAX).min(piece.len());
    let from = index(part.from);
    piece.slice(from..part.to.map_or(piece.len(), index).max(from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[tokio::test]
    async fn cuts_a_part_out_of_pieces_of_any_size() {
        let text = "0123456789";
        for size in 1..=10 {
            for (from, to, kept) in [(3, Some(7), "3456"), (0, Some(2), "01"), (8, None, "89"), (4, Some(4), "")] {
                let pieces =
                    text.as_bytes().chunks(size).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)));
                let content = Body::from_stream(futures_util::stream::iter(pieces.collect::<Vec<_>>()));
                let cut = axum::body::to_bytes(cut(content, LogPart { from, to }), 100).await.unwrap();
                assert_eq!(cut, kept.as_bytes(), "{from} to {to:?} in pieces of {size}");
            }
        }
    }
}
