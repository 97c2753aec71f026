//! Operations whose answers are lost are settled by reading back, and never sent twice; what was lost comes back, or not.

use super::demo::{Demo, kill};
use crate::{
    clock::{self, Clock, ClockSetting},
    upstream::{Upstream, UpstreamError},
};
use axum::body::Body;
use http::{Method, Request};
use model::{
    Outcome, TaskState,
    dashboard::{AnswerKind, Phase},
};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// What becomes of operations on their way.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    AnswerLost,
    /// Nobody knows that.
    NeverArrives,
}

/// A demo, and what becomes of its operations; it counts those that reach the cluster.
async fn demo() -> (Demo, Arc<Mutex<(Fate, u32)>>) {
    let fate = Arc::new(Mutex::new((Fate::Answered, 0)));
    let shared = fate.clone();
    let between = move |upstream: Upstream| {
        let hints = upstream.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let (upstream, shared) = (upstream.clone(), shared.clone());
            async move {
                if request.method() != Method::POST {
                    return upstream.call(request).await;
                }
                let lost = || Err(UpstreamError::AnswerLost("connection reset".to_owned()));
                let fate = {
                    let mut shared = shared.lock().unwrap();
                    shared.1 += u32::from(!matches!(shared.0, Fate::NeverArrives));
                    shared.0
                };
                match fate {
                    Fate::Answered => upstream.call(request).await,
                    Fate::AnswerLost => upstream.call(request).await.and_then(|_| lost()),
                    Fate::NeverArrives => lost(),
                }
            }
        });
        Upstream::new(service, move || hints.changes())
    };
    (Demo::start_through(between, "empty", Duration::from_secs(120)).await, fate)
}

#[tokio::test]
async fn a_create_that_was_carried_out_is_recognised() {
    let (demo, fate) = demo().await;
    fate.lock().unwrap().0 = Fate::AnswerLost;
    assert_eq!(demo.try_create("T", json!({})).await, 504);
    let doubtful = demo.until("T", |_| true).await;
    assert_eq!(doubtful.row.phase, Phase::OutcomeUnknown);
    assert_eq!(doubtful.submissions[0].answer, AnswerKind::Unknown);

    demo.step(2).await;
    let is_ours = |detail: &model::dashboard::TaskDetail| detail.submissions[0].answer == AnswerKind::Accepted;
    let settled = demo.until("T", is_ours).await;
    assert_eq!(settled.row.phase, Phase::Active);
    assert_eq!((settled.runs.as_slice(), settled.submissions.len()), (&[1][..], 1));
    assert_eq!(settled.submissions[0].answer, AnswerKind::Accepted);
    demo.step(60).await;
    let ended = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!((ended.row.outcome, ended.runs.as_slice()), (Some(Outcome::Successful), &[1][..]));
    assert_eq!(fate.lock().unwrap().1, 1, "it was sent once");
}

#[tokio::test]
async fn a_create_that_never_arrived_ends_as_not_placed() {
    let (demo, fate) = demo().await;
    fate.lock().unwrap().0 = Fate::NeverArrives;
    assert_eq!(demo.try_create("T", json!({})).await, 504);
    assert_eq!(demo.until("T", |_| true).await.row.phase, Phase::OutcomeUnknown);
    demo.step(20).await;
    let settled = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!((settled.row.outcome, settled.row.state.clone()), (Some(Outcome::NotPlaced), None));
    assert_eq!(fate.lock().unwrap().1, 0, "nothing is sent again");

    // The ID is free: whoever wants the task creates it.
    fate.lock().unwrap().0 = Fate::Answered;
    demo.create("T", json!({})).await;
    demo.step(60).await;
    let second = demo.until("T", |detail| detail.row.run == 2 && detail.row.outcome.is_some()).await;
    assert_eq!((second.row.outcome, second.runs.as_slice()), (Some(Outcome::Successful), &[1, 2][..]));
}

