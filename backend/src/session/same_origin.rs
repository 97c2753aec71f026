//! Proof that a request comes from a page of ours, which a cookie alone is not.

use http::{HeaderMap, header};
use model::dashboard::pages::PAGE_HEADER;

/// What a browser says about the page a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A page of ours.
    Same,
    /// Another site.
    Foreign,
    /// Nothing was said: not a browser, or a very old one.
    Unknown,
}

/// Reads `Sec-Fetch-Site`, or `Origin` where that is missing.
pub fn origin_of(headers: &HeaderMap) -> Origin {
    if let Some(site) = headers.get("sec-fetch-site") {
        return if site == "same-origin" { Origin::Same } else { Origin::Foreign };
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Origin::Unknown };
    let authority = origin.to_str().ok().and_then(|text| text.split_once("://")).map(|(_, authority)| authority);
    match (authority, headers.get(header::HOST).and_then(|host| host.to_str().ok())) {
        (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host) => Origin::Same,
        _ => Origin::Foreign,
    }
}

/// Whether a browser asks: for our page, or to show the answer itself. `Sec-Fetch-Site` goes to TLS and loopback addresses
/// only; elsewhere the page's own requests are known by their header, and those for a whole page by what browsers send
/// with them.
pub fn is_browser(headers: &HeaderMap) -> bool {
    ["sec-fetch-site", PAGE_HEADER, "upgrade-insecure-requests"].iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Origin {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        origin_of(&headers)
    }

    #[test]
    fn fetch_metadata_decides_before_origin() {
        let origin = ("origin", "http://localhost:8080");
        let host = ("host", "localhost:8080");
        assert_eq!(read(&[("sec-fetch-site", "same-origin"), host]), Origin::Same);
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(read(&[("sec-fetch-site", site), origin, host]), Origin::Foreign, "{site}");
        }
    }

    #[test]
    fn origin_must_be_the_host_asked_for() {
        let host = ("host", "localhost:8080");
        assert_eq!(read(&[("origin", "http://localhost:8080"), host]), Origin::Same);
        assert_eq!(read(&[("origin", "http://localhost:9090"), host]), Origin::Foreign);
        assert_eq!(read(&[("origin", "null"), host]), Origin::Foreign);
        assert_eq!(read(&[host]), Origin::Unknown);
    }
}
