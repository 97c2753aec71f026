//! What stands between a dashboard and its cluster, and loses operations on their way when it is told to.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::{net::TcpListener, task::JoinHandle};

const OPERATIONS: &str = "/apis/v1/tasks/operations";

/// What becomes of the next operation that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It is carried out; the connection closes before the answer.
    Answer,
    /// The connection closes before it arrives.
    Request,
}

/// A running gateway; it is closed when this is dropped.
pub struct Gateway {
    address: String,
    next: Arc<Mutex<Option<Loss>>>,
    mischief: Arc<Mutex<HeaderMap>>,
    held: Arc<Mutex<Option<&'static str>>>,
    serving: JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Gateway {
    /// Stands before the controller at `controller`, `http://127.0.0.1:PORT`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn before(controller: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let next = Arc::new(Mutex::new(None));
        let mischief = Arc::new(Mutex::new(HeaderMap::new()));
        let held = Arc::new(Mutex::new(None));
        let (losses, added, controller) = (next.clone(), mischief.clone(), controller.to_owned());
        let unanswered = held.clone();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (losses, added, controller, client) =
                    (losses.clone(), added.clone(), controller.clone(), client.clone());
                let unanswered = unanswered.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let is_held =
                        *unanswered.lock().unwrap_or_else(PoisonError::into_inner) == Some(request.uri().path());
                    let passed = pass(losses.clone(), controller.clone(), client.clone(), request);
                    let added = added.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    async move {
                        if is_held {
                            std::future::pending::<()>().await;
                        }
                        let mut response = passed.await?;
                        let headers = response.headers_mut();
                        for (name, value) in &added {
                            headers.append(name, value.clone());
                        }
                        anyhow::Ok(response)
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(Self { address, next, mischief, held, serving })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// From now on every response carries these headers too.
    pub fn add_headers(&self, headers: HeaderMap) {
        *self.mischief.lock().unwrap_or_else(PoisonError::into_inner) = headers;
    }

    /// From now on requests for `path` are not answered.
    pub fn hold(&self, path: &'static str) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
    }

    /// The next operation is lost like this.
    pub fn lose(&self, loss: Loss) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(loss);
    }
}

/// Passes one request on. An error closes the connection without an answer.
async fn pass(
    losses: Arc<Mutex<Option<Loss>>>,
    controller: String,
    client: Client<HttpConnector, Full<Bytes>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let is_operation = parts.uri.path() == OPERATIONS;
    let loss = if is_operation { losses.lock().unwrap_or_else(PoisonError::into_inner).take() } else { None };
    anyhow::ensure!(loss != Some(Loss::Request), "told to lose the request");
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = format!("{controller}{path}").parse().context("no address")?;
    let (parts, body) = client.request(Request::from_parts(parts, Full::new(body))).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    anyhow::ensure!(loss != Some(Loss::Answer), "told to lose the answer");
    Ok(Response::from_parts(parts, Full::new(body)))
}
