//! Flags, environment and the TOML file, folded into one value: a flag beats the environment, the environment beats the
//! file (design section 6).
//!
//! Nothing here opens a socket or a database. What is wrong is said once, with the file, line and key, and ends the
//! process with exit code 2.

mod base_path;
mod clusters;
mod command_line;
mod credential;
mod data_dir;
mod database_url;
mod drove_file;
mod file;
mod host_name;
mod listen;
mod sections;
mod unused;

pub use base_path::BasePath;
pub use clusters::ClusterConfig;
pub use command_line::{CommandLine, LogFormat};
pub use credential::Credential;
pub use data_dir::{DataDir, DataDirFault};
pub use database_url::DatabaseUrl;
pub use file::{ConfigFile, DemoUser};
pub use sections::{Network, ProxyUsers};

use command_line::{ServeFlags, Wanted};
use model::DroveDuration;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// What the process was told to do.
#[derive(Debug)]
pub struct Config {
    /// Address to serve on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Path below which everything is served.
    pub base_path: BasePath,
    /// Host names beside loopback and the listen address under which pages may be asked for.
    pub allowed_hosts: Vec<String>,
    /// Parent of the sub-folders of the demo and of each cluster.
    pub data_dir: PathBuf,
    /// Form of the log lines.
    pub log: LogFormat,
    /// Folder of a built page to serve; absent: the page in the binary.
    pub page_dir: Option<PathBuf>,
    /// Open a browser once ready.
    pub open: bool,
    /// Which cluster answers.
    pub mode: Mode,
}

/// How long, how much, and what a ledger keeps: `keep-runs`, `keep-mb` and `keep-secret-env` in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Runs that ended so long ago are removed.
    pub keep: Duration,
    /// When a ledger holds more bytes, the runs that ended first are removed; absent: however many.
    pub bytes: Option<u64>,
    /// Whether values of environment variables that look like secrets are kept.
    pub secret_env: bool,
}

impl Retention {
    fn of(file: &ConfigFile) -> Self {
        let keep = file.keep_runs.map_or(Self::default().keep, DroveDuration::to_std);
        let bytes = file.keep_mb.map(|mb| mb.get().saturating_mul(1 << 20));
        Self { keep, bytes, secret_env: file.keep_secret_env.unwrap_or(true) }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { keep: Duration::from_secs(30 * 24 * 3600), bytes: None, secret_env: true }
    }
}

/// Which cluster answers `/apis/**`.
#[derive(Debug)]
pub enum Mode {
    /// The embedded core.
    Demo(DemoConfig),
    /// Real clusters.
    Serve(ServeConfig),
}

/// The real clusters, and who may sign in to them.
#[derive(Debug)]
pub struct ServeConfig {
    /// At least one; the first is the default one.
    pub clusters: Vec<ClusterConfig>,
    /// How long sessions last and what seals them.
    pub sessions: SessionConfig,
    /// Which reverse proxies are believed, and whom they vouch for; absent: none.
    pub proxy: Option<ProxyUsers>,
    /// PostgreSQL database for the ledgers; absent: a file for each cluster.
    pub ledger: Option<DatabaseUrl>,
    /// What stays in each ledger.
    pub retention: Retention,
}

/// Sessions of people who signed in to a real cluster.
#[derive(Clone)]
pub struct SessionConfig {
    /// Seals the cookies; absent: chance, for as long as the process runs.
    pub key: Option<String>,
    /// A session ends after so long without a request.
    pub idle: Duration,
    /// A session ends after so long, whatever was done in it.
    pub longest: Duration,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self { key: None, idle: Duration::from_secs(12 * 3600), longest: Duration::from_secs(7 * 24 * 3600) }
    }
}

impl std::fmt::Debug for SessionConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionConfig")
            .field("idle", &self.idle)
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

/// The embedded core's world, and who may sign in to it.
#[derive(Debug)]
pub struct DemoConfig {
    /// Name of a scenario; absent: that of the stored world, or the default one.
    pub scenario: Option<String>,
    /// Seed; absent: that of the stored world, or any.
    pub seed: Option<u64>,
    /// Start a new world.
    pub reset: bool,
    /// Options of the core, with Drove's names.
    pub options: controller::Options,
    /// Users; empty: the built-in ones.
    pub users: Vec<DemoUser>,
    /// What stays in the ledger.
    pub retention: Retention,
}

