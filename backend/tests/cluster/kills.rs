//! A hundred leaders die under load, each with an operation on its way.

use super::{
    controllers::{Mode, Trick},
    dashboard::{Dashboard, OPERATIONS, create, eventually, kill},
    fake::Fake,
};
use http::StatusCode;
use model::{
    Outcome, TaskState,
    dashboard::{HistoryPage, Phase, TaskDetail},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

const KILLS: usize = 100;
/// Every so often the operation is not a CREATE but the KILL of a task that runs.
const VICTIM_EVERY: usize = 7;

/// How often the operation on each task reached a controller that might have carried it out.
fn sent(fake: &Fake) -> BTreeMap<String, usize> {
    let mut sent = BTreeMap::new();
    for arrival in fake.arrivals().iter().filter(|a| a.uri.path() == OPERATIONS && a.mode != Mode::Waits) {
        let operation: Value = serde_json::from_slice(&arrival.body).unwrap();
        let id = operation["spec"]["taskId"].as_str().or(operation["taskId"].as_str()).unwrap();
        *sent.entry(id.to_owned()).or_default() += 1;
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_twice_nothing_is_lost_and_everything_is_settled() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let is_victim = |round: usize| round % VICTIM_EVERY == VICTIM_EVERY - 1;
    run_victims(&fake, &dashboard, (0..KILLS).filter(|round| is_victim(*round)).collect()).await;
    let over = AtomicBool::new(false);
    let mut statuses = BTreeMap::new();
    let kills = async {
        for round in 0..KILLS {
            let (leader, next) = (round % 3, (round + 1) % 3);
            let id = id_of(round);
            // In turn: refused, lost before it was carried out, lost after, broken off in the middle of the answer.
            let trick = [None, Some(Trick::LosesRequest), Some(Trick::LosesAnswer), Some(Trick::HalfAnswers)];
            if let Some(trick) = trick[round % 4].clone() {
                fake.controllers[leader].trick_for(OPERATIONS, trick);
            } else {
                fake.controllers[leader].kill().await;
            }
            let operation = if is_victim(round) { kill(&id) } else { create(&id) };
            let before = fake.controllers[leader].count(OPERATIONS);
            let (response, ()) = tokio::join!(dashboard.operate(&operation), async {
                if round % 4 != 0 {
                    fake.controllers[leader].arrived_beyond(OPERATIONS, before).await;
                    fake.controllers[leader].kill().await;
                }
                fake.lead(next);
                fake.controllers[leader].revive().await;
            });
            statuses.insert(id, response.status());
            dashboard.led().await;
        }
        over.store(true, Ordering::Relaxed);
    };
    let reads = async {
        let mut reads = 0;
        while !over.load(Ordering::Relaxed) {
            let (status, answer) = dashboard.get("/apis/v1/cluster/executors").await;
            let is_expected = [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT];
            assert!(is_expected.contains(&status), "{status}: {answer}");
            reads += usize::from(status == StatusCode::OK);
        }
        reads
    };
    let ((), reads, more_reads) = tokio::join!(kills, reads, reads_of_tasks(&dashboard, &over));
    assert!(reads > KILLS && more_reads > KILLS, "there was load: {reads}, {more_reads}");

    let sent = sent(&fake);
    assert!(sent.values().all(|times| *times == 1), "sent twice: {sent:?}");
    assert_eq!(statuses.len(), KILLS);
    for (id, status) in &statuses {
        assert!([StatusCode::OK, StatusCode::GATEWAY_TIMEOUT].contains(status), "{id}: {status}");
        // One that met a connection of the dead leader may not have been sent, which nobody can know.
        assert!(sent.contains_key(id) || *status != StatusCode::OK, "{id} was answered {status} and never sent");
    }
    let unknown = statuses.values().filter(|status| **status == StatusCode::GATEWAY_TIMEOUT).count();
    assert!(unknown >= KILLS / 4, "{unknown} outcomes were unknown");

    eventually("all outcomes", async || {
        let page: HistoryPage = dashboard.read("/api/history/tasks?tab=all&size=200").await;
        let is_settled = |phase: &Phase| *phase == Phase::Active || *phase == Phase::Ended;
        (page.rows.len() == KILLS && page.rows.iter().all(|row| is_settled(&row.phase))).then_some(())
    })
    .await;
    let mut killed = 0;
    for round in 0..KILLS {
        let id = id_of(round);
        let record = dashboard.get(&format!("/apis/v1/tasks/TEST_APP/instances/{id}")).await.1;
        let expected = match (record["status"].as_str(), record["data"]["state"].as_str()) {
            (Some("SUCCESS"), Some("STOPPED")) => Some(Outcome::Cancelled),
            (Some("SUCCESS"), _) => None,
            _ => Some(Outcome::NotPlaced),
        };
        killed += usize::from(expected == Some(Outcome::Cancelled));
        let shown = eventually("what became of it", async || {
            let detail: TaskDetail = dashboard.read(&format!("/api/history/tasks/TEST_APP/{id}")).await;
            (detail.row.outcome == expected).then_some(detail)
        })
        .await;
        assert_eq!((shown.runs.len(), shown.submissions.len()), (1, 1), "{id}: {record}");
    }
    assert!(killed > 0 && killed <= KILLS / VICTIM_EVERY, "{killed} were killed");
    dashboard.stop().await;
    fake.stop().await;
}

fn id_of(round: usize) -> String {
    format!("kill-{round}")
}

/// Starts tasks past the dashboard, and waits until it shows them run.
async fn run_victims(fake: &Fake, dashboard: &Dashboard, rounds: Vec<usize>) {
    for round in &rounds {
        let mut victim = create(&id_of(*round));
        victim["spec"]["env"] = serde_json::json!({ "PULL_SECONDS": "0" });
        fake.submit(&victim).await;
    }
    eventually("the victims", async || {
        let page: HistoryPage = dashboard.read("/api/history/tasks?tab=all&size=200").await;
        let running = page.rows.iter().filter(|row| row.state == Some(TaskState::Running)).count();
        (running == rounds.len()).then_some(())
    })
    .await;
}

/// Further load beside the one that is judged.
async fn reads_of_tasks(dashboard: &Dashboard, over: &AtomicBool) -> usize {
    let mut reads = 0;
    while !over.load(Ordering::Relaxed) {
        reads += usize::from(dashboard.get("/apis/v1/tasks").await.0 == StatusCode::OK);
    }
    reads
}
