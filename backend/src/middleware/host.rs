//! The `Host` must be one of ours: a name that an attacker's DNS points at this machine is not.

use crate::{app::App, error::ApiError};
use http::{HeaderMap, header, uri::Authority};
use std::net::IpAddr;

/// Hosts this server answers for: localhost, loopback addresses, the listen address, configured names.
#[derive(Debug)]
pub struct HostRules {
    listen: IpAddr,
    names: Vec<String>,
}

impl HostRules {
    /// Rules of a listener on `listen`; `names` are matched without their port, and without case.
    pub fn new(listen: IpAddr, names: Vec<String>) -> Self {
        Self { listen, names }
    }

    /// Whether the host a request asks for is one of ours.
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        match asked(headers) {
            None => false,
            Some(Host::Address(address)) => {
                // Whoever listens everywhere has many addresses, and an address cannot be pointed elsewhere by DNS.
                let is_named = || self.names.iter().any(|allowed| allowed.parse() == Ok(address));
                address.is_loopback() || address == self.listen || self.listen.is_unspecified() || is_named()
            }
            Some(Host::Name(name)) => {
                name == "localhost" || self.names.iter().any(|allowed| allowed.eq_ignore_ascii_case(&name))
            }
        }
    }

    /// Whether the host a request asks for is this very machine.
    pub fn is_loopback(headers: &HeaderMap) -> bool {
        match asked(headers) {
            Some(Host::Address(address)) => address.is_loopback(),
            Some(Host::Name(name)) => name == "localhost",
            None => false,
        }
    }
}

enum Host {
    Address(IpAddr),
    /// In lower case.
    Name(String),
}

/// Host and port a request asks for, as its browser knows them unless a proxy puts its own `Host`.
pub fn authority(headers: &HeaderMap) -> Option<Authority> {
    let mut values = headers.get_all(header::HOST).iter();
    let authority: Authority = values.next()?.to_str().ok()?.parse().ok()?;
    (values.next().is_none() && !authority.as_str().contains('@')).then_some(authority)
}

/// Whether a proxy says that the browser came through TLS. A client that pretends so harms its own session only.
pub fn is_forwarded_from_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

fn asked(headers: &HeaderMap) -> Option<Host> {
    let authority = authority(headers)?;
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse();
    Some(address.map_or_else(|_| Host::Name(host.trim_end_matches('.').to_ascii_lowercase()), Host::Address))
}

/// Turns away requests for other hosts.
///
/// # Errors
/// [`ApiError::WrongHost`].
pub fn check(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    if app.hosts.allow(headers) {
        return Ok(());
    }
    let host = headers.get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    Err(ApiError::WrongHost(host.unwrap_or_else(|| "(none)".to_owned())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn host(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, value.parse().unwrap())])
    }

    #[test]
    fn loopback_the_listen_address_and_configured_names_are_ours() {
        let rules = HostRules::new("10.0.0.5".parse().unwrap(), vec!["dash.example.org".into(), "192.0.2.7".into()]);
        for ours in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:8080",
            "127.8.8.8",
            "[::1]:8080",
            "10.0.0.5:80",
            "192.0.2.7",
            "Dash.Example.org:443",
        ] {
            assert!(rules.allow(&host(ours)), "{ours}");
        }
        for foreign in
            ["evil.example", "localhost.evil.example", "10.0.0.6", "a@localhost", "", "127.0.0.1.evil.example"]
        {
            assert!(!rules.allow(&host(foreign)), "{foreign}");
        }
        assert!(!rules.allow(&HeaderMap::new()));
    }

    #[test]
    fn who_listens_everywhere_answers_for_addresses_but_not_for_names() {
        let rules = HostRules::new("0.0.0.0".parse().unwrap(), Vec::new());
        assert!(rules.allow(&host("192.168.1.7:8080")));
        assert!(!rules.allow(&host("rebound.example:8080")));
    }

    #[test]
    fn two_hosts_are_none() {
        let rules = HostRules::new("127.0.0.1".parse().unwrap(), Vec::new());
        let mut headers = host("localhost");
        headers.append(header::HOST, "evil.example".parse().unwrap());
        assert!(!rules.allow(&headers));
    }
}
