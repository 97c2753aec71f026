//! Answers that a browser saves as a file.

use axum::{body::Body, response::Response};
use http::{HeaderValue, header};

/// `content` as a file; of `name`, characters that some system or header could misread become `_`.
pub fn attachment(name: &str, kind: &'static str, content: Body) -> Response {
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let mut response = Response::new(content);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{safe}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
