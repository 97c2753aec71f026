//! The process is killed right after it has answered: what it answered is known to the next one, and happens once.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use model::{
    Outcome, TaskState,
    dashboard::{AnswerKind, ClockRequest, Phase, TaskDetail},
};
use serde_json::{Value, json};
use tests::{http::Http, server::Server, wait};
use tokio::task::JoinSet;

const OPERATIONS: &str = "/apis/v1/tasks/operations";
/// How often the process is killed under load.
const KILLS: usize = 100;
/// As often, in front of a cluster.
const SERVED_KILLS: usize = 20;
/// Operations on their way each time.
const ABREAST: usize = 6;
/// Longer than the tasks here take, their pulls included.
const ENDED: Duration = Duration::from_secs(120);

fn create(id: &str, iterations: &str) -> Value {
    json!({
        "type": "CREATE",
        "spec": {
            "sourceAppName": "SHOP", "taskId": id,
            "executable": {
                "type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"
            },
            "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": 64 }],
            "placementPolicy": { "type": "ANY" },
            "env": { "ITERATIONS": iterations, "PULL_SECONDS": "0" }
        },
        "opSpec": op()
    })
}

fn op() -> Value {
    json!({ "timeout": "5m", "parallelism": 1, "failureStrategy": "STOP" })
}

/// A cluster with no work of its own, whose time stands still, also over its end.
async fn standing() -> Result<Server> {
    let server = Server::demo("empty").await?;
    server.clock(ClockRequest::Pause).await?;
    Ok(server)
}

/// What the ledger knows of a task, once that looks as wanted.
async fn until(server: &Server, id: &str, looks: impl Fn(&TaskDetail) -> bool) -> Result<TaskDetail> {
    let mut last = String::new();
    wait::until(id, async || {
        let answer = server.admin().get(&format!("/api/history/tasks/SHOP/{id}")).await?;
        last = answer.text();
        Ok(answer.read::<TaskDetail>().ok().filter(|detail| looks(detail)))
    })
    .await
    .with_context(|| last)
}

/// It ran once and ended well, says the ledger; that it was accepted too, once its record was read back.
async fn ran_once(server: &Server, id: &str) -> Result<()> {
    let is_settled = |detail: &TaskDetail| {
        detail.row.outcome.is_some() && detail.submissions.iter().all(|one| one.answer != AnswerKind::Unknown)
    };
    let ended = until(server, id, is_settled).await?;
    ensure!(ended.row.outcome == Some(Outcome::Successful), "{id}: {:?}", ended.row);
    ensure!(ended.runs == [1] && ended.submissions.len() == 1, "{id}: {:?}", ended.submissions);
    ensure!(ended.submissions[0].answer == AnswerKind::Accepted, "{id}: {:?}", ended.submissions);
    let runs = ended.row.transitions.iter().filter(|transition| transition.state == TaskState::Running).count();
    ensure!(runs == 1, "{id}: {:?}", ended.row.transitions);
    Ok(())
}

