use super::{Checks, ClusterView, Demand, ExecutorView, PolicyMiss, check};
use crate::{ExecutorId, ExecutorState, PlacementPolicy, TaskSpec, Timestamp};
use serde::{Deserialize, Serialize};

/// Every executor against every check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// Cores asked for.
    pub cores: i64,
    /// MB asked for.
    pub memory_mb: i64,
    /// One row an executor, in the view's order.
    pub rows: Vec<Row>,
    /// How many rows fit.
    pub fits: usize,
    /// The smallest change of the spec that makes at least one fit; only when none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_change: Option<Change>,
    /// When this was evaluated.
    pub at: Timestamp,
}

/// One executor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MatrixRow))]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Identity.
    pub executor_id: ExecutorId,
    /// Machine.
    pub hostname: String,
    /// Whether it takes tasks at all.
    pub state: ExecutorState,
    /// What was found.
    pub checks: Checks,
    /// When the executor reported the figures; absent where they are live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Timestamp>,
    /// The executor's detail was not read yet: what its NUMA nodes have is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// A change of the spec. Absent parts stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = SpecChange))]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Fewer cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<i64>,
    /// Less memory, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<i64>,
    /// Another policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PlacementPolicy>,
    /// IDs of the executors that would fit then.
    pub fitting: Vec<String>,
}

impl Matrix {
    /// Why a task was not placed though this matrix has an executor that fits: the reason lies elsewhere, and what is known
    /// of it. Nothing while no executor fits. `spec` is the document that was submitted.
    pub fn reason_elsewhere(&self, spec: Option<&serde_json::Value>) -> Option<String> {
        let passes = match self.fits {
            0 => return None,
            1 => "One executor passes every check here".to_owned(),
            n => format!("{n} executors pass every check here"),
        };
        let configs = spec.and_then(|spec| spec["configs"].as_array()).into_iter().flatten();
        let fetched = configs.filter(|config| config["type"] == "CONTROLLER_HTTP_FETCH").count();
        let fetch = match fetched {
            0 => String::new(),
            n => format!(
                "Its spec has {n} config file{} that the controller fetches over HTTP: if that fails, Drove drops the task in \
                 the same way. ",
                if n == 1 { "" } else { "s" }
            ),
        };
        Some(format!(
            "{passes}, so the reason is not in this table, and Drove records none. {fetch}Other causes are a race (another task \
             took the room; figures of executors are up to 20 s old) and an executor that refused the task or did not answer \
             in time."
        ))
    }
}

/// The verdict on every executor of `view`, and if none fits, the smallest change that would help.
pub fn evaluate(spec: &TaskSpec, view: &ClusterView) -> Matrix {
    let demand = Demand::of(spec);
    let rows: Vec<Row> = view
        .executors
        .iter()
        .map(|executor| Row {
            executor_id: executor.executor_id.clone(),
            hostname: executor.hostname.clone(),
            state: executor.state.clone(),
            checks: check(&demand, executor),
            reported: executor.reported,
            unread: executor.unread,
        })
        .collect();
    let fits = rows.iter().filter(|row| row.checks.fits()).count();
    let smallest_change = if fits == 0 { smallest_change(spec, &demand, view) } else { None };
    Matrix { cores: demand.cores, memory_mb: demand.memory_mb, rows, fits, smallest_change, at: view.now }
}

/// Tries, for each executor, the change that would make it fit, and keeps the one that takes the least away: less of one
/// resource before less of both, and either before another policy.
fn smallest_change(spec: &TaskSpec, demand: &Demand, view: &ClusterView) -> Option<Change> {
    let candidates = view.executors.iter().filter_map(|executor| candidate(demand, executor));
    let (_, mut change) = candidates.min_by(|(a, _), (b, _)| a.total_cmp(b))?;
    let mut changed = demand.clone();
    changed.cores = change.cores.unwrap_or(demand.cores);
    changed.memory_mb = change.memory_mb.unwrap_or(demand.memory_mb);
    if let Some(policy) = &change.policy {
        changed.policy = super::effective_policy(Some(policy));
    }
    change.fitting =
        view.executors.iter().filter(|e| check(&changed, e).fits()).map(|e| e.executor_id.to_string()).collect();
    // RULE_BASED anywhere means that no other change can be judged.
    (spec.resources.iter().all(|r| !is_negative(r)) && !change.fitting.is_empty()).then_some(change)
}

fn is_negative(resource: &crate::ResourceRequirement) -> bool {
    match resource {
        crate::ResourceRequirement::Cpu { count } => *count < 0,
        crate::ResourceRequirement::Memory { size_in_mb } => *size_in_mb < 0,
    }
}

