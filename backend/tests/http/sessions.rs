use crate::support::{ADMIN, Dashboard, answered, cookies_after, create, get, request};
use backend::config::DemoUser;
use http::{Method, StatusCode, header};
use model::UserRole;
use serde_json::{Value, json};

/// What the page's own requests carry.
const FROM_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

async fn whoami(dashboard: &Dashboard, cookies: &str) -> Value {
    let (status, session) = answered(dashboard.send(get("/api/session", &[("cookie", cookies)])).await).await;
    assert_eq!(status, StatusCode::OK);
    session["user"].clone()
}

async fn sign_in(dashboard: &Dashboard, user: &str, password: &str, cookies: &str) -> (StatusCode, String) {
    let body = json!({ "user": user, "password": password }).to_string();
    let response = dashboard.send(request(Method::POST, "/api/session", &[("cookie", cookies), FROM_PAGE], body)).await;
    (response.status(), cookies_after(response.headers()))
}

#[tokio::test]
async fn on_loopback_the_page_gets_the_session_of_admin_by_itself() {
    let dashboard = Dashboard::start().await;
    let page = dashboard.send(get("/", &[])).await;
    let cookies = cookies_after(page.headers());
    assert_eq!(whoami(&dashboard, &cookies).await, "admin");
    let again = dashboard.send(get("/", &[("cookie", &cookies)])).await;
    assert!(!again.headers().contains_key(header::SET_COOKIE), "a session is not issued twice");

    for pretence in [("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=1.2.3.4"), ("host", "dash.example.org")] {
        let page = dashboard.send(get("/", &[pretence])).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(!page.headers().contains_key(header::SET_COOKIE), "{pretence:?}");
    }
    let api = dashboard.send(get("/api/session", &[])).await;
    assert!(!api.headers().contains_key(header::SET_COOKIE), "only the page is signed in by itself");
}

#[tokio::test]
async fn off_loopback_nobody_is_signed_in_by_itself() {
    let eva = DemoUser { name: "admin".into(), password: "s3cret".into(), role: Some(UserRole::Root) };
    let dashboard = Dashboard::start_with(vec![eva], "10.0.0.5:8080").await;
    for host in ["10.0.0.5:8080", "localhost"] {
        let page = dashboard.send(get("/", &[("host", host)])).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(!page.headers().contains_key(header::SET_COOKIE), "{host}");
    }
    let (status, _) = answered(dashboard.send(get("/apis/v1/ping", &[("authorization", ADMIN)])).await).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "the built-in users are gone");
}

#[tokio::test]
async fn signing_out_lasts_until_somebody_signs_in() {
    let dashboard = Dashboard::start().await;
    let cookies = cookies_after(dashboard.send(get("/", &[])).await.headers());
    let out = dashboard.send(request(Method::DELETE, "/api/session", &[("cookie", &cookies), FROM_PAGE], "")).await;
    assert_eq!(out.status(), StatusCode::OK);
    let cookies = cookies_after(out.headers());
    assert_eq!(whoami(&dashboard, &cookies).await, Value::Null);
    let page = dashboard.send(get("/", &[("cookie", &cookies)])).await;
    assert!(!page.headers().contains_key(header::SET_COOKIE), "the page stays signed out");

    assert_eq!(sign_in(&dashboard, "guest", "wrong", &cookies).await.0, StatusCode::UNAUTHORIZED);
    let (status, cookies) = sign_in(&dashboard, "guest", "guest", &cookies).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(whoami(&dashboard, &cookies).await, "guest");
}

