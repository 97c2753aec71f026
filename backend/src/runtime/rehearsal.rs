//! A new world is run ahead, so that the first screen shows a cluster that has lived (design section 3, The first minute).

use controller::{Command, Output, Reject, Reply, Simulation, scenario::Scenario};
use model::Timestamp;

/// A command of the scenario from the time before the world was shown, for the ledger to record as a submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsed {
    /// When it was given.
    pub time: Timestamp,
    /// What was asked.
    pub command: Command,
    /// What the core said.
    pub answer: Result<Reply, Reject>,
}

/// Lets `simulation` live from its start to `until`, with the work of its scenario.
pub(super) fn rehearse(
    simulation: &mut Simulation,
    work: &Scenario,
    until: Timestamp,
    mut output: impl FnMut(Output),
) -> Vec<Rehearsed> {
    let mut commands = Vec::new();
    let mut next = work.next(work.start).filter(|(time, _)| *time <= until);
    while let Some((time, command)) = next {
        let answer = simulation.handle_command(command.clone(), time);
        commands.push(Rehearsed { time, command, answer });
        drain(simulation, &mut output);
        next = work.next(time).filter(|(time, _)| *time <= until);
    }
    simulation.handle_timeout(until);
    drain(simulation, &mut output);
    commands
}

fn drain(simulation: &mut Simulation, output: &mut impl FnMut(Output)) {
    while let Some(next) = simulation.poll_output() {
        output(next);
    }
}
