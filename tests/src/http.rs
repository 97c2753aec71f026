//! A small HTTP client that adds nothing to what the test says.

use std::io::Write;

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::write::GzDecoder;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE},
    http::request,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::task::JoinHandle;

/// Asks one server, as one user.
#[derive(Clone)]
pub struct Http {
    address: String,
    authorization: Option<String>,
    cookies: Option<String>,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An open live stream; it is closed when this is dropped.
pub struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Http {
    /// `address` as the server prints it, `http://127.0.0.1:PORT`.
    pub fn new(address: &str) -> Http {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Http { address: address.to_owned(), authorization: None, cookies: None, client }
    }

    /// The same with credentials.
    #[must_use]
    pub fn sign_in(mut self, user: &str, password: &str) -> Http {
        self.authorization = Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
        self
    }

    /// The same with what an answer told a browser to keep.
    #[must_use]
    pub fn with_cookies_of(mut self, answer: &Answer) -> Http {
        let set = answer.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let kept = set.filter(|cookie| !cookie.contains("Max-Age=0"));
        let pairs: Vec<_> = kept.filter_map(|cookie| cookie.split(';').next()).collect();
        self.cookies = Some(pairs.join("; "));
        self
    }

    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, Bytes::new()).await
    }

    /// # Errors
    /// When there is no answer.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.send(Method::POST, path, serde_json::to_vec(body)?.into()).await
    }

    /// # Errors
    /// When there is no answer.
    pub async fn delete(&self, path: &str) -> Result<Answer> {
        self.send(Method::DELETE, path, Bytes::new()).await
    }

    /// Bytes of a live stream over the wire, as a browser gets it, up to the end of its first event of that name.
    ///
    /// # Errors
    /// When the stream ends before, or is not compressed.
    pub async fn bytes_until_event(&self, path: &str, name: &str) -> Result<usize> {
        let request = self.request(&Method::GET, path).header(ACCEPT_ENCODING, "gzip, deflate, br");
        let response = self.client.request(request.body(Full::default())?).await.context(path.to_owned())?;
        ensure!(response.headers().get(CONTENT_ENCODING).is_some_and(|it| it == "gzip"), "{path} is not compressed");
        let mut body = response.into_body();
        let mut read = 0;
        let mut text = GzDecoder::new(Vec::new());
        while let Some(frame) = body.frame().await {
            let Ok(piece) = frame?.into_data() else { continue };
            read += piece.len();
            text.write_all(&piece)?;
            text.flush()?;
            let events = String::from_utf8_lossy(text.get_ref());
            if events.split_inclusive("\n\n").any(|event| event.ends_with("\n\n") && is_named(event, name)) {
                return Ok(read);
            }
        }
        bail!("{path} ended before its first {name}")
    }

    /// Opens a live stream and hands each of its events, by name and data, to `hear`, until what this returns is dropped.
    ///
    /// # Errors
    /// When the stream is refused.
    pub async fn live(&self, query: &str, mut hear: impl FnMut(&str, &str) + Send + 'static) -> Result<Listening> {
        let request = self.request(&Method::GET, &format!("/api/live?{query}"));
        let response = self.client.request(request.body(Full::default())?).await.context("live")?;
        ensure!(response.status().is_success(), "live: {}", response.status());
        let mut body = response.into_body();
        let reading = tokio::spawn(async move {
            let mut text = Vec::new();
            while let Some(Ok(frame)) = body.frame().await {
                let Ok(piece) = frame.into_data() else { continue };
                text.extend_from_slice(&piece);
                while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
                    let event: Vec<u8> = text.drain(..end + 2).collect();
                    let event = String::from_utf8_lossy(&event);
                    let field =
                        |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
                    if let (Some(name), Some(data)) = (field("event:"), field("data:")) {
                        hear(name, data);
                    }
                }
            }
        });
        Ok(Listening(reading))
    }

    fn request(&self, method: &Method, path: &str) -> request::Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        let request = match &self.cookies {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        };
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Answer> {
        let mut request = self.request(&method, path);
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let response = self.client.request(request.body(Full::new(body))?).await.context(format!("{method} {path}"))?;
        let (head, body) = response.into_parts();
        Ok(Answer { status: head.status, headers: head.headers, body: body.collect().await?.to_bytes() })
    }
}

fn is_named(event: &str, name: &str) -> bool {
    event.lines().any(|line| line.strip_prefix("event:").is_some_and(|named| named.trim() == name))
}

impl Answer {
    /// The body of a successful answer.
    ///
    /// # Errors
    /// When the server refused, in its own words; when the body is not a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        ensure!(self.status.is_success(), "{}: {}", self.status, self.text());
        serde_json::from_slice(&self.body).with_context(|| self.text())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
