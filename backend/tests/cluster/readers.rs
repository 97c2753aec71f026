//! A thousand pages are open: all are told, and the leader is asked no more than for one.

use super::{
    dashboard::{Dashboard, OPERATIONS, basic, create, get},
    fake::Fake,
};
use axum::body::BodyDataStream;
use futures_util::{StreamExt, future::join_all};
use http::StatusCode;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

const PAGES: usize = 1_000;
/// So many of them do not read what they are sent.
const SLOW: usize = 20;
/// More than any page may be behind, each in a frame of its own.
const CHANGES: usize = 90;
/// Frames follow one another so closely at most, and a little.
const FRAME: Duration = Duration::from_millis(60);
const DEADLINE: Duration = Duration::from_secs(120);

/// A page, as far as it listens.
struct Page {
    body: BodyDataStream,
    text: String,
    snapshots: usize,
}

impl Page {
    async fn open(dashboard: &Dashboard) -> Self {
        let request = get("/api/live?view=tasks", &[("authorization", &basic("admin"))]);
        let response = dashboard.send(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        Self { body: response.into_body().into_data_stream(), text: String::new(), snapshots: 0 }
    }

    /// Reads on until an event of this name tells of `what`.
    async fn until(&mut self, name: &str, what: &str) {
        let name = format!("event: {name}");
        let reading = async {
            loop {
                while let Some((event, rest)) = self.text.split_once("\n\n") {
                    let is_found = event.contains(&name) && event.contains(what);
                    self.snapshots += usize::from(event.contains("event: snapshot"));
                    self.text = rest.to_owned();
                    if is_found {
                        return;
                    }
                }
                let piece = self.body.next().await.expect("the stream goes on").unwrap();
                self.text.push_str(std::str::from_utf8(&piece).unwrap());
            }
        };
        timeout(DEADLINE, reading).await.unwrap_or_else(|_| panic!("no {name} with {what}"));
    }
}

/// Requests of the watcher, and of all others but operations.
fn asked(fake: &Fake) -> (usize, usize) {
    let by_watcher = |value: &http::HeaderValue| value == &*basic("watcher");
    let arrivals = fake.arrivals();
    let reads = arrivals.iter().filter(|arrival| arrival.uri.path() != OPERATIONS);
    let (own, others): (Vec<_>, Vec<_>) =
        reads.partition(|arrival| arrival.headers.get("authorization").is_some_and(by_watcher));
    (own.len(), others.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_pages_are_told_and_cost_the_leader_no_more_than_one() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    assert_eq!(dashboard.operate(&create("first")).await.status(), StatusCode::OK);
    dashboard.recorded("", "first").await;
    let mut one = Page::open(&dashboard).await;
    one.until("snapshot", "first").await;
    let (own, others) = asked(&fake);
    let begun = Instant::now();

    let mut pages = join_all((1..PAGES).map(|_| Page::open(&dashboard))).await;
    pages.push(one);
    join_all(pages[..PAGES - 1].iter_mut().map(|page| page.until("snapshot", "first"))).await;
    assert_eq!(dashboard.cluster().hub.readers(), PAGES);
    assert_eq!(dashboard.operate(&create("second")).await.status(), StatusCode::OK);
    join_all(pages.iter_mut().map(|page| page.until("delta", "second"))).await;

    // Some stop reading while much happens.
    let mut slow = pages.split_off(PAGES - SLOW);
    let reading = join_all(pages.iter_mut().map(|page| page.until("delta", "the-last")));
    let changing = async {
        for n in 0..CHANGES {
            let id = if n + 1 == CHANGES { "the-last".to_owned() } else { format!("change-{n}") };
            assert_eq!(dashboard.operate(&create(&id)).await.status(), StatusCode::OK);
            sleep(FRAME).await;
        }
    };
    tokio::join!(reading, changing);
    join_all(slow.iter_mut().map(|page| page.until("snapshot", "the-last"))).await;
    assert!(
        slow[..SLOW - 1].iter().all(|page| page.snapshots == 2),
        "one at first, and one instead of what was missed"
    );
    let kept_up = pages.iter().filter(|page| page.snapshots == 1).count();
    assert!(kept_up > PAGES / 2, "who keeps up needs none: {kept_up}");

    let (own, others) = (asked(&fake).0 - own, asked(&fake).1 - others);
    assert_eq!(others, 0, "pages ask nothing");
    let seconds = begun.elapsed().as_secs_f64();
    assert!(own as f64 <= 3.0 * (seconds + 1.0), "{own} requests in {seconds} s");
    dashboard.stop().await;
    fake.stop().await;
}
