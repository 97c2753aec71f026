//! What must hold after every step, whatever was asked. Used by tests; costs a look at everything.

use crate::Controller;
use model::TaskKey;
use std::collections::{BTreeMap, BTreeSet};

/// One broken rule, as a sentence.
pub type Violation = String;

/// Every rule that is broken now; empty = all is well.
pub fn violations(core: &Controller) -> Vec<Violation> {
    let mut found = Vec::new();
    capacity(core, &mut found);
    runs(core, &mut found);
    runners(core, &mut found);
    records(core, &mut found);
    found
}

/// What tasks hold and what is free make up each machine exactly: no core twice, none lost, the same for memory.
fn capacity(core: &Controller, found: &mut Vec<Violation>) {
    let placed = core.runners().iter().filter_map(|(_, runner)| runner.create.as_ref()?.placed.as_ref());
    let held = placed
        .map(|placed| (placed.node, &placed.allocation))
        .chain(core.runs().iter().map(|(_, run)| (run.node, &run.allocation)));
    let mut cores: BTreeMap<(usize, u32), Vec<u32>> = BTreeMap::new();
    let mut memory: BTreeMap<(usize, u32), i64> = BTreeMap::new();
    for (node, allocation) in held {
        cores.entry((node, allocation.numa)).or_default().extend(&allocation.cores);
        *memory.entry((node, allocation.numa)).or_default() += allocation.memory_mb;
    }
    for (index, node) in core.pool().iter().enumerate() {
        for (numa, physical) in &node.machine().numa {
            let mut all = cores.remove(&(index, *numa)).unwrap_or_default();
            let free = node.free_cores().get(numa).cloned().unwrap_or_default();
            all.extend(&free);
            let distinct: BTreeSet<u32> = all.iter().copied().collect();
            let name = node.hostname();
            if all.len() != distinct.len() || distinct != physical.cores {
                found.push(format!("cores of {name} node {numa} are held twice or lost: {all:?}"));
            }
            let view = node.view().numa.get(numa).copied().unwrap_or_default();
            if view.free_cores as usize != free.len() {
                found.push(format!("{name} node {numa} counts {} free cores of {}", view.free_cores, free.len()));
            }
            let used = memory.remove(&(index, *numa)).unwrap_or_default();
            if used + view.free_memory != physical.memory_mb || view.free_memory < 0 {
                found.push(format!("memory of {name} node {numa}: {used} held, {} free", view.free_memory));
            }
        }
    }
    found.extend(cores.into_keys().map(|place| format!("cores are held at {place:?}, which there is not")));
}

/// One live run for each key, none of them ended.
fn runs(core: &Controller, found: &mut Vec<Violation>) {
    let mut seen: BTreeSet<TaskKey> = BTreeSet::new();
    for (number, run) in core.runs().iter() {
        let info = run.tracked.info();
        if info.state.is_terminal() {
            found.push(format!("run {number} of {} ended and is still there", info.key()));
        }
        if !seen.insert(info.key()) || core.runs().of(&info.key()) != Some(number) {
            found.push(format!("{} has two runs", info.key()));
        }
    }
}

/// A task that is being placed has no record and no run; all others are looked at by the regular check.
fn runners(core: &Controller, found: &mut Vec<Violation>) {
    let reported: BTreeSet<&TaskKey> = core.runners().reported().collect();
    for (key, runner) in core.runners().iter() {
        if runner.create.is_some() == reported.contains(key) {
            found.push(format!("the runner of {key} is both placing and reported, or neither"));
        }
        if runner.create.is_some() && (core.task(key).is_some() || core.runs().of(key).is_some()) {
            found.push(format!("{key} is being placed and there already"));
        }
    }
}

/// A record is never newer than the present, and an ended one has no run that is heard.
fn records(core: &Controller, found: &mut Vec<Violation>) {
    for (key, info) in core.tasks().iter() {
        if info.created > info.updated || *key != info.key() {
            found.push(format!("{key} was updated before it was created, or is filed under another name"));
        }
        if info.state.is_terminal() && info.task_result.is_none() && info.error_message.is_empty() {
            found.push(format!("{key} ended without a result and without an error"));
        }
    }
}
