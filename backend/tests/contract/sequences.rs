//! Groups in which time passes: the recorded requests at the recorded moments of the cluster's time.

use super::{
    compare::differences,
    exceptions,
    recording::{self, Exchange},
    world::{Answer, TAGGED, UNTAGGED, World, any, container, create, gpu, key, kill, lasting},
};
use controller::{OutputLine, Stream};
use model::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A recording being played to a world.
struct Replay {
    world: World,
    group: &'static str,
    /// Cluster time at which the group begins, shifted by what waiting for a polled answer took longer than it did in
    /// reality; and what the real cluster's clock said then.
    begun: Timestamp,
    real_begun_ms: i64,
    /// Which moments of the recording were reached when.
    moments: Vec<(u64, Timestamp)>,
    /// Figures that lag behind by the phase of a refresh, and are not waited for.
    lagging: &'static [&'static str],
    report: Vec<String>,
    compared: usize,
}

impl Replay {
    /// `real_begun_ms` is only needed where requests name moments.
    fn new(group: &'static str, world: World, real_begun_ms: i64) -> Self {
        let begun = world.cluster.now();
        Self {
            world,
            group,
            begun,
            real_begun_ms,
            moments: vec![(0, begun)],
            lagging: &[],
            report: Vec::new(),
            compared: 0,
        }
    }

    /// Lets time pass up to the moment of an exchange.
    async fn reach(&mut self, at_ms: u64) {
        let at = self.begun + Duration::from_millis(at_ms);
        let now = self.world.cluster.now();
        self.begun = self.begun + now.since(at);
        self.world.step(at.since(now)).await;
        self.moments.push((at_ms, self.world.cluster.now()));
    }

    /// The moment of this world's time that stands for one of the real clock.
    fn moment(&self, real_ms: i64) -> i64 {
        let offset = real_ms - self.real_begun_ms;
        let before = |at_ms: u64| i64::try_from(at_ms).is_ok_and(|at_ms| at_ms <= offset);
        let (at_ms, time) = self.moments.iter().rfind(|(at_ms, _)| before(*at_ms)).unwrap_or(&self.moments[0]);
        time.0 + offset - i64::try_from(*at_ms).unwrap()
    }

    /// The request with the moments that it names moved into this world's time.
    fn moved(&self, exchange: &Exchange) -> recording::Request {
        let mut request = exchange.request.clone();
        if let Some((before, after)) = request.path.split_once("lastSyncTime=1795") {
            let (digits, rest) = after.split_once('&').map_or((after, String::new()), |(d, r)| (d, format!("&{r}")));
            let real: i64 = format!("1795{digits}").parse().unwrap();
            request.path = format!("{before}lastSyncTime={}{rest}", self.moment(real));
        }
        request
    }

    /// Sends one exchange at its moment, and compares the answer.
    async fn exchange(&mut self, exchange: &Exchange) {
        if exceptions::row_of(self.group, exchange).is_some() {
            return;
        }
        self.reach(exchange.at_ms).await;
        let answer = self.world.send(&self.moved(exchange)).await;
        self.compare(exchange, &answer);
    }

    /// Sends an exchange that was polled until the answer is the recorded one, figures included.
    async fn polled(&mut self, exchange: &Exchange) {
        let request = self.moved(exchange);
        let wanted = figures(&exchange.response.body, self.lagging);
        let mut last = Value::Null;
        for _ in 0..1200 {
            let answer = self.world.send(&request).await;
            last = figures(&answer.json(), self.lagging);
            if last == wanted {
                return self.compare(exchange, &answer);
            }
            self.world.step(Duration::from_millis(50)).await;
        }
        self.report
            .push(format!("{}: within a minute the last answer was\n    {last}\n  not\n    {wanted}", exchange.id));
    }

    fn compare(&mut self, exchange: &Exchange, answer: &Answer) {
        let found = differences(exchange, answer);
        self.compared += 1;
        if !found.is_empty() {
            self.report.push(format!("{}: {}\n    {}", exchange.id, found.join("; "), answer.json()));
        }
    }