/// The change for one executor and what it costs: the share of the demand that is given up, plus a step for a policy.
fn candidate(demand: &Demand, executor: &ExecutorView) -> Option<(f64, Change)> {
    const POLICY_COST: f64 = 10.0;
    let mut checks = check(demand, executor);
    if !checks.active || executor.unread {
        return None;
    }
    let mut cost = 0.0;
    let mut change = Change::default();
    match &checks.policy_miss {
        None => {}
        // A tag is named, so untagged executors become eligible by dropping it, and tagged ones by naming theirs.
        Some(PolicyMiss::Tagged { tags }) => {
            change.policy = Some(PlacementPolicy::MatchTag { tag: tags.first()?.clone() });
            cost += POLICY_COST;
        }
        Some(PolicyMiss::NoSuchTag { .. } | PolicyMiss::Full { .. } | PolicyMiss::Rule | PolicyMiss::NoAlternative) => {
            let own = executor.tags.iter().find(|tag| **tag != executor.hostname);
            change.policy = Some(own.map_or(PlacementPolicy::Any, |t| PlacementPolicy::MatchTag { tag: t.clone() }));
            cost += POLICY_COST;
        }
        Some(PolicyMiss::Local) => return None,
    }
    let mut wanted = demand.clone();
    if !checks.cores_fit {
        if checks.best_cores < 1 {
            return None;
        }
        wanted.cores = checks.best_cores;
        change.cores = Some(checks.best_cores);
        cost += share_lost(demand.cores, checks.best_cores);
        checks = check(&wanted, executor);
    }
    if !checks.memory_fits {
        if checks.best_memory < 1 {
            return None;
        }
        change.memory_mb = Some(checks.best_memory);
        // One resource is given up before both.
        cost += share_lost(demand.memory_mb, checks.best_memory) + if change.cores.is_some() { 1.0 } else { 0.0 };
    }
    Some((cost, change))
}

fn share_lost(wanted: i64, got: i64) -> f64 {
    // Counts of cores and megabytes are far below 2^53.
    (wanted - got) as f64 / wanted.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ResourceRequirement, fit::view::tests::executor};

    fn spec(cores: i64, memory_mb: i64) -> TaskSpec {
        TaskSpec {
            source_app_name: "APP".into(),
            resources: vec![
                ResourceRequirement::Cpu { count: cores },
                ResourceRequirement::Memory { size_in_mb: memory_mb },
            ],
            ..TaskSpec::default()
        }
    }

    fn view() -> ClusterView {
        let mut tagged = executor("c", &[(16, 1000)]);
        tagged.tags.insert("gpu".into());
        let executors = vec![executor("a", &[(6, 1000), (2, 4000)]), executor("b", &[(4, 2000)]), tagged];
        ClusterView { now: Timestamp(1), executors }
    }

    #[test]
    fn cores_and_memory_must_be_free_on_one_node() {
        let matrix = evaluate(&spec(4, 3000), &view());
        assert_eq!(matrix.fits, 0);
        let a = &matrix.rows[0].checks;
        assert!(a.cores_fit && !a.memory_fits, "node 0 has the cores, node 1 the memory: {a:?}");
        assert_eq!((a.best_cores, a.best_memory), (6, 1000));
        assert_eq!(evaluate(&spec(2, 3000), &view()).rows[0].checks.node, Some(1));
    }

    #[test]
    fn the_smallest_change_gives_up_least_and_says_who_fits_then() {
        let change = evaluate(&spec(8, 500), &view()).smallest_change.unwrap();
        assert_eq!(change, Change { cores: Some(6), fitting: vec!["a".into()], ..Change::default() });
        let change = evaluate(&spec(4, 2500), &view()).smallest_change.unwrap();
        assert_eq!(change, Change { memory_mb: Some(2000), fitting: vec!["b".into()], ..Change::default() });
        assert_eq!(evaluate(&spec(1, 1), &view()).smallest_change, None, "something fits");
    }

    #[test]
    fn another_policy_is_the_last_resort() {
        let mut asked = spec(1, 1);
        asked.placement_policy = Some(PlacementPolicy::MatchTag { tag: "ssd".into() });
        let change = evaluate(&asked, &view()).smallest_change.unwrap();
        assert_eq!(change.policy, Some(PlacementPolicy::Any));
        assert_eq!(change.fitting, ["a", "b"]);
    }

    #[test]
    fn says_that_the_reason_is_elsewhere_when_an_executor_fits() {
        let matrix = |fits| Matrix { fits, ..Matrix::default() };
        assert_eq!(matrix(0).reason_elsewhere(None), None);
        let race = matrix(2).reason_elsewhere(None).unwrap();
        assert!(race.starts_with("2 executors pass every check here, so the reason is not in this table"), "{race}");
        assert!(race.contains("a race") && !race.contains("HTTP"), "{race}");
        let spec = serde_json::json!({"configs": [{"type": "CONTROLLER_HTTP_FETCH"}, {"type": "INLINE"}]});
        assert!(matrix(1).reason_elsewhere(Some(&spec)).unwrap().contains("1 config file that the controller fetches"));
    }

    #[test]
    fn negative_counts_fit_nowhere_and_zero_fits_anywhere() {
        assert_eq!(evaluate(&spec(-1, 1), &view()).fits, 0);
        assert_eq!(evaluate(&spec(0, 0), &view()).fits, 2);
    }
}
