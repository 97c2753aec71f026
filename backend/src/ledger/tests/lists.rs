//! Lists against a naive model: [`HistoryQuery::matches`] and a sort in memory, over runs of every kind.

use super::*;
use model::dashboard::SortKey;
use std::cmp::Ordering as Order;

/// A small generator: the same runs and questions every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

const APPS: [&str; 4] = ["PAYMENTS", "REPORTS", "a_b", "NIGHT-ly"];
const USERS: [Option<&str>; 3] = [Some("admin"), Some("eva"), None];

/// A ledger with 400 runs in all kinds of states.
async fn filled() -> Fixture {
    let fixture = Fixture::new().await;
    let mut dice = Dice(7);
    for n in 0..400_i64 {
        let app = *dice.pick(&APPS);
        let id = format!("{}-{n}", dice.pick(&["job", "Batch", "x%y", "ünï"]));
        let seconds = i64::try_from(dice.roll(300)).unwrap();
        let mut intent = create_intent(&id, seconds);
        intent.key = TaskKey::new(app, id.as_str());
        intent.user = dice.pick(&USERS).map(str::to_owned);
        intent.operation =
            with_tags(&id, dice.pick::<&[_]>(&[&[], &[("team", "ml")], &[("team", "web"), ("night", "1")]]));
        let ours = dice.roll(4) > 0;
        if ours {
            fixture.ledger.record_rehearsed(vec![(intent, accepted())]).await.unwrap();
        }
        let executor = format!("e-{}", dice.roll(3));
        let mut seen = Vec::new();
        for (step, state) in (1..).zip(&GOOD_RUN[..dice.roll(7)]) {
            let mut event = raw_event(&id, &format!("TI-{n}"), state, seconds + step * 3);
            event.metadata.insert("APP_NAME".into(), app.into());
            event.metadata.insert("EXECUTOR_ID".into(), executor.clone().into());
            event.metadata.insert("CREATED".into(), at(seconds).millis().into());
            if event.metadata.contains_key("EXECUTOR_HOST") {
                event.metadata.insert("EXECUTOR_HOST".into(), format!("host-{executor}").into());
            }
            seen.push(Observation::Event(event));
        }
        if seen.is_empty() && dice.roll(2) == 0 {
            seen.push(Observation::AttemptsEnded { key: TaskKey::new(app, id.as_str()), at: at(seconds + 3) });
        }
        fixture.observe(seen).await;
    }
    fixture.set_time(1_000);
    fixture
}

fn with_tags(id: &str, tags: &[(&str, &str)]) -> Operation {
    let mut document = spec(id);
    document["tags"] = tags.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
    Operation::Create { spec: Arc::new(TaskSpec::from_json(&document).unwrap()), document }
}

fn random_query(dice: &mut Dice) -> HistoryQuery {
    let mut query = HistoryQuery {
        tab: dice.pick(Tab::ALL).clone(),
        sort: dice.pick(SortKey::ALL).clone(),
        descending: dice.roll(2) == 0,
        size: u32::try_from(1 + dice.roll(60)).unwrap(),
        page: u32::try_from(1 + dice.roll(3)).unwrap(),
        ..HistoryQuery::default()
    };
    let texts = ["", "", "pa", "J", "ments", "OB-1", "x%", "x%y", "a_", "%", "ünï-1", "\"", "ly", " batch "];
    query.text = (*dice.pick(&texts)).to_owned();
    if dice.roll(3) == 0 {
        query.apps = vec![(*dice.pick(&APPS)).to_owned(), "NONE".to_owned()];
    }
    if dice.roll(4) == 0 {
        let name = *dice.pick(&["placing", "STOPPED", "starting"]);
        query.states = vec![TaskState::Running, TaskState::from_wire(name)];
    }
    if dice.roll(4) == 0 {
        query.outcomes = vec![dice.pick(&[Outcome::Successful, Outcome::NotPlaced]).clone()];
    }
    if dice.roll(4) == 0 {
        query.executors = vec!["e-1".to_owned()];
    }
    if dice.roll(4) == 0 {
        query.submitters = vec!["eva".to_owned()];
    }
    if dice.roll(4) == 0 {
        query.tags = vec![(*dice.pick(&["team", "team=ml", "night=1"])).to_owned()];
    }
    if dice.roll(4) == 0 {
        query.since = Some(at(100));
    }
    if dice.roll(4) == 0 {
        query.until = Some(at(200));
    }
    query
}