    fn end(self, at_least: usize) {
        let Self { group, report, compared, .. } = self;
        assert!(report.is_empty(), "{group}: {} of {compared} differ\n{}", report.len(), report.join("\n"));
        assert!(compared >= at_least, "{group}: only {compared} exchanges were compared");
    }
}

/// A body without what cannot be the same twice: identities, times, applications (row `applications`), order of lists.
fn figures(body: &Value, lagging: &[&str]) -> Value {
    const VOLATILE: [&str; 10] = [
        "instanceId",
        "INSTANCE_ID",
        "created",
        "CREATED",
        "updated",
        "id",
        "time",
        "lastSyncTime",
        "generatedAt",
        "numApplications",
    ];
    let is_kept = |name: &str| !VOLATILE.contains(&name) && !lagging.contains(&name);
    match body {
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, _)| is_kept(name));
            let mut kept: Vec<_> = kept.map(|(name, value)| (name.clone(), figures(value, lagging))).collect();
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(kept.into_iter().collect())
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(|value| figures(value, lagging)).collect();
            list.sort_by_key(Value::to_string);
            Value::Array(list)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => body.clone(),
    }
}

fn was_polled(exchange: &Exchange) -> bool {
    exchange.id.rsplit_once('-').is_some_and(|(_, n)| n.len() == 1 && n.parse::<u32>().is_ok())
        && exchange.situation.contains("polled")
}

fn find<'a>(exchanges: &'a [Exchange], id: &str) -> &'a Exchange {
    exchanges.iter().find(|exchange| exchange.id == id).unwrap()
}

#[tokio::test]
async fn executors() {
    let names = ["x1-022038", "x2-022038", "x3-022038"];
    let world = World::recorded(names.map(|id| (key(id), lasting()))).await;
    let mut replay = Replay::new("executors", world, 0);
    for exchange in recording::group("executors") {
        match exchange.id.as_str() {
            "list-busy" => {
                replay.world.create(names[0], 64, any()).await;
                replay.world.create(names[1], 64, gpu()).await;
                replay.world.create(names[2], 128, gpu()).await;
            }
            "freed-list" => {
                for id in names {
                    replay.world.post("/apis/v1/tasks/operations", &kill(id)).await;
                }
            }
            _ => {}
        }
        // The dashboard's figures hold an application that this cluster does not have.
        if was_polled(&exchange) && !exchange.id.contains("dashboard") {
            replay.polled(&exchange).await;
        } else {
            replay.exchange(&exchange).await;
        }
    }
    replay.end(24);
}

#[tokio::test]
async fn events() {
    let world = World::recorded([(key("failed"), super::world::failing(5))]).await;
    world.create("failed", 64, any()).await;
    world.until("the task ends", async || world.state("failed").await == "STOPPED").await;
    let newest = world.get("/apis/v1/cluster/events/latest").await.json()["data"]["lastSyncTime"].as_i64().unwrap();
    let mut replay = Replay::new("events", world, 1_795_572_888_003);
    replay.moments = vec![(0, Timestamp(newest))];
    for exchange in recording::group("events") {
        replay.exchange(&exchange).await;
    }
    replay.end(15);
}

#[tokio::test]
async fn logs() {
    let lines =
        (0..600).map(|n| (n, OutputLine { stream: Stream::Stdout, text: format!("line {n} grüße 🚀") })).collect();
    let world = World::recorded([(key("log-021145"), container(lines, Some(13_000)))]).await;
    let mut replay = Replay::new("logs", world, 0);
    replay.world.create("log-021145", 64, gpu()).await;
    for exchange in recording::group("logs") {
        if exchange.id == "end-instance-2" {
            replay.polled(&exchange).await;
        } else {
            replay.exchange(&exchange).await;
        }
    }
    replay.end(43);
}

