//! Headers that every answer carries, and what browsers must not see.

use crate::{app::App, error::is_drove_path};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};
use std::sync::Arc;

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Answers that say nothing about caching are not cached. A browser is never asked for credentials by its own dialog, which
/// would remember them, and its `Accept` never reaches Drove, which would answer 406 (design section 3).
pub async fn add(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let browser = request.headers().contains_key("sec-fetch-site");
    if browser && is_drove_path(request.uri().path()) {
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if browser {
        headers.remove(header::WWW_AUTHENTICATE);
    }
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, app.assets.policy().clone());
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
