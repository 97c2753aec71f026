//! The TOML file. Its keys are the flags' names; what only the demo knows is in `[demo]`.

use super::{
    BasePath, ConfigFault, Credential, LogFormat, host_name,
    listen::Listen,
    sections::{ClusterSection, ProxyUsers},
};
use model::{DroveDuration, UserRole};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    collections::BTreeSet,
    fmt,
    num::NonZeroU64,
    path::{Path, PathBuf},
    time::Duration,
};

/// Shortest `session-key`, in characters.
pub(super) const SHORTEST_SESSION_KEY: usize = 32;

/// Shortest `session-idle` and `session-longest`.
const SHORTEST_SESSION: Duration = Duration::from_secs(60);

/// Keys whose values are never printed, also within an inline table.
const SECRET_KEYS: [&str; 4] = ["password", "auth-header", "session-key", "ledger"];

/// What a file says; everything absent is left to the defaults.
///
/// Never printed: it holds passwords.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigFile {
    pub(super) listen: Option<Listen>,
    pub(super) base_path: Option<BasePath>,
    #[serde(deserialize_with = "host_name::list")]
    pub(super) allow_host: Vec<String>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) log: Option<LogFormat>,
    pub(super) page_dir: Option<PathBuf>,
    pub(super) open: bool,
    pub(super) demo: DemoSection,
    pub(super) controller: Vec<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) insecure: bool,
    pub(super) cluster: Vec<String>,
    pub(super) drove_file: Option<PathBuf>,
    pub(super) clusters: Vec<ClusterSection>,
    #[serde(deserialize_with = "session_key")]
    pub(super) session_key: Option<String>,
    #[serde(deserialize_with = "session_span")]
    pub(super) session_idle: Option<DroveDuration>,
    #[serde(deserialize_with = "session_span")]
    pub(super) session_longest: Option<DroveDuration>,
    pub(super) proxy_user: Option<ProxyUsers>,
    pub(super) ledger: Option<String>,
    #[serde(deserialize_with = "some_time")]
    pub(super) keep_runs: Option<DroveDuration>,
    pub(super) keep_mb: Option<NonZeroU64>,
    pub(super) keep_secret_env: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DemoSection {
    pub scenario: Option<String>,
    pub seed: Option<u64>,
    pub reset: bool,
    pub options: controller::Options,
    pub users: Vec<DemoUser>,
}

impl Default for DemoSection {
    fn default() -> Self {
        Self { scenario: None, seed: None, reset: false, options: controller::Options::demo(), users: Vec::new() }
    }
}

/// A user of the demo. Never printed with its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoUser {
    /// Name to sign in with.
    #[serde(deserialize_with = "sendable_name")]
    pub name: String,
    /// Its password.
    #[serde(deserialize_with = "sendable_password")]
    pub password: String,
    /// What it may do; absent: signed in, but no role.
    #[serde(default, deserialize_with = "known_role")]
    pub role: Option<UserRole>,
}

impl fmt::Debug for DemoUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoUser").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

impl fmt::Debug for ConfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigFile").field("clusters", &self.clusters).finish_non_exhaustive()
    }
}

impl ConfigFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigFault::Unreadable`], or [`ConfigFault::Invalid`] with the line and key.
    pub fn read(path: &Path) -> Result<Self, ConfigFault> {
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigFault::Unreadable { path: path.to_owned(), error })?;
        Self::parse(&text, path)
    }

    pub(super) fn parse(text: &str, path: &Path) -> Result<Self, ConfigFault> {
        let file: Self = toml::from_str(text).map_err(|fault| {
            let start = fault.span().map_or(0, |span| span.start);
            let (line, key) = locate(text, start);
            let content = text.lines().nth(line - 1).unwrap_or_default();
            let message = match SECRET_KEYS.iter().any(|secret| content.contains(secret)) {
                true => without_values(fault.message()),
                false => fault.message().to_owned(),
            };
            let message = of_unknown_key(fault.message(), text, start).unwrap_or(message);
            ConfigFault::Invalid { path: path.to_owned(), line, key, message }
        })?;
        if let Some(message) = file.demo.options.faults().into_iter().next() {
            // The sentence begins with the option's name.
            let key = message.split_whitespace().next().unwrap_or_default().to_owned();
            return Err(ConfigFault::Invalid {
                path: path.to_owned(),
                line: line_of(text, &key),
                key: Some(key),
                message,
            });
        }
        if !file.controller.is_empty() && !file.clusters.is_empty() {
            let message = "it describes one cluster, and [[clusters]] several: describe that one there, too".to_owned();
            let (line, key) = (line_of(text, "controller"), Some("controller".to_owned()));
            return Err(ConfigFault::Invalid { path: path.to_owned(), line, key, message });
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = file.clusters.iter().map(|section| &section.config.name).find(|name| !names.insert(*name))
        {
            let line = lines_of_headers(text, "[[clusters]]")
                .nth(file.clusters.iter().rposition(|section| section.config.name == *twice).unwrap_or(0))
                .unwrap_or(1);
            let message = format!("there are two clusters named {twice}");
            return Err(ConfigFault::Invalid {
                path: path.to_owned(),
                line,
                key: Some("clusters".to_owned()),
                message,
            });
        }
        Ok(file)
    }
}

/// What is said of a key that is none: keys are no secrets. Those of clusters stand in `[[clusters]]`.
fn of_unknown_key(sentence: &str, text: &str, offset: usize) -> Option<String> {
    let (key, _) = sentence.strip_prefix("unknown field `")?.split_once('`')?;
    let is_at_top = !text.get(..offset)?.lines().any(|line| line.trim_start().starts_with('['));
    Some(match is_at_top && ClusterSection::KEYS.contains(&key) {
        true => format!("`{key}` is no key here; clusters have theirs in [[clusters]]"),
        false => sentence.to_owned(),
    })
}