#[tokio::test]
async fn maintenance() {
    let behaviours = [(key("m1-021715"), lasting()), (key("m2-021715"), container(Vec::new(), Some(6_000)))];
    let world = World::recorded(behaviours).await;
    // The recording began when the summary of the cluster was due again in less than 12 s.
    world.step(Duration::from_millis(18_400)).await;
    let mut replay = Replay::new("maintenance", world, 1_795_573_035_662);
    replay.lagging = &["freeCores", "usedCores", "freeMemory", "usedMemory"];
    replay.world.create("m1-021715", 64, any()).await;
    replay.world.create("m2-021715", 64, gpu()).await;
    for exchange in recording::group("maintenance") {
        if was_polled(&exchange) {
            replay.polled(&exchange).await;
        } else {
            replay.exchange(&exchange).await;
        }
    }
    replay.end(36);
}

#[tokio::test]
async fn blacklist() {
    let world = World::recorded([(key("bl-021858"), lasting())]).await;
    world.create("bl-021858", 64, gpu()).await;
    world.step(Duration::from_secs(35)).await;
    let mut replay = Replay::new("blacklist", world, 1_795_573_138_119);
    let exchanges = recording::group("blacklist");
    let mut waiting: Option<(String, JoinHandle<Answer>)> = None;
    for exchange in &exchanges {
        if matches!(exchange.id.as_str(), "blacklist" | "unblacklist") {
            replay.reach(exchange.at_ms).await;
            waiting = Some((exchange.id.clone(), replay.world.send_aside(&exchange.request)));
            continue;
        }
        if exchange.id != "during-blacklist-second"
            && let Some((id, task)) = waiting.take()
        {
            let world = &replay.world;
            world.until("the executor changes", async || task.is_finished()).await;
            replay.compare(find(&exchanges, &id), &task.await.unwrap());
        }
        if was_polled(exchange) {
            replay.polled(exchange).await;
        } else {
            replay.exchange(exchange).await;
        }
    }
    replay.end(27);
}

#[tokio::test]
async fn cli() {
    let lines = (0..25).map(|n| (n * 1000, OutputLine { stream: Stream::Stdout, text: format!("tick {n}") })).collect();
    let world = World::recorded([(key("cli-021657"), container(lines, Some(25_000)))]).await;
    let mut replay = Replay::new("cli", world, 0);
    for command in recording::cli() {
        for exchange in command.exchanges {
            let exchange = Exchange { id: command.id.clone(), ..exchange };
            if exchange.id == "tasks-show-killed" && exchange.request.path.contains("instances") {
                replay.polled(&exchange).await;
            } else {
                replay.exchange(&exchange).await;
            }
        }
    }
    replay.end(50);
}

/// What a recording cannot show: the very figures of placement on two executors.
#[tokio::test]
async fn a_full_cluster_is_refused_once_it_has_been_seen() {
    let world = World::recorded([(key("a"), lasting()), (key("b"), lasting())]).await;
    world.create("a", 64, gpu()).await;
    world.create("b", 64, gpu()).await;
    assert_eq!(world.post("/apis/v1/tasks/operations", &create("c", 64, gpu())).await.status, 200);
    world.step(Duration::from_secs(25)).await;
    let refused = world.post("/apis/v1/tasks/operations", &create("d", 64, gpu())).await;
    assert_eq!(refused.status, 400);
    assert!(refused.entries().contains("Cluster does not have enough CPU. Required: 1 Available: 0"));
    assert_eq!(world.state("c").await, "none");
    let used = |id: &'static str| {
        let world = &world;
        async move {
            world.get(&format!("/apis/v1/cluster/executors/{id}")).await.json()["data"]["state"]["cpus"]["usedCores"]
                .clone()
        }
    };
    assert_eq!(used(TAGGED).await, json!({ "0": [0, 1] }));
    assert_eq!(used(UNTAGGED).await, json!({}));
}
