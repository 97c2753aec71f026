//! `GET /api/logs/{app}/{id}` and `/{file}`: a task's log files, by bytes, with the caller's own rights.

use super::{attachment::attachment, openapi::Problems};
use crate::{
    error::ApiError,
    extract::{FilePath, KeyPath, Pairs},
    live::log_range::{LARGEST_RANGE, LogFile},
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use model::{
    OUTPUT_LOG,
    dashboard::{LogFiles, LogFrame},
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

/// A part of a file: `offset` and `length` in bytes, or the last `tail` bytes; with `download`, the whole file.
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
    let client = cluster.client_of(&caller);
    if pairs.get("download").is_some() {
        let content = client.log_download(&key, &file).await?.into_body();
        return Ok(attachment(&format!("{}_{}_{file}", key.app, key.id), "text/plain; charset=utf-8", content));
    }
    let file = LogFile { client, key, name: file };
    let frame: LogFrame = match pairs.number("tail")? {
        Some(length) => file.tail(length).await?,
        None => {
            let length = pairs.number("length")?.unwrap_or(LARGEST_RANGE);
            file.range_of_characters(pairs.number("offset")?.unwrap_or(0), length).await?
        }
    };
    Ok(Json(frame).into_response())
}