/// Why the process cannot start as it was told.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        error: std::io::Error,
    },
    /// The file is not TOML, or holds a key or value that means nothing here.
    #[error("{}:{line}: {}{message}", path.display(), key.as_ref().map(|key| format!("key `{key}`: ")).unwrap_or_default())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Key on that line, if there is one.
        key: Option<String>,
        /// What is wrong with it.
        message: String,
    },
    /// The platform names no data folder.
    #[error("this system names no data folder for the user: give one with --data-dir")]
    NoDataDir,
    /// No cluster is named.
    #[error(
        "there is no cluster to serve: give --controller URL, or --cluster NAME for a section of ~/.drove (which names no \
         current_cluster), or describe [[clusters]] in a file given by --config"
    )]
    NoCluster,
    /// A cluster is named that is described nowhere.
    #[error("no cluster {name} is described: there {}", known_clusters(.known))]
    UnknownCluster {
        /// The name.
        name: String,
        /// Those that are.
        known: Vec<String>,
    },
    /// A flag or a variable is wrong.
    #[error("{0}")]
    Wrong(String),
    /// The built-in users would be open to the network.
    #[error(
        "--listen {0} is reachable from other machines, and the built-in users admin and guest have known passwords: \
         configure [[demo.users]] in a file given by --config, or listen on a loopback address"
    )]
    OpenToNetwork(SocketAddr),
}

fn known_clusters(known: &[String]) -> String {
    match known {
        [] => "is neither one in [[clusters]] of the file given by --config nor a ~/.drove".to_owned(),
        known => format!("are {}", known.join(", ")),
    }
}

impl Config {
    /// Folds the command line (which has read the environment) and the file it names.
    ///
    /// # Errors
    /// Whatever [`ConfigFault`] lists.
    pub fn load(line: CommandLine) -> Result<Self, ConfigFault> {
        let wanted = line.into_wanted();
        let common = wanted.common();
        let file = common.config.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
        let named = common.listen.clone().or(file.listen.clone()).unwrap_or_default();
        let listen = named.resolve()?;
        let allowed = if common.allow_host.is_empty() { &file.allow_host } else { &common.allow_host };
        Ok(Self {
            listen,
            base_path: common.base_path.clone().or(file.base_path.clone()).unwrap_or_default(),
            allowed_hosts: allowed.iter().cloned().chain(named.name()).collect(),
            data_dir: common
                .data_dir
                .clone()
                .or_else(|| file.data_dir.clone())
                .or_else(data_dir::platform_default)
                .ok_or(ConfigFault::NoDataDir)?,
            log: common.log.or(file.log).unwrap_or_default(),
            page_dir: common.page_dir.clone().or(file.page_dir.clone()),
            open: common.open || file.open,
            mode: match wanted {
                Wanted::Serve(flags) => Mode::Serve(serve(&flags, file)?),
                Wanted::Demo(_) if !listen.ip().is_loopback() && file.demo.users.is_empty() => {
                    return Err(ConfigFault::OpenToNetwork(listen));
                }
                Wanted::Demo(flags) => Mode::Demo(DemoConfig {
                    retention: Retention::of(&file),
                    scenario: flags.scenario.or(file.demo.scenario),
                    seed: flags.seed.or(file.demo.seed),
                    reset: flags.reset || file.demo.reset,
                    options: file.demo.options,
                    users: file.demo.users,
                }),
            },
        })
    }
}

/// Seals the cookies of all replicas that are given the same.
const SESSION_KEY_VARIABLE: &str = "DROVE_DASHBOARD_SESSION_KEY";

fn serve(flags: &ServeFlags, file: ConfigFile) -> Result<ServeConfig, ConfigFault> {
    let clusters = clusters::chosen(flags, &file)?;
    let key = std::env::var(SESSION_KEY_VARIABLE).ok().filter(|key| !key.is_empty());
    if key.as_ref().is_some_and(|key| key.len() < file::SHORTEST_SESSION_KEY) {
        let shortest = file::SHORTEST_SESSION_KEY;
        return Err(ConfigFault::Wrong(format!("{SESSION_KEY_VARIABLE} needs at least {shortest} characters")));
    }
    let retention = Retention::of(&file);
    let usual = SessionConfig::default();
    let sessions = SessionConfig {
        key: key.or(file.session_key),
        idle: file.session_idle.map_or(usual.idle, DroveDuration::to_std),
        longest: file.session_longest.map_or(usual.longest, DroveDuration::to_std),
    };
    let ledger = flags.ledger.clone().or(file.ledger).map(DatabaseUrl::of).transpose()?;
    Ok(ServeConfig { clusters, sessions, proxy: file.proxy_user, ledger, retention })
}

#[cfg(test)]
mod tests;