#[tokio::test]
async fn a_create_of_an_id_that_an_ended_task_still_has_is_settled() {
    let (demo, fate) = demo().await;
    demo.create("T", json!({})).await;
    demo.step(60).await;
    demo.until("T", |detail| detail.row.outcome.is_some()).await;
    fate.lock().unwrap().0 = Fate::NeverArrives;
    assert_eq!(demo.try_create("T", json!({})).await, 504);
    demo.step(20).await;
    let settled = demo.until("T", |detail| detail.row.run == 2 && detail.row.outcome.is_some()).await;
    assert_eq!((settled.row.outcome, settled.runs.as_slice()), (Some(Outcome::NotPlaced), &[1, 2][..]));
}

#[tokio::test]
async fn a_kill_whose_answer_was_lost_shows_by_its_effect() {
    let (demo, fate) = demo().await;
    let long = json!({"env": {"ITERATIONS": "600", "PULL_SECONDS": "0"}});
    demo.create("DIES", long.clone()).await;
    demo.create("LIVES", long).await;
    demo.step(3).await;
    for id in ["DIES", "LIVES"] {
        demo.until(id, |detail| detail.row.state == Some(TaskState::Running)).await;
    }
    fate.lock().unwrap().0 = Fate::AnswerLost;
    assert_eq!(demo.submit(kill("DIES")).await, 504);
    fate.lock().unwrap().0 = Fate::NeverArrives;
    assert_eq!(demo.submit(kill("LIVES")).await, 504);
    demo.step(10).await;
    let killed = demo.until("DIES", |detail| detail.row.outcome.is_some()).await;
    assert_eq!((killed.row.outcome, killed.submissions.len()), (Some(Outcome::Cancelled), 2));
    assert_eq!(killed.submissions[1].answer, AnswerKind::Accepted, "it shows by its effect");

    let lives = demo.until("LIVES", |detail| detail.submissions.len() == 2).await;
    assert_eq!(lives.submissions[1].answer, AnswerKind::Unknown);
    assert!(!lives.row.kill_pending, "nobody knows of a kill, so the next one may be sent");
    fate.lock().unwrap().0 = Fate::Answered;
    assert_eq!(demo.submit(kill("LIVES")).await, 200);
    demo.step(10).await;
    demo.until("LIVES", |detail| detail.row.outcome == Some(Outcome::Cancelled)).await;
}

#[tokio::test]
async fn what_was_lost_stays_lost_when_its_executor_is_heard_again() {
    let (demo, _) = demo().await;
    demo.create("T", json!({"env": {"ITERATIONS": "6000", "PULL_SECONDS": "0"}})).await;
    demo.step(5).await;
    let id = demo.until("T", |detail| detail.row.executor_id.is_some()).await.row.executor_id.unwrap();
    demo.cluster.command(controller::Command::SilenceExecutor { id: id.clone() }).await.unwrap();
    demo.step(120).await;
    demo.until("T", |detail| detail.row.outcome == Some(Outcome::Lost)).await;
    demo.cluster.command(controller::Command::RestoreExecutor { id }).await.unwrap();
    demo.step(120).await;
    // Its container is stopped and the record stays final (`docs/fidelity.md`, late-executor).
    demo.create("LATER", json!({})).await;
    demo.step(60).await;
    demo.until("LATER", |detail| detail.row.outcome == Some(Outcome::Successful)).await;
    let lost = demo.until("T", |_| true).await;
    assert_eq!((lost.row.outcome, lost.runs.as_slice()), (Some(Outcome::Lost), &[1][..]));
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_gives_up_no_task() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    let nowhere = json!({"placementPolicy": {"type": "RULE_BASED", "rule": "false", "ruleType": "MVEL"}});
    demo.create("T", nowhere).await;
    let offset_ms = demo.cluster.now().millis() - clock::wall().millis();
    let clock = Clock::with(ClockSetting { offset_ms, paused_at: None });
    let (watcher, asked) = demo.watch_as_real(clock.clone());
    watcher.caught_up().await;
    let days = 40 * 24 * 3_600_000;
    clock.set(ClockSetting { offset_ms: offset_ms + days, paused_at: None });
    // Events are read once a second, and other things beside them.
    let enough = asked() + 12;
    while asked() < enough {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let row = demo.until("T", |_| true).await.row;
    assert_eq!(row.phase, Phase::Placing, "15 s have not passed");
}
