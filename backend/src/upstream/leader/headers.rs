//! Headers on their way through the proxy. Requests lose the headers of one connection and our own; responses keep only the
//! headers in [`PASSED`], because a controller shares the origin of the page and of other clusters.

use crate::upstream::endpoint::Endpoint;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};

/// Headers of one connection (RFC 9110, 7.6.1).
static HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
/// Response headers that clients receive. Everything else acts on the origin or the connection: cookies, CORS, HSTS,
/// `Clear-Site-Data`, `Service-Worker-Allowed`, `Refresh`, `Alt-Svc`, our own `Dashboard-*`.
static PASSED: [HeaderName; 15] = [
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::DATE,
    header::ETAG,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::PRAGMA,
    header::RETRY_AFTER,
    header::VARY,
    header::WWW_AUTHENTICATE,
];
/// Names of our own cookies begin so ([`crate::session::cookies`]).
const OUR_COOKIES: &str = "drove-";
/// Names of our own headers begin so.
const OUR_HEADERS: &str = "dashboard-";
/// Stands for a media type that cannot be read.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Makes the headers of a client's request those of a request to `leader`.
pub fn to_leader(headers: &mut HeaderMap, leader: &Endpoint) {
    // What `expect` asks for, this server has answered already.
    remove(headers, |name| *name == header::EXPECT || name.as_str().starts_with(OUR_HEADERS));
    remove_our_cookies(headers);
    headers.insert(header::HOST, leader.host().clone());
}

/// Reduces the headers of a response to those that clients receive, with one well-formed media type. A redirect keeps its
/// `Location`, as a path on this server.
///
/// # Errors
/// It redirects to an address that is not configured; the text says which.
pub fn from_leader(status: StatusCode, headers: &mut HeaderMap, controllers: &[Endpoint]) -> Result<(), String> {
    let location = match headers.remove(header::LOCATION) {
        Some(location) if status.is_redirection() => Some(path_of(&location, controllers)?),
        _ => None,
    };
    remove(headers, |name| !PASSED.contains(name));
    if headers.contains_key(header::CONTENT_TYPE) && !has_one_media_type(headers) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(UNKNOWN_TYPE));
    }
    headers.extend(location.map(|location| (header::LOCATION, location)));
    Ok(())
}

/// Whether `Content-Type` is one `type/subtype`. Browsers pick from a list by rules of their own.
fn has_one_media_type(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(text) = value.to_str() else { return false };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_token =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    !text.contains(',') && essence.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub))
}

/// Removes what belongs to one connection, or is `unwanted`. Most headers are neither: they are looked at and not touched.
fn remove(headers: &mut HeaderMap, unwanted: impl Fn(&HeaderName) -> bool) {
    let named = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok());
    let found = headers.keys().filter(|name| HOP_BY_HOP.contains(name) || unwanted(name)).cloned();
    let names: Vec<HeaderName> = named.chain(found).collect();
    for name in names {
        headers.remove(name);
    }
}

fn remove_our_cookies(headers: &mut HeaderMap) {
    if !headers.contains_key(header::COOKIE) {
        return;
    }
    let kept: Vec<HeaderValue> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| {
            let cookies = line.to_str().ok()?.split(';').map(str::trim);
            let others: Vec<&str> = cookies.filter(|c| !c.is_empty() && !c.starts_with(OUR_COOKIES)).collect();
            HeaderValue::from_str(&others.join("; ")).ok().filter(|line| !line.is_empty())
        })
        .collect();
    headers.remove(header::COOKIE);
    for line in kept {
        headers.append(header::COOKIE, line);
    }
}

