//! The flags, each with its environment variable.

use super::{base_path::BasePath, host_name, listen::Listen};
use clap::{
    Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    builder::{FalseyValueParser, Resettable},
};
use serde::Deserialize;
use std::path::PathBuf;

/// A dashboard for tasks of Drove clusters.
///
/// Without a command it runs the demo: an embedded controller with simulated executors, and the page in front of it.
#[derive(Debug, Parser)]
#[command(name = "drove-dashboard", version, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: DemoFlags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a simulated cluster and the page in front of it (the default).
    Demo(DemoFlags),
    /// Serve the page in front of real Drove clusters.
    #[command(after_help = PLAIN_VARIABLES)]
    Serve(ServeFlags),
}

/// Variables of `serve` that have no flag.
const PLAIN_VARIABLES: &str = "\
Secrets, by the environment only (or the TOML file):
  DROVE_DASHBOARD_PASSWORD     password of --username
  DROVE_DASHBOARD_AUTH_HEADER  instead of --username: the value of Authorization for the cluster of --controller
  DROVE_DASHBOARD_SESSION_KEY  seals session cookies, 32 characters or more, the same for all replicas [default: chance]";

/// What a command line and its environment say, whatever is served; everything absent is left to the file.
#[derive(Debug, Args)]
pub(super) struct CommonFlags {
    /// Address or name of this machine to serve on; port 0 takes any free port [default: 127.0.0.1:8080].
    #[arg(long, env = "DROVE_DASHBOARD_LISTEN", value_name = "HOST:PORT")]
    pub listen: Option<Listen>,
    /// Path below which everything is served, behind a proxy that passes it on, such as /drove/ [default: /].
    #[arg(long, env = "DROVE_DASHBOARD_BASE_PATH", value_name = "PATH")]
    pub base_path: Option<BasePath>,
    /// Host name under which the page may be asked for, beside loopback and the listen address; may be repeated.
    #[arg(long, env = "DROVE_DASHBOARD_ALLOW_HOST", value_name = "NAME", value_delimiter = ',', value_parser = host_name::parse)]
    pub allow_host: Vec<String>,
    /// Folder for databases and logs; the demo and each cluster use a sub-folder [default: the user's data folder].
    #[arg(long, env = "DROVE_DASHBOARD_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// TOML file; flags and environment beat it.
    #[arg(long, env = "DROVE_DASHBOARD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Form of the log on standard error; `RUST_LOG` filters it [default: text].
    #[arg(long, env = "DROVE_DASHBOARD_LOG", value_name = "FORM")]
    pub log: Option<LogFormat>,
    /// Folder with a built page to serve instead of the one in the binary.
    #[arg(long, env = "DROVE_DASHBOARD_PAGE_DIR", value_name = "DIR")]
    pub page_dir: Option<PathBuf>,
    /// Open the page in a browser once it is served.
    #[arg(long, env = "DROVE_DASHBOARD_OPEN", value_parser = FalseyValueParser::new())]
    pub open: bool,
}

/// What they say about the demo.
#[derive(Debug, Args)]
pub(super) struct DemoFlags {
    #[command(flatten)]
    pub common: CommonFlags,
    /// What the simulated cluster does of its own: `laptop` lives, `empty` waits [default: laptop].
    #[arg(long, env = "DROVE_DASHBOARD_SCENARIO", value_name = "NAME")]
    pub scenario: Option<String>,
    /// Number from which every chance of the simulation follows [default: any].
    #[arg(long, env = "DROVE_DASHBOARD_SEED", value_name = "N")]
    pub seed: Option<u64>,
    /// Start a new world; what the dashboard recorded is kept.
    #[arg(long, env = "DROVE_DASHBOARD_RESET", value_parser = FalseyValueParser::new())]
    pub reset: bool,
}

/// What they say about real clusters.
#[derive(Debug, Args)]
pub(super) struct ServeFlags {
    #[command(flatten)]
    pub common: CommonFlags,
    /// Address of a controller, as http(s)://HOST:PORT; repeat it for all controllers of one cluster.
    #[arg(long, env = "DROVE_DASHBOARD_CONTROLLER", value_name = "URL", value_delimiter = ',')]
    pub controller: Vec<String>,
    /// Name of the dashboard's own account at the cluster of --controller; its password is taken from the environment
    /// variable DROVE_DASHBOARD_PASSWORD.
    #[arg(long, env = "DROVE_DASHBOARD_USERNAME", value_name = "USER")]
    pub username: Option<String>,
    /// PEM file with certificates by which the controllers of --controller and of drove-cli's file are believed, beside the
    /// system's.
    #[arg(long, env = "DROVE_DASHBOARD_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Believe any certificate of the controllers of --controller and of drove-cli's file.
    #[arg(long, env = "DROVE_DASHBOARD_INSECURE", value_parser = FalseyValueParser::new())]
    pub insecure: bool,
    /// A cluster: one of [[clusters]] in the TOML file, or a section of drove-cli's file; may be repeated, the first one
    /// is the default [default: all of the TOML file, or else the one that drove-cli uses].
    #[arg(long, env = "DROVE_DASHBOARD_CLUSTER", value_name = "NAME", value_delimiter = ',')]
    pub cluster: Vec<String>,
    /// PostgreSQL database for what the dashboard records, as postgres://USER:PASSWORD@HOST/DATABASE; replicas that are
    /// given the same share it [default: a file in the data folder]. The environment hides it from other users.
    #[arg(long, env = "DROVE_DASHBOARD_LEDGER", hide_env_values = true, value_name = "URL")]
    pub ledger: Option<String>,
    /// The file of drove-cli [default: ~/.drove].
    #[arg(long, env = "DROVE_DASHBOARD_DROVE_FILE", value_name = "FILE")]
    pub drove_file: Option<PathBuf>,
}

/// What was asked for.
pub(super) enum Wanted {
    Demo(DemoFlags),
    Serve(ServeFlags),
}

impl Wanted {
    pub fn common(&self) -> &CommonFlags {
        match self {
            Wanted::Demo(flags) => &flags.common,
            Wanted::Serve(flags) => &flags.common,
        }
    }
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
    /// Reads the flags and the environment of this process; ends it if they cannot be read, or only ask for help. A
    /// variable that is set to nothing counts as not set.
    pub fn read() -> Self {
        let matches = without_empty_variables(Self::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|fault| fault.exit())
    }

    pub(super) fn into_wanted(self) -> Wanted {
        match self.command {
            Some(Command::Demo(flags)) => Wanted::Demo(flags),
            Some(Command::Serve(flags)) => Wanted::Serve(flags),
            None => Wanted::Demo(self.flags),
        }
    }
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    command
        .mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg })
        .mut_subcommands(without_empty_variables)
}
