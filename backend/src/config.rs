//! Flags, environment and the TOML file, folded into one value: a flag beats the environment, the environment beats the
//! file (design section 6).
//!
//! Nothing here opens a socket or a database. What is wrong is said once, with the file, line and key, and ends the
//! process with exit code 2.

mod command_line;
mod data_dir;
mod file;

pub use command_line::{CommandLine, LogFormat};
pub use data_dir::{DataDir, DataDirFault};
pub use file::{ConfigFile, DemoUser};

use std::{net::SocketAddr, path::PathBuf};

/// Where the demo listens when nothing else is said.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// What the process was told to do.
#[derive(Debug)]
pub struct Config {
    /// Address to serve on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Host names beside loopback and the listen address under which pages may be asked for.
    pub allowed_hosts: Vec<String>,
    /// Parent of the sub-folders of the demo and of each cluster.
    pub data_dir: PathBuf,
    /// Form of the log lines.
    pub log: LogFormat,
    /// Open a browser once ready.
    pub open: bool,
    /// Which cluster answers.
    pub mode: Mode,
}

/// Which cluster answers `/apis/**`.
#[derive(Debug)]
pub enum Mode {
    /// The embedded core.
    Demo(DemoConfig),
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
    /// The built-in users would be open to the network.
    #[error(
        "--listen {0} is reachable from other machines, and the built-in users admin and guest have known passwords: \
         configure [[demo.users]] in a file given by --config, or listen on a loopback address"
    )]
    OpenToNetwork(SocketAddr),
}

impl Config {
    /// Folds the command line (which has read the environment) and the file it names.
    ///
    /// # Errors
    /// Whatever [`ConfigFault`] lists.
    pub fn load(line: CommandLine) -> Result<Self, ConfigFault> {
        let flags = line.into_flags();
        let file = flags.config.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
        let config = Self {
            listen: flags.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
            allowed_hosts: if flags.allow_host.is_empty() { file.allow_host } else { flags.allow_host },
            data_dir: flags
                .data_dir
                .or(file.data_dir)
                .or_else(data_dir::platform_default)
                .ok_or(ConfigFault::NoDataDir)?,
            log: flags.log.or(file.log).unwrap_or_default(),
            open: flags.open || file.open,
            mode: Mode::Demo(DemoConfig {
                scenario: flags.scenario.or(file.demo.scenario),
                seed: flags.seed.or(file.demo.seed),
                reset: flags.reset || file.demo.reset,
                options: file.demo.options,
                users: file.demo.users,
            }),
        };
        let Mode::Demo(demo) = &config.mode;
        if !config.listen.ip().is_loopback() && demo.users.is_empty() {
            return Err(ConfigFault::OpenToNetwork(config.listen));
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
