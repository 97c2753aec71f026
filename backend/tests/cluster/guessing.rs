//! One limit on guessing, whichever way the password comes.

use super::{
    dashboard::{Dashboard, FROM_PAGE, config, credentials, eventually, get, request},
    fake::Fake,
};
use backend::config::ProxyUsers;
use http::{Method, StatusCode, header};
use serde_json::json;

/// Nobody else asks for it.
const DROVES: &str = "/apis/v1/applications";
const OURS: &str = "/api/history/tasks";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Page,
    Ours,
    Droves,
}

const WAYS: [Way; 3] = [Way::Page, Way::Ours, Way::Droves];
const OK: StatusCode = StatusCode::OK;
const WRONG: StatusCode = StatusCode::UNAUTHORIZED;
const LOCKED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

/// Whether the password is taken; `from` is what the proxy says of the client's address.
async fn sign_in(dashboard: &Dashboard, way: Way, user: &str, password: &str, from: &str) -> StatusCode {
    let presented = credentials(user, password);
    let by_basic = [("authorization", &*presented), ("x-forwarded-for", from)];
    let asked = match way {
        Way::Page => {
            let body = json!({ "user": user, "password": password }).to_string();
            request(Method::POST, "/api/session", &[FROM_PAGE, ("x-forwarded-for", from)], body)
        }
        Way::Ours => get(OURS, &by_basic),
        Way::Droves => get(DROVES, &by_basic),
    };
    let response = dashboard.send(asked).await;
    assert_eq!(response.headers().contains_key(header::RETRY_AFTER), matches!(response.status().as_u16(), 429 | 503));
    response.status()
}

async fn behind_a_proxy(fake: &Fake) -> Dashboard {
    let known = ProxyUsers { header: None, addresses: vec!["127.0.0.1".parse().unwrap(), "10.0.0.9".parse().unwrap()] };
    let dashboard = Dashboard::of(vec![config("prod", fake)], Some(known)).await;
    dashboard.led().await;
    dashboard
}

#[tokio::test]
async fn ten_failures_by_one_way_close_every_way_to_that_user_at_that_address() {
    let fake = Fake::start().await;
    for way in WAYS {
        let dashboard = behind_a_proxy(&fake).await;
        let at = async |way, user: &str, password: &str, from| sign_in(&dashboard, way, user, password, from).await;
        assert_eq!(at(way, "writer", "writer", "192.0.2.1").await, OK);
        for n in 0..10 {
            assert_eq!(at(way, "writer", &format!("guess-{n}"), "192.0.2.1").await, WRONG, "{way:?}");
            assert_eq!(at(way, "guest", "guest", "192.0.2.1").await, OK, "and hides nothing");
        }
        let sent = fake.controllers[0].count(DROVES);
        for closed in WAYS {
            assert_eq!(at(closed, "writer", "writer", "192.0.2.1").await, LOCKED, "{way:?}, then {closed:?}");
        }
        assert_eq!(fake.controllers[0].count(DROVES), sent, "nothing is sent");
        assert_eq!(at(way, "guest", "guest", "192.0.2.1").await, OK);
        assert_eq!(at(way, "writer", "writer", "192.0.2.2").await, OK);
    }
}

#[tokio::test]
async fn a_hundred_failures_close_an_address_to_everybody() {
    let fake = Fake::start().await;
    let dashboard = behind_a_proxy(&fake).await;
    for n in 0..100 {
        let way = WAYS[n % 3];
        assert_eq!(sign_in(&dashboard, way, &format!("user-{n}"), "guess", "192.0.2.1").await, WRONG, "{way:?}");
    }
    for way in WAYS {
        assert_eq!(sign_in(&dashboard, way, "writer", "writer", "192.0.2.1").await, LOCKED, "{way:?}");
        assert_eq!(sign_in(&dashboard, way, "writer", "writer", "192.0.2.2").await, OK, "{way:?}");
    }
}

