use crate::{
    log::Log,
    support::{ADMIN, Dashboard, answered, create, get, request},
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

fn audit() -> Vec<Value> {
    Log::lines().into_iter().filter(|line| line["target"] == "audit").collect()
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

    let lines: Vec<Value> = audit()
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
        ["eva", "POST /apis/v1/tasks/operations", null, "NOT_LET_IN", 401, false],
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