#[tokio::test]
async fn a_cookie_changes_nothing_for_pages_of_other_sites() {
    let dashboard = Dashboard::start().await;
    let cookies = cookies_after(dashboard.send(get("/", &[])).await.headers());
    let operation = create("csrf", json!({})).to_string();
    for origin in [
        None,
        Some(("sec-fetch-site", "cross-site")),
        Some(("sec-fetch-site", "same-site")),
        Some(("origin", "http://127.0.0.1:9999")),
        Some(("origin", "null")),
    ] {
        let mut headers = vec![("cookie", cookies.as_str()), ("content-type", "application/json")];
        headers.extend(origin);
        let response =
            dashboard.send(request(Method::POST, "/apis/v1/tasks/operations", &headers, operation.clone())).await;
        let (status, answer) = answered(response).await;
        assert_eq!((status, &answer["status"]), (StatusCode::FORBIDDEN, &json!("FAILED")), "{origin:?}");
    }
    for origin in [FROM_PAGE, ("origin", "http://127.0.0.1:8080")] {
        let headers = [("cookie", cookies.as_str()), ("content-type", "application/json"), origin];
        let body = create(if origin == FROM_PAGE { "a" } else { "b" }, json!({})).to_string();
        let response = dashboard.send(request(Method::POST, "/apis/v1/tasks/operations", &headers, body)).await;
        assert_eq!(response.status(), StatusCode::OK, "{origin:?}");
    }
    let (status, _) = answered(
        dashboard
            .send(request(
                Method::POST,
                "/api/session",
                &[("sec-fetch-site", "cross-site")],
                r#"{"user":"guest","password":"guest"}"#,
            ))
            .await,
    )
    .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "signing in for another site");
}

