//! Sessions of people: renewed, ended, and none where a cluster asks for nothing.

use super::{
    controllers::Trick,
    dashboard::{Dashboard, FROM_PAGE, JSON, OPERATIONS, answered, basic, config, cookies_after, create, get, request},
    fake::Fake,
    signing_in::whoami,
};
use axum::body::Body;
use backend::{
    clock,
    config::{Credential, SessionConfig},
    session::cookies::{CookieState, Session, SessionCookies},
};
use futures_util::{StreamExt, future::join_all};
use http::{HeaderMap, Method, StatusCode, header};
use model::{UserRole, dashboard::Door};
use std::time::Duration;

/// A dashboard, and what seals its cookies.
async fn sealed_by(fake: &Fake) -> (Dashboard, SessionCookies) {
    let (key, lasts) = (SessionCookies::new_key(), SessionConfig::default());
    let dashboard = Dashboard::keyed(vec![config("prod", fake)], None, &key).await;
    dashboard.led().await;
    (dashboard, SessionCookies::new(&key, "prod").lasting(lasts.idle, lasts.longest).shared())
}

/// A session of some minutes ago, as somebody who only reads, and its cookie.
fn earlier(cookies: &SessionCookies, user: &str) -> (Session, String) {
    let now = clock::wall().millis() / 1000;
    let session = Session {
        credential: Credential::basic(user, user),
        role: Some(UserRole::ReadOnly),
        issued: now - 1000,
        used: now - 400,
        ..Session::new(user, now)
    };
    let mut sealed = HeaderMap::new();
    cookies.sign_in(&HeaderMap::new(), &mut sealed, &session);
    (session, cookies_after(&sealed))
}

