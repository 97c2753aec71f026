//! Everything is served below the configured base path. Handlers do not know it: it is taken off each request, and put
//! before the paths of each answer.

use super::cluster::{lead_below, with_path};
use crate::{app::App, error::ApiError};
use axum::{extract::Request, response::Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

/// Takes the base path off the request's path.
///
/// # Errors
/// The path lies outside, which is for the caller to refuse; the request is left as it was.
pub fn enter(app: &App, request: &mut Request) -> Result<(), ApiError> {
    let base = app.base_path();
    if base.as_str().is_empty() {
        return Ok(());
    }
    let outside = || ApiError::NotFound(format!("everything here is served below {}/", base.as_str()));
    let inner = base.strip(request.uri().path()).ok_or_else(outside)?;
    let uri = with_path(request.uri(), inner).ok_or_else(outside)?;
    *request.uri_mut() = uri;
    Ok(())
}

/// A redirect to the home page, for a request of the root outside of the base path.
pub fn redirect_root(asked: &Uri, error: &ApiError) -> Option<Response> {
    if asked.path() != "/" || !matches!(error, ApiError::NotFound(_)) {
        return None;
    }
    let mut response = Response::default();
    *response.status_mut() = StatusCode::FOUND;
    // `leave` completes it, as any other.
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
    Some(response)
}

/// Puts the base path before the paths that an answer names: of a redirect, and of cookies.
pub fn leave(app: &App, headers: &mut HeaderMap) {
    let base = app.base_path().as_str();
    if base.is_empty() {
        return;
    }
    lead_below(base, headers);
    let header::Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) else { return };
    for cookie in cookies.iter_mut() {
        if let Some(moved) = cookie.to_str().ok().and_then(|text| HeaderValue::from_str(&below(base, text)).ok()) {
            *cookie = moved;
        }
    }
}

/// A cookie's text with `base` before its path; `/` alone is everything below it.
fn below(base: &str, cookie: &str) -> String {
    let attributes = cookie.split("; ").map(|attribute| match attribute.strip_prefix("Path=/") {
        Some("") => format!("Path={base}"),
        Some(rest) => format!("Path={base}/{rest}"),
        None => attribute.to_owned(),
    });
    attributes.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_of_a_cookie_moves() {
        assert_eq!(below("/drove", "a=Path=/; HttpOnly; Path=/"), "a=Path=/; HttpOnly; Path=/drove");
        assert_eq!(below("/drove", "a=b; Path=/clusters/x; Secure"), "a=b; Path=/drove/clusters/x; Secure");
        assert_eq!(below("/drove", "a=b"), "a=b");
    }
}
