use crate::support::{ADMIN, Dashboard, answered, create, get, request};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::{cell::RefCell, io, sync::Once};

thread_local! {
    /// The log of this thread, on which everything of its test runs.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Lines go to the log of the thread that writes them.
struct Log;

impl Log {
    /// Starts logging, for all tests of this process: what a single thread listens to may be switched off by another one.
    fn start() {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(|| Log);
            tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
        });
    }

    fn text() -> String {
        LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap())
    }

    fn audit() -> Vec<Value> {
        let lines = Self::text().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
        lines.into_iter().filter(|line| line["target"] == "audit").collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_operation_is_one_line_with_its_answer_and_without_secrets() {
    Log::start();
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;

    dashboard.create("T-1", json!({ "API_TOKEN": "s3cret-token" })).await;
    let mut large = create("T-2", json!({}));
    large["spec"]["resources"][0]["count"] = json!(500);
    assert_eq!(dashboard.post("/apis/v1/tasks/operations", &large).await.0, StatusCode::BAD_REQUEST);
    let kill = json!({ "type": "KILL", "sourceAppName": "TEST_APP", "taskId": "T-1", "opSpec": large["opSpec"] });
    assert_eq!(dashboard.post("/apis/v1/tasks/operations", &kill).await.0, StatusCode::OK);
    let wrong = [("authorization", "Basic ZXZhOnMzY3JldC1wYXNzd29yZA=="), ("content-type", "application/json")];
    let body = create("T-3", json!({})).to_string();
    let refused = dashboard.send(request(Method::POST, "/apis/v1/tasks/operations", &wrong, body)).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        dashboard.post("/apis/v1/tasks/operations?x=s3cret-query", &json!("nonsense")).await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(dashboard.post("/apis/v1/cluster/maintenance/set", &Value::Null).await.0, StatusCode::OK);
    let instance = "/apis/v1/tasks/TEST_APP/instances/T-1";
    let deleted = dashboard.send(request(Method::DELETE, instance, &[("authorization", ADMIN)], "")).await;
    assert_eq!(deleted.status(), StatusCode::OK);
    // Reads are not audited, whatever their method.
    let read = dashboard.send(get("/apis/v1/tasks", &[("authorization", ADMIN)])).await;
    assert_eq!(answered(read).await.0, StatusCode::OK);
    dashboard.post("/apis/v1/tasks/validate/spec", &large["spec"]).await;

    let lines: Vec<Value> = Log::audit()
        .iter()
        .map(|line| {
            assert_eq!(
                (&line["cluster"], &line["message"], &line["level"]),
                (&json!("demo"), &json!("operation"), &json!("INFO"))
            );
            assert!(line["span"]["id"].is_string(), "the request's id leads to its other lines: {line}");
            json!([line["user"], line["operation"], line["task"], line["answer"], line["status"], line["recorded"]])
        })
        .collect();
    let expected = json!([
        ["admin", "CREATE", "TEST_APP/T-1", "ACCEPTED", 200, true],
        ["admin", "CREATE", "TEST_APP/T-2", "REFUSED", 400, true],
        ["admin", "KILL", "TEST_APP/T-1", "ACCEPTED", 200, true],
        ["eva", "CREATE", "TEST_APP/T-3", "NOT_LET_IN", 401, false],
        ["admin", "POST /apis/v1/tasks/operations", null, "REFUSED", 400, false],
        ["admin", "POST /apis/v1/cluster/maintenance/set", null, "ACCEPTED", 200, true],
        ["admin", "DELETE /apis/v1/tasks/TEST_APP/instances/T-1", "TEST_APP/T-1", "ACCEPTED", 200, true],
    ]);
    assert_eq!(json!(lines), expected);
    let whole = Log::text();
    for secret in ["s3cret", "YWRtaW46YWRtaW4", "ZXZhOnM"] {
        assert!(!whole.contains(secret), "{secret} is in the log");
    }
}
