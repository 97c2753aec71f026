//! What the watcher makes of the embedded core.

use super::demo::{Demo, kill};
use model::{
    Outcome, Source,
    dashboard::{Door, HistoryQuery, Phase, Tab},
};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_task_is_followed_from_create_to_its_end_while_the_clock_is_stepped() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    demo.create("T", json!({})).await;
    assert_eq!(demo.until("T", |_| true).await.row.phase, Phase::Placing);
    demo.step(2).await;
    let detail = demo.until("T", |detail| detail.info.as_ref().is_some_and(|info| info.core_count() == 1)).await;
    assert_eq!((detail.row.phase, detail.row.submitter.as_deref()), (Phase::Active, Some("scenario")));
    demo.step(60).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!((detail.row.outcome, detail.row.exit_code), (Some(Outcome::Successful), Some(0)));
    let states: Vec<&str> = detail.row.transitions.iter().map(|t| t.state.as_str()).collect();
    assert_eq!(states, ["PROVISIONING", "STARTING", "RUNNING", "RUN_COMPLETED", "DEPROVISIONING", "STOPPED"]);
    assert!(detail.row.transitions.iter().all(|t| t.source == Source::Event));
    assert!(detail.row.ended > Some(detail.row.submitted));
}

#[tokio::test]
async fn a_task_that_fits_nowhere_says_why() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    let picture = demo.watcher.picture().borrow().clone();
    assert_eq!((picture.executors.len(), picture.view.executors.len()), (6, 6));
    assert!(picture.status.leader.is_some() && picture.status.simulated && picture.status.clock_paused.is_some());
    // Each node has the cores, and together they have them many times over: validation passes.
    demo.create("BIG", json!({"placementPolicy": {"type": "RULE_BASED", "rule": "false", "ruleType": "MVEL"}})).await;
    demo.until("BIG", |_| true).await;
    demo.step(10).await;
    let detail = demo.until("BIG", |detail| detail.row.outcome.is_some()).await;
    assert_eq!(detail.row.outcome, Some(Outcome::NotPlaced));
    let matrix = detail.matrix.expect("it says why");
    assert_eq!((matrix.rows.len(), matrix.fits), (6, 0));
}

#[tokio::test]
async fn kills_are_pending_until_they_work() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    let slow = json!({"env": {"ITERATIONS": "600", "PULL_SECONDS": "20"}});
    demo.create("T", slow).await;
    demo.step(2).await;
    demo.until("T", |detail| detail.row.phase == Phase::Active).await;
    assert_eq!(demo.submit(kill("T")).await, 200);
    let detail = demo.until("T", |detail| detail.row.kill_pending).await;
    assert_eq!(detail.submissions.last().unwrap().operation, "KILL");
    demo.step(60).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!((detail.row.outcome, detail.row.kill_pending), (Some(Outcome::Cancelled), false));
}

#[tokio::test]
async fn a_kill_before_any_record_is_cancelled() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    demo.create("T", json!({"placementPolicy": {"type": "RULE_BASED", "rule": "false", "ruleType": "MVEL"}})).await;
    assert_eq!(demo.submit(kill("T")).await, 200);
    demo.step(10).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!(detail.row.outcome, Some(Outcome::Cancelled));
}

#[tokio::test]
async fn a_silenced_executor_loses_its_tasks_and_the_ledger_sees_it_without_an_event() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    demo.create("T", json!({"env": {"ITERATIONS": "6000", "PULL_SECONDS": "0"}})).await;
    demo.step(5).await;
    let detail = demo.until("T", |detail| detail.info.as_ref().is_some_and(|info| info.core_count() == 1)).await;
    let id = detail.row.executor_id.expect("it runs somewhere");
    demo.cluster.command(controller::Command::SilenceExecutor { id }).await.unwrap();
    demo.step(120).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!(detail.row.outcome, Some(Outcome::Lost));
    assert_eq!(detail.row.transitions.last().unwrap().source, Source::Instance);
}

#[tokio::test]
async fn the_first_screen_of_the_laptop_has_tasks_in_all_kinds_of_states() {
    let demo = Demo::start("laptop", Duration::from_secs(1800)).await;
    let all = HistoryQuery { tab: Tab::All, size: 500, ..HistoryQuery::default() };
    let page = demo.ledger.page(&all).await.unwrap();
    assert!(page.counts.active.n > 0 && page.counts.finished.n > 10, "{:?}", page.counts);
    assert!(page.counts.by_outcome.len() > 1, "{:?}", page.counts.by_outcome);
    for row in &page.rows {
        let detail = demo.ledger.detail(&row.key, Some(row.run)).await.unwrap().unwrap();
        assert!(detail.spec.is_some(), "{} can be cloned", row.key);
        assert_eq!(detail.submissions[0].door, Door::Scenario);
        assert!(row.submitted <= row.updated, "{row:?}");
    }
    demo.watcher.stop().await;
}
