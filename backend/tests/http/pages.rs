use crate::support::{ADMIN, Dashboard, get, request, taken};
use http::{Method, StatusCode, header};
use model::dashboard::pages::PAGES;

#[tokio::test]
async fn every_page_is_answered_with_the_page_and_other_paths_with_404() {
    let dashboard = Dashboard::start().await;
    for page in PAGES {
        let path = page.replace(['{', '}'], "x");
        for path in [path.clone(), format!("/clusters/demo{path}")] {
            let response = dashboard.send(get(&path, &[])).await;
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache", "{path}");
            let (status, body) = taken(response).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(body.ends_with(b"the page"), "{path}");
        }
    }
    for path in ["/nope", "/tasks/APP", "/../Cargo.toml", "/index.html", "/clusters/other/tasks", "/app-00.js"] {
        let (status, body) = taken(dashboard.send(get(path, &[])).await).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!body.ends_with(b"the page"), "{path}");
    }
    for path in ["/nope", "/clusters/other", "/clusters/other/", "/clusters/other/tasks"] {
        let response = dashboard.send(get(path, &[("accept", "text/html,*/*")])).await;
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY), "{path}");
        let (status, body) = taken(response).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(body.ends_with(b"the page"), "people are shown the way: {path}");
    }
    for path in [
        "/clusters/other/api/session",
        "/clusters/other/apis/v1/ping",
        "/clusters/demo/clusters/demo/api/session",
        "/clusters/demo/clusters/demo/apis/v1/ping",
    ] {
        let response = dashboard.send(get(path, &[("accept", "text/html,*/*")])).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json", "{path}");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn answers_carry_the_headers_that_keep_a_page_safe() {
    let dashboard = Dashboard::start().await;
    for path in ["/", "/app-0123456789abcdef.js", "/api/session", "/nope", "/healthz"] {
        let response = dashboard.send(get(path, &[])).await;
        let headers = response.headers();
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(headers[header::X_FRAME_OPTIONS], "DENY", "{path}");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer", "{path}");
        assert!(headers.contains_key("x-request-id"), "{path}");
        let cache = headers[header::CACHE_CONTROL].to_str().unwrap();
        assert_eq!(cache.contains("immutable"), path.starts_with("/app-"), "{path}: {cache}");
    }
    for path in ["/apis/v1/ping", "/clusters/demo/apis/v1/ping", "/apis/v1/none"] {
        let drove = dashboard.send(get(path, &[("authorization", ADMIN)])).await;
        assert_eq!(drove.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(drove.headers()[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox", "{path}");
    }
    let api = dashboard.send(get("/api/session", &[])).await;
    assert_eq!(api.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn a_page_is_only_read() {
    let dashboard = Dashboard::start().await;
    for (method, status) in [
        (Method::HEAD, StatusCode::OK),
        (Method::POST, StatusCode::METHOD_NOT_ALLOWED),
        (Method::DELETE, StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let response = dashboard.send(request(method.clone(), "/tasks", &[], "")).await;
        assert_eq!(response.status(), status, "{method}");
    }
}
