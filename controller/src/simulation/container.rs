//! One simulated container, from the pull of its image to its removal. The world says what it does next: each step
//! reports facts and sets further steps.

use super::{images, runtime::Outcome};
use crate::{Behaviour, Ending, Fact, InstanceOrder, Pull, PullOutcome, PullProgress, StartOutcome, random::Stream};
use model::{DroveDuration, TaskKey, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// What a container may do when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Step {
    /// The registry answers.
    PullBegins,
    /// The n-th line of progress.
    PullGoesOn(u32),
    /// The pull is over, one way or the other.
    PullEnds,
    /// The container starts or fails to.
    Start,
    /// The n-th batch of its output.
    Output(u64),
    /// It ends by itself.
    End,
    /// It is killed.
    Kill,
    /// It is removed.
    Remove,
    /// Its image is released.
    RemoveImage,
}

/// How far a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Pulling,
    Pulled,
    Running { since: Timestamp },
    Over,
}

/// One simulated container.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Container {
    image: String,
    pull_timeout: Option<DroveDuration>,
    behaviour: Behaviour,
    phase: Phase,
    image_id: String,
    container_id: String,
    layers: Vec<String>,
    /// How quickly docker does things here, in milliseconds.
    brisk: u64,
}

/// Between two lines of progress, at least and as a share of a long pull.
const PROGRESS_MILLIS: u64 = 100;
const PROGRESS_LINES: u64 = 150;
/// A stalled pull gets as far as it gets in this time.
const STALL_MILLIS: u64 = 4_000;

impl Container {
    /// The container that an executor was told to run.
    pub(super) fn new(order: InstanceOrder, stated: &BTreeMap<TaskKey, Behaviour>, seed: u64) -> Self {
        let mut stream = Stream::of(seed, "container", &order.key, u64::from(order.nth));
        let (image_id, container_id) = (format!("sha256:{}", stream.hex(64)), stream.hex(64));
        let brisk = stream.between(2, 9);
        let behaviour = stated.get(&order.key).cloned().unwrap_or_else(|| images::behaviour(&order, &mut stream));
        Self {
            image: order.image().to_owned(),
            pull_timeout: order.pull_timeout(),
            layers: (0..behaviour.pull.layers).map(|_| stream.hex(12)).collect(),
            behaviour,
            phase: Phase::Pulling,
            image_id,
            container_id,
            brisk,
        }
    }

    /// How long docker takes before a step that was asked for has its effect.
    pub(super) fn delay(&self, step: Step) -> Duration {
        Duration::from_millis(match step {
            Step::Start => match &self.behaviour.start {
                StartOutcome::Starts { millis } | StartOutcome::Fails { millis, .. } => (*millis).max(1),
            },
            Step::Kill => 20 + 10 * self.brisk,
            Step::PullBegins | Step::Remove => 5 + self.brisk,
            Step::PullGoesOn(_) | Step::PullEnds | Step::Output(_) | Step::End | Step::RemoveImage => self.brisk,
        })
    }

    /// Does a step that is due. Steps that came too late mean nothing.
    pub(super) fn step(&mut self, step: Step, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        match (step, self.phase) {
            (Step::PullBegins, Phase::Pulling) => self.begin_pull(now, &mut outcome),
            (Step::PullGoesOn(line), Phase::Pulling) => self.go_on_pulling(line, now, &mut outcome),
            (Step::PullEnds, Phase::Pulling) => self.end_pull(&mut outcome),
            (Step::Start, Phase::Pulled) => self.start(now, &mut outcome),
            (Step::Output(batch), Phase::Running { since }) => self.write(batch, since, &mut outcome),
            (Step::End, Phase::Running { since }) => {
                self.phase = Phase::Over;
                outcome.facts.extend(self.behaviour.run.script.last_words());
                outcome.facts.extend(self.behaviour.run.ending.as_ref().map(|ending| exited(ending, since, now)));
            }
            (Step::Kill, Phase::Running { .. }) => {
                self.phase = Phase::Over;
                outcome.facts.push(Fact::Killed);
            }
            (Step::Remove, _) => outcome.facts.push(Fact::Removed),
            (Step::RemoveImage, _) => outcome.facts.push(Fact::ImageRemoved),
            (
                Step::PullBegins
                | Step::PullGoesOn(_)
                | Step::PullEnds
                | Step::Start
                | Step::Output(_)
                | Step::End
                | Step::Kill,
                _,
            ) => {}
        }
        outcome
    }

    /// The whole process was away for `gap`.
    pub(super) fn shift(&mut self, gap: Duration) {
        if let Phase::Running { since } = &mut self.phase {
            *since = *since + gap;
        }
    }

    fn begin_pull(&self, now: Timestamp, outcome: &mut Outcome) {
        let Pull { millis, outcome: ending, .. } = &self.behaviour.pull;
        if !matches!(ending, PullOutcome::Fails(_)) {
            outcome.facts.push(Fact::Pulling(began(&self.image)));
        }
        let most = self.pull_timeout.map_or(u64::MAX, |timeout| whole_millis(timeout.to_std()));
        let ends = match ending {
            PullOutcome::StallsAt(_) => most,
            PullOutcome::Pulled | PullOutcome::Fails(_) => (*millis).min(most),
        };
        outcome.next.push((now + Duration::from_millis(ends), Step::PullEnds));
        if !self.layers.is_empty() && !matches!(ending, PullOutcome::Fails(_)) {
            outcome.next.push((now + self.between_lines(), Step::PullGoesOn(0)));
        }
    }

