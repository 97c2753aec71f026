//! Who may enter a real cluster, and as whom they act there.

use super::{
    dashboard::{Dashboard, FROM_PAGE, JSON, OPERATIONS, answered, basic, config, create, eventually, get, request},
    fake::Fake,
};
use backend::{
    config::{ClusterConfig, Credential, ProxyUsers},
    session::cookies::SessionCookies,
};
use http::{HeaderValue, Method, StatusCode, header};
use model::dashboard::{Door, SessionInfo};
use serde_json::Value;

pub async fn whoami(dashboard: &Dashboard, headers: &[(&str, &str)]) -> SessionInfo {
    let (status, session) = answered(dashboard.send(get("/api/session", headers)).await).await;
    assert_eq!(status, StatusCode::OK, "{session}");
    serde_json::from_value(session).unwrap()
}

#[tokio::test]
async fn people_sign_in_with_what_the_leader_takes_and_their_roles_are_learned() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let nobody = whoami(&dashboard, &[FROM_PAGE]).await;
    assert_eq!((nobody.user, nobody.demo, nobody.clusters[0].name.as_str()), (None, false, "prod"));
    assert_eq!(dashboard.sign_in("", "admin", "wrong").await.0, StatusCode::UNAUTHORIZED);
    for (user, role) in [
        ("admin", Some("EXTERNAL_ROOT")),
        ("writer", Some("EXTERNAL_READ_WRITE")),
        ("maint", Some("DROVE_EXTERNAL_MAINTENANCE")),
        ("guest", Some("EXTERNAL_READ_ONLY")),
        ("norole", None),
    ] {
        let (status, cookies) = dashboard.sign_in("", user, user).await;
        assert_eq!(status, StatusCode::OK, "{user}");
        let session = whoami(&dashboard, &[("cookie", &cookies), FROM_PAGE]).await;
        assert_eq!((session.user.as_deref(), session.role.as_ref().map(|role| role.as_str())), (Some(user), role));
        assert_eq!((session.no_role, session.open), (role.is_none(), false), "{user}");
        let credentials = basic(user);
        assert!(!cookies.contains(credentials.strip_prefix("Basic ").unwrap()), "the credential is sealed");
        let session = whoami(&dashboard, &[("authorization", &credentials)]).await;
        assert_eq!(session.role.as_ref().map(|role| role.as_str()), role, "{user} by their own credentials");
    }
    let probes = fake.arrivals().iter().filter(|a| a.uri.path() == OPERATIONS && a.body != "{").count();
    assert_eq!(probes, 0, "nothing was operated to learn a role");
}

#[tokio::test]
async fn a_session_acts_by_its_own_rights_and_its_name_is_recorded() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let (_, guest) = dashboard.sign_in("", "guest", "guest").await;
    let (_, writer) = dashboard.sign_in("", "writer", "writer").await;
    let operate = async |cookies: &str, origin: (&'static str, &'static str)| {
        let headers = [("cookie", cookies), JSON, origin];
        dashboard.send(request(Method::POST, OPERATIONS, &headers, create("mine").to_string())).await.status()
    };
    assert_eq!(operate(&guest, FROM_PAGE).await, StatusCode::FORBIDDEN);
    assert_eq!(operate(&writer, ("sec-fetch-site", "cross-site")).await, StatusCode::FORBIDDEN);
    assert_eq!(operate(&writer, FROM_PAGE).await, StatusCode::OK);
    let detail = dashboard.recorded("", "mine").await;
    assert_eq!(detail.submissions.len(), 1, "what was not let in is not recorded");
    assert_eq!((detail.submissions[0].user.as_deref(), &detail.submissions[0].door), (Some("writer"), &Door::Page));
    for path in ["/api/history/tasks", "/api/clusters", "/apis/v1/tasks"] {
        let status = async |headers: &[(&str, &str)]| dashboard.send(get(path, headers)).await.status();
        assert_eq!(status(&[("cookie", &guest), FROM_PAGE]).await, StatusCode::OK, "{path}");
        assert_eq!(status(&[FROM_PAGE]).await, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(status(&[("authorization", "Basic Z3Vlc3Q6d3Jvbmc=")]).await, StatusCode::UNAUTHORIZED, "{path}");
    }
    let out = dashboard.send(request(Method::DELETE, "/api/session", &[("cookie", &guest), FROM_PAGE], "")).await;
    assert_eq!(out.status(), StatusCode::OK);
    assert!(
        out.headers().get_all(header::SET_COOKIE).iter().any(|cookie| cookie.to_str().unwrap().contains("Max-Age=0"))
    );
}

