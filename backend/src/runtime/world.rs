use controller::scenario::{Scenario, ScenarioName};
use model::Timestamp;

/// Which world the embedded cluster lives in. `--reset` begins another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// Random: tells the facts of one world from those of another.
    pub id: String,
    /// Seed of everything that looks like chance.
    pub seed: u64,
    /// Machines, and the work that goes on by itself.
    pub scenario: ScenarioName,
    /// Cluster time at which it began, before it was run ahead.
    pub begun: Timestamp,
}

impl World {
    /// The work that goes on by itself.
    pub fn work(&self) -> Scenario {
        Scenario { name: self.scenario, seed: self.seed, start: self.begun }
    }
}
