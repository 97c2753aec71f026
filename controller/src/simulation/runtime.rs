//! The simulated runtime: carries out effects by setting deadlines, and reports when they are due.

use super::container::{Container, Step};
use crate::{Behaviour, Effect, Fact, Report, RunId, WorldConfig, pairs, timers::Timers};
use model::{TaskKey, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// All simulated containers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SimulatedRuntime {
    seed: u64,
    /// Behaviours that a test states.
    #[serde(with = "pairs")]
    stated: BTreeMap<TaskKey, Behaviour>,
    #[serde(with = "pairs")]
    containers: BTreeMap<RunId, Container>,
    timers: Timers<(RunId, Step)>,
    reports: VecDeque<Report>,
}

impl SimulatedRuntime {
    pub(crate) fn new(config: &WorldConfig) -> Self {
        Self {
            seed: config.seed,
            stated: config.behaviours.clone(),
            containers: BTreeMap::new(),
            timers: Timers::default(),
            reports: VecDeque::new(),
        }
    }

    /// Begins to carry out an effect.
    pub(crate) fn handle_effect(&mut self, effect: Effect, now: Timestamp) {
        let (run, step) = match effect {
            Effect::Pull(order) => {
                let run = order.run;
                let container = Container::new(*order, &self.stated, self.seed);
                self.containers.insert(run, container);
                (run, Step::PullBegins)
            }
            Effect::Start { run } => (run, Step::Start),
            Effect::Kill { run } => (run, Step::Kill),
            Effect::Remove { run } => (run, Step::Remove),
            Effect::RemoveImage { run } => (run, Step::RemoveImage),
        };
        if let Some(container) = self.containers.get(&run) {
            self.timers.set(now + container.delay(step), (run, step));
        }
    }

    /// Does everything that is due at `now`.
    pub(crate) fn handle_timeout(&mut self, now: Timestamp) {
        while let Some((at, (run, step))) = self.timers.take_due(now) {
            let Some(container) = self.containers.get_mut(&run) else { continue };
            let outcome = container.step(step, at);
            for (when, next) in outcome.next {
                self.timers.set(when, (run, next));
            }
            self.reports.extend(outcome.facts.into_iter().map(|fact| Report { run, fact }));
            if step == Step::RemoveImage {
                self.containers.remove(&run);
            }
        }
    }

    /// When something happens next.
    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// The next fact for the controller.
    pub(crate) fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }

    /// The whole process was away for `gap`: containers go on where they were.
    pub(crate) fn shift(&mut self, gap: Duration) {
        self.timers.shift(gap);
        for container in self.containers.values_mut() {
            container.shift(gap);
        }
    }
}

/// What a step brings: facts now, and further steps later.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) facts: Vec<Fact>,
    pub(super) next: Vec<(Timestamp, Step)>,
}
