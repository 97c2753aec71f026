//! Gives the scenario's commands at their times, through the same door as everybody else.

use super::EmbeddedCluster;
use controller::Command;
use std::{future::Future, time::Duration};

/// How often a paused clock is looked at again.
const PAUSED: Duration = Duration::from_millis(250);
/// The longest sleep, so that a clock that was put forward is noticed.
const NAP: Duration = Duration::from_millis(500);

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
        loop {
            match cluster.clock().until(time) {
                None => tokio::time::sleep(PAUSED).await,
                Some(Duration::ZERO) => break,
                Some(wait) => tokio::time::sleep(wait.min(NAP)).await,
            }
        }
        submit(command).await;
        played = time;
    }
}
