use crate::support::{ADMIN, Dashboard, answered, eventually, get, taken};
use http::{StatusCode, header};
use model::dashboard::{LogFiles, LogFrame};
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

#[tokio::test]
async fn logs_that_are_not_there_are_told() {
    let dashboard = Dashboard::start().await;
    for path in ["/api/logs/TEST_APP/none", "/api/logs/TEST_APP/none/output.log", "/api/logs/TEST_APP/none/x?download"]
    {
        let (status, answer) = answered(dashboard.send(get(path, &[("authorization", ADMIN)])).await).await;
        assert_eq!((status, answer["message"].is_string()), (StatusCode::NOT_FOUND, true), "{path}");
    }
}
