//! `seed_ledger FILE COUNT`: a ledger of COUNT ended runs, told to it as a watcher and its users would have told them.
//! For `cargo xtask bench history-million`.

use backend::ledger::{Answer, Intent, Ledger, LedgerConfig, LedgerError, Observation, Operation, Place};
use model::{
    DroveEvent, TaskKey, TaskSpec, Timestamp,
    dashboard::{AnswerKind, Door},
};
use serde_json::{Value, json};
use std::{env, error::Error, path::Path, sync::Arc, time::Duration};

/// Runs told at once.
const CHUNK: u64 = 2_000;
/// The last run ends now, the first was submitted so long ago.
const SPAN: Duration = Duration::from_secs(20 * 24 * 3600);

const APPS: [&str; 12] = [
    "BILLING",
    "REPORTS_ETL",
    "ML_TRAINER",
    "TEST_APP",
    "SEARCH_INDEX",
    "IMAGE_RESIZE",
    "FRAUD_CHECK",
    "MAILER",
    "BACKUP",
    "GEO_TILES",
    "LEDGER_CLOSE",
    "RARE_APP",
];
const KINDS: [&str; 6] = ["nightly", "hourly", "adhoc", "replay", "Export", "train"];
const USERS: [&str; 6] = ["admin", "eva", "nightly-cron", "ml-team", "ops", "rarely"];
const TEAMS: [&str; 4] = ["data", "ml", "web", "ops"];

/// A small generator: the same runs every time.
struct Dice(u64);

impl Dice {
    /// A number below `sides`, each as likely as the next.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// One of `from`; each is half as likely as the one before it, and the last is as rare as 1 in 2,000.
    fn skewed<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let last = from.len() - 1;
        if self.roll(2_000) == 0 {
            return from[last];
        }
        let at = self.roll(1 << 20).leading_zeros() as usize - 44;
        from[at.min(last.saturating_sub(1))]
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, count] = arguments.as_slice() else { return Err("seed_ledger FILE COUNT".into()) };
    let count: u64 = count.parse()?;
    let now = Timestamp(i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?);
    let ledger = open(Path::new(file), now).await?;
    let mut dice = Dice(1);
    for first in (0..count).step_by(usize::try_from(CHUNK)?) {
        let (mut sent, mut seen) = (Vec::new(), Vec::new());
        for n in first..(first + CHUNK).min(count) {
            let share = n as f64 / count as f64;
            let submitted = now - SPAN.mul_f64(1.0 - share);
            let (operation, observations) = run(&mut dice, n, submitted)?;
            sent.push(operation);
            seen.extend(observations);
        }
        ledger.record_rehearsed(sent).await?;
        ledger.observe(seen).await?;
    }
    ledger.close().await;
    Ok(())
}

async fn open(file: &Path, now: Timestamp) -> Result<Ledger, LedgerError> {
    let config = LedgerConfig {
        place: Place::File(file.to_owned()),
        cluster: "demo".to_owned(),
        world: "seeded".to_owned(),
        keep: SPAN * 10,
        keep_bytes: None,
        keep_secret_env: true,
        ids_taken_for: Duration::from_secs(3600),
    };
    Ledger::open(config, Arc::new(move || now)).await
}

type Operations = (Intent, Answer);

/// The CREATE of run `n`, and what was seen of it.
fn run(dice: &mut Dice, n: u64, submitted: Timestamp) -> Result<(Operations, Vec<Observation>), Box<dyn Error>> {
    let app = dice.skewed(&APPS);
    let id = format!("{}-{n:07}", dice.skewed(&KINDS));
    let document = json!({
        "sourceAppName": app, "taskId": id,
        "executable": {"type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"},
        "resources": [
            {"type": "CPU", "count": 1 + dice.roll(8)},
            {"type": "MEMORY", "sizeInMB": 128 << dice.roll(6)},
        ],
        "placementPolicy": {"type": "ANY"},
        "tags": {"team": dice.skewed(&TEAMS)},
        "env": {"ITERATIONS": "1"},
    });
    let key = TaskKey::new(app, id.as_str());
    let operation = Operation::Create { spec: Arc::new(TaskSpec::from_json(&document)?), document };
    let user = Some(dice.skewed(&USERS).to_owned());
    let intent = Intent { key: key.clone(), operation, at: submitted, user, door: Door::Api, op_spec: Value::Null };
    let answer = Answer { kind: AnswerKind::Accepted, status: Some(200), words: Vec::new() };
    let seen = if dice.roll(50) == 0 {
        vec![Observation::AttemptsEnded { key, at: submitted + Duration::from_secs(15) }]
    } else {
        let ended = submitted + Duration::from_millis(2_000 + dice.roll(600_000));
        let executor = dice.roll(40);
        let is_good = dice.roll(10) > 0;
        let event = |state: &str, at: Timestamp| event(&key, n, executor, is_good, state, submitted, at);
        vec![event("RUNNING", submitted + Duration::from_secs(1))?, event("STOPPED", ended)?]
    };
    Ok(((intent, answer), seen))
}

fn event(
    key: &TaskKey,
    n: u64,
    executor: u64,
    is_good: bool,
    state: &str,
    created: Timestamp,
    at: Timestamp,
) -> Result<Observation, serde_json::Error> {
    let mut metadata = json!({
        "APP_NAME": key.app, "TASK_ID": key.id, "INSTANCE_ID": format!("TI-{n}"), "CREATED": created,
        "EXECUTOR_ID": format!("e-{executor}"), "EXECUTOR_HOST": format!("exec-{executor:02}.example"),
        "EXECUTABLE": "ghcr.io/appform-io/test-task", "CURRENT_STATE": state,
    });
    if state == "STOPPED" {
        metadata["RESULT_STATUS"] = if is_good { "SUCCESSFUL" } else { "FAILED" }.into();
        metadata["RESULT_EXIT_CODE"] = if is_good { 0 } else { 3 }.into();
    }
    let event = json!({"type": "TASK_STATE_CHANGE", "id": format!("{n}-{state}"), "time": at, "metadata": metadata});
    Ok(Observation::Event(serde_json::from_value::<DroveEvent>(Value::clone(&event))?))
}
