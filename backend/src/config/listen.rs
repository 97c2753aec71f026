//! Where the server listens (`listen`).

use super::{ConfigFault, host_name};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    str::FromStr,
};

/// A host and a port. The host is an address, or a name that is resolved when the process starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listen {
    host: String,
    port: u16,
}

impl Default for Listen {
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.to_string(), port: 8080 }
    }
}

impl Listen {
    /// The address to listen on. Of a name with several addresses it is the first of IPv4, if it has one.
    ///
    /// # Errors
    /// The name is unknown to the system.
    pub fn resolve(&self) -> Result<SocketAddr, ConfigFault> {
        let resolved = (self.host.as_str(), self.port).to_socket_addrs().map(|found| {
            let mut found: Vec<SocketAddr> = found.collect();
            found.sort_by_key(SocketAddr::is_ipv6);
            found.into_iter().next()
        });
        let wrong = |reason: String| {
            ConfigFault::Wrong(format!("cannot listen on {}:{}: the host has no address{reason}", self.host, self.port))
        };
        resolved.map_err(|error| wrong(format!(" ({error})")))?.ok_or_else(|| wrong(String::new()))
    }

    /// The host, unless it is an address: a name under which the page may be asked for.
    pub fn name(&self) -> Option<String> {
        self.host.parse::<IpAddr>().is_err().then(|| self.host.clone())
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { host: address.ip().to_string(), port: address.port() });
        }
        let wrong = || format!("`{text}` is no address to listen on: expected HOST:PORT, such as 127.0.0.1:8080");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        // An IPv6 address stands in brackets: without them its end cannot be told from a port.
        let host = host_name::parse(host).ok().filter(|host| !host.contains(':')).ok_or_else(wrong)?;
        Ok(Self { host, port: port.parse().map_err(|_| wrong())? })
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn a_name_is_resolved_and_an_address_is_itself() {
        let of = |text: &str| text.parse::<Listen>().unwrap();
        assert_eq!(of("[::1]:80").resolve().unwrap(), "[::1]:80".parse().unwrap());
        assert_eq!(of("0.0.0.0:0").resolve().unwrap(), "0.0.0.0:0".parse().unwrap());
        let local = of("localhost:8080").resolve().unwrap();
        assert!(local.ip().is_loopback() && local.port() == 8080, "{local}");
        assert_eq!((of("localhost:8080").name(), of("127.0.0.1:1").name()), (Some("localhost".to_owned()), None));
        let unknown = of("nowhere.invalid:80").resolve().unwrap_err().to_string();
        assert!(unknown.contains("cannot listen on nowhere.invalid:80"), "{unknown}");
    }

    #[test]
    fn rejects_what_names_no_host_and_port() {
        for text in
            ["8080", "localhost", "localhost:", ":8080", "localhost:70000", "http://localhost:80", "a b:80", "::1:80"]
        {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }
}