#[tokio::test]
async fn the_cookie_is_for_tls_only_where_the_page_came_through_it() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    for (origin, secure) in [("https://dash.example.org", true), ("http://dash.example.org", false)] {
        let body = r#"{"user":"guest","password":"guest"}"#;
        let mut request = request(Method::POST, "/api/session", &[("origin", origin)], body);
        request.headers_mut().insert("host", "dash.example.org".parse().unwrap());
        let response = dashboard.send(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    }
}

#[tokio::test]
async fn while_no_leader_answers_those_who_were_let_in_stay_in() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let (_, cookies) = dashboard.sign_in("", "guest", "guest").await;
    fake.controllers[0].kill().await;
    let history = async |headers: &[(&str, &str)]| dashboard.send(get("/api/history/tasks", headers)).await.status();
    assert_eq!(history(&[("cookie", &cookies), FROM_PAGE]).await, StatusCode::OK);
    assert_eq!(history(&[("authorization", &basic("writer"))]).await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn without_a_leader_from_the_start_the_page_is_told_so_and_nobody_is_let_in() {
    let fake = Fake::start().await;
    let key = SessionCookies::new_key();
    let earlier = Dashboard::keyed(vec![config("prod", &fake)], None, &key).await;
    earlier.led().await;
    let (_, cookies) = earlier.sign_in("", "guest", "guest").await;
    let (_, leaving) = earlier.sign_in("", "guest", "guest").await;
    for controller in &fake.controllers {
        controller.kill().await;
    }
    let dashboard = Dashboard::keyed(vec![config("prod", &fake), config("other", &fake)], None, &key).await;
    let signed_in = [("cookie", &*cookies), FROM_PAGE];

    let session = whoami(&dashboard, &signed_in).await;
    assert_eq!((session.user.as_deref(), session.clusters.len()), (Some("guest"), 2));
    assert!(session.unverified.unwrap().contains("no leader"));
    let nobody = whoami(&dashboard, &[FROM_PAGE]).await;
    assert!(nobody.user.is_none() && nobody.unverified.is_some());
    for path in ["/api/live?view=tasks", "/api/history/tasks", "/api/history/tasks/export?format=csv"] {
        for headers in [&signed_in[..], &[FROM_PAGE], &[("authorization", &*basic("guest"))]] {
            let status = dashboard.send(get(path, headers)).await.status();
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        }
    }
    let (status, clusters) = answered(dashboard.send(get("/api/clusters", &signed_in)).await).await;
    let entries = clusters["clusters"].as_array().unwrap();
    assert_eq!((status, entries.len()), (StatusCode::OK, 2));
    assert!(entries.iter().all(|entry| entry.get("status").is_none() && entry.get("controllers").is_none()));

    let leaving = [("cookie", &*leaving), FROM_PAGE];
    let out = dashboard.send(request(Method::DELETE, "/api/session", &leaving, "")).await;
    assert_eq!(out.status(), StatusCode::OK, "signing out needs no leader");
    fake.controllers[1].revive().await;
    fake.lead(1);
    eventually("the leader", async || whoami(&dashboard, &signed_in).await.unverified.is_none().then_some(())).await;
    assert_eq!(dashboard.send(get("/api/history/tasks", &signed_in)).await.status(), StatusCode::OK);
}

/// Requests in these tests come from this process, which counts as 127.0.0.1.
fn proxy() -> ProxyUsers {
    ProxyUsers { header: Some("x-forwarded-user".parse().unwrap()), addresses: vec!["127.0.0.1".parse().unwrap()] }
}

#[tokio::test]
async fn whom_a_trusted_proxy_names_reads_as_the_dashboard_and_operates_as_the_delegate() {
    let fake = Fake::start().await;
    let with_delegate = ClusterConfig { delegate: Credential::basic("writer", "writer"), ..config("prod", &fake) };
    let dashboard = Dashboard::of(vec![with_delegate, config("bound", &fake)], Some(proxy())).await;
    dashboard.led().await;
    let eva = ("x-forwarded-user", "eva");
    let session = whoami(&dashboard, &[eva, FROM_PAGE]).await;
    assert_eq!((session.user.as_deref(), session.bound, session.open), (Some("eva"), None, true));
    let body = r#"{"user":"guest","password":"guest"}"#;
    let (status, refusal) =
        answered(dashboard.send(request(Method::POST, "/api/session", &[eva, FROM_PAGE], body)).await).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "it would change nothing: {refusal}");
    assert_eq!(session.role.unwrap().as_str(), "EXTERNAL_READ_WRITE", "the delegate's");
    let operate = async |prefix: &str, headers: &[(&str, &str)]| {
        let path = format!("{prefix}{OPERATIONS}");
        answered(dashboard.send(request(Method::POST, &path, headers, create("by-proxy").to_string())).await).await
    };
    let (status, refusal) = operate("", &[eva, JSON]).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "any page could send it");
    assert!(refusal["message"].as_str().unwrap().contains("by a proxy"), "drove-cli has no cookie: {refusal}");
    assert_eq!(operate("", &[eva, JSON, FROM_PAGE]).await.0, StatusCode::OK);
    let detail = dashboard.recorded("", "by-proxy").await;
    assert_eq!(detail.submissions[0].user.as_deref(), Some("eva (as writer)"));
    assert_eq!(dashboard.send(get("/apis/v1/tasks", &[eva])).await.status(), StatusCode::OK);

    eventually("the other cluster's leader", async || {
        (dashboard.get("/clusters/bound/apis/v1/ping").await.0 == StatusCode::OK).then_some(())
    })
    .await;
    let (status, answer) = operate("/clusters/bound", &[eva, JSON, FROM_PAGE]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(answer["message"].as_str().unwrap().contains("no delegate account"), "{answer}");
    let (_, session) = answered(dashboard.send(get("/clusters/bound/api/session", &[eva, FROM_PAGE])).await).await;
    assert_eq!((&session["role"], session["bound"].is_string()), (&Value::from("EXTERNAL_READ_ONLY"), true));
    assert!(fake.arrivals().iter().all(|arrival| !arrival.headers.contains_key("x-forwarded-user")));
}

