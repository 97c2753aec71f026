//! A hostile controller: huge and unreadable responses.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::Result;
use http_body_util::Full;
use hyper::{Request, Response, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Tasks without a field that every task has, in one list.
pub const UNREADABLE_TASKS: usize = 2_000;
/// Bytes of a list of zeros.
const ZEROS: usize = 120 << 20;

/// Starts one, and returns its address. It leads, and its list of tasks is by turns a list of unreadable ones and one of 60
/// million zeros.
///
/// # Errors
/// When there is no free port.
pub async fn controller() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let task = r#"{"sourceAppName":"EVIL\n\u001b[2J","taskId":"t","state":{"x":1}},"#;
    let unreadable = envelope(task.repeat(UNREADABLE_TASKS).trim_end_matches(','));
    let zeros = envelope(&"0,".repeat(ZEROS / 2)[..ZEROS - 1]);
    let lists = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (unreadable, zeros, lists) = (unreadable.clone(), zeros.clone(), lists.clone());
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let body = match request.uri().path() {
                    "/apis/v1/ping" => envelope_of(r#""pong""#),
                    "/apis/v1/tasks" if lists.fetch_add(1, Ordering::Relaxed) % 2 == 1 => zeros.clone(),
                    "/apis/v1/tasks" => unreadable.clone(),
                    "/apis/v1/cluster/events/latest" => envelope_of(r#"{"events":[],"lastSyncTime":0}"#),
                    "/apis/v1/cluster/executors" => envelope_of("[]"),
                    _ => Bytes::from_static(br#"{"status":"FAILED","message":"none"}"#),
                };
                async move {
                    let mut response = Response::new(Full::new(body));
                    let json = hyper::header::HeaderValue::from_static("application/json");
                    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
                    Ok::<_, Infallible>(response)
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(address)
}

fn envelope(list: &str) -> Bytes {
    envelope_of(&format!("[{list}]"))
}

fn envelope_of(data: &str) -> Bytes {
    format!(r#"{{"status":"SUCCESS","data":{data},"message":"success"}}"#).into()
}
