//! Log files of tasks, with the semantics and the error texts of an executor behind them (contract 2.4).

use super::{call::Call, refusal::Refusal, reply, uri::at_least};
use crate::{
    compression::takes_gzip,
    runtime::{
        EmbeddedCluster,
        log_files::{LogFile, LogFiles},
    },
};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use controller::RunId;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, StatusCode, header};
use model::{DEFAULT_LOG_CHUNK, LogChunk, LogFileList, TaskKey, Timestamp, Utc};
use serde_json::json;
use std::{io, io::Write, sync::Arc};

/// Where executors keep logs, as their error texts show it. Nothing lies there in the demo.
const LOG_PATH: &str = "/var/log/drove/executor";
/// Files up to this size are sent with their length, larger ones in pieces of it.
const PIECE: usize = 32 << 10;

pub(super) async fn list(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let Some(run) = run_of(cluster, &call.task_key()) else { return Ok(reply::nothing()) };
    let files = on_disk(cluster.logs(), move |logs| logs.list(run)).await?;
    Ok(reply::raw_json(StatusCode::OK, &LogFileList { files }))
}

pub(super) async fn read(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let offset = call.query.long("offset", -1)?;
    let length = call.query.int("length", -1)?;
    at_least("offset", offset, -1)?;
    at_least("length", i64::from(length), -1)?;
    let Some(run) = run_of(cluster, &call.task_key()) else { return Ok(reply::nothing()) };
    let path = path_of(call)?;
    let file = find(cluster.logs(), run, call).await?.ok_or_else(|| missing(&path))?;
    let chunk = match (u64::try_from(offset), usize::try_from(length)) {
        (Err(_), Err(_)) => LogChunk { data: String::new(), offset: i64::try_from(file.length()).unwrap_or(i64::MAX) },
        (Err(_), Ok(_)) => return Err(executor_says(400, format!("Error reading file {path}: Negative seek offset"))),
        (Ok(from), most) => {
            let most = most.unwrap_or(DEFAULT_LOG_CHUNK);
            let bytes = on_disk(cluster.logs(), move |_| file.read(from, most)).await?;
            // A chunk may begin or end inside a character; Drove's executors replace the halves as well.
            LogChunk { data: String::from_utf8_lossy(&bytes).into_owned(), offset }
        }
    };
    Ok(reply::raw_json(StatusCode::OK, &chunk))
}

pub(super) async fn download(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let key = call.task_key();
    let Some(run) = run_of(cluster, &key) else { return Ok(reply::nothing()) };
    let failed = |_| Refusal::Page {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        message: format!("Request failed: {} has no log file {}", key, call.value(2)),
    };
    path_of(call).map_err(failed)?;
    let file = find(cluster.logs(), run, call).await?.ok_or(()).map_err(|()| failed(missing("")))?;
    let name =
        if call.query.flag("rename") { renamed(&key, call.value(2), cluster.now()) } else { call.value(2).to_owned() };
    let gzip = takes_gzip(&call.headers);
    let small = usize::try_from(file.length()).is_ok_and(|length| length <= PIECE);
    let mut response = if small {
        Response::new(Body::from(on_disk(cluster.logs(), move |_| file.read(0, PIECE)).await?))
    } else if gzip {
        Response::new(in_pieces(file, Some(GzEncoder::new(Vec::new(), Compression::fast()))))
    } else {
        Response::new(in_pieces(file, None))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    if gzip && !small {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename={name}")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The run that began the log to which a task's record leads; nothing if there is no record, or its executor is gone.
fn run_of(cluster: &EmbeddedCluster, key: &TaskKey) -> Option<RunId> {
    cluster.read(|core, _| {
        core.executor(&core.task(key)?.executor_id)?;
        core.log_number(key)
    })
}

/// Path of the file as an executor would name it. Names that could lead elsewhere get the executor's refusals.
fn path_of(call: &Call) -> Result<String, Refusal> {
    let file = call.value(2);
    if file.contains('/') {
        return Err(Refusal::Executor { code: 404, body: json!({ "code": 404, "message": "HTTP 404 Not Found" }) });
    }
    let path = format!("{LOG_PATH}/{}/{}/{file}", call.value(0), call.value(1));
    if file == "." || file == ".." {
        return Err(executor_says(400, format!("Error reading file {path}: {path} (Is a directory)")));
    }
    Ok(path)
}

fn missing(path: &str) -> Refusal {
    executor_says(400, format!("Could not read log file: {path}"))
}

fn executor_says(code: u16, error: String) -> Refusal {
    Refusal::Executor { code, body: json!({ "error": error }) }
}

async fn find(logs: &LogFiles, run: RunId, call: &Call) -> Result<Option<LogFile>, Refusal> {
    let name = call.value(2).to_owned();
    on_disk(logs, move |logs| logs.find(run, &name)).await
}

/// Runs file work where it may block.
async fn on_disk<T: Send + 'static>(
    logs: &LogFiles,
    work: impl FnOnce(&LogFiles) -> io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    let logs = logs.clone();
    let done = tokio::task::spawn_blocking(move || work(&logs)).await;
    done.map_err(io::Error::other).flatten().map_err(|error| Refusal::Unexpected(error.to_string()))
}

/// A file piece by piece up to the length it had when it was opened, so that memory does not grow with it.
fn in_pieces(file: LogFile, mut gzip: Option<GzEncoder<Vec<u8>>>) -> Body {
    let file = Arc::new(file);
    let pieces = async_stream::try_stream! {
        let mut offset = 0;
        while offset < file.length() {
            let reader = Arc::clone(&file);
            let piece = tokio::task::spawn_blocking(move || reader.read(offset, PIECE)).await.map_err(io::Error::other)??;
            offset += u64::try_from(piece.len()).unwrap_or(u64::MAX);
            match gzip.as_mut() {
                None => yield Bytes::from(piece),
                Some(encoder) => {
                    encoder.write_all(&piece)?;
                    let compressed = std::mem::take(encoder.get_mut());
                    if !compressed.is_empty() {
                        yield Bytes::from(compressed);
                    }
                }
            }
        }
        if let Some(encoder) = gzip {
            yield Bytes::from(encoder.finish()?);
        }
    };
    Body::from_stream(as_io(pieces))
}

/// Names the error type, which the stream's own code leaves open.
fn as_io<S: futures_util::Stream<Item = io::Result<Bytes>>>(stream: S) -> S {
    stream
}

/// `APP_ID_<file>-yyyy-MM-dd_HH-mm-ss`; the time is UTC, as the demo's controllers live there.
fn renamed(key: &TaskKey, file: &str, now: Timestamp) -> String {
    format!("{}_{}_{file}-{}", key.app, key.id, utc(now))
}

fn utc(now: Timestamp) -> String {
    let Utc { year, month, day, hour, minute, second, .. } = Utc::of(now);
    format!("{year:04}-{month:02}-{day:02}_{hour:02}-{minute:02}-{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_file_carries_the_time() {
        let key = TaskKey::new("REC", "log-021145");
        let name = renamed(&key, "output.log", Timestamp(1_795_572_710_000));
        assert_eq!(name, "REC_log-021145_output.log-2026-11-25_02-11-50");
        assert_eq!(utc(Timestamp(951_782_400_000)), "2000-02-29_00-00-00");
        assert_eq!(utc(Timestamp(-1000)), "1969-12-31_23-59-59");
    }
}