/// How often each task ran, says the cluster.
async fn runs(server: &Server) -> Result<BTreeMap<String, usize>> {
    let events = server.admin().get("/apis/v1/cluster/events/latest?size=100000").await?.read::<Value>()?;
    let mut runs = BTreeMap::new();
    for event in events["data"]["events"].as_array().context("no events")? {
        let facts = &event["metadata"];
        if facts["CURRENT_STATE"] == "RUNNING" {
            *runs.entry(facts["TASK_ID"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    Ok(runs)
}

/// Once their time is over, each of them ran once and ended well, says the ledger and says the cluster.
async fn all_ran_once(server: &Server, ids: &[String]) -> Result<()> {
    server.step(ENDED).await?;
    let runs = runs(server).await?;
    for id in ids {
        ran_once(server, id).await?;
        ensure!(runs.get(id) == Some(&1), "{id} ran {:?} times", runs.get(id));
    }
    Ok(())
}

/// Sends so many CREATEs at once, and kills the process as soon as `enough` were accepted. Those that were.
async fn killed_amid(server: &mut Server, prefix: &str, sent: usize, enough: usize) -> Result<Vec<String>> {
    let mut asked = JoinSet::new();
    for n in 0..sent {
        let client: Http = server.admin();
        let id = format!("{prefix}{n}");
        asked.spawn(async move {
            let answer = client.post(OPERATIONS, &create(&id, "2")).await;
            (id, answer.is_ok_and(|answer| answer.status.is_success()))
        });
    }
    let mut accepted = Vec::new();
    while let Some(answer) = asked.join_next().await {
        let (id, is_accepted) = answer?;
        accepted.extend(is_accepted.then_some(id));
        if accepted.len() == enough {
            server.crash_and_start_again().await?;
        }
    }
    ensure!(accepted.len() >= enough, "{accepted:?}");
    Ok(accepted)
}

#[tokio::test]
async fn an_accepted_create_is_known_and_runs_once() -> Result<()> {
    let mut server = standing().await?;
    let answer = server.admin().post(OPERATIONS, &create("one", "3")).await?;
    ensure!(answer.status.is_success(), "{}", answer.text());
    server.crash_and_start_again().await?;

    let known = until(&server, "one", |_| true).await?;
    ensure!(known.row.phase != Phase::Ended && known.spec.is_some(), "{:?}", known.row);
    let again = server.admin().post(OPERATIONS, &create("one", "3")).await?;
    ensure!(again.text().contains("Task already exists"), "{}", again.text());
    // The second CREATE was refused, and is no part of the run.
    all_ran_once(&server, &["one".to_owned()]).await
}

#[tokio::test]
async fn of_a_crowd_all_that_were_answered_run_and_none_runs_twice() -> Result<()> {
    let mut server = standing().await?;
    let accepted = killed_amid(&mut server, "t", 60, 20).await?;
    all_ran_once(&server, &accepted).await
}

#[tokio::test]
async fn a_hundred_sudden_ends_under_load_lose_nothing_that_was_answered() -> Result<()> {
    let mut server = standing().await?;
    let mut accepted = Vec::new();
    for round in 0..KILLS {
        accepted.extend(killed_amid(&mut server, &format!("r{round}-"), ABREAST, 1).await?);
        // Room for the next ones.
        server.step(Duration::from_secs(10)).await?;
    }
    all_ran_once(&server, &accepted).await
}

#[tokio::test]
async fn in_front_of_a_cluster_sudden_ends_lose_nothing_that_was_answered_and_send_nothing_twice() -> Result<()> {
    let cluster = Server::demo("empty").await?;
    let config = format!(
        "[[clusters]]\nname = \"only\"\ncontrollers = [\"{}\"]\nusername = \"admin\"\npassword = \"admin\"\n",
        cluster.address()
    );
    let mut server = Server::serve(&config).await?;
    let mut accepted = Vec::new();
    for round in 0..SERVED_KILLS {
        wait::until("a leader", async || {
            let answer = server.admin().get("/apis/v1/ping").await?;
            Ok(answer.status.is_success().then_some(()))
        })
        .await?;
        accepted.extend(killed_amid(&mut server, &format!("s{round}-"), ABREAST, 1).await?);
    }
    for id in &accepted {
        ran_once(&server, id).await?;
    }
    let runs = runs(&cluster).await?;
    ensure!(runs.values().all(|times| *times == 1), "{runs:?}");
    ensure!(accepted.iter().all(|id| runs.contains_key(id)), "{accepted:?} of {runs:?}");
    Ok(())
}

#[tokio::test]
async fn an_accepted_kill_goes_on() -> Result<()> {
    let mut server = standing().await?;
    server.admin().post(OPERATIONS, &create("one", "3600")).await?;
    server.step(Duration::from_secs(10)).await?;
    until(&server, "one", |detail| detail.row.state == Some(TaskState::Running)).await?;
    let kill = json!({ "type": "KILL", "sourceAppName": "SHOP", "taskId": "one", "opSpec": op() });
    let answer = server.admin().post(OPERATIONS, &kill).await?;
    ensure!(answer.status.is_success(), "{}", answer.text());
    server.crash_and_start_again().await?;
    server.step(Duration::from_secs(10)).await?;
    let ended = until(&server, "one", |detail| detail.row.outcome.is_some()).await?;
    ensure!(ended.row.outcome == Some(Outcome::Cancelled) && ended.runs == [1], "{:?}", ended.row);
    ensure!(ended.submissions.len() == 2, "{:?}", ended.submissions);
    Ok(())
}

#[tokio::test]
async fn an_answered_creation_that_is_never_placed_stays_accepted() -> Result<()> {
    let mut server = standing().await?;
    let mut document = create("nowhere", "1");
    // Accepted, and no executor satisfies the rule.
    document["spec"]["placementPolicy"] = json!({ "type": "RULE_BASED", "rule": "false", "ruleType": "MVEL" });
    let answer = server.admin().post(OPERATIONS, &document).await?;
    ensure!(answer.status.is_success(), "{}", answer.text());
    server.crash_and_start_again().await?;
    let is_settled = |detail: &TaskDetail| detail.submissions[0].answer != AnswerKind::Unknown;
    let detail = until(&server, "nowhere", is_settled).await?;
    ensure!(detail.submissions[0].answer == AnswerKind::Accepted, "{:?}", detail.submissions);
    Ok(())
}