#[tokio::test]
async fn guesses_from_many_addresses_do_not_lock_the_owner_out() {
    let fake = Fake::start().await;
    for way in WAYS {
        let dashboard = behind_a_proxy(&fake).await;
        assert_eq!(sign_in(&dashboard, way, "writer", "writer", "192.0.2.1").await, OK);
        for n in 0..100 {
            let from = format!("198.51.100.{n}");
            assert_eq!(sign_in(&dashboard, WAYS[n % 3], "writer", "guess", &from).await, WRONG);
        }
        for again in WAYS {
            assert_eq!(sign_in(&dashboard, again, "writer", "writer", "203.0.113.7").await, LOCKED, "{again:?}");
            assert_eq!(sign_in(&dashboard, again, "writer", "writer", "192.0.2.1").await, OK, "{way:?}, {again:?}");
        }
    }
}

#[tokio::test]
async fn guesses_count_and_locked_addresses_stay_locked_without_a_leader() {
    let fake = Fake::start().await;
    let dashboard = behind_a_proxy(&fake).await;
    let at = async |way, user: &str, password: &str| sign_in(&dashboard, way, user, password, "192.0.2.1").await;
    assert_eq!(at(Way::Page, "writer", "writer").await, OK);
    assert_eq!(at(Way::Ours, "guest", "guest").await, OK);
    for controller in &fake.controllers {
        controller.kill().await;
    }
    eventually("no leader", async || {
        (at(Way::Droves, "maint", "maint").await == StatusCode::SERVICE_UNAVAILABLE).then_some(())
    })
    .await;
    assert_eq!(at(Way::Ours, "writer", "writer").await, OK, "it was taken before, so other answers tell a guess");
    for n in 0..10 {
        let way = [Way::Page, Way::Ours][n % 2];
        assert_eq!(at(way, "writer", &format!("guess-{n}")).await, StatusCode::SERVICE_UNAVAILABLE, "{way:?}");
    }
    for way in WAYS {
        assert_eq!(at(way, "writer", "writer").await, LOCKED, "{way:?}");
    }
    for _ in 0..20 {
        assert_eq!(at(Way::Droves, "guest", "guest").await, StatusCode::SERVICE_UNAVAILABLE, "nothing was judged");
    }
    assert_eq!(at(Way::Ours, "guest", "guest").await, OK);
}

#[tokio::test]
async fn guesses_that_come_at_once_are_not_all_judged() {
    let fake = Fake::start().await;
    for path in [OURS, DROVES] {
        let dashboard = Dashboard::start(&fake).await;
        dashboard.led().await;
        let asked =
            async |presented: String| dashboard.send(get(path, &[("authorization", &presented)])).await.status();
        let guesses = (0..100).map(|n| asked(format!("O-Bearer guess-{n}")));
        let answers = futures_util::future::join_all(guesses).await;
        let count = |wanted| answers.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(WRONG), count(LOCKED)), (10, 90), "{path}");
        let right = (0..100).map(|_| asked(credentials("writer", "writer")));
        assert!(futures_util::future::join_all(right).await.iter().all(|status| *status == OK), "{path}");
    }
}

#[tokio::test]
async fn people_behind_a_proxy_are_told_apart_by_what_it_says() {
    let fake = Fake::start().await;
    let dashboard = behind_a_proxy(&fake).await;
    let attempt = async |password: &str, from: &str| sign_in(&dashboard, Way::Ours, "writer", password, from).await;
    for n in 0..10 {
        // What the client itself sends stands first and is not believed.
        let from = format!("198.51.100.{n}, 203.0.113.7, 10.0.0.9");
        assert_eq!(attempt("guess", &from).await, WRONG);
    }
    assert_eq!(attempt("writer", "203.0.113.7").await, LOCKED);
    for from in ["203.0.113.8", "203.0.113.9:51234", "2001:db8::1", "[2001:db8:1::1]", "[2001:db8:2::1]:99"] {
        for _ in 0..10 {
            assert_eq!(attempt("guess", from).await, WRONG, "{from}");
        }
        assert_eq!(attempt("writer", from).await, LOCKED, "{from}");
    }
    assert_eq!(attempt("writer", "203.0.113.10").await, OK);
}
