//! Groups whose answers do not depend on each other: one world, every request put to it.

use super::{
    compare::differences,
    exceptions,
    recording::{self, Exchange},
    world::{World, any, gpu, key, lasting, pulling},
};
use std::time::Duration;

/// A task that is so old is in the executors' figures, as it was when it began, and not in the summary of the cluster.
const SEEN_BY_EXECUTORS_ONLY: Duration = Duration::from_secs(12);

/// Puts every exchange to the world and reports all that differ at once.
async fn play(group: &str, exchanges: &[Exchange], world: &World) {
    let mut report = Vec::new();
    let mut compared = 0;
    for exchange in exchanges {
        if exceptions::row_of(group, exchange).is_some() {
            continue;
        }
        let answer = world.send(&exchange.request).await;
        let found = differences(exchange, &answer);
        if !found.is_empty() {
            report.push(format!("{group}/{}: {}\n    {}", exchange.id, found.join("; "), answer.json()));
        }
        compared += 1;
    }
    assert!(compared > 20, "{group}: only {compared} exchanges were compared");
    assert!(report.is_empty(), "{} of {compared} differ\n{}", report.len(), report.join("\n"));
}

#[tokio::test]
async fn envelope() {
    let world = World::recorded([(key("delrun-020729"), pulling())]).await;
    world.create("delrun-020729", 64, any()).await;
    world.step(SEEN_BY_EXECUTORS_ONLY).await;
    play("envelope", &recording::group("envelope"), &world).await;
}

#[tokio::test]
async fn validation() {
    let world = World::recorded([(key("other"), lasting())]).await;
    world.create("other", 64, any()).await;
    world.step(Duration::from_secs(35)).await;
    play("validation", &recording::group("validation"), &world).await;
}

#[tokio::test]
async fn auth_roles() {
    let world = World::recorded([(key("role-021129"), lasting()), (key("other"), lasting())]).await;
    world.create("role-021129", 64, gpu()).await;
    world.create("other", 64, any()).await;
    world.step(SEEN_BY_EXECUTORS_ONLY).await;
    play("auth_roles", &recording::group("auth_roles"), &world).await;
}