/// A sentence about a value without the value, which stands in quotes or backticks.
fn without_values(sentence: &str) -> String {
    let mut quote = None;
    let mut kept = String::new();
    for c in sentence.chars() {
        match quote {
            Some(open) if c == open => {
                quote = None;
                kept.push('…');
            }
            Some(_) => {}
            None if c == '`' || c == '"' => quote = Some(c),
            None => kept.push(c),
        }
    }
    kept
}

/// Lines (from 1) on which such a table begins.
fn lines_of_headers<'a>(text: &'a str, header: &'a str) -> impl Iterator<Item = usize> {
    (1..).zip(text.lines()).filter(move |(_, line)| line.trim() == header).map(|(number, _)| number)
}

/// A key that replicas share: long enough not to be guessed.
fn session_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let key = String::deserialize(deserializer)?;
    match key.len() >= SHORTEST_SESSION_KEY {
        true => Ok(Some(key)),
        false => Err(D::Error::custom(format!("it needs at least {SHORTEST_SESSION_KEY} characters"))),
    }
}

/// A time that is not none: nothing would be kept, not even for a moment.
fn some_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DroveDuration>, D::Error> {
    let time = DroveDuration::deserialize(deserializer)?;
    match time.count > 0 {
        true => Ok(Some(time)),
        false => Err(D::Error::custom("it needs more than no time, like 30d")),
    }
}

/// How long a session lasts: long enough for somebody to stay signed in.
fn session_span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DroveDuration>, D::Error> {
    let span = DroveDuration::deserialize(deserializer)?;
    match span.to_std() >= SHORTEST_SESSION {
        true => Ok(Some(span)),
        false => Err(D::Error::custom("nobody could stay signed in: it must be at least one minute (`1m`)")),
    }
}

/// Line (from 1) on which `key` is set; the first one if it is not found.
fn line_of(text: &str, key: &str) -> usize {
    text.lines().position(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == key)).map_or(1, |n| n + 1)
}

/// Line (from 1) of a byte offset, and the key or table header that stands on it.
fn locate(text: &str, offset: usize) -> (usize, Option<String>) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let content = text.lines().nth(line - 1).unwrap_or_default().trim();
    let name = match content.strip_prefix('[') {
        Some(header) => header.trim_start_matches('[').split(']').next(),
        None => content.split_once('=').map(|(key, _)| key),
    };
    (line, name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()))
}

/// The name of a user who can sign in: a client could not send any other.
fn sendable_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    match Credential::basic(&name, "").is_some() {
        true => Ok(name),
        false => Err(D::Error::custom("a user's name cannot have colons or control characters in HTTP Basic")),
    }
}

/// Likewise a password. The message does not repeat it.
fn sendable_password<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let password = String::deserialize(deserializer)?;
    match Credential::basic("", &password).is_some() {
        true => Ok(password),
        false => Err(D::Error::custom("a password cannot have control characters in HTTP Basic")),
    }
}

/// A role by Drove's name (contract 7). A misspelt one would silently be a user without rights.
fn known_role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UserRole>, D::Error> {
    let name = String::deserialize(deserializer)?;
    UserRole::known(&name).map(Some).ok_or_else(|| {
        D::Error::custom(format!("unknown role `{name}`, expected one of {}", UserRole::NAMES.join(", ")))
    })
}
