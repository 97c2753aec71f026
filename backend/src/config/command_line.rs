//! The flags, each with its environment variable.

use clap::{Args, Parser, Subcommand, ValueEnum, builder::FalseyValueParser};
use serde::Deserialize;
use std::{net::SocketAddr, path::PathBuf};

/// A dashboard for tasks of Drove clusters.
///
/// Without a command it runs the demo: an embedded controller with simulated executors, and the page in front of it.
#[derive(Debug, Parser)]
#[command(name = "drove-dashboard", version, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a simulated cluster and the page in front of it (the default).
    Demo(Flags),
}

/// What a command line and its environment say; everything absent is left to the file.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Address to serve on; port 0 takes any free port [default: 127.0.0.1:8080].
    #[arg(long, env = "DROVE_DASHBOARD_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Host name under which the page may be asked for, beside loopback and the listen address; may be repeated.
    #[arg(long, env = "DROVE_DASHBOARD_ALLOW_HOST", value_name = "NAME", value_delimiter = ',')]
    pub allow_host: Vec<String>,
    /// Folder for databases and logs; the demo uses its sub-folder `demo` [default: the user's data folder].
    #[arg(long, env = "DROVE_DASHBOARD_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What the simulated cluster does of its own: `laptop` lives, `empty` waits [default: laptop].
    #[arg(long, env = "DROVE_DASHBOARD_SCENARIO", value_name = "NAME")]
    pub scenario: Option<String>,
    /// Number from which every chance of the simulation follows [default: any].
    #[arg(long, env = "DROVE_DASHBOARD_SEED", value_name = "N")]
    pub seed: Option<u64>,
    /// Start a new world; what the dashboard recorded is kept.
    #[arg(long, env = "DROVE_DASHBOARD_RESET", value_parser = FalseyValueParser::new())]
    pub reset: bool,
    /// TOML file; flags and environment beat it.
    #[arg(long, env = "DROVE_DASHBOARD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Form of the log on standard error; `RUST_LOG` filters it [default: text].
    #[arg(long, env = "DROVE_DASHBOARD_LOG", value_name = "FORM")]
    pub log: Option<LogFormat>,
    /// Open the page in a browser once it is served.
    #[arg(long, env = "DROVE_DASHBOARD_OPEN", value_parser = FalseyValueParser::new())]
    pub open: bool,
}

/// Form of the log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl CommandLine {
    pub(super) fn into_flags(self) -> Flags {
        match self.command {
            Some(Command::Demo(flags)) => flags,
            None => self.flags,
        }
    }
}
