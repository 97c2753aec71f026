use crate::{
    ExecutorState, PlacementPolicy, TaskSpec,
    fit::{ClusterView, Demand, ExecutorView, Scope, accepts},
};

/// Options of the controller that limit what a spec may ask for (contract 10.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineLimits {
    /// `allowedMountDirs`; empty = everything.
    pub allowed_mount_dirs: Vec<String>,
    /// `disableCmdlArgs`.
    pub disable_cmdl_args: bool,
    /// `enableRawDeviceAccess`.
    pub enable_raw_device_access: bool,
}

/// The entry while operations are refused (contract 2.5).
pub fn maintenance_refusal() -> String {
    "Cluster is in maintenance mode".into()
}

/// Entries of the engine's validation of a spec: everything of contract 4.4 that CREATE and spec validation share. `view`
/// is the executors' published snapshot, not the scheduler's live one.
pub fn engine(spec: &TaskSpec, view: &ClusterView, limits: &EngineLimits) -> Vec<String> {
    let mut entries = Vec::new();
    for volume in spec.volumes.iter().flatten() {
        let allowed = &limits.allowed_mount_dirs;
        if !allowed.is_empty() && !allowed.iter().any(|dir| volume.path_on_host.starts_with(dir)) {
            entries.push(format!("Volume mount requested on non whitelisted host directory: {}", volume.path_on_host));
        }
    }
    let args = spec.args.as_deref().unwrap_or_default();
    if limits.disable_cmdl_args && !args.is_empty() {
        entries.push("Passing command line to containers is disabled on this cluster".into());
    }
    // Java counts UTF-16 units.
    let length = args.iter().map(|arg| arg.encode_utf16().count() + 1).sum::<usize>().saturating_sub(1);
    if length > 2048 {
        entries.push("Maximum combined length of command line arguments can be 2048".into());
    }
    if !limits.enable_raw_device_access && spec.devices.as_ref().is_some_and(|devices| !devices.is_empty()) {
        entries.push(
            "Device access is disabled. To enable, set enableRawDeviceAccess: true in controller options.".into(),
        );
    }
    if spec.placement_policy.as_ref().is_some_and(is_local) {
        entries.push("Local service placement is not allowed for tasks".into());
    } else {
        check_resources(&Demand::of(spec), view, &mut entries);
    }
    entries
}

fn is_local(policy: &PlacementPolicy) -> bool {
    match policy {
        PlacementPolicy::Local { .. } => true,
        PlacementPolicy::Composite { policies, .. } => policies.iter().any(is_local),
        PlacementPolicy::Any
        | PlacementPolicy::OnePerHost
        | PlacementPolicy::MaxNPerHost { .. }
        | PlacementPolicy::MatchTag { .. }
        | PlacementPolicy::NoTag
        | PlacementPolicy::RuleBased { .. } => false,
    }
}

/// Cluster-wide sums, so it may pass although no single NUMA node fits (contract 4.4).
fn check_resources(demand: &Demand, view: &ClusterView, entries: &mut Vec<String>) {
    let eligible: Vec<&ExecutorView> = view
        .executors
        .iter()
        .filter(|e| e.state == ExecutorState::Active)
        .filter(|e| accepts(&demand.policy, e, &demand.app, Scope::Validation).is_ok())
        .collect();
    let nodes = || eligible.iter().flat_map(|e| e.numa.values());
    let short = |what: &str, required: i64, available: i64| {
        format!("Cluster does not have enough {what}. Required: {required} Available: {available}")
    };
    let free_cores: i64 = nodes().map(|n| i64::from(n.free_cores)).sum();
    if demand.cores > free_cores {
        entries.push(short("CPU", demand.cores, free_cores));
    }
    let free_memory: i64 = nodes().map(|n| n.free_memory).sum();
    if demand.memory_mb > free_memory {
        entries.push(short("Memory", demand.memory_mb, free_memory));
    }
    if let Some(most) = nodes().map(|n| i64::from(n.total_cores)).max().filter(|most| demand.cores > *most) {
        entries.push(format!(
            "Required cores exceeds the maximum core available on a single NUMA node in the cluster. \
             Required: {} Max: {most}",
            demand.cores
        ));
    }
}
