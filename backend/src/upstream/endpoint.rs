//! The address of one controller, as configured.

use http::{
    HeaderValue, Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use std::{fmt, str::FromStr};

/// `http(s)://host[:port][/prefix]`; nothing else than such an address is ever contacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or begins with a slash and does not end with one.
    prefix: String,
    /// The authority again, as a header.
    host: HeaderValue,
    /// Scheme and authority again, with an empty path.
    address: Uri,
}

impl Endpoint {
    /// `host[:port]`.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// What stands before every path; empty for most.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether it is reached through TLS.
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// What a request for `asked` asks for there: path and query stay as they are, to the byte.
    ///
    /// # Errors
    /// The path cannot stand in an address.
    pub fn locate(&self, asked: &Uri) -> Result<Uri, http::Error> {
        let path = match asked.path_and_query() {
            Some(path) if self.prefix.is_empty() => path.clone(),
            path => format!("{}{}", self.prefix, path.map_or("/", PathAndQuery::as_str)).parse()?,
        };
        Ok(path.into())
    }

    /// Where to connect to.
    pub fn address(&self) -> &Uri {
        &self.address
    }

    /// The `Host` of requests to it.
    pub fn host(&self) -> &HeaderValue {
        &self.host
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl FromStr for Endpoint {
    type Err = String;

    /// Reads what people write as a controller's address. Passwords do not belong into it, and it is not repeated if it
    /// holds one.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains('@') {
            return Err("a controller's address holds no user or password: they have keys of their own".to_owned());
        }
        let wrong = |why: &str| format!("`{text}` is no address of a controller: {why}");
        let uri: Uri = text.trim().parse().map_err(|_| wrong("expected http://HOST:PORT or https://HOST:PORT"))?;
        let parts = uri.into_parts();
        let scheme = parts
            .scheme
            .filter(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS)
            .ok_or_else(|| wrong("it must begin with http:// or https://"))?;
        let authority = parts.authority.filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or_else(|| wrong("it names no host"))?;
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path.query().is_some() {
            return Err(wrong("it must not have a query"));
        }
        let prefix = path.path().trim_end_matches('/').to_owned();
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| wrong("its host cannot be a header"))?;
        let address = Uri::builder().scheme(scheme.clone()).authority(authority.clone()).path_and_query("/").build();
        let address = address.map_err(|error| wrong(&error.to_string()))?;
        Ok(Self { scheme, authority, prefix, host, address })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn located(endpoint: &str, asked: &str) -> String {
        endpoint.parse::<Endpoint>().unwrap().locate(&asked.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn paths_and_queries_stay_as_they_came() {
        let asked = "/apis/v1/tasks/A%2FB/instances/x%20y?a=1&a=%C3%A4&&b";
        assert_eq!(located("http://ctl:10000", asked), asked);
        assert_eq!(located("https://gw.example/drove/", "/apis/v1/ping"), "/drove/apis/v1/ping");
        assert_eq!(located("http://[::1]:1", "http://other:2/apis"), "/apis");
    }

    #[test]
    fn only_addresses_of_controllers_are_taken() {
        for wrong in ["ctl:10000", "ftp://ctl", "/apis", "http://", "http://ctl/?a=b", "http://a b"] {
            assert!(wrong.parse::<Endpoint>().is_err(), "{wrong}");
        }
        let fault = "http://eva:s3cret@ctl".parse::<Endpoint>().unwrap_err();
        assert!(!fault.contains("s3cret"), "{fault}");
    }
}
