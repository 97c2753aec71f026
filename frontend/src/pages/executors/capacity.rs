use super::Fleet;
use crate::{
    components::{node_cores, node_memory},
    format::{format_cores, format_megabytes, format_number},
    state::use_executor_names,
    ui::{Meter, MeterPart, Use},
};
use leptos::prelude::*;
use model::{ExecutorState, dashboard::ExecutorLive};

/// Room over all executors that take tasks.
#[derive(Clone, Debug, Default, PartialEq)]
struct Totals {
    active: u64,
    /// State of the others, and how many are in it.
    others: Vec<(String, u64)>,
    cores: Split,
    memory: Split,
    /// Most free cores on one NUMA node: how many, on which executor, on which node.
    largest: Option<(usize, String, u32)>,
}

/// Parts of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Split {
    tasks: i64,
    others: i64,
    free: i64,
}

impl Split {
    fn total(self) -> i64 {
        self.tasks + self.others + self.free
    }

    fn parts(self) -> Vec<MeterPart> {
        let total = self.total();
        vec![MeterPart::of(Use::Task, self.tasks, total), MeterPart::of(Use::App, self.others, total)]
    }
}

impl Totals {
    fn add(&mut self, one: &ExecutorLive) {
        if one.summary.state != ExecutorState::Active {
            let label = one.summary.state.label().to_lowercase();
            match self.others.iter_mut().find(|(known, _)| *known == label) {
                Some((_, count)) => *count += 1,
                None => self.others.push((label, 1)),
            }
            return;
        }
        self.active += 1;
        let (cores, memory) = split(one);
        for (sum, part) in [(&mut self.cores, cores), (&mut self.memory, memory)] {
            sum.tasks += part.tasks;
            sum.others += part.others;
            sum.free += part.free;
        }
        for node in one.detail.iter().flat_map(|detail| node_cores(detail, None)) {
            if self.largest.as_ref().is_none_or(|(most, ..)| node.free() > *most) {
                self.largest = Some((node.free(), one.summary.executor_id.to_string(), node.node));
            }
        }
    }
}

/// Cores and memory (MB) of one executor: by its own report, or by the cluster's sums until that was read.
fn split(one: &ExecutorLive) -> (Split, Split) {
    let summary = &one.summary;
    let Some(detail) = &one.detail else {
        return (
            Split { tasks: 0, others: summary.used_cores, free: summary.free_cores },
            Split { tasks: 0, others: summary.used_memory, free: summary.free_memory },
        );
    };
    let tasks: i64 = detail
        .tasks
        .iter()
        .filter(|task| task.state.is_active())
        .map(|task| i64::try_from(task.core_count()).unwrap_or(0))
        .sum();
    let cores = Split {
        tasks: tasks.min(summary.used_cores),
        others: (summary.used_cores - tasks).max(0),
        free: summary.free_cores,
    };
    let memory = node_memory(detail).values().fold(Split::default(), |sum, node| Split {
        tasks: sum.tasks + node.tasks,
        others: sum.others + node.others,
        free: sum.free + node.free,
    });
    (cores, memory)
}

/// Four figures over the list.
#[component]
pub(super) fn Capacity(fleet: Fleet) -> impl IntoView {
    let totals = Memo::new(move |_| fleet.fold(Totals::default(), Totals::add));
    let names = use_executor_names();
    let others = move || {
        totals.with(|t| t.others.iter().map(|(label, n)| format!("{n} {label}")).collect::<Vec<_>>().join(", "))
    };
    let largest = move || {
        totals.with(|totals| {
            totals.largest.as_ref().map(|(cores, id, node)| {
                let name = names.of(id, "");
                (format_cores(i64::try_from(*cores).unwrap_or(i64::MAX)), format!("{name}, NUMA {node}"))
            })
        })
    };
    let cores = Signal::derive(move || totals.with(|totals| totals.cores));
    let memory = Signal::derive(move || totals.with(|totals| totals.memory));
    let number = |cores: i64| format_number(u64::try_from(cores).unwrap_or(0));
    view! {
        <section class="capacity" aria-label="Capacity">
            <div class="capacity__item">
                <span class="capacity__label">"Executors"</span>
                <span class="capacity__value">{move || totals.with(|totals| totals.active)}" active"</span>
                <span class="muted">{move || others()}</span>
            </div>
            <Figure label="Free cores" unit="cores" split=cores write=number/>
            <Figure label="Free memory" unit="of memory" split=memory write=format_megabytes/>
            <div class="capacity__item">
                <span class="capacity__label">"Largest task that fits now"</span>
                <span class="capacity__value">{move || largest().map(|(cores, _)| cores)}</span>
                <span class="muted">{move || largest().map(|(_, place)| place)}</span>
            </div>
        </section>
    }
}

#[component]
fn Figure(label: &'static str, unit: &'static str, split: Signal<Split>, write: fn(i64) -> String) -> impl IntoView {
    let free = move || write(split.get().free);
    let total = move || format!("of {}", write(split.get().total()));
    let told = Signal::derive(move || format!("{} {} {unit} free", free(), total()));
    view! {
        <div class="capacity__item">
            <span class="capacity__label">{label}</span>
            <span class="capacity__value">{free}" "<span class="capacity__of">{move || total()}</span></span>
            <Meter label=told parts=Signal::derive(move || split.get().parts())/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use serde_json::json;

    fn executor(id: &str, state: &str, free: u64) -> ExecutorLive {
        let cores: Vec<u64> = (0..free).collect();
        serde_json::from_value(json!({
            "summary": { "executorId": id, "hostname": id, "state": state,
                "freeCores": free, "usedCores": 2, "freeMemory": 100, "usedMemory": 20 },
            "detail": { "hostname": id, "executorState": state, "state": { "executorId": id,
                "cpus": { "type": "CPU", "freeCores": { "0": cores }, "usedCores": {} },
                "memory": { "type": "MEMORY", "freeMemory": { "0": 100 }, "usedMemory": { "0": 20 } } } }
        }))
        .unwrap()
    }

    #[test]
    fn only_executors_that_take_tasks_count() {
        let mut totals = Totals::default();
        for one in [executor("e-1", "ACTIVE", 6), executor("e-2", "ACTIVE", 13), executor("e-3", "BLACKLISTED", 16)] {
            totals.add(&one);
        }
        assert_eq!((totals.active, totals.others), (2, vec![("blacklisted".to_owned(), 1)]));
        assert_eq!(totals.cores, Split { tasks: 0, others: 4, free: 19 });
        assert_eq!(totals.memory.total(), 240);
        assert_eq!(totals.largest, Some((13, "e-2".to_owned(), 0)));
    }
}
