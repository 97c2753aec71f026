//! The living default: several apps at work on the demo's machines, a new task every 10 to 20 s, about ten at a time.
//! Most end well; now and then one fails, cannot be pulled, runs out of memory, is killed, or fits nowhere.

use super::Scenario;
use crate::{Command, random::Stream};
use model::{
    ClusterOpSpec, DroveDuration, Executable, PlacementPolicy, ResourceRequirement, TaskKey, TaskSpec, Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

/// A kind of work that comes again and again.
struct Lane {
    app: &'static str,
    /// Start of the task's ID; a number follows.
    prefix: &'static str,
    first_number: u64,
    /// Seconds between two of them, on average.
    period: u64,
    image: &'static str,
    cores: i64,
    memory_mb: i64,
    /// Shortest and longest run in seconds; absent = as the image does by itself.
    seconds: Option<(u64, u64)>,
    /// Exit code of some, and how many of a hundred.
    fails: Option<(i64, u64)>,
    tag: Option<&'static str>,
    /// How many of a hundred are killed while they run.
    killed: u64,
}

const fn lane(app: &'static str, prefix: &'static str, period: u64, image: &'static str) -> Lane {
    Lane {
        app,
        prefix,
        first_number: 1,
        period,
        image,
        cores: 1,
        memory_mb: 512,
        seconds: None,
        fails: None,
        tag: None,
        killed: 0,
    }
}

const LANES: [Lane; 10] = [
    Lane {
        seconds: Some((20, 90)),
        fails: Some((3, 8)),
        killed: 9,
        ..lane("TEST_APP", "T", 40, "ghcr.io/appform-io/test-task")
    },
    Lane {
        first_number: 1100,
        cores: 1,
        memory_mb: 2_048,
        seconds: Some((60, 200)),
        fails: Some((1, 6)),
        ..lane("REPORTS_ETL", "hourly-", 75, "registry.example/reports/etl:2.4")
    },
    Lane {
        first_number: 871,
        cores: 4,
        memory_mb: 8_192,
        seconds: Some((260, 540)),
        ..lane("BILLING", "invoice-batch-", 120, "registry.example/billing/invoices:7")
    },
    Lane {
        first_number: 41,
        cores: 8,
        memory_mb: 24_576,
        seconds: Some((400, 900)),
        tag: Some("gpu"),
        killed: 8,
        ..lane("ML_TRAINER", "train-resnet-", 300, "registry.example/ml/train:cuda-12")
    },
    Lane {
        first_number: 1123,
        cores: 2,
        memory_mb: 4_096,
        ..lane("REPORTS_ETL", "daily-ledger-", 200, "demo/fails:1")
    },
    Lane {
        cores: 2,
        memory_mb: 4_096,
        seconds: Some((15, 60)),
        ..lane("SEARCH_INDEX", "rebuild-", 230, "demo/slow-pull:1")
    },
    Lane {
        first_number: 7,
        cores: 8,
        memory_mb: 62_464,
        ..lane("ML_TRAINER", "eval-bert-", 430, "registry.example/ml/eval:3")
    },
    Lane { first_number: 2231, ..lane("REPORTS_ETL", "vendor-sync-", 520, "demo/missing:1") },
    Lane { first_number: 310, cores: 2, memory_mb: 2_048, ..lane("BILLING", "dunning-", 560, "demo/oom:1") },
    Lane { first_number: 90, ..lane("SEARCH_INDEX", "warm-cache-", 840, "demo/stalled-pull:1") },
];

/// A new cluster refuses operations for 40 s.
const BEGINS_AFTER: Duration = Duration::from_secs(45);

/// The first command of the scenario after `now`.
pub(super) fn next(scenario: &Scenario, now: Timestamp) -> Option<(Timestamp, Command)> {
    let creates = (0..LANES.len()).filter_map(|index| next_create(scenario, index, now));
    let kills = (0..LANES.len()).filter_map(|index| next_kill(scenario, index, now));
    creates.chain(kills).min_by_key(|(at, _)| *at)
}

fn next_create(scenario: &Scenario, index: usize, now: Timestamp) -> Option<(Timestamp, Command)> {
    let lane = LANES.get(index)?;
    let (at, number) = (earliest(scenario, lane, now)..)
        .map(|number| (create_time(scenario, index, lane, number), number))
        .find(|(at, _)| *at > now)?;
    let spec = Box::new(spec(scenario, lane, number));
    Some((at, Command::Create { spec, op: ClusterOpSpec::default() }))
}

fn next_kill(scenario: &Scenario, index: usize, now: Timestamp) -> Option<(Timestamp, Command)> {
    let lane = LANES.get(index).filter(|lane| lane.killed > 0)?;
    // A kill belongs to a task created up to one period before; one in a thousand is found for sure.
    let from = earliest(scenario, lane, now).saturating_sub(2);
    (from..from + 1_000).find_map(|number| {
        let mut stream = Stream::of(scenario.seed, "scenario kill", &key(lane, number), 0);
        if !stream.chance(lane.killed) {
            return None;
        }
        let after = Duration::from_secs(stream.between(9, 18));
        // Creates and kills never share a millisecond.
        let at = create_time(scenario, index, lane, number) + after + Duration::from_millis(LANES.len() as u64);
        (at > now).then(|| (at, Command::Kill { key: key(lane, number), op: ClusterOpSpec::default() }))
    })
}

/// A number whose time is surely not after `now` by more than a period.
fn earliest(scenario: &Scenario, lane: &Lane, now: Timestamp) -> u64 {
    let lived = now.since(scenario.start + BEGINS_AFTER).as_secs();
    (lived / lane.period).saturating_sub(1)
}

/// When the task of this number is created: once in each period, at a random moment of its first two thirds. Lanes
/// never share a millisecond, since the command after a time is asked for by that time.
fn create_time(scenario: &Scenario, index: usize, lane: &Lane, number: u64) -> Timestamp {
    let period = lane.period * 1_000;
    let late = Stream::of(scenario.seed, "scenario time", &key(lane, number), 0).below(period * 2 / 3);
    let offset = number * period + late;
    let apart = 2 * LANES.len() as u64;
    scenario.start + BEGINS_AFTER + Duration::from_millis(offset - offset % apart + index as u64)
}

fn key(lane: &Lane, number: u64) -> TaskKey {
    TaskKey::new(lane.app, format!("{}{:04}", lane.prefix, lane.first_number + number))
}

fn spec(scenario: &Scenario, lane: &Lane, number: u64) -> TaskSpec {
    let key = key(lane, number);
    let mut stream = Stream::of(scenario.seed, "scenario spec", &key, 0);
    let mut env = BTreeMap::from([("REGION".to_owned(), "in-west-1".to_owned())]);
    if let Some((least, most)) = lane.seconds {
        let name = if lane.image.ends_with("test-task") { "ITERATIONS" } else { "SECONDS" };
        env.insert(name.to_owned(), stream.between(least, most).to_string());
    }
    if let Some((code, _)) = lane.fails.filter(|(_, percent)| stream.chance(*percent)) {
        env.insert("EXIT_CODE".to_owned(), code.to_string());
    }
    if lane.app == "BILLING" {
        env.insert("LEDGER_API_TOKEN".to_owned(), stream.hex(24));
    }
    let placement_policy = match lane.tag {
        Some(tag) => PlacementPolicy::MatchTag { tag: tag.to_owned() },
        None => PlacementPolicy::Any,
    };
    TaskSpec {
        source_app_name: key.app,
        task_id: key.id,
        executable: Some(Executable {
            url: lane.image.to_owned(),
            docker_pull_timeout: Some(DroveDuration::seconds(100)),
        }),
        resources: vec![
            ResourceRequirement::Cpu { count: lane.cores },
            ResourceRequirement::Memory { size_in_mb: lane.memory_mb },
        ],
        placement_policy: Some(placement_policy),
        tags: Some(BTreeMap::from([("origin".to_owned(), "scenario".to_owned())])),
        env: Some(env),
        ..TaskSpec::default()
    }
}
