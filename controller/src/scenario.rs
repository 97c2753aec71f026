//! Named worlds: their machines, and the work that goes on in them by itself.

mod laptop;

use crate::{Command, ControllerNode, Machine, NumaNode, Options, WorldConfig};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Which world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScenarioName {
    /// Background work of several apps.
    Laptop,
    /// The same machines and no work of its own.
    Empty,
}

impl ScenarioName {
    /// All of them.
    pub const ALL: [ScenarioName; 2] = [ScenarioName::Laptop, ScenarioName::Empty];

    /// The name that `--scenario` takes.
    pub fn as_str(self) -> &'static str {
        match self {
            ScenarioName::Laptop => "laptop",
            ScenarioName::Empty => "empty",
        }
    }

    /// The scenario of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
}

/// The work of a world. A pure function of its three parts: it has no state to save, and goes on after a restart
/// wherever it is asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Which work.
    pub name: ScenarioName,
    /// Seed of its streams.
    pub seed: u64,
    /// Start of the world.
    pub start: Timestamp,
}

impl Scenario {
    /// The first command after `now`, and when it is due. Ask again with that time for the next one.
    pub fn next(&self, now: Timestamp) -> Option<(Timestamp, Command)> {
        match self.name {
            ScenarioName::Empty => None,
            ScenarioName::Laptop => laptop::next(self, now),
        }
    }
}

/// The demo's machines: controllers ctl-1 to ctl-3; six executors with two NUMA nodes of 16 cores and 60 GiB each,
/// exec-1 to exec-5 untagged, exec-6 tagged `gpu` (design section 6).
pub fn demo_world(seed: u64, options: Options) -> WorldConfig {
    let numa_node = |first: u32| NumaNode { cores: (first..first + 16).collect(), memory_mb: 60 * 1024 };
    let machine = |number: u16| Machine {
        hostname: format!("exec-{number}"),
        port: 3000,
        tags: if number == 6 { BTreeSet::from(["gpu".to_owned()]) } else { BTreeSet::new() },
        numa: BTreeMap::from([(0, numa_node(0)), (1, numa_node(16))]),
    };
    let controller = |number: u16| ControllerNode { hostname: format!("ctl-{number}"), port: 4000 };
    WorldConfig {
        seed,
        options,
        controllers: (1..=3).map(controller).collect(),
        executors: (1..=6).map(machine).collect(),
        behaviours: BTreeMap::new(),
    }
}
