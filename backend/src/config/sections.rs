//! The parts of the TOML file about real clusters. Each value is checked while it is read, so that what is wrong is known
//! by its line.

use super::{
    Credential,
    clusters::{ClusterConfig, check_name},
};
use crate::upstream::{endpoint::Endpoint, trust::Trust};
use http::HeaderName;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};

/// One of `[[clusters]]`. Never printed: it holds passwords.
#[derive(Deserialize)]
#[serde(try_from = "RawCluster")]
pub struct ClusterSection {
    pub(super) config: ClusterConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawCluster {
    name: ClusterName,
    #[serde(default)]
    label: Option<String>,
    #[serde(default, deserialize_with = "colour")]
    colour: Option<String>,
    #[serde(default)]
    controllers: Option<Controllers>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    auth_header: Option<String>,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    delegate: Option<Account>,
}

/// An account of its own: `{ username = "…", password = "…" }`, or `{ auth-header = "…" }`.
#[derive(Clone)]
pub struct Account(pub(super) Credential);

/// Which reverse proxies are believed, and whom they vouch for (`[proxy-user]`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProxyUsers {
    /// Header that names the user; never passed on. Absent: they vouch for nobody.
    #[serde(default, deserialize_with = "some_by_text")]
    pub header: Option<HeaderName>,
    /// Addresses and networks (`10.0.0.0/8`) of proxies that are believed, also about where requests come from
    /// (`X-Forwarded-For`).
    pub addresses: Vec<Network>,
}

/// An address, or a network of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

#[derive(Deserialize)]
struct ClusterName(#[serde(deserialize_with = "cluster_name")] String);

#[derive(Deserialize)]
struct Controllers(#[serde(deserialize_with = "controllers")] Vec<Endpoint>);

impl ClusterSection {
    /// Keys that only a cluster has.
    pub(super) const KEYS: [&str; 6] = ["name", "label", "colour", "controllers", "auth-header", "delegate"];
}

impl fmt::Debug for ClusterSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}

impl TryFrom<RawCluster> for ClusterSection {
    type Error = String;

    fn try_from(raw: RawCluster) -> Result<Self, String> {
        let account = account(raw.username.as_deref(), raw.password.as_deref(), raw.auth_header.as_deref());
        let name = raw.name.0;
        let controllers = raw.controllers.ok_or_else(|| format!("cluster {name}: its controllers are not named"))?;
        let config = ClusterConfig {
            label: raw.label.unwrap_or_else(|| name.clone()),
            colour: raw.colour,
            controllers: controllers.0,
            account: account.map_err(|why| format!("cluster {name}: {why}"))?,
            delegate: raw.delegate.map(|Account(credential)| credential),
            trust: Trust { ca_file: raw.ca_file, insecure: raw.insecure },
            name,
        };
        Ok(Self { config })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct Raw {
            username: Option<String>,
            password: Option<String>,
            auth_header: Option<String>,
        }
        let raw = Raw::deserialize(deserializer)?;
        let given = account(raw.username.as_deref(), raw.password.as_deref(), raw.auth_header.as_deref());
        let missing = || D::Error::custom("an account needs username and password, or auth-header");
        given.map_err(D::Error::custom)?.map(Self).ok_or_else(missing)
    }
}

fn account(user: Option<&str>, password: Option<&str>, header: Option<&str>) -> Result<Option<Credential>, String> {
    match (user, password, header) {
        (None, None, None) => Ok(None),
        (Some(user), Some(password), None) => Credential::basic(user, password)
            .map(Some)
            .ok_or_else(|| format!("the account {user} cannot be sent to Drove")),
        (None, None, Some(header)) => Credential::header("dashboard", header)
            .map(Some)
            .ok_or_else(|| "auth-header cannot be sent as a header".to_owned()),
        _ => Err("give username and password, or auth-header, and not parts of both".to_owned()),
    }
}

impl Network {
    /// Whether `address` belongs to it.
    pub fn holds(&self, address: IpAddr) -> bool {
        let shared = |base: u128, address: u128, width: u8| {
            let cut = u32::from(width - self.bits);
            base.checked_shr(cut).unwrap_or(0) == address.checked_shr(cut).unwrap_or(0)
        };
        match (self.base.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => shared(base.to_bits().into(), address.to_bits().into(), 32),
            (IpAddr::V6(base), IpAddr::V6(address)) => shared(base.to_bits(), address.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address and no network: expected 10.1.2.3 or 10.0.0.0/8");
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let base: IpAddr = base.trim().parse().map_err(|_| wrong())?;
        let base = base.to_canonical();
        let width = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(Self { base, bits }).ok_or_else(wrong)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        by_text(deserializer)
    }
}

fn by_text<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn some_by_text<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    by_text(deserializer).map(Some)
}

fn cluster_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    check_name(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn controllers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Endpoint>, D::Error> {
    let addresses = Vec::<String>::deserialize(deserializer)?;
    if addresses.is_empty() {
        return Err(D::Error::custom("a cluster needs at least one controller"));
    }
    addresses.iter().map(|address| address.parse().map_err(D::Error::custom)).collect()
}

fn colour<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    match digits.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit())) {
        true => Ok(Some(text)),
        false => Err(D::Error::custom(format!("`{text}` is no colour: expected #rrggbb"))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn networks_hold_their_addresses_only() {
        let holds = |network: &str, address: &str| network.parse::<Network>().unwrap().holds(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.200.3.4") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("127.0.0.1", "127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1"), "IPv4 on an IPv6 socket");
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && holds("::/0", "::1") && !holds("fd00::/8", "fe80::1"));
        for wrong in ["10.0.0.0/33", "10.0.0", "x", "10.0.0.1/", "::1/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
