//! A controller and the simulated runtime wired together.

use crate::{Command, Controller, Output, Reject, Reply, WorldConfig};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// What the demo's driver owns. A snapshot of it restores the whole world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Simulation {
    controller: Controller,
}

impl Simulation {
    /// A new world that starts at `now`.
    pub fn new(config: &WorldConfig, now: Timestamp) -> Self {
        Self { controller: Controller::new(config, now) }
    }

    /// As [`Controller::handle_command`].
    pub fn handle_command(&mut self, command: Command, now: Timestamp) -> Result<Reply, Reject> {
        self.handle_timeout(now);
        self.controller.handle_command(command, now)
    }

    /// Lives on until `now`.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.controller.handle_timeout(now);
    }

    /// When something happens next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.controller.poll_timeout()
    }

    /// The next thing for the driver.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.controller.poll_event()
    }

    /// As [`Controller::resume`]; the containers' own deadlines shift too.
    pub fn resume(&mut self, now: Timestamp) {
        self.controller.resume(now);
    }

    /// Everything that can be read.
    pub fn controller(&self) -> &Controller {
        &self.controller
    }
}