/// A place on this server for a place on a controller: browsers may not be able to reach the latter.
fn path_of(location: &HeaderValue, controllers: &[Endpoint]) -> Result<HeaderValue, String> {
    let refused = || format!("it redirects to {location:?}, which is no configured controller");
    let uri: Uri = location.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(refused)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let path = match uri.authority() {
        None => path,
        Some(authority) => {
            let known = controllers.iter().find(|c| c.authority().eq_ignore_ascii_case(authority.as_str()));
            let prefix = known.ok_or_else(refused)?.prefix();
            path.strip_prefix(prefix).unwrap_or(path)
        }
    };
    // Two slashes begin another host, and browsers read `\` as a slash.
    if path.starts_with("//") || path.contains('\\') {
        return Err(refused());
    }
    HeaderValue::from_str(path).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn endpoint(text: &str) -> Endpoint {
        text.parse().unwrap()
    }

    #[test]
    fn what_belongs_to_one_connection_or_to_us_stays_here() {
        let mut sent = headers(&[
            ("host", "dash.example.org"),
            ("connection", "close, x-hop"),
            ("x-hop", "1"),
            ("te", "trailers"),
            ("upgrade", "websocket"),
            ("expect", "100-continue"),
            ("dashboard-user", "eva"),
            ("cookie", "drove-prod-8080=sealed; theme=dark; drove-prod-8080-signed-out=1"),
            ("cookie", "drove-demo-8080=sealed"),
            ("authorization", "Basic eA=="),
            ("accept-encoding", "gzip"),
            ("x-twice", "a"),
            ("x-twice", "b"),
        ]);
        to_leader(&mut sent, &endpoint("http://ctl:10000"));
        let expected = headers(&[
            ("host", "ctl:10000"),
            ("cookie", "theme=dark"),
            ("authorization", "Basic eA=="),
            ("accept-encoding", "gzip"),
            ("x-twice", "a"),
            ("x-twice", "b"),
        ]);
        assert_eq!(sent, expected);
    }

    fn redirected(location: &str) -> Result<String, String> {
        let mut answer = headers(&[("location", location), ("keep-alive", "timeout=5")]);
        let controllers = [endpoint("http://ctl-1:10000"), endpoint("https://gw/drove")];
        from_leader(StatusCode::SEE_OTHER, &mut answer, &controllers)?;
        assert_eq!(answer.len(), 1);
        Ok(answer[header::LOCATION].to_str().unwrap().to_owned())
    }

    #[test]
    fn redirects_lead_to_this_server_or_nowhere() {
        assert_eq!(redirected("http://ctl-1:10000/tasks/REC/x?a=b").unwrap(), "/tasks/REC/x?a=b");
        assert_eq!(redirected("https://gw/drove/tasks/REC/x").unwrap(), "/tasks/REC/x");
        assert_eq!(redirected("/tasks/REC/x").unwrap(), "/tasks/REC/x");
        for foreign in [
            "http://ctl-9:10000/tasks",
            "https://evil.example/",
            "//evil.example/x",
            "/\\evil.example",
            "/a/..\\..\\evil.example",
            "http://ctl-1:1/",
        ] {
            assert!(redirected(foreign).is_err(), "{foreign}");
        }
    }

    #[test]
    fn passes_listed_response_headers_only() {
        let listed =
            headers(&[("content-type", "text/html"), ("vary", "Accept-Encoding"), ("www-authenticate", "Basic")]);
        let mut answer = listed.clone();
        for name in [
            "set-cookie",
            "clear-site-data",
            "service-worker-allowed",
            "access-control-allow-origin",
            "strict-transport-security",
            "refresh",
            "alt-svc",
            "location",
            "dashboard-outcome",
            "content-security-policy",
            "link",
        ] {
            answer.append(name, "x".parse().unwrap());
        }
        from_leader(StatusCode::OK, &mut answer, &[]).unwrap();
        assert_eq!(answer, listed);
    }

    #[test]
    fn replaces_an_ambiguous_media_type() {
        let read = |kinds: &[&str]| {
            let pairs: Vec<_> = kinds.iter().map(|kind| ("content-type", *kind)).collect();
            let mut answer = headers(&pairs);
            from_leader(StatusCode::OK, &mut answer, &[]).unwrap();
            assert_eq!(answer.len(), 1);
            answer[header::CONTENT_TYPE].to_str().unwrap().to_owned()
        };
        for kind in ["application/json", "text/html;charset=iso-8859-1", "x/y"] {
            assert_eq!(read(&[kind]), kind);
        }
        let ambiguous: [&[&str]; 5] = [
            &["application/json", "text/html"],
            &["application/json, text/html"],
            &["application/json;a=b,text/html"],
            &["json"],
            &["application/ json"],
        ];
        for kinds in ambiguous {
            assert_eq!(read(kinds), UNKNOWN_TYPE, "{kinds:?}");
        }
    }
}
