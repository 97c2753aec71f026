use crate::support::{Dashboard, eventually};
use controller::Command;
use http::StatusCode;
use model::{
    Source,
    dashboard::{ClockState, ClockStep, ClusterList, LONGEST_AWAITED_CLOCK_STEP, LONGEST_CLOCK_STEP, TaskDetail},
};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn demo_time_stands_jumps_and_goes_on() {
    let dashboard = Dashboard::start().await;
    let change = async |body: Value| -> ClockState {
        let (status, answer) = dashboard.post("/api/demo/clock", &body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        serde_json::from_value(answer).unwrap()
    };
    let stood = change(json!({ "action": "pause" })).await;
    let list: ClusterList = dashboard.get("/api/clusters").await;
    assert_eq!(list.clusters[0].status.as_ref().unwrap().clock_paused, Some(stood.now));
    let stepped = change(json!({ "action": "step", "millis": 90_000 })).await;
    assert_eq!((stepped.now.millis() - stood.now.millis(), stepped.paused), (90_000, true));
    assert!(!change(json!({ "action": "resume" })).await.paused);
}

#[tokio::test]
async fn refuses_a_step_longer_than_seven_days_and_leaves_the_clock() {
    let dashboard = Dashboard::at_work().await;
    dashboard.pause().await;
    let now =
        async || dashboard.get::<ClusterList>("/api/clusters").await.clusters[0].status.as_ref().unwrap().clock_paused;
    let stood = now().await;
    let longest = u64::try_from(LONGEST_CLOCK_STEP.as_millis()).unwrap();
    for millis in [longest + 1, 90 * 24 * 3_600_000, u64::MAX] {
        let (status, answer) = dashboard.post("/api/demo/clock", &json!({ "action": "step", "millis": millis })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(answer["message"].as_str().unwrap().contains("at most 7 days (604800000 ms)"), "{answer}");
    }
    assert_eq!(now().await, stood);
}

#[tokio::test]
async fn a_long_step_is_answered_when_it_begins_and_reported_until_it_is_made() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    let status = async || dashboard.get::<ClusterList>("/api/clusters").await.clusters.remove(0).status.unwrap();
    let stood = status().await.clock_paused.unwrap();
    let long = LONGEST_AWAITED_CLOCK_STEP + Duration::from_secs(30 * 60);
    let body = json!({ "action": "step", "millis": u64::try_from(long.as_millis()).unwrap() });
    let (code, answer) = dashboard.post("/api/demo/clock", &body).await;
    let answer: ClockState = serde_json::from_value(answer).unwrap();
    let step = ClockStep { from: stood, to: stood + long };
    assert_eq!((code, answer.step), (StatusCode::OK, Some(step)));
    assert_eq!(status().await.clock_step, Some(step));
    let (refused, _) = dashboard.post("/api/demo/clock", &json!({ "action": "resume" })).await;
    assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
    let made = eventually("the step", async || Some(status().await).filter(|status| status.clock_step.is_none())).await;
    assert_eq!(made.clock_paused, Some(step.to));
}

#[tokio::test]
async fn within_a_step_the_scenario_gives_each_command_at_its_own_time() {
    let dashboard = Dashboard::at_work().await;
    dashboard.pause().await;
    let list: ClusterList = dashboard.get("/api/clusters").await;
    let stood = list.clusters[0].status.as_ref().unwrap().clock_paused.unwrap();
    let until = stood + Duration::from_secs(15 * 60);
    dashboard.step(15 * 60 * 1000).await;

    let (mut created, mut killed) = (0, 0);
    let mut next = dashboard.work().next(stood);
    while let Some((time, command)) = next.filter(|(time, _)| *time <= until) {
        next = dashboard.work().next(time);
        let (key, operation) = if let Command::Create { spec, .. } = command {
            (spec.key(), "CREATE")
        } else if let Command::Kill { key, .. } = command {
            (key, "KILL")
        } else {
            panic!("{command:?}")
        };
        let path = format!("/api/history/tasks/{}/{}", key.app, key.id);
        let detail: TaskDetail = dashboard.get(&path).await;
        let sent = detail.submissions.iter().find(|sent| sent.operation == operation);
        if operation == "KILL" {
            // A kill of what has ended is refused, and belongs to no run.
            killed += u32::from(sent.is_some());
            assert!(sent.is_none_or(|sent| sent.at == time), "{key}: {sent:?}");
            continue;
        }
        created += 1;
        assert_eq!((detail.row.submitted, sent.unwrap().at), (time, time), "{key}");
        if until.since(time) > Duration::from_secs(60) {
            // What was created in the middle of the step has lived since then.
            // A read may come before the event that tells when it really began.
            let first = eventually("what became of it", async || {
                let row = dashboard.get::<TaskDetail>(&path).await.row;
                let told = row.transitions.first().filter(|first| first.source == Source::Event);
                told.map(|first| first.at).or(row.ended.filter(|_| row.transitions.is_empty()))
            })
            .await;
            assert!(first.since(time) < Duration::from_secs(40), "{key}: {first:?}");
        }
    }
    assert!(created > 40 && killed > 0, "{created} tasks were created, {killed} killed");
}

#[tokio::test]
async fn the_clusters_served_are_listed_with_their_leader() {
    let dashboard = Dashboard::start().await;
    let list: ClusterList = dashboard.get("/clusters/demo/api/clusters").await;
    let [entry] = &list.clusters[..] else { panic!("{list:?}") };
    let demo = entry.status.as_ref().unwrap();
    assert_eq!((entry.label.name.as_str(), entry.controllers.len()), ("demo", 0));
    assert_eq!((demo.name.as_str(), demo.simulated, demo.kill_before_running), ("demo", true, true));
    assert!(demo.leader.is_some());
    assert_eq!((demo.executors, demo.active_executors), (6, 6));
}
