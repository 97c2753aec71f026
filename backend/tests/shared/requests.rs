//! Requests and their answers, for every test that talks to the dashboard in process.

use axum::body::{Body, Bytes};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::Value;

pub fn request(method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        builder = builder.header("host", "127.0.0.1:8080");
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).unwrap()
}

pub fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    request(Method::GET, path, headers, "")
}

pub async fn taken(response: Response<Body>) -> (StatusCode, Bytes) {
    let status = response.status();
    (status, axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap())
}

/// Status and JSON of an answer; null if it has no JSON.
pub async fn answered(response: Response<Body>) -> (StatusCode, Value) {
    let (status, body) = taken(response).await;
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// The `Cookie` header of a browser that was answered with `headers` before.
pub fn cookies_after(headers: &HeaderMap) -> String {
    let set = headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let kept = set.filter(|cookie| !cookie.contains("Max-Age=0"));
    kept.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}
