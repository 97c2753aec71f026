//! A new world, and its head start.

use super::{
    core::Core,
    journal::{Journal, JournalError},
    log_files::LogWriter,
    rehearsal::rehearse,
    start::{Living, StartError, StatedWorld},
    world::World,
};
use crate::clock::{self, Clock};
use controller::{Simulation, WorldConfig, scenario::ScenarioName};

/// A world that begins now.
pub(super) fn new_world(seed: Option<u64>, scenario: Option<ScenarioName>) -> Result<World, StartError> {
    Ok(World {
        id: uuid::Uuid::new_v4().to_string(),
        seed: match seed {
            Some(seed) => seed,
            None => random_seed()?,
        },
        scenario: scenario.unwrap_or(ScenarioName::Laptop),
        begun: clock::wall(),
    })
}

/// Begins a world, with its head start behind it.
pub(super) async fn begin(
    journal: &mut Journal,
    mut world: World,
    machines: WorldConfig,
    stated: &StatedWorld,
    writer: &LogWriter,
) -> Result<Living, JournalError> {
    let clock = Clock::real();
    if stated.paused {
        clock.set(clock.pausing());
    }
    let now = clock.now();
    world.begun = now - stated.head_start;
    let mut simulation = Simulation::new(&machines, world.begun);
    let rehearsed = rehearse(&mut simulation, &world.work(), now, |output| {
        writer.take(output);
    });
    journal.begin(&world, clock.setting(), &simulation).await?;
    Ok(Living { world, core: Core { simulation, applied: 0 }, clock, rehearsed, replayed: 0 })
}

/// Small enough to be typed in again.
fn random_seed() -> Result<u64, StartError> {
    let number = getrandom::u32().map_err(|error| StartError::Entropy(error.to_string()))?;
    Ok(u64::from(number))
}
