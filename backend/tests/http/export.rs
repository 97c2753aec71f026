use crate::support::{ADMIN, Dashboard, answered, create, get, taken};
use http::{StatusCode, header};
use model::dashboard::{HistoryPage, TaskRow};
use serde_json::json;
use std::io::Read;

/// Content and headers of an export.
async fn exported(dashboard: &Dashboard, query: &str) -> (String, http::HeaderMap) {
    let path = format!("/api/history/tasks/export?{query}");
    let response = dashboard.send(get(&path, &[("authorization", ADMIN)])).await;
    let headers = response.headers().clone();
    let (status, body) = taken(response).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    (String::from_utf8(body.to_vec()).unwrap(), headers)
}

#[tokio::test]
async fn what_a_filter_shows_can_be_saved_in_its_order() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    for id in ["alpha-1", "alpha-2", "alpha-3", "beta-1"] {
        let mut task = create(id, json!({ "ITERATIONS": "9", "PASSWORD": "s3cret-value" }));
        task["spec"]["tags"] = json!({ "note": "said \"hi\",\nleft" });
        let (status, answer) = dashboard.post("/apis/v1/tasks/operations", &task).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        dashboard.listed(id).await;
    }
    let query = "tab=all&q=alpha&sort=id&size=1&page=2";
    let page: HistoryPage = dashboard.get("/api/history/tasks?tab=all&q=alpha&sort=id").await;

    let (lines, headers) = exported(&dashboard, &format!("{query}&format=jsonl")).await;
    let rows: Vec<TaskRow> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows), (3, &page.rows), "all pages");
    assert_eq!(headers[header::CONTENT_TYPE], "application/x-ndjson");
    let name = headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"tasks-demo-2") && name.ends_with("Z.jsonl\""), "{name}");

    let (table, headers) = exported(&dashboard, &format!("{query}&format=csv")).await;
    assert!(headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/csv"));
    let mut lines = table.split("\r\n");
    assert!(lines.next().unwrap().starts_with("runId,app,taskId,"));
    for (id, line) in ["alpha-1", "alpha-2", "alpha-3"].into_iter().zip(lines.by_ref()) {
        assert!(line.contains(&format!(",TEST_APP,{id},")), "{line}");
        assert!(line.contains("\"note=said \"\"hi\"\",\nleft\""), "{line}");
    }
    assert_eq!(lines.collect::<Vec<_>>(), [""], "the last line ends like the others");
    assert!(!table.contains("s3cret-value"));
}

#[tokio::test]
async fn an_export_needs_a_format_and_somebody_who_is_signed_in() {
    let dashboard = Dashboard::start().await;
    let path = "/api/history/tasks/export";
    for query in ["", "?format=xml"] {
        let request = get(&format!("{path}{query}"), &[("authorization", ADMIN)]);
        let (status, answer) = answered(dashboard.send(request).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(answer["message"].as_str().unwrap().contains("format=csv"), "{answer}");
    }
    let nobody = dashboard.send(get(&format!("{path}?format=csv"), &[])).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let (empty, _) = exported(&dashboard, "format=csv&q=none").await;
    assert_eq!(empty.matches("\r\n").count(), 1, "a header only: {empty}");
}

#[tokio::test]
async fn a_file_is_compressed_on_its_way() {
    let dashboard = Dashboard::start().await;
    let headers = [("authorization", ADMIN), ("accept-encoding", "gzip")];
    let response = dashboard.send(get("/api/history/tasks/export?format=csv", &headers)).await;
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let (_, body) = taken(response).await;
    let mut text = String::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("runId,"));
}
