//! Logs that many follow: who reads them, and by whose rights.

use crate::{
    dashboard::{Dashboard, FROM_PAGE, answered, basic, config, create, eventually, get, taken},
    events::Events,
    fake::Fake,
};
use backend::config::ClusterConfig;
use http::StatusCode;
use model::dashboard::LogFrame;

const FILES: &str = "/apis/v1/logfiles/tasks/TEST_APP/T-1/read/";

/// A cluster with a task that writes, and a dashboard in front of it.
async fn at_work(change: impl FnOnce(ClusterConfig) -> ClusterConfig) -> (Fake, Dashboard) {
    let fake = Fake::start().await;
    let dashboard = Dashboard::of(vec![change(config("prod", &fake))], None).await;
    dashboard.led().await;
    assert_eq!(dashboard.operate(&create("T-1")).await.status(), StatusCode::OK);
    eventually("the log", async || {
        let (status, frame) = dashboard.get("/api/logs/TEST_APP/T-1/output.log?tail=10").await;
        (status == StatusCode::OK && frame["size"].as_u64() > Some(0)).then_some(())
    })
    .await;
    (fake, dashboard)
}

async fn follow(dashboard: &Dashboard, user: &str) -> Events {
    let live = get("/api/live?view=task&key=TEST_APP/T-1&log=output.log", &[("authorization", &basic(user))]);
    Events::of(dashboard.send(live).await)
}

/// The next lines.
async fn lines(events: &mut Events) -> LogFrame {
    loop {
        let event = events.next().await.unwrap();
        if event.name == "log" {
            return serde_json::from_str(&event.data).unwrap();
        }
    }
}

/// How often the log was read by a user.
fn reads(fake: &Fake, user: &str) -> usize {
    let is_theirs = |value: &http::HeaderValue| value == &*basic(user);
    let reads = fake.arrivals().into_iter().filter(|arrival| arrival.uri.path().starts_with(FILES));
    reads.filter(|arrival| arrival.headers.get("authorization").is_some_and(is_theirs)).count()
}

#[tokio::test]
async fn many_followers_share_one_reader_and_who_may_not_read_hears_nothing() {
    const FOLLOWERS: usize = 20;
    const ROUNDS: usize = 8;
    const SETTLED: usize = 4;
    let (fake, dashboard) = at_work(|cluster| cluster).await;
    let mut uninvited = follow(&dashboard, "norole").await;
    let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(event) = uninvited.next().await {
            drop(heard.send(event.name));
        }
    });
    let mut followers = Vec::new();
    for _ in 0..FOLLOWERS {
        followers.push(follow(&dashboard, "guest").await);
    }
    let mut ends = vec![0; FOLLOWERS];
    let mut at_first = 0;
    for round in 0..ROUNDS {
        if round == SETTLED {
            at_first = reads(&fake, "guest");
        }
        for (follower, end) in followers.iter_mut().zip(&mut ends) {
            let frame = lines(follower).await;
            assert!(*end == 0 || frame.from == *end, "nothing is left out or comes twice: {frame:?} after {end}");
            *end = frame.to;
        }
    }
    // Each the last part by itself, and what came before the shared reader had caught up; then nothing.
    assert!(at_first >= FOLLOWERS, "each is let in by a read of its own");
    let later = reads(&fake, "guest") - at_first;
    assert!(later <= FOLLOWERS, "{later} reads of {FOLLOWERS} followers in {} rounds", ROUNDS - SETTLED);
    assert!(reads(&fake, "watcher") >= ROUNDS - 3);
    // It asked, was refused, and hears the rest.
    assert_eq!(hears.recv().await.unwrap(), "snapshot");
    eventually("the refusal", async || (reads(&fake, "norole") > 0).then_some(())).await;
    while let Ok(event) = hears.try_recv() {
        assert_ne!(event, "log");
    }
}

#[tokio::test]
async fn followers_read_for_themselves_where_the_dashboard_may_not() {
    let (fake, dashboard) = at_work(|cluster| ClusterConfig { account: None, ..cluster }).await;
    let mut follower = follow(&dashboard, "guest").await;
    let mut end = lines(&mut follower).await.to;
    for _ in 0..3 {
        let frame = lines(&mut follower).await;
        assert_eq!(frame.from, end);
        end = frame.to;
    }
    assert!(reads(&fake, "guest") >= 4);
}

#[tokio::test]
async fn a_log_is_downloaded_from_a_leader_that_gives_no_json_there() {
    let (_fake, dashboard) = at_work(|cluster| cluster).await;
    let guest = basic("guest");
    let own = dashboard.send(get("/api/logs/TEST_APP/T-1/output.log?download", &[("authorization", &guest)])).await;
    assert_eq!(own.status(), StatusCode::OK);
    let text = String::from_utf8(taken(own).await.1.to_vec()).unwrap();
    assert!(text.contains("Action to be executed: TaskSpecValidator"), "{text}");

    let path = "/apis/v1/logfiles/tasks/TEST_APP/T-1/download/output.log";
    let asked = async |accept: &str, from_page: bool| {
        let mut headers = vec![("authorization", &*guest), ("accept", accept)];
        headers.extend(from_page.then_some(FROM_PAGE));
        dashboard.send(get(path, &headers)).await.status()
    };
    assert_eq!(asked("text/html,*/*;q=0.8", true).await, StatusCode::OK, "a browser that saves it");
    assert_eq!(asked("application/json", true).await, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(asked("application/json", false).await, StatusCode::NOT_ACCEPTABLE);

    let missing = dashboard.send(get("/api/logs/TEST_APP/T-1/gone.log?download", &[("authorization", &guest)])).await;
    let (status, answer) = answered(missing).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(answer["message"].as_str().unwrap().contains("gone.log"), "{answer}");
}
