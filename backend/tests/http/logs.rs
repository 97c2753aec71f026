use crate::{
    events::Events,
    support::{ADMIN, Dashboard, answered, eventually, get, request, taken},
};
use http::{Method, StatusCode, header};
use model::dashboard::{LogFiles, LogFrame, TaskDetail, TaskRow};
use serde_json::json;

#[tokio::test]
async fn a_log_is_read_by_bytes_to_its_end() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    dashboard.create("L-1", json!({ "ITERATIONS": "3", "PULL_SECONDS": "1" })).await;
    dashboard.step(60_000).await;
    let files: LogFiles = eventually("the files", async || {
        let (status, files) =
            answered(dashboard.send(get("/api/logs/TEST_APP/L-1", &[("authorization", ADMIN)])).await).await;
        (status == StatusCode::OK).then(|| serde_json::from_value(files).unwrap())
    })
    .await;
    assert_eq!(files.files, ["output.log"]);

    let whole: LogFrame = dashboard.get("/api/logs/TEST_APP/L-1/output.log").await;
    assert!(whole.text.contains("Iteration 3 of 3"), "{}", whole.text);
    assert_eq!((whole.from, whole.to), (0, whole.size));
    let (mut at, mut joined) = (0, String::new());
    while at < whole.size {
        let part: LogFrame = dashboard.get(&format!("/api/logs/TEST_APP/L-1/output.log?offset={at}&length=700")).await;
        assert_eq!(part.from, at);
        joined.push_str(&part.text);
        at = part.to;
    }
    assert_eq!(joined, whole.text);
    let tail: LogFrame = dashboard.get("/api/logs/TEST_APP/L-1/output.log?tail=100").await;
    assert!(whole.text.ends_with(&tail.text) && tail.to == whole.size);
    let beyond: LogFrame = dashboard.get("/api/logs/TEST_APP/L-1/output.log?offset=9999999").await;
    assert!(beyond.rotated && beyond.from == 0);

    let download = dashboard.send(get("/api/logs/TEST_APP/L-1/output.log?download", &[("authorization", ADMIN)])).await;
    let disposition = download.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment; filename=\"TEST_APP_L-1_output.log\"");
    assert_eq!(taken(download).await.1, whole.text);
}

/// Runs a task to its end, which removes its record so that the ID is free.
async fn run_to_the_end(dashboard: &Dashboard, id: &str, run: u32) -> TaskDetail {
    dashboard.create(id, json!({ "ITERATIONS": run.to_string(), "PULL_SECONDS": "0", "EXIT_CODE": "3" })).await;
    dashboard.step(60_000).await;
    eventually("its end", async || {
        let path = format!("/api/history/tasks/TEST_APP/{id}?run={run}");
        let (status, detail) = answered(dashboard.send(get(&path, &[("authorization", ADMIN)])).await).await;
        let detail: TaskDetail = (status == StatusCode::OK).then(|| serde_json::from_value(detail).unwrap())?;
        detail.row.is_over().then_some(detail)
    })
    .await
}

#[tokio::test]
async fn runs_of_one_id_that_share_a_file_are_told_apart() {
    const FILE: &str = "/api/logs/TEST_APP/twice/output.log";
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    let mut details = Vec::new();
    // Executors are chosen by chance: some two of these runs meet on one.
    for run in 1..=12 {
        details.push(run_to_the_end(&dashboard, "twice", run).await);
        let newest = &details[details.len() - 1].row;
        if details.iter().rev().skip(1).any(|earlier| earlier.row.executor_id == newest.executor_id) {
            break;
        }
        let delete =
            request(Method::DELETE, "/apis/v1/tasks/TEST_APP/instances/twice", &[("authorization", ADMIN)], "");
        assert_eq!(dashboard.send(delete).await.status(), StatusCode::OK);
        dashboard.step(20_000).await;
    }
    let second = details.pop().unwrap().row;
    let first = details.into_iter().map(|detail| detail.row).find(|row| row.executor_id == second.executor_id).unwrap();

    let whole: LogFrame = dashboard.get(FILE).await;
    let names = |text: &str, row: &TaskRow| text.contains(row.instance_id.as_ref().unwrap().as_str());
    assert!(names(&whole.text, &first) && names(&whole.text, &second), "one file, as in Drove: {}", whole.text);
    assert!(whole.part.is_whole());

    let mut parts = Vec::new();
    for (own, other) in [(&first, &second), (&second, &first)] {
        for query in ["tail=60000", "offset=0"] {
            let frame: LogFrame = dashboard.get(&format!("{FILE}?run={}&{query}", own.run)).await;
            assert!(names(&frame.text, own) && !names(&frame.text, other), "{query}: {}", frame.text);
            assert_eq!(frame.instance, own.instance_id);
            assert_eq!((frame.from, frame.to), (frame.part.from, frame.part.end(whole.size)));
            parts.push(frame);
        }
        let live = format!("/api/live?view=task&key=TEST_APP/twice&log=output.log&run={}", own.run);
        let frame = followed(&dashboard, &live).await;
        assert!(names(&frame.text, own) && !names(&frame.text, other), "live: {}", frame.text);
        let download =
            dashboard.send(get(&format!("{FILE}?run={}&download", own.run), &[("authorization", ADMIN)])).await;
        let name = format!("attachment; filename=\"TEST_APP_twice_run-{}_output.log\"", own.run);
        assert_eq!(download.headers()[header::CONTENT_DISPOSITION].to_str().unwrap(), name);
        assert_eq!(taken(download).await.1, frame.text);
    }
    assert_eq!(parts[0].part.to, Some(parts[2].part.from), "what one run left off the next one begins");
    let all = followed(&dashboard, "/api/live?view=task&key=TEST_APP/twice&log=output.log&run=1&whole").await;
    assert_eq!(all.text, whole.text);
}

/// The first lines that a live stream brings.
async fn followed(dashboard: &Dashboard, path: &str) -> LogFrame {
    let mut events = Events::of(dashboard.send(get(path, &[("authorization", ADMIN)])).await);
    loop {
        let event = events.next().await.unwrap();
        if event.name == "log" {
            return serde_json::from_str(&event.data).unwrap();
        }
    }
}

#[tokio::test]
async fn logs_that_are_not_there_are_told() {
    let dashboard = Dashboard::start().await;
    for path in ["/api/logs/TEST_APP/none", "/api/logs/TEST_APP/none/output.log", "/api/logs/TEST_APP/none/x?download"]
    {
        let (status, answer) = answered(dashboard.send(get(path, &[("authorization", ADMIN)])).await).await;
        assert_eq!((status, answer["message"].is_string()), (StatusCode::NOT_FOUND, true), "{path}");
    }
}