fn naive_order(query: &HistoryQuery, now: Timestamp, a: &TaskRow, b: &TaskRow) -> Order {
    let took = |row: &TaskRow| row.ended.unwrap_or(now).millis() - row.submitted.millis();
    let missing = if query.sort == SortKey::Executor {
        a.executor_host.is_none().cmp(&b.executor_host.is_none())
    } else if query.sort == SortKey::Ended {
        a.ended.is_none().cmp(&b.ended.is_none())
    } else {
        Order::Equal
    };
    let order = match query.sort {
        SortKey::Submitted | SortKey::Other(_) => a.submitted.cmp(&b.submitted),
        SortKey::Took => took(a).cmp(&took(b)),
        SortKey::App => a.key.cmp(&b.key),
        SortKey::Id => a.key.id.cmp(&b.key.id),
        SortKey::Status => history::status_rank(a).cmp(&history::status_rank(b)),
        SortKey::Executor => a.executor_host.cmp(&b.executor_host),
        SortKey::Ended => a.ended.cmp(&b.ended),
        SortKey::Cores => a.cores.cmp(&b.cores),
        SortKey::Memory => a.memory_mb.cmp(&b.memory_mb),
    };
    let order = order.then(a.run_id.cmp(&b.run_id));
    missing.then(if query.descending { order.reverse() } else { order })
}

#[tokio::test]
async fn every_filter_and_sort_agrees_with_the_naive_model() {
    let fixture = filled().await;
    let all = fixture.ledger.rows_changed_since(0, 10_000).await.unwrap();
    assert!(all.len() > 300, "{}", all.len());
    let mut dice = Dice(11);
    let mut found = 0;
    for _ in 0..600 {
        let query = random_query(&mut dice);
        let mut expected: Vec<TaskRow> = all.iter().filter(|row| query.matches(row)).cloned().collect();
        expected.sort_by(|a, b| naive_order(&query, at(1_000), a, b));
        let page = fixture.ledger.page(&query).await.unwrap();
        let (n, size) = (expected.len(), query.size as usize);
        let shown: Vec<TaskRow> = expected.into_iter().skip((query.page as usize - 1) * size).take(size).collect();
        assert_eq!(page.rows, shown, "{query:?}");
        assert_eq!(page.matching, Count { n: n as u64, more: false }, "{query:?}");
        assert_eq!(page.next.is_some(), n > query.page as usize * size, "{query:?}");
        found += shown.len();

        let wide = HistoryQuery { tab: Tab::All, states: Vec::new(), outcomes: Vec::new(), ..query.clone() };
        let left: Vec<&TaskRow> = all.iter().filter(|row| wide.matches(row)).collect();
        let finished = left.iter().filter(|row| row.is_over()).count() as u64;
        assert_eq!(page.counts.finished, Count { n: finished, more: false });
        assert_eq!(page.counts.active.n, left.len() as u64 - finished);
        let running = left.iter().filter(|row| row.phase == Phase::Active && row.state == Some(TaskState::Running));
        assert_eq!(page.counts.by_state.get("RUNNING").copied().unwrap_or(0), running.count() as u64);
        let good = left.iter().filter(|row| row.outcome == Some(Outcome::Successful)).count() as u64;
        assert_eq!(page.counts.by_outcome.get("SUCCESSFUL").copied().unwrap_or(0), good);
        assert_eq!(fixture.ledger.counts(&query).await, (page.counts, page.matching));
    }
    assert!(found > 1_000, "the questions must find something: {found}");
}

#[tokio::test]
async fn pages_that_follow_one_another_are_the_whole_list() {
    let fixture = filled().await;
    for sort in SortKey::ALL {
        for descending in [false, true] {
            let all =
                HistoryQuery { tab: Tab::All, sort: sort.clone(), descending, size: 500, ..HistoryQuery::default() };
            let whole: Vec<i64> = fixture.ledger.page(&all).await.unwrap().rows.iter().map(|row| row.run_id).collect();
            let mut query = HistoryQuery { size: 37, ..all };
            let mut followed = Vec::new();
            loop {
                let page = fixture.ledger.page(&query).await.unwrap();
                assert_eq!(page.matching.n, whole.len() as u64);
                followed.extend(page.rows.iter().map(|row| row.run_id));
                let Some(next) = page.next else { break };
                query.after = Some(next);
            }
            assert_eq!(followed, whole, "{sort} {descending}");
        }
    }
}

