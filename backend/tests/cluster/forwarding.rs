//! Requests and answers pass as they are.

use super::{
    controllers::Trick,
    dashboard::{Dashboard, FROM_PAGE, JSON, answered, basic, config, get, request, taken},
    fake::Fake,
};
use backend::config::ProxyUsers;
use http::{Method, StatusCode, header};
use std::io::Read;

#[tokio::test]
async fn requests_arrive_as_they_were_sent() {
    let fake = Fake::start().await;
    let proxy = ProxyUsers { header: Some("x-user".parse().unwrap()), addresses: Vec::new() };
    let dashboard = Dashboard::of(vec![config("prod", &fake)], Some(proxy)).await;
    dashboard.led().await;
    let path = "/apis/v1/localservices/a%2Fb%20c?x=1&x=2&&y=%C3%A4";
    let headers = [
        ("authorization", &*basic("writer")),
        ("content-type", "application/x-odd"),
        ("accept", "application/json;q=0.5, */*"),
        ("x-own", "1"),
        ("x-own", "2"),
        ("x-user", "eva"),
        ("dashboard-secret", "s"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("cookie", "drove-prod-8080=sealed; theme=dark"),
    ];
    dashboard.send(request(Method::POST, &format!("/clusters/prod{path}"), &headers, "\u{0}raw\u{ff}")).await;
    let arrivals = fake.arrivals();
    let arrived = arrivals.iter().find(|arrival| arrival.uri == *path).unwrap();
    assert_eq!((&arrived.method, &*arrived.body), (&Method::POST, "\u{0}raw\u{ff}".as_bytes()));
    let value = |name: &str| arrived.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(value("authorization"), Some(&*basic("writer")), "credentials of clients pass as they are");
    assert_eq!(value("content-type"), Some("application/x-odd"));
    assert_eq!(value("accept"), Some("application/json;q=0.5, */*"));
    assert_eq!(arrived.headers.get_all("x-own").iter().count(), 2);
    assert_eq!(value("cookie"), Some("theme=dark"));
    assert_eq!(value("host"), fake.controllers[0].address().strip_prefix("http://"));
    for ours in ["x-user", "dashboard-secret", "x-hop", "connection"] {
        assert_eq!(value(ours), None, "{ours}");
    }
}

#[tokio::test]
async fn only_a_browsers_accept_is_replaced() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let html = ("accept", "text/html,application/xhtml+xml");
    let admin = basic("admin");
    let client = dashboard.send(get("/apis/v1/tasks", &[("authorization", &admin), html])).await;
    assert_eq!(client.status(), StatusCode::NOT_ACCEPTABLE);
    let browser = dashboard.send(get("/apis/v1/tasks", &[("authorization", &admin), html, FROM_PAGE])).await;
    assert_eq!(browser.status(), StatusCode::OK);
    let prefixed = get("/clusters/prod/apis/v1/tasks", &[("authorization", &admin), html, FROM_PAGE]);
    assert_eq!(dashboard.send(prefixed).await.status(), StatusCode::OK);
    let nobody = dashboard.send(get("/apis/v1/tasks", &[])).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    assert!(nobody.headers().contains_key(header::WWW_AUTHENTICATE));
    // To a name without TLS no browser sends what says where a request comes from.
    for from_browser in [FROM_PAGE, ("dashboard-page", "1"), ("upgrade-insecure-requests", "1")] {
        let accepted = dashboard.send(get("/apis/v1/tasks", &[("authorization", &admin), html, from_browser])).await;
        assert_eq!(accepted.status(), StatusCode::OK, "{from_browser:?}");
        let browser = dashboard.send(get("/apis/v1/tasks", &[from_browser])).await;
        assert_eq!(browser.status(), StatusCode::UNAUTHORIZED);
        assert!(!browser.headers().contains_key(header::WWW_AUTHENTICATE), "{from_browser:?}");
    }
}

#[tokio::test]
async fn answers_come_back_as_they_are() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let admin = basic("admin");
    let path = "/apis/v1/endpoints";
    for (status, kind, text) in [
        (204, "application/json", ""),
        (502, "text/html;charset=iso-8859-1", "<html>\n<h2>HTTP ERROR 502</h2>\n</html>\n"),
        (500, "application/json", r#"{"status":"FAILED","data":{"failure":"x"},"message":"Unexpected Server error"}"#),
        (400, "text/plain", "This node is not the leader controller"),
        (299, "x/y", "odd"),
    ] {
        fake.controllers[0].trick_for(path, Trick::Answers(status, kind, text));
        let response = dashboard.send(get(path, &[("authorization", &admin)])).await;
        assert_eq!(
            (response.status().as_u16(), response.headers()[header::CONTENT_TYPE].to_str().unwrap()),
            (status, kind)
        );
        assert_eq!(taken(response).await.1, text);
    }
}

#[tokio::test]
async fn compressed_answers_stay_compressed() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let headers = [("authorization", &*basic("admin")), ("accept-encoding", "gzip")];
    let response = dashboard.send(get("/apis/v1/cluster/executors", &headers)).await;
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let (_, body) = taken(response).await;
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut plain).unwrap();
    assert!(plain.starts_with(r#"{"status":"SUCCESS""#), "{plain}");
}

#[tokio::test]
async fn redirects_stay_within_the_cluster() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let headers = [("authorization", &*basic("admin")), ("content-type", "application/x-www-form-urlencoded")];
    for (prefix, expected) in [("", "/"), ("/clusters/prod", "/clusters/prod/")] {
        let search = format!("{prefix}/apis/v1/tasks/search");
        let form = "taskSearchAppName=TEST_APP&taskSearchTaskID=nope";
        let response = dashboard.send(request(Method::POST, &search, &headers, form)).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[header::LOCATION], expected);
    }
}

#[tokio::test]
async fn a_redirect_to_elsewhere_is_not_passed_on() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let path = "/apis/v1/endpoints";
    fake.controllers[0].trick_for(path, Trick::Redirects("http://10.9.8.7:10000/tasks/A/B"));
    let response = dashboard.send(get(path, &[("authorization", &basic("admin"))])).await;
    assert!(!response.headers().contains_key(header::LOCATION));
    let (status, answer) = answered(response).await;
    assert_eq!((status, &answer["status"]), (StatusCode::BAD_GATEWAY, &"FAILED".into()));
    assert!(answer["message"].as_str().unwrap().contains("10.9.8.7"), "{answer}");
}

#[tokio::test]
async fn large_bodies_stream_and_too_large_ones_are_refused() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let path = "/apis/v1/tasks/validate/spec";
    let headers = [("authorization", &*basic("admin")), JSON];
    let large = format!("{{\"sourceAppName\":\"{}\"}}", "x".repeat(1 << 20));
    let (status, answer) = answered(dashboard.send(request(Method::POST, path, &headers, large.clone())).await).await;
    assert_eq!((status, &answer["message"]), (StatusCode::BAD_REQUEST, &"Command validation failure".into()));
    let arrivals = fake.arrivals();
    assert!(arrivals.iter().any(|arrival| arrival.body == large));
    // Without a length, so that only reading tells.
    let chunks = futures_util::stream::iter(std::iter::repeat_n(vec![b' '; 1 << 20], 5).map(Ok::<_, std::io::Error>));
    let endless = axum::body::Body::from_stream(chunks);
    let response = dashboard.send(request(Method::POST, path, &headers, endless)).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