#[tokio::test]
async fn the_proxys_word_goes_before_the_password_that_the_proxy_asked_for() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::of(vec![config("prod", &fake)], Some(proxy())).await;
    dashboard.led().await;
    let headers = [("x-forwarded-user", "eva"), ("authorization", "Basic ZXZhOm9mLW5naW54"), FROM_PAGE];
    assert_eq!(whoami(&dashboard, &headers).await.user.as_deref(), Some("eva"));
    assert_eq!(dashboard.send(get("/apis/v1/cluster/events/latest", &headers)).await.status(), StatusCode::OK);
    let open = ClusterConfig { account: None, ..config("open", &fake) };
    let dashboard = Dashboard::of(vec![open], Some(proxy())).await;
    dashboard.led().await;
    dashboard.send(get("/apis/v1/tasks", &headers)).await;
    let passwords = fake.arrivals().into_iter().filter_map(|arrival| arrival.headers.get("authorization").cloned());
    assert!(passwords.into_iter().all(|password| password != "Basic ZXZhOm9mLW5naW54"), "it went on to the cluster");
}

#[tokio::test]
async fn nobody_else_may_name_a_user() {
    let fake = Fake::start().await;
    let elsewhere = ProxyUsers { addresses: vec!["10.0.0.0/8".parse().unwrap()], ..proxy() };
    let dashboard = Dashboard::of(vec![config("prod", &fake)], Some(elsewhere)).await;
    dashboard.led().await;
    assert_eq!(whoami(&dashboard, &[("x-forwarded-user", "eva"), FROM_PAGE]).await.user, None);
    let dashboard = Dashboard::of(vec![config("prod", &fake)], Some(proxy())).await;
    dashboard.led().await;
    let twice = [("x-forwarded-user", "eva"), ("x-forwarded-user", "root"), FROM_PAGE];
    assert_eq!(whoami(&dashboard, &twice).await.user, None);
    let mut named = get("/api/session", &[FROM_PAGE]);
    named.headers_mut().insert("x-forwarded-user", HeaderValue::from_bytes("müller".as_bytes()).unwrap());
    assert_eq!(answered(dashboard.send(named).await).await.1["user"], "müller");
}
