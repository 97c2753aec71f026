//! Which content types are taken and given: the 415 and 406 of contract 1.2 and 2.12.

use super::{
    refusal::Refusal,
    routes::{Consumes, Produces},
};
use http::{HeaderMap, HeaderName, StatusCode, header};

/// Refuses a body of the wrong type. Without a body any type is fine, also none (contract 13, may deviate).
pub(super) fn check_content_type(headers: &HeaderMap, wanted: Consumes) -> Result<(), Refusal> {
    if !has_body(headers) {
        return Ok(());
    }
    let wanted = match wanted {
        Consumes::Json => "application/json",
        Consumes::Form => "application/x-www-form-urlencoded",
    };
    let unsupported = || page(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("The body must be of type {wanted}"));
    let given = text(headers, header::CONTENT_TYPE).ok_or_else(unsupported)?;
    let essence = essence(given);
    if !essence.contains('/') {
        return Err(page(StatusCode::BAD_REQUEST, format!("Content-Type cannot be read: {given}")));
    }
    if essence.eq_ignore_ascii_case(wanted) { Ok(()) } else { Err(unsupported()) }
}

/// Refuses a client that would not take what the route gives.
pub(super) fn check_accept(headers: &HeaderMap, offered: Produces) -> Result<(), Refusal> {
    let offered = match offered {
        Produces::Json => "application/json",
        Produces::File => "application/octet-stream",
    };
    let Some(accept) = text(headers, header::ACCEPT) else { return Ok(()) };
    let takes_it = accept.split(',').any(|range| {
        let refused = range.split(';').skip(1).any(|param| {
            param.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
        });
        let kind = essence(range);
        !refused && ["*/*", "application/*", offered].iter().any(|taken| kind.eq_ignore_ascii_case(taken))
    });
    if takes_it || accept.trim().is_empty() {
        return Ok(());
    }
    Err(page(StatusCode::NOT_ACCEPTABLE, format!("The answer is {offered}, which Accept excludes: {accept}")))
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || text(headers, header::CONTENT_LENGTH).is_some_and(|length| length.trim() != "0")
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// A media type without its parameters.
fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

fn page(status: StatusCode, message: String) -> Refusal {
    Refusal::Page { status, message }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn status(result: Result<(), Refusal>) -> u16 {
        let Err(refusal) = result else { return 200 };
        let Refusal::Page { status, .. } = refusal else { panic!("{refusal:?}") };
        status.as_u16()
    }

    #[test]
    fn a_body_must_be_json_and_no_body_may_be_anything() {
        let sent = |kind: &str, length: &str| {
            status(check_content_type(&headers(&[("content-type", kind), ("content-length", length)]), Consumes::Json))
        };
        for json in ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8"] {
            assert_eq!(sent(json, "2"), 200, "{json}");
        }
        for other in ["text/plain", "*/*", "application/vnd.x+json", "application/x-www-form-urlencoded"] {
            assert_eq!(sent(other, "2"), 415, "{other}");
            assert_eq!(sent(other, "0"), 200, "{other}");
        }
        assert_eq!(sent("garbage", "2"), 400);
        assert_eq!(status(check_content_type(&headers(&[("content-length", "2")]), Consumes::Json)), 415);
        assert_eq!(status(check_content_type(&headers(&[("transfer-encoding", "chunked")]), Consumes::Json)), 415);
    }

    #[test]
    fn accept_must_leave_room_for_json() {
        let asked = |accept: &str| status(check_accept(&headers(&[("accept", accept)]), Produces::Json));
        for good in ["*/*", "application/json", "text/html,application/*;q=0.8", "text/html, */*;q=0.1"] {
            assert_eq!(asked(good), 200, "{good}");
        }
        for bad in ["text/html", "application/xml", "application/json;q=0"] {
            assert_eq!(asked(bad), 406, "{bad}");
        }
        let page = headers(&[("accept", "text/html"), ("sec-fetch-site", "same-origin")]);
        assert_eq!(status(check_accept(&page, Produces::Json)), 406, "a browser gets no exception");
    }

    #[test]
    fn accept_must_leave_room_for_a_file_where_a_file_is_given() {
        let asked = |accept: &str| status(check_accept(&headers(&[("accept", accept)]), Produces::File));
        for good in ["*/*", "application/*", "application/octet-stream", "text/html,*/*;q=0.8", ""] {
            assert_eq!(asked(good), 200, "{good}");
        }
        for bad in ["application/json", "text/html", "text/plain", "application/octet-stream;q=0"] {
            assert_eq!(asked(bad), 406, "{bad}");
        }
    }
}
