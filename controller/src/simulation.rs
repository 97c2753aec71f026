//! A controller and the simulated runtime wired together.

mod container;
mod images;
mod runtime;
mod script;

use crate::{Command, Controller, Output, Reject, Reply, WorldConfig};
use model::Timestamp;
use runtime::SimulatedRuntime;
use serde::{Deserialize, Serialize};

/// What the demo's driver owns. A snapshot of it restores the whole world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Simulation {
    controller: Controller,
    runtime: SimulatedRuntime,
}

impl Simulation {
    /// A new world that starts at `now`.
    pub fn new(config: &WorldConfig, now: Timestamp) -> Self {
        Self { controller: Controller::new(config, now), runtime: SimulatedRuntime::new(config) }
    }

    /// As [`Controller::handle_command`].
    pub fn handle_command(&mut self, command: Command, now: Timestamp) -> Result<Reply, Reject> {
        self.handle_timeout(now);
        let answer = self.controller.handle_command(command, now);
        self.exchange(self.controller.now());
        answer
    }

    /// Lives on until `now`: every deadline of controller and containers at its own time, in order.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        while let Some(at) = self.poll_timeout().filter(|at| *at <= now) {
            self.controller.handle_timeout(at);
            self.runtime.handle_timeout(at);
            self.exchange(at);
        }
        self.controller.handle_timeout(now);
    }

    /// When something happens next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        [self.controller.poll_timeout(), self.runtime.poll_timeout()].into_iter().flatten().min()
    }

    /// The next thing for the driver.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.controller.poll_event()
    }

    /// As [`Controller::resume`]; the containers' own deadlines shift too.
    pub fn resume(&mut self, now: Timestamp) {
        self.runtime.shift(now.since(self.controller.now()));
        self.controller.resume(now);
        self.exchange(self.controller.now());
    }

    /// Everything that can be read.
    pub fn controller(&self) -> &Controller {
        &self.controller
    }

    /// Carries effects to the runtime and facts back until neither has anything left.
    fn exchange(&mut self, now: Timestamp) {
        loop {
            if let Some(effect) = self.controller.poll_effect() {
                self.runtime.handle_effect(effect, now);
            } else if let Some(report) = self.runtime.poll_report() {
                self.controller.handle_report(report, now);
            } else {
                return;
            }
        }
    }
}
