//! `cluster/placement/simulate`, which drove-cli 0.0.14 asks for and no released controller has (contract 9.3).

use super::{call::Call, refusal::Refusal, reply};
use crate::runtime::EmbeddedCluster;
use axum::{body::Body, response::Response};
use model::{
    ExecutorNodeData, ExecutorState, PlacementPolicy, TaskSpec,
    fit::{ClusterView, Demand, place},
    validate::bean,
};
use serde::Serialize;
use serde_json::Value;

/// Instances that one request may ask for.
const MOST: i64 = 10_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Simulated {
    requested: i64,
    placed: i64,
    errors: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    placements: Vec<Placement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Placement {
    executor_id: String,
    hostname: String,
    port: u16,
    executor_state: ExecutorState,
}

/// Places instances one after the other on the executors as they were last reported; nothing is kept.
pub(super) async fn simulate(cluster: &EmbeddedCluster, call: &Call, body: Body) -> Result<Response, Refusal> {
    let detail = call.query.flag("detail");
    let request = call.json(body).await?;
    let (demand, requested) = read(&request)?;
    let mut view = view(cluster);
    let mut placements = Vec::new();
    for _ in 0..requested {
        let spot = view.executors.iter_mut().find_map(|executor| place(&demand, executor).map(|node| (executor, node)));
        let Some((executor, node)) = spot else { break };
        executor.take(&demand.app, node, demand.cores, demand.memory_mb);
        placements.push(Placement {
            executor_id: executor.executor_id.to_string(),
            hostname: executor.hostname.clone(),
            port: executor.port,
            executor_state: executor.state.clone(),
        });
    }
    let placed = i64::try_from(placements.len()).unwrap_or(i64::MAX);
    let missing = requested - placed;
    let errors = if missing == 0 {
        Vec::new()
    } else {
        vec![format!(
            "No executor can take {missing} of {requested} instances: not enough free cores or memory on one NUMA node, or no executor that the placement policy allows"
        )]
    };
    if !detail {
        placements.clear();
    }
    Ok(reply::success(Simulated { requested, placed, errors, placements }))
}

/// The spec may be that of an application or a local service: only what placing needs is looked at.
fn read(request: &Value) -> Result<(Demand, i64), Refusal> {
    let spec = request.get("spec").filter(|spec| spec.is_object());
    let spec = spec.ok_or_else(|| Refusal::Validation(vec!["spec must not be null".to_owned()]))?;
    let mut spec = TaskSpec::from_json(spec)?;
    if let Some(policy) = request.get("placementPolicy").filter(|policy| !policy.is_null()) {
        spec.placement_policy = Some(PlacementPolicy::from_json(policy)?);
    }
    let of_placing = |entry: &String| entry.starts_with("resources") || entry.starts_with("placementPolicy");
    let mut entries: Vec<String> = bean::spec(&spec).into_iter().filter(of_placing).collect();
    let requested = request.get("numInstances").map_or(Some(1), Value::as_i64);
    let requested = requested.filter(|number| (1..=MOST).contains(number)).unwrap_or_else(|| {
        entries.push(format!("numInstances must be between 1 and {MOST}"));
        0
    });
    if entries.is_empty() { Ok((Demand::of(&spec), requested)) } else { Err(Refusal::Validation(entries)) }
}

fn view(cluster: &EmbeddedCluster) -> ClusterView {
    cluster.read(|core, now| {
        let details: Vec<ExecutorNodeData> =
            core.executors().iter().filter_map(|summary| core.executor(&summary.executor_id)).collect();
        let active: Vec<_> = core.active_tasks().into_iter().cloned().collect();
        ClusterView::assemble(now, &details, &active, &[])
    })
}