#[tokio::test]
async fn a_cookie_opens_droves_api_and_ours_with_the_users_own_role() {
    let dashboard = Dashboard::start().await;
    let (_, guest) = sign_in(&dashboard, "guest", "guest", "").await;
    for path in ["/apis/v1/tasks", "/api/history/tasks", "/api/clusters", "/clusters/demo/apis/v1/tasks"] {
        let response = dashboard.send(get(path, &[("cookie", &guest)])).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let nobody = dashboard.send(get(path, &[])).await;
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    let headers = [("cookie", guest.as_str()), ("content-type", "application/json"), FROM_PAGE];
    let operation = request(Method::POST, "/apis/v1/tasks/operations", &headers, create("g", json!({})).to_string());
    assert_eq!(dashboard.send(operation).await.status(), StatusCode::FORBIDDEN);
    let clock = request(Method::POST, "/api/demo/clock", &headers, r#"{"action":"pause"}"#);
    assert_eq!(dashboard.send(clock).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn browsers_are_never_asked_by_their_own_dialog_and_clients_are() {
    let dashboard = Dashboard::start().await;
    let client = dashboard.send(get("/apis/v1/tasks", &[])).await;
    assert_eq!(client.status(), StatusCode::UNAUTHORIZED);
    assert!(client.headers().contains_key(header::WWW_AUTHENTICATE));
    let browser = dashboard.send(get("/apis/v1/tasks", &[("accept", "text/html"), FROM_PAGE])).await;
    assert_eq!(browser.status(), StatusCode::UNAUTHORIZED, "and not 406 for its Accept");
    assert!(!browser.headers().contains_key(header::WWW_AUTHENTICATE));
}

#[tokio::test]
async fn ten_failures_by_one_way_close_every_way_to_that_user() {
    let wrong = "Basic YWRtaW46Z3Vlc3M=";
    let by_basic = [("/api/history/tasks", wrong), ("/apis/v1/tasks", wrong)].map(Some);
    for way in [None].into_iter().chain(by_basic) {
        let dashboard = Dashboard::start().await;
        for _ in 0..10 {
            let status = match way {
                None => sign_in(&dashboard, "admin", "guess", "").await.0,
                Some((path, wrong)) => dashboard.send(get(path, &[("authorization", wrong)])).await.status(),
            };
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{way:?}");
            assert_eq!(sign_in(&dashboard, "guest", "guest", "").await.0, StatusCode::OK, "and hides nothing");
        }
        let body = r#"{"user":"admin","password":"admin"}"#;
        let operation = create("late", json!({})).to_string();
        let right = [("authorization", ADMIN), ("content-type", "application/json")];
        for closed in [
            request(Method::POST, "/api/session", &[FROM_PAGE], body),
            get("/api/history/tasks", &right),
            get("/clusters/demo/apis/v1/tasks", &right),
            request(Method::POST, "/apis/v1/tasks/operations", &right, operation),
        ] {
            let path = closed.uri().path().to_owned();
            let response = dashboard.send(closed).await;
            assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS, "{way:?}, then {path}");
            let wait: u64 = response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
            assert!((1..=300).contains(&wait), "{wait}");
        }
        let guest = [("authorization", "Basic Z3Vlc3Q6Z3Vlc3Q=")];
        assert_eq!(dashboard.send(get("/apis/v1/tasks", &guest)).await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn two_dashboards_on_two_ports_of_one_host_do_not_sign_each_other_out() {
    // As containers, both listen on the same port.
    let dashboards = [Dashboard::start().await, Dashboard::start().await];
    let hosts = ["localhost:8081", "localhost:8082"];
    let mut jar = Vec::new();
    for (dashboard, host) in dashboards.iter().zip(hosts) {
        let page = dashboard.send(get("/", &[("host", host), ("cookie", &jar.join("; "))])).await;
        jar.push(cookies_after(page.headers()));
    }
    for (dashboard, host) in dashboards.iter().zip(hosts) {
        let response = dashboard.send(get("/api/session", &[("host", host), ("cookie", &jar.join("; "))])).await;
        assert_eq!(answered(response).await.1["user"], "admin", "{host}: {jar:?}");
    }
}

#[tokio::test]
async fn whoever_has_no_role_reads_and_is_told_what_is_missing() {
    let user = |name: &str, role| DemoUser { name: name.to_owned(), password: name.to_owned(), role };
    let users = vec![user("admin", Some(UserRole::Root)), user("eva", None)];
    let dashboard = Dashboard::start_with(users, "127.0.0.1:8080").await;
    dashboard.create("T-1", json!({ "ITERATIONS": "600", "PULL_SECONDS": "0" })).await;
    dashboard.listed("T-1").await;
    let (status, cookies) = sign_in(&dashboard, "eva", "eva", "").await;
    assert_eq!(status, StatusCode::OK);
    let cookie = ("cookie", cookies.as_str());
    let (status, session) = answered(dashboard.send(get("/api/session", &[cookie])).await).await;
    assert_eq!((status, &session["user"], &session["role"]), (StatusCode::OK, &json!("eva"), &Value::Null));

    for path in ["/api/history/tasks", "/api/history/tasks/TEST_APP/T-1", "/apis/v1/tasks", "/apis/v1/cluster"] {
        let (status, answer) = answered(dashboard.send(get(path, &[cookie])).await).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    }
    for path in ["/api/logs/TEST_APP/T-1", "/apis/v1/logfiles/tasks/TEST_APP/T-1/list"] {
        let (status, answer) = answered(dashboard.send(get(path, &[cookie])).await).await;
        let told = answer["message"].as_str().unwrap();
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert!(told.contains("eva has no role") && told.contains("EXTERNAL_READ_ONLY"), "{path}: {told}");
    }
    let operations = [
        ("/apis/v1/tasks/operations", create("T-2", json!({})), "EXTERNAL_READ_WRITE"),
        ("/apis/v1/cluster/maintenance/set", Value::Null, "DROVE_EXTERNAL_MAINTENANCE"),
        ("/api/demo/clock", json!({ "action": "pause" }), "EXTERNAL_ROOT"),
    ];
    for (path, body, wanted) in operations {
        let headers = [cookie, FROM_PAGE, ("content-type", "application/json")];
        let (status, answer) =
            answered(dashboard.send(request(Method::POST, path, &headers, body.to_string())).await).await;
        let told = answer["message"].as_str().unwrap();
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert!(told.contains("eva") && told.contains(wanted), "{path}: {told}");
    }
    let refused = dashboard.send(get("/api/history/tasks/TEST_APP/T-2", &[cookie])).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND, "nothing was recorded of what was not let in");
}
