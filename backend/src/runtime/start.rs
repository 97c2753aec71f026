//! From a data folder to a running cluster: restore the stored world, or begin one and run it ahead.

use super::{
    begin::{begin, new_world},
    cluster::{EmbeddedCluster, Shared},
    core::Core,
    driver::Driver,
    hints::HintSender,
    journal::{Journal, JournalError},
    log_files::{LogFiles, LogWriter},
    rehearsal::Rehearsed,
    restore::{configured, restore},
    scenario_player::Awaited,
    snapshot,
    world::World,
};
use crate::clock::{self, Clock};
use controller::{Options, WorldConfig, scenario::ScenarioName};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};
use thiserror::Error;
use tokio::sync::{mpsc, watch};

/// What the embedded cluster is made from: the demo's machines, or others that a test states.
#[derive(Clone, Debug)]
pub struct WorldSettings {
    /// Folder of `cluster.db` and `logs/`; it must exist, and belong to this process alone.
    pub dir: PathBuf,
    /// Which work goes on by itself. Absent = as stored, `laptop` for a new world.
    pub scenario: Option<String>,
    /// Seed of everything that looks like chance. Absent = as stored, random for a new world.
    pub seed: Option<u64>,
    /// Options of the core.
    pub options: Options,
    /// Begin a new world whatever is stored.
    pub reset: bool,
}

/// A world that differs from the demo's.
#[derive(Clone, Debug)]
pub struct StatedWorld {
    /// Controllers, executors and the behaviour of containers; its seed and options are those of the settings.
    pub machines: WorldConfig,
    /// How long a new world has lived when it is first shown.
    pub head_start: Duration,
    /// Begin with a clock that stands still.
    pub paused: bool,
}

/// How long the demo's world has lived when it is first shown (design section 3, The first minute).
const HEAD_START: Duration = Duration::from_secs(30 * 60);

/// Why the embedded cluster could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another world is stored than was asked for. Wrong use of flags, exit code 2.
    #[error("the stored world has {stored}, but {asked} was asked for; --reset begins a new world (the history stays)")]
    WorldDiffers {
        /// As `seed 7` or `scenario laptop`.
        stored: String,
        /// Likewise.
        asked: String,
    },
    /// There is no such scenario. Wrong use of flags, exit code 2.
    #[error("there is no scenario {asked}; there are {}", known_scenarios())]
    UnknownScenario {
        /// The name asked for.
        asked: String,
    },
    /// `cluster.db` cannot be used; it was left as it is.
    #[error("{path} cannot be used: {source}", path = path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: JournalError,
    },
    /// The folder of the log files cannot be used.
    #[error("cannot use {path} for log files: {source}", path = path.display())]
    Logs {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no random numbers.
    #[error("the system gave no random seed: {0}")]
    Entropy(String),
}

/// Messages that may wait for the driver; beyond that callers wait to hand theirs over.
const INBOX: usize = 1024;

/// A world that is ready to be driven.
pub(super) struct Living {
    pub world: World,
    pub core: Core,
    pub clock: Clock,
    pub rehearsed: Vec<Rehearsed>,
    /// Entries that were replayed.
    pub replayed: u32,
}

impl EmbeddedCluster {
    /// Restores the stored world or begins one with the demo's machines, and starts its driver.
    ///
    /// # Errors
    /// Whatever [`StartError`] lists; nothing is overwritten then.
    pub async fn start(settings: &WorldSettings) -> Result<Self, StartError> {
        let machines = controller::scenario::demo_world(0, settings.options.clone());
        Self::start_stated(settings, &StatedWorld { machines, head_start: HEAD_START, paused: false }).await
    }

    /// As [`EmbeddedCluster::start`], with a world that the caller states.
    ///
    /// # Errors
    /// Whatever [`StartError`] lists; nothing is overwritten then.
    pub async fn start_stated(settings: &WorldSettings, stated: &StatedWorld) -> Result<Self, StartError> {
        let scenario = settings.scenario.as_deref().map(parse_scenario).transpose()?;
        let path = settings.dir.join("cluster.db");
        let unusable = |source| StartError::Journal { path: path.clone(), source };
        let mut journal = Journal::open(&path).await.map_err(unusable)?;
        let log_dir = settings.dir.join("logs");
        let stored = if settings.reset { None } else { journal.stored().await.map_err(unusable)? };
        let fresh = stored.is_none();
        let logs = open_logs(&log_dir, fresh).map_err(|source| StartError::Logs { path: log_dir.clone(), source })?;
        let writer = LogWriter::start(logs.clone()).map_err(|source| StartError::Logs { path: log_dir, source })?;
        let living = match stored {
            Some(stored) => {
                is_as_asked(&stored.world, settings.seed, scenario)?;
                let living = restore(&mut journal, stored, &writer).await.map_err(unusable)?;
                configured(&mut journal, living, &settings.options).await.map_err(unusable)?
            }
            None => {
                let world = new_world(settings.seed, scenario)?;
                let machines =
                    WorldConfig { seed: world.seed, options: settings.options.clone(), ..stated.machines.clone() };
                begin(&mut journal, world, machines, stated, &writer).await.map_err(unusable)?
            }
        };
        let logs = logs.behind(&writer);
        Ok(drive(journal, living, logs, writer))
    }
}

fn drive(journal: Journal, living: Living, logs: LogFiles, writer: LogWriter) -> EmbeddedCluster {
    let core = Arc::new(RwLock::new(living.core));
    let (inbox, messages) = mpsc::channel(INBOX);
    let (running, is_running) = watch::channel(true);
    let hints = HintSender::new();
    let shared = Shared {
        core: Arc::clone(&core),
        inbox,
        hints: hints.sender(),
        clock: living.clock.clone(),
        logs,
        world: living.world,
        rehearsed: Mutex::new(living.rehearsed),
        running: is_running,
        awaited: Awaited::default(),
        clock_changes: tokio::sync::Mutex::new(()),
    };
    let driver = Driver {
        core,
        journal,
        clock: living.clock,
        inbox: messages,
        hints,
        logs: writer,
        snapshots: snapshot::Policy::new(living.replayed, clock::monotonic()),
        promised: BTreeMap::new(),
        rest_until: clock::monotonic(),
        running,
    };
    tokio::spawn(driver.run());
    EmbeddedCluster { shared: Arc::new(shared) }
}

fn parse_scenario(asked: &str) -> Result<ScenarioName, StartError> {
    ScenarioName::parse(asked).ok_or_else(|| StartError::UnknownScenario { asked: asked.to_owned() })
}

fn known_scenarios() -> String {
    ScenarioName::ALL.map(ScenarioName::as_str).join(", ")
}

fn is_as_asked(world: &World, seed: Option<u64>, scenario: Option<ScenarioName>) -> Result<(), StartError> {
    if let Some(seed) = seed
        && seed != world.seed
    {
        return Err(StartError::WorldDiffers { stored: format!("seed {}", world.seed), asked: format!("seed {seed}") });
    }
    if let Some(scenario) = scenario
        && scenario != world.scenario
    {
        let named = |name: ScenarioName| format!("scenario {}", name.as_str());
        return Err(StartError::WorldDiffers { stored: named(world.scenario), asked: named(scenario) });
    }
    Ok(())
}

fn open_logs(dir: &Path, fresh: bool) -> io::Result<LogFiles> {
    if fresh {
        match std::fs::remove_dir_all(dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    LogFiles::open(dir)
}
