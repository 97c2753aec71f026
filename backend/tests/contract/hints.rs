//! Hints: what the watcher is told to look at (design section 2, the seam).

use super::world::{World, any, key, lasting};
use backend::runtime::{Hint, Hints};
use serde_json::json;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

/// Waits for a hint, however many others come first.
async fn wait_for(hints: &mut Receiver<Hints>, wanted: Hint) {
    let waiting = async { while !hints.recv().await.unwrap().contains(&wanted) {} };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap_or_else(|_| panic!("no {wanted:?}"));
}

#[tokio::test]
async fn a_task_that_changes_is_hinted_at_once_it_can_be_read() {
    let world = World::recorded([(key("a"), lasting())]).await;
    let mut hints = world.cluster.hints();
    world.create("a", 64, any()).await;
    world.step(Duration::from_secs(1)).await;
    wait_for(&mut hints, Hint::Touched(key("a"))).await;
    assert_eq!(world.state("a").await, "RUNNING");
}

#[tokio::test]
async fn a_task_that_nobody_takes_is_given_up_without_a_trace() {
    let world = World::recorded([]).await;
    let mut hints = world.cluster.hints();
    let rule = json!({ "type": "RULE_BASED", "rule": "true", "ruleType": "MVEL" });
    world.create("a", 64, rule.clone()).await;
    world.step(Duration::from_secs(60)).await;
    wait_for(&mut hints, Hint::AttemptsEnded(key("a"))).await;
    assert_eq!(world.state("a").await, "none");
    world.create("a", 64, rule).await;
}
