use crate::support::{ADMIN, Dashboard, answered, create, get, request};
use axum::body::Body;
use futures_util::stream;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::convert::Infallible;

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let dashboard = Dashboard::start().await;
    for path in ["/", "/api/session", "/apis/v1/ping"] {
        let (status, answer) = answered(dashboard.send(get(path, &[("host", "evil.example")])).await).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(answer["message"].as_str().unwrap().contains("evil.example"), "{path}: {answer}");
    }
    for host in ["localhost:8080", "dash.example.org", "[::1]:8080"] {
        assert_eq!(dashboard.send(get("/healthz", &[("host", host)])).await.status(), StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let dashboard = Dashboard::start().await;
    let big = vec![b' '; (4 << 20) + 1];
    for path in ["/apis/v1/tasks/operations", "/apis/v1/tasks/validate/spec", "/api/placement/preview"] {
        let headers = [("authorization", ADMIN), ("content-type", "application/json")];
        let chunks = stream::iter([Ok::<_, Infallible>(big.clone())]);
        let length = big.len().to_string();
        let said = [&headers[..], &[("content-length", &length)]].concat();
        for body in [
            request(Method::POST, path, &said, big.clone()),
            request(Method::POST, path, &headers, Body::from_stream(chunks)),
        ] {
            let (status, answer) = answered(dashboard.send(body).await).await;
            assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
            assert_eq!(answer["status"] == "FAILED", path.starts_with("/apis"), "{path}: {answer}");
        }
    }
    let tasks: Value = dashboard.get("/apis/v1/tasks").await;
    assert_eq!(tasks["data"], json!([]), "nothing changed");
}

#[tokio::test]
async fn rejects_large_bodies_where_small_ones_are_expected() {
    let dashboard = Dashboard::start().await;
    for path in ["/api/session", "/clusters/demo/api/session", "/api/demo/clock"] {
        let chunks = stream::iter([Ok::<_, Infallible>(vec![b' '; (16 << 10) + 1])]);
        let headers = [("authorization", ADMIN), ("content-type", "application/json")];
        let sent = dashboard.send(request(Method::POST, path, &headers, Body::from_stream(chunks))).await;
        assert_eq!(answered(sent).await.0, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_told_in_the_form_of_its_path() {
    let dashboard = Dashboard::start().await;
    let (status, answer) = answered(dashboard.send(get("/api/nope", &[])).await).await;
    assert_eq!((status, answer["message"].is_string()), (StatusCode::NOT_FOUND, true));
    let (status, answer) = answered(dashboard.send(get("/apis/v1/nope", &[])).await).await;
    assert_eq!((status, &answer["status"]), (StatusCode::NOT_FOUND, &json!("FAILED")));
    let put = request(Method::PUT, "/api/session", &[], "");
    let (status, answer) = answered(dashboard.send(put).await).await;
    assert_eq!((status, answer["message"].is_string()), (StatusCode::METHOD_NOT_ALLOWED, true));
    let (status, _) = answered(dashboard.send(get("/clusters/other/api/session", &[])).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bad_bodies_of_our_own_api_are_told_and_change_nothing() {
    let dashboard = Dashboard::start().await;
    for body in ["", "{", "[]", r#"{"action":"explode"}"#, r#"{"action":"step","millis":-1}"#, r#"{"action":"step"}"#] {
        let headers = [("authorization", ADMIN)];
        let clock = request(Method::POST, "/api/demo/clock", &headers, body);
        let (status, answer) = answered(dashboard.send(clock).await).await;
        assert_eq!((status, answer["message"].is_string()), (StatusCode::BAD_REQUEST, true), "{body}");
    }
    let deep = "[".repeat(100_000);
    let (status, answer) = answered(
        dashboard.send(request(Method::POST, "/api/placement/preview", &[("authorization", ADMIN)], deep)).await,
    )
    .await;
    assert_eq!((status, answer["unreadable"].is_string()), (StatusCode::OK, true));
    dashboard.create("still-alive", json!({})).await;
    let _: Value = dashboard.get("/apis/v1/tasks/TEST_APP/instances/still-alive").await;
    let (status, _) = dashboard.post("/apis/v1/tasks/operations", &create("still-alive", json!({}))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