#[tokio::test]
async fn a_session_in_use_is_sealed_anew_and_its_role_learned_again_when_the_page_asks_for_it() {
    let fake = Fake::start().await;
    let lasts = SessionConfig::default();
    let (dashboard, cookies) = sealed_by(&fake).await;
    let now = clock::wall().millis() / 1000;
    let (earlier, cookie) = earlier(&cookies, "writer");
    let streams = join_all((0..3).map(|_| dashboard.send(get("/api/live?view=tasks", &[("cookie", &cookie)])))).await;
    assert!(streams.iter().all(|stream| stream.headers().contains_key(header::SET_COOKIE)));
    let probes = || fake.arrivals().iter().filter(|arrival| arrival.method == Method::POST).count();
    assert_eq!(probes(), 0, "streams and reads ask for no role");
    let response = dashboard.send(get("/api/session", &[("cookie", &cookie), FROM_PAGE])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(probes() > 0);
    let renewed = cookies_after(response.headers());
    let request = HeaderMap::from_iter([(header::COOKIE, renewed.parse().unwrap())]);
    let CookieState::Session(session) = cookies.read(&request, now) else { panic!("{renewed}") };
    assert!(session.used >= now && session.issued == earlier.issued);
    assert_eq!(session.role, Some(UserRole::ReadWrite), "it was another one when it was learned");

    let response = dashboard.send(get("/api/history/tasks", &[("cookie", &renewed), FROM_PAGE])).await;
    assert!(!response.headers().contains_key(header::SET_COOKIE), "not every time");
    let mut idle = HeaderMap::new();
    let used = now - i64::try_from(lasts.idle.as_secs()).unwrap();
    cookies.seal(&HeaderMap::new(), &mut idle, &Session { used, issued: used, ..session });
    let status = dashboard.send(get("/api/history/tasks", &[("cookie", &cookies_after(&idle))])).await.status();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_copy_of_a_cookie_that_was_signed_out_is_worth_nothing() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let (_, signed_out) = dashboard.sign_in("", "guest", "guest").await;
    let (_, elsewhere) = dashboard.sign_in("", "guest", "guest").await;
    let status =
        async |cookie: &str, path: &str| dashboard.send(get(path, &[("cookie", cookie), FROM_PAGE])).await.status();
    let (ours, droves) = ("/api/history/tasks", "/apis/v1/tasks");
    assert_eq!(status(&signed_out, ours).await, StatusCode::OK);
    dashboard.send(request(Method::DELETE, "/api/session", &[("cookie", &signed_out), FROM_PAGE], "")).await;
    for path in [ours, droves] {
        assert_eq!(status(&signed_out, path).await, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(status(&elsewhere, path).await, StatusCode::OK, "{path}, of the same second");
    }
    let (_, again) = dashboard.sign_in("", "guest", "guest").await;
    assert_eq!(status(&again, ours).await, StatusCode::OK);
}

#[tokio::test]
async fn a_late_answer_renews_no_session() {
    /// Nobody else asks for it.
    const APPLICATIONS: &str = "/apis/v1/applications";
    let fake = Fake::start().await;
    let (dashboard, cookies) = sealed_by(&fake).await;
    let (_, cookie) = earlier(&cookies, "guest");
    let is_renewed = async || {
        let response = dashboard.send(get(APPLICATIONS, &[("cookie", &cookie), FROM_PAGE])).await;
        response.headers().contains_key(header::SET_COOKIE)
    };
    assert!(is_renewed().await);
    // Whoever sits at the browser may have signed out meanwhile, and somebody else in.
    fake.controllers[0].trick_for(APPLICATIONS, Trick::Waits(Duration::from_secs(3)));
    assert!(!is_renewed().await);
}

/// The rest of a stream, until it ends.
async fn ends(stream: Body) {
    let mut parts = stream.into_data_stream();
    while parts.next().await.is_some() {}
}

#[tokio::test]
async fn streams_end_with_their_session() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let (_, guest) = dashboard.sign_in("", "guest", "guest").await;
    let (_, writer) = dashboard.sign_in("", "writer", "writer").await;
    let open = async |cookies: &str| {
        let response = dashboard.send(get("/api/live?view=tasks", &[("cookie", cookies), FROM_PAGE])).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body()
    };
    let (of_guest, of_writer) = (open(&guest).await, open(&writer).await);
    let sign_out = async |cookies: &str| {
        dashboard.send(request(Method::DELETE, "/api/session", &[("cookie", cookies), FROM_PAGE], "")).await;
    };
    let of_writer = tokio::spawn(ends(of_writer));
    tokio::join!(ends(of_guest), sign_out(&guest));
    assert!(!of_writer.is_finished(), "others go on");
    sign_out(&writer).await;
    of_writer.await.unwrap();

    let short = SessionConfig { longest: Duration::from_secs(2), ..SessionConfig::default() };
    let dashboard = Dashboard::configured(vec![config("prod", &fake)], None, &SessionCookies::new_key(), &short).await;
    dashboard.led().await;
    let (_, guest) = dashboard.sign_in("", "guest", "guest").await;
    let response = dashboard.send(get("/api/live?view=tasks", &[("cookie", &guest), FROM_PAGE])).await;
    assert_eq!(response.status(), StatusCode::OK);
    ends(response.into_body()).await;
}

#[tokio::test]
async fn a_cluster_that_asks_for_nothing_has_nothing_to_sign_out_of() {
    let fake = Fake::open().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let session = whoami(&dashboard, &[FROM_PAGE]).await;
    assert_eq!((session.user.as_deref(), session.open), (Some("anonymous"), true));
    assert_eq!(session.role.unwrap().as_str(), "EXTERNAL_ROOT");
    let out = dashboard.send(request(Method::DELETE, "/api/session", &[FROM_PAGE], "")).await;
    let (status, answer) = answered(out).await;
    assert_eq!((status, answer["user"].as_str()), (StatusCode::OK, Some("anonymous")));
    assert_eq!(dashboard.sign_in("", "admin", "whatever").await, (StatusCode::BAD_REQUEST, String::new()));
    let claims = whoami(&dashboard, &[("authorization", &basic("admin"))]).await;
    assert_eq!((claims.user.as_deref(), claims.open), (Some("anonymous"), true), "a name that nothing proves");

    let operate = async |id: &str, headers: &[(&str, &str)]| {
        let headers = [headers, &[JSON]].concat();
        dashboard.send(request(Method::POST, OPERATIONS, &headers, create(id).to_string())).await.status()
    };
    assert_eq!(operate("by-page", &[FROM_PAGE]).await, StatusCode::OK);
    assert_eq!(operate("by-cli", &[]).await, StatusCode::OK);
    assert_eq!(operate("by-other", &[("sec-fetch-site", "cross-site")]).await, StatusCode::FORBIDDEN);
    let sent = async |id: &str| {
        let detail = dashboard.recorded("", id).await;
        (detail.submissions[0].user.clone(), detail.submissions[0].door.clone())
    };
    assert_eq!(sent("by-page").await, (Some("anonymous".to_owned()), Door::Page));
    assert_eq!(sent("by-cli").await, (None, Door::Api));
}
