//! From a data folder to a running cluster: restore the stored world, or begin one and run it ahead.

use super::{
    cluster::{EmbeddedCluster, Shared},
    core::Core,
    driver::Driver,
    hints::HintSender,
    journal::{Entry, Journal, JournalError, Stored},
    log_files::{LogFiles, LogWriter},
    rehearsal::{Rehearsed, rehearse},
    snapshot,
    world::World,
};
use crate::clock::{self, ClockSetting, ClusterClock};
use controller::{Simulation, WorldConfig, scenario::ScenarioName};
use model::Timestamp;
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};
use thiserror::Error;
use tokio::sync::{mpsc, watch};

/// What the embedded cluster is made from.
#[derive(Clone, Debug)]
pub struct EmbeddedConfig {
    /// Folder of `cluster.db` and `logs/`; it must exist, and belong to this process alone.
    pub data_dir: PathBuf,
    /// Which work goes on by itself. Absent = as stored, `laptop` for a new world.
    pub scenario: Option<ScenarioName>,
    /// Seed of everything that looks like chance. Absent = as stored, random for a new world.
    pub seed: Option<u64>,
    /// Begin a new world whatever is stored.
    pub reset: bool,
    /// Machines and options of a new world; its seed is replaced.
    pub machines: WorldConfig,
    /// How long a new world has lived when it is first shown (design section 3: 30 minutes).
    pub head_start: Duration,
    /// Begin with a clock that stands still, as tests do.
    pub paused: bool,
}

/// Why the embedded cluster could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another world is stored than was asked for. Wrong use of flags, exit code 2.
    #[error("the stored world has {stored}, but {asked} was asked for; --reset begins a new world (the history stays)")]
    OtherWorld {
        /// As `seed 7` or `scenario laptop`.
        stored: String,
        /// Likewise.
        asked: String,
    },
    /// `cluster.db` cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
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
struct Living {
    world: World,
    core: Core,
    clock: ClusterClock,
    rehearsed: Vec<Rehearsed>,
    /// Entries that were replayed.
    replayed: u32,
}

impl EmbeddedCluster {
    /// Restores the stored world or begins one, and starts its driver.
    pub async fn start(config: &EmbeddedConfig) -> Result<Self, StartError> {
        let mut journal = Journal::open(&config.data_dir.join("cluster.db")).await?;
        let log_dir = config.data_dir.join("logs");
        let stored = journal.stored().await?.filter(|_| !config.reset);
        let fresh = stored.is_none();
        let logs = open_logs(&log_dir, fresh).map_err(|source| StartError::Logs { path: log_dir.clone(), source })?;
        let writer = LogWriter::start(logs.clone()).map_err(|source| StartError::Logs { path: log_dir, source })?;
        let living = match stored {
            Some(stored) => {
                is_as_asked(&stored.world, config)?;
                restore(&mut journal, stored, &writer).await?
            }
            None => begin(&mut journal, config, &writer).await?,
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

fn is_as_asked(world: &World, config: &EmbeddedConfig) -> Result<(), StartError> {
    if let Some(seed) = config.seed
        && seed != world.seed
    {
        return Err(StartError::OtherWorld { stored: format!("seed {}", world.seed), asked: format!("seed {seed}") });
    }
    if let Some(scenario) = config.scenario
        && scenario != world.scenario
    {
        let named = |name: ScenarioName| format!("scenario {}", name.as_str());
        return Err(StartError::OtherWorld { stored: named(world.scenario), asked: named(scenario) });
    }
    Ok(())
}

/// The stored world as it was, told how long it was away. Nothing that was answered is lost, nothing happens twice.
async fn restore(journal: &mut Journal, stored: Stored, writer: &LogWriter) -> Result<Living, StartError> {
    let (simulation, applied) = journal.snapshot().await?;
    let mut core = Core { simulation, applied };
    let mut replayed = 0;
    let mut latest = core.simulation.controller().now();
    loop {
        let entries = journal.entries_after(core.applied).await?;
        if entries.is_empty() {
            break;
        }
        for (seq, entry) in entries {
            latest = latest.max(entry.now());
            // Log bytes that had not reached their file are written now: their offsets make that harmless.
            core.apply(seq, entry).outputs.iter().for_each(|output| writer.take(output));
            replayed += 1;
        }
    }
    let clock = ClusterClock::with(not_before(latest, stored.clock));
    let entry = Entry::Resume { now: clock.now() };
    let seq = journal.append(&entry).await?;
    core.apply(seq, entry).outputs.iter().for_each(|output| writer.take(output));
    Ok(Living { world: stored.world, core, clock, rehearsed: Vec::new(), replayed })
}

/// A clock that begins at `latest` at least, should the wall clock have been put back while nobody was here.
fn not_before(latest: Timestamp, setting: ClockSetting) -> ClockSetting {
    let behind = latest.0.saturating_sub(clock::wall().0.saturating_add(setting.offset_ms));
    ClockSetting { offset_ms: setting.offset_ms.saturating_add(behind.max(0)), ..setting }
}

async fn begin(journal: &mut Journal, config: &EmbeddedConfig, writer: &LogWriter) -> Result<Living, StartError> {
    let clock = ClusterClock::real();
    if config.paused {
        clock.set(clock.paused());
    }
    let now = clock.now();
    let world = World {
        id: uuid::Uuid::new_v4().to_string(),
        seed: match config.seed {
            Some(seed) => seed,
            None => random_seed()?,
        },
        scenario: config.scenario.unwrap_or(ScenarioName::Laptop),
        begun: now - config.head_start,
    };
    let machines = WorldConfig { seed: world.seed, ..config.machines.clone() };
    let mut simulation = Simulation::new(&machines, world.begun);
    let rehearsed = rehearse(&mut simulation, &world.work(), now, |output| writer.take(&output));
    journal.begin(&world, clock.setting(), &simulation).await?;
    Ok(Living { world, core: Core { simulation, applied: 0 }, clock, rehearsed, replayed: 0 })
}

/// Small enough to be typed in again.
fn random_seed() -> Result<u64, StartError> {
    let number = getrandom::u32().map_err(|error| StartError::Entropy(error.to_string()))?;
    Ok(u64::from(number))
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
