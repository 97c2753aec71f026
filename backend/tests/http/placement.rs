use crate::support::{Dashboard, create};
use http::StatusCode;
use model::dashboard::PlacementPreview;
use serde_json::{Value, json};

async fn preview(dashboard: &Dashboard, body: &Value) -> PlacementPreview {
    let (status, answer) = dashboard.post("/api/placement/preview", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    serde_json::from_value(answer).unwrap()
}

#[tokio::test]
async fn a_spec_is_judged_by_every_executor() {
    let dashboard = Dashboard::start().await;
    let spec = create("T", json!({}))["spec"].clone();
    let answer = preview(&dashboard, &spec).await;
    assert_eq!((answer.unreadable, answer.refusals), (None, Vec::<String>::new()));
    let matrix = answer.matrix.unwrap();
    assert_eq!(matrix.rows.len(), 6);
    // ANY means untagged executors only: exec-6 carries `gpu`.
    assert_eq!(matrix.rows.iter().filter(|row| row.checks.fits()).count(), 5);

    let mut wide = spec;
    wide["resources"][0]["count"] = json!(17);
    let matrix = preview(&dashboard, &wide).await.matrix.unwrap();
    assert!(matrix.rows.iter().all(|row| !row.checks.fits()));
    assert!(matrix.smallest_change.is_some());
}

#[tokio::test]
async fn a_spec_that_is_not_finished_is_answered_too() {
    let dashboard = Dashboard::start().await;
    let answer = preview(&dashboard, &json!({})).await;
    assert!(answer.refusals.iter().any(|entry| entry.starts_with("sourceAppName")), "{answer:?}");
    let typo = preview(&dashboard, &json!({ "sourceAppNam": "X" })).await;
    assert!(!typo.hints.is_empty(), "{typo:?}");
    let wrong = preview(&dashboard, &json!({ "resources": "many" })).await;
    assert!(wrong.unreadable.is_some() && wrong.matrix.is_none(), "{wrong:?}");
    let nothing = preview(&dashboard, &Value::Null).await;
    assert_eq!(nothing.refusals, ["The request body must not be null"]);
}
