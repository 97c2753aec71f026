//! Gives the scenario's commands at their times, through the same door as everybody else.

use super::EmbeddedCluster;
use crate::clock::Clock;
use controller::Command;
use model::Timestamp;
use std::{future::Future, time::Duration};

/// The longest sleep: after it the time is looked at again, should the machine have slept as well.
const NAP: Duration = Duration::from_secs(10);

/// Plays the scenario of `cluster` for ever; ends when the scenario has nothing more to give. `submit` carries out one
/// command as if a user had asked for it. What would have been due while the process was away is left out.
pub async fn play<F, Fut>(cluster: EmbeddedCluster, submit: F)
where
    F: Fn(Command) -> Fut,
    Fut: Future<Output = ()>,
{
    let work = cluster.world().work();
    let mut played = cluster.now();
    while let Some((time, command)) = work.next(played) {
        reach(cluster.clock(), time).await;
        submit(command).await;
        played = time;
    }
}

/// Waits until the clock shows `time`, however it gets there.
async fn reach(clock: &Clock, time: Timestamp) {
    loop {
        let mut changes = clock.changes();
        let wait = clock.until(time);
        if wait.is_some_and(|wait| wait.is_zero()) {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait.unwrap_or(NAP).min(NAP)) => {}
            // The clock cannot end while this holds it.
            _ = changes.changed() => {}
        }
    }
}