#[tokio::test]
async fn a_walk_meets_every_run_once_in_the_order_of_the_query() {
    let fixture = filled().await;
    let mut dice = Dice(13);
    let mut met = 0;
    for _ in 0..60 {
        let asked = HistoryQuery { after: Some("nonsense".to_owned()), ..random_query(&mut dice) };
        let whole = HistoryQuery { page: 1, after: None, size: 500, ..asked.clone() };
        let whole = fixture.ledger.page(&whole).await.unwrap().rows;
        let mut walk = Walk::in_steps(fixture.ledger.clone(), &asked, 50, 7);
        let mut walked = Vec::new();
        while let Some(rows) = walk.next().await.unwrap() {
            assert!((1..=7).contains(&rows.len()), "no more is held than that");
            walked.extend(rows);
        }
        assert_eq!(walked, whole, "{asked:?}");
        met += walked.len();
    }
    assert!(met > 500, "the questions must find something: {met}");
}

#[tokio::test]
async fn lists_are_the_same_after_a_restart() {
    let fixture = filled().await;
    let all = HistoryQuery { tab: Tab::All, size: 500, ..HistoryQuery::default() };
    let before = fixture.ledger.page(&all).await.unwrap();
    let tagged = HistoryQuery { tags: vec!["team=ml".to_owned()], ..all.clone() };
    let fixture = fixture.reopened_in("world-1").await;
    let after = fixture.ledger.page(&all).await.unwrap();
    assert_eq!((&after.rows, &after.counts, &after.choices), (&before.rows, &before.counts, &before.choices));
    assert!(fixture.ledger.page(&tagged).await.unwrap().matching.n > 50);
}

#[tokio::test]
async fn filters_offer_what_is_known() {
    let fixture = filled().await;
    let choices = fixture.ledger.page(&HistoryQuery::default()).await.unwrap().choices;
    assert_eq!(choices.apps, ["NIGHT-ly", "PAYMENTS", "REPORTS", "a_b"]);
    let hosts: Vec<&str> = choices.executors.iter().map(|executor| executor.host.as_str()).collect();
    assert_eq!(hosts, ["host-e-0", "host-e-1", "host-e-2"]);
}

#[tokio::test]
async fn rows_come_in_the_order_of_their_last_change() {
    let fixture = Fixture::new().await;
    let mut changes = fixture.ledger.changes();
    for id in ["A", "B", "C"] {
        fixture.created(id, 0).await;
    }
    assert!(changes.has_changed().unwrap());
    let revision = *changes.borrow_and_update();
    fixture.observe([event("B", "TI-1", "RUNNING", 1), event("A", "TI-2", "RUNNING", 1)]).await;
    let changed = fixture.ledger.rows_changed_since(revision, 10).await.unwrap();
    let mut ids: Vec<&str> = changed.iter().map(|row| row.key.id.as_str()).collect();
    assert!(changed[0].revision < changed[1].revision && changed[1].revision == *changes.borrow());
    ids.sort_unstable();
    assert_eq!(ids, ["A", "B"]);
    let first = fixture.ledger.rows_changed_since(revision, 1).await.unwrap();
    assert_eq!(first, changed[..1]);
}

#[tokio::test]
async fn ids_of_events_are_in_details_and_in_no_list_or_export() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    let ids = |row: &TaskRow| row.transitions.iter().filter(|transition| transition.event_id.is_some()).count();
    let query = HistoryQuery { tab: Tab::All, ..HistoryQuery::default() };
    let page = fixture.ledger.page(&query).await.unwrap();
    let changed = fixture.ledger.rows_changed_since(0, 10).await.unwrap();
    let exported = fixture.ledger.walk(&query).next().await.unwrap().unwrap();
    assert_eq!((page.rows[0].transitions.len(), ids(&page.rows[0]), ids(&changed[0])), (1, 0, 0));
    assert_eq!((ids(&exported[0]), ids(&fixture.row("T").await)), (0, 1));
}
