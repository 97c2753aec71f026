//! `GET /api/logs/{app}/{id}` and `/{file}`: a task's log files, by bytes, with the caller's own rights.

use crate::{
    error::ApiError,
    extract::{FilePath, KeyPath, Pairs},
    live::log_range::{LARGEST_RANGE, LogFile},
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use axum::{
    Json,
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use model::{
    OUTPUT_LOG,
    dashboard::{LogFiles, LogFrame},
};

/// Names of the files, `output.log` first.
pub async fn files(Chosen(cluster): Chosen, caller: Caller, KeyPath(key): KeyPath) -> Result<Json<LogFiles>, ApiError> {
    let mut files = cluster.client_of(&caller).log_files(&key).await?.files;
    files.sort_by_key(|name| (name != OUTPUT_LOG, name.clone()));
    Ok(Json(LogFiles { files }))
}

/// A part of a file: `offset` and `length` in bytes, or the last `tail` bytes; with `download`, the whole file.
pub async fn read(
    Chosen(cluster): Chosen,
    caller: Caller,
    FilePath { key, file }: FilePath,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let client = cluster.client_of(&caller);
    if pairs.get("download").is_some() {
        let content = client.log_download(&key, &file).await?.into_body();
        return Ok(attachment(&format!("{}_{}_{file}", key.app, key.id), content));
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

fn attachment(name: &str, content: Body) -> Response {
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let mut response = Response::new(content);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{safe}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