    fn go_on_pulling(&self, line: u32, now: Timestamp, outcome: &mut Outcome) {
        let Some((layer, percent)) = self.progress(line) else { return };
        let layer = layer.clone();
        outcome.facts.push(Fact::Pulling(PullProgress::Layer { layer, percent }));
        outcome.next.push((now + self.between_lines(), Step::PullGoesOn(line + 1)));
    }

    /// Line `line` (from 0) of the progress. Each layer counts to 100 twice, once for the download and once for the
    /// extraction (contract 2.4); a stalled pull ends in the first count.
    fn progress(&self, line: u32) -> Option<(&String, u8)> {
        let half = self.lines_per_half();
        let percent = |part: u32, of: u8| u8::try_from(part * u32::from(of) / half).unwrap_or(of);
        if let PullOutcome::StallsAt(most) = self.behaviour.pull.outcome {
            return Some((self.layers.first()?, percent(line + 1, most))).filter(|_| line < half);
        }
        Some((self.layers.get((line / (2 * half)) as usize)?, percent(line % half + 1, 100)))
    }

    fn end_pull(&mut self, outcome: &mut Outcome) {
        let Pull { millis, outcome: ending, .. } = &self.behaviour.pull;
        let image = &self.image;
        let timed_out = self.pull_timeout.is_some_and(|timeout| whole_millis(timeout.to_std()) < *millis);
        let fact = match ending {
            PullOutcome::Fails(error) => Fact::PullFailed { error: error.clone() },
            PullOutcome::Pulled if !timed_out => Fact::Pulled { image_id: self.image_id.clone() },
            // The wait ends, and the image that was waited for is not there (contract 5.3).
            PullOutcome::Pulled | PullOutcome::StallsAt(_) => Fact::PullFailed {
                error: format!(
                    "Error while pulling image {image}: Status 404: {{\"message\":\"no such image: {image}: No such \
                     image: {image}\"}}\n"
                ),
            },
        };
        self.phase = if matches!(fact, Fact::Pulled { .. }) { Phase::Pulled } else { Phase::Over };
        outcome.facts.push(fact);
    }

    fn start(&mut self, now: Timestamp, outcome: &mut Outcome) {
        if let StartOutcome::Fails { error, .. } = &self.behaviour.start {
            self.phase = Phase::Over;
            outcome.facts.push(Fact::StartFailed { error: error.clone() });
            return;
        }
        self.phase = Phase::Running { since: now };
        outcome.facts.push(Fact::Started { container_id: self.container_id.clone() });
        if let Some(ending) = &self.behaviour.run.ending {
            outcome.next.push((now + Duration::from_millis(ending.millis.max(1)), Step::End));
        }
        self.schedule_output(0, now, outcome);
    }

    fn write(&self, batch: u64, since: Timestamp, outcome: &mut Outcome) {
        if let Some((_, lines)) = self.behaviour.run.script.batch(batch) {
            outcome.facts.push(Fact::Output(lines));
            self.schedule_output(batch + 1, since, outcome);
        }
    }

    fn schedule_output(&self, batch: u64, since: Timestamp, outcome: &mut Outcome) {
        if let Some(offset) = self.behaviour.run.script.offset(batch) {
            outcome.next.push((since + Duration::from_millis(offset), Step::Output(batch)));
        }
    }

    fn between_lines(&self) -> Duration {
        let counts = if self.stalls() { 1 } else { 2 * u64::from(self.behaviour.pull.layers.max(1)) };
        let lines = counts * u64::from(self.lines_per_half());
        Duration::from_millis((self.progress_millis() / (lines + 1)).max(1))
    }

    /// Lines for one count to 100, so that a long pull does not fill the log.
    fn lines_per_half(&self) -> u32 {
        let counts = if self.stalls() { 1 } else { 2 * u64::from(self.behaviour.pull.layers.max(1)) };
        let lines = (self.progress_millis() / PROGRESS_MILLIS).min(PROGRESS_LINES);
        u32::try_from((lines / counts).max(1)).unwrap_or(1)
    }

    fn progress_millis(&self) -> u64 {
        if self.stalls() { STALL_MILLIS } else { self.behaviour.pull.millis }
    }

    fn stalls(&self) -> bool {
        matches!(self.behaviour.pull.outcome, PullOutcome::StallsAt(_))
    }
}

fn exited(ending: &Ending, started: Timestamp, finished: Timestamp) -> Fact {
    Fact::Exited { code: ending.code, oom_killed: ending.oom_killed, started, finished }
}

/// Name within the registry and tag, as the registry names them.
fn began(image: &str) -> PullProgress {
    let path = image.split_once('/').map_or(image, |(host, rest)| if host.contains(['.', ':']) { rest } else { image });
    let (name, tag) = path.rsplit_once(':').unwrap_or((path, "latest"));
    PullProgress::Began { tag: tag.to_owned(), name: name.to_owned() }
}

fn whole_millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
