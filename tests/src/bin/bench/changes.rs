//! A thousand changes of state a second for a minute: each is recorded, and pushed to a page that shows its run.

use super::{
    controller::{Controller, now},
    table::{Row, percentile},
};
use anyhow::{Result, ensure};
use model::{TaskKey, TaskState, dashboard::TaskRow};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tests::{
    http::{Http, Listening},
    server::Server,
    wait,
};
use tokio::{task::JoinHandle, time::Instant};

/// Between two changes: 1,000 a second.
const PACE: Duration = Duration::from_millis(1);
/// What a run goes through.
const LIFE: [TaskState; 6] = [
    TaskState::Provisioning,
    TaskState::Starting,
    TaskState::Running,
    TaskState::RunCompleted,
    TaskState::Deprovisioning,
    TaskState::Stopped,
];
/// Runs of a group, which go through their lives side by side; a page shows them all.
const ABREAST: usize = 500;
/// Groups one after the other, 3 s each: a minute.
const GROUPS: usize = 20;

/// A run, and the state that it came into.
type Change = (TaskKey, TaskState);
/// Each change with the time in milliseconds at which it was raised, or first heard of.
type Times = HashMap<Change, i64>;

pub async fn run() -> Result<Vec<Row>> {
    let controller = Controller::start(&[]).await?;
    let dashboard = Server::serve(&controller.cluster()).await?;
    let http = Http::new(dashboard.address()).sign_in("eva", "eva");
    let heard: Arc<Mutex<Times>> = Arc::default();
    // Announces runs by their keys. What becomes of them, the page of their group is told.
    let _beginnings = follow(&http, "tab=all".to_owned(), heard.clone()).await?;
    let (raised, pages) = raise(&controller, &http, &heard).await?;
    let mut open = Vec::new();
    for page in pages {
        open.push(page.await??);
    }
    let missing = || {
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        raised.keys().filter(|change| !heard.contains_key(*change)).count()
    };
    wait::until("every change to be pushed", async || Ok((missing() == 0).then_some(()))).await?;
    drop(open);
    let recorded = recorded(&http).await?;
    let lost = raised.keys().filter(|change| !recorded.contains(*change)).count();
    ensure!(lost == 0, "{lost} of {} changes are in no export", raised.len());
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let mut lags: Vec<f64> = raised.iter().filter_map(|(change, at)| Some((heard.get(change)? - at) as f64)).collect();
    let what =
        format!("1,000 changes a second for a minute, {} recorded and pushed: lag p95, poll included", lags.len());
    Ok(vec![Row::at_most(&what, percentile(&mut lags, 0.95), 1000.0, "ms")])
}

/// Raises the changes at their pace. While one group goes on, the next one begins, so that a page can show it before more
/// happens to it.
async fn raise(
    controller: &Controller,
    http: &Http,
    heard: &Arc<Mutex<Times>>,
) -> Result<(Times, Vec<JoinHandle<Result<Listening>>>)> {
    let mut raised = Times::new();
    let mut pages = Vec::new();
    let mut number = 0;
    let began = Instant::now();
    for group in 0..=GROUPS {
        let begins = (group < GROUPS).then_some((group, 0));
        let goes_on = (1..LIFE.len()).filter_map(|step| Some((group.checked_sub(1)?, step)));
        for (group, step) in begins.into_iter().chain(goes_on) {
            let state = LIFE.get(step).cloned().unwrap_or(TaskState::Stopped);
            for run in 0..ABREAST {
                tokio::time::sleep_until(began + PACE * number).await;
                let key = TaskKey::new("BENCH", format!("{}{run}", name(group)));
                controller.raise(number.into(), &key, state.clone());
                raised.insert((key, state.clone()), now().millis());
                number += 1;
            }
            if step == 0 {
                pages.push(tokio::spawn(show(http.clone(), group, heard.clone())));
            }
        }
    }
    Ok((raised, pages))
}

/// What the IDs of a group begin with.
fn name(group: usize) -> String {
    format!("group-{group:02}-")
}

/// Opens a page with all runs of a group, as soon as all are recorded.
async fn show(http: Http, group: usize, heard: Arc<Mutex<Times>>) -> Result<Listening> {
    let query = format!("tab=all&q={}&size={ABREAST}", name(group));
    let path = format!("/api/history/tasks?{query}");
    let deadline = Instant::now() + wait::DEADLINE;
    while http.get(&path).await?.read::<Value>()?["matching"]["n"] != ABREAST {
        ensure!(Instant::now() < deadline, "not all runs of group {group} are recorded");
        tokio::time::sleep(wait::INTERVAL).await;
    }
    follow(&http, query, heard).await
}

/// Notes when a change is heard of first: by its run's announcement, or as a transition of its row.
async fn follow(http: &Http, query: String, heard: Arc<Mutex<Times>>) -> Result<Listening> {
    http.live(&format!("view=tasks&{query}"), move |_, data| {
        let at = now().millis();
        let mut frame: Value = serde_json::from_str(data).unwrap_or_default();
        let tasks = &mut frame["view"]["tasks"];
        let keys: Vec<TaskKey> = serde_json::from_value(tasks["newMatches"].take()).unwrap_or_default();
        let rows: Vec<TaskRow> = serde_json::from_value(tasks["rows"].take()).unwrap_or_default();
        let begun = keys.into_iter().map(|key| (key, TaskState::Provisioning));
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        for change in begun.chain(rows.iter().flat_map(changes)) {
            heard.entry(change).or_insert(at);
        }
    })
    .await
}

fn changes(row: &TaskRow) -> impl Iterator<Item = Change> {
    row.transitions.iter().map(|transition| (row.key.clone(), transition.state.clone()))
}

/// Every transition of every run that the ledger has.
async fn recorded(http: &Http) -> Result<HashSet<Change>> {
    let export = http.get("/api/history/tasks/export?tab=all&format=jsonl").await?.text();
    let rows: Vec<TaskRow> = export.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(rows.iter().flat_map(changes).collect())
}
