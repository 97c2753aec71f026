//! A thousand changes of state a second for a minute: each is recorded, and its task announced to an open page.

use super::{
    controller::{Controller, now},
    table::{Row, percentile},
};
use anyhow::{Result, ensure};
use model::{TaskKey, TaskState};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tests::{http::Http, server::Server};

const PER_SECOND: u64 = 1_000;
const SPAN: Duration = Duration::from_secs(60);
/// What a run goes through.
const LIFE: [TaskState; 6] = [
    TaskState::Pending,
    TaskState::Provisioning,
    TaskState::Starting,
    TaskState::Running,
    TaskState::RunCompleted,
    TaskState::Deprovisioning,
];
/// Runs that are under way at a time.
const ABREAST: u64 = 500;

pub async fn run() -> Result<Vec<Row>> {
    let controller = Controller::start(&[]).await?;
    let dashboard = Server::serve(&controller.cluster()).await?;
    let http = Http::new(dashboard.address()).sign_in("eva", "eva");
    let heard: Arc<Mutex<HashMap<String, i64>>> = Arc::default();
    let hears = heard.clone();
    let _page = http
        .live("view=tasks&tab=all", move |name, data| {
            let (at, frame) = (now().millis(), serde_json::from_str::<Value>(data).unwrap_or_default());
            let keys = frame["view"]["tasks"]["newMatches"].as_array().filter(|_| name == "delta");
            let mut heard = hears.lock().unwrap_or_else(PoisonError::into_inner);
            for key in keys.into_iter().flatten() {
                heard.entry(key.to_string()).or_insert(at);
            }
        })
        .await?;
    let begun = raise(&controller).await?;
    let all = begun.len();
    tests::wait::until("every task to be recorded", async || {
        let page: Value = http.get("/api/history/tasks?tab=all&size=1").await?.read()?;
        Ok((page["matching"]["n"] == all).then_some(()))
    })
    .await?;
    tests::wait::until("every task to be announced", async || {
        Ok((heard.lock().unwrap_or_else(PoisonError::into_inner).len() == all).then_some(()))
    })
    .await?;
    // Of a hundred runs, spread over the minute, every transition must be there.
    for (key, _) in begun.iter().step_by(all / 100) {
        tests::wait::until("every transition to be recorded", async || {
            let detail: Value = http.get(&format!("/api/history/tasks/{}/{}", key.app, key.id)).await?.read()?;
            let seen = detail["row"]["transitions"].as_array().map_or(0, Vec::len);
            Ok((seen >= LIFE.len()).then_some(()))
        })
        .await?;
    }
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let mut lags: Vec<f64> = begun
        .iter()
        .filter_map(|(key, at)| Some((heard.get(&serde_json::to_string(key).ok()?)? - at) as f64))
        .collect();
    ensure!(lags.len() == all, "{} of {all} were announced by their own key", lags.len());
    let what =
        format!("1,000 changes a second for a minute ({all} runs, all recorded and pushed): lag p95, poll included");
    Ok(vec![Row::at_most(&what, percentile(&mut lags, 0.95), 1000.0, "ms")])
}

/// Raises the changes at their pace. The runs with the time of their first one.
async fn raise(controller: &Controller) -> Result<Vec<(TaskKey, i64)>> {
    let total = PER_SECOND * SPAN.as_secs();
    let lives = LIFE.len() as u64;
    let began = tokio::time::Instant::now();
    let mut begun = Vec::new();
    for number in 0..total {
        tokio::time::sleep_until(began + Duration::from_secs(1) * u32::try_from(number)? / u32::try_from(PER_SECOND)?)
            .await;
        // Groups of runs go through their lives side by side.
        let (group, within) = (number / (ABREAST * lives), number % (ABREAST * lives));
        let (step, run) = (within / ABREAST, within % ABREAST);
        let key = TaskKey::new("BENCH", format!("run-{}", group * ABREAST + run).as_str());
        let state = LIFE.get(usize::try_from(step)?).cloned().unwrap_or(TaskState::Running);
        if step == 0 {
            begun.push((key.clone(), now().millis()));
        }
        controller.raise(number, &key, state);
    }
    Ok(begun)
}
