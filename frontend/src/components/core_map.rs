use crate::{
    browser::guarded,
    routes::use_paths,
    ui::{Meter, MeterPart, Use},
};
use leptos::prelude::*;
use model::TaskKey;

/// More cores a node, or more nodes, are drawn as one bar per node.
const DRAWN_CORES: usize = 40;
const DRAWN_NODES: usize = 2;

/// Whose a core is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoreUse {
    /// The task's that is being looked at.
    Mine,
    /// Another task's.
    Task(TaskKey),
    /// Used, and by no task: an application or a local service.
    App,
    /// Nobody's.
    Free,
}

impl CoreUse {
    fn kind(&self) -> Use {
        match self {
            CoreUse::Mine => Use::Mine,
            CoreUse::Task(_) => Use::Task,
            CoreUse::App => Use::App,
            CoreUse::Free => Use::Free,
        }
    }
}

/// The cores of one NUMA node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeCores {
    /// Number of the node.
    pub node: u32,
    /// Core number and whose it is, by number.
    pub cores: Vec<(u32, CoreUse)>,
}

impl NodeCores {
    /// Cores that nobody uses.
    pub fn free(&self) -> usize {
        self.cores.iter().filter(|(_, used_by)| *used_by == CoreUse::Free).count()
    }

    fn count(&self, kind: Use) -> i64 {
        i64::try_from(self.cores.iter().filter(|(_, used_by)| used_by.kind() == kind).count()).unwrap_or(i64::MAX)
    }
}

/// How large a map is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CoreMapSize {
    /// In a row of a table: no numbers.
    Row,
    /// On a task's page.
    #[default]
    Medium,
    /// On an executor's page: a cell leads to its task.
    Page,
}

/// One cell for each core, grouped by NUMA node; one bar for each node of large machines.
#[component]
pub fn CoreMap(
    /// Name of the machine, for screen readers.
    #[prop(into)]
    machine: String,
    /// Its nodes.
    #[prop(into)]
    nodes: Signal<Vec<NodeCores>>,
    /// How large.
    #[prop(optional)]
    size: CoreMapSize,
    /// What stands under a node's cells, by its number: its memory.
    #[prop(optional, into)]
    under: Option<Callback<u32, AnyView>>,
) -> impl IntoView {
    // The task whose cores are lit because the pointer or the keyboard is on one of them.
    let lit = RwSignal::new(None::<TaskKey>);
    let class = match size {
        CoreMapSize::Row => "core-map core-map--s",
        CoreMapSize::Medium => "core-map",
        CoreMapSize::Page => "core-map core-map--l",
    };
    let drawn = move || {
        nodes.with(|nodes| {
            let as_bars = nodes.len() > DRAWN_NODES || nodes.iter().any(|node| node.cores.len() > DRAWN_CORES);
            let draw = |node: &NodeCores| {
                let cells = if as_bars { bar(&machine, node) } else { grid(&machine, node, size, lit) };
                let head = (size != CoreMapSize::Row).then(|| head(node));
                let under = under.map(|under| under.run(node.node));
                view! { <div class="core-map__node">{head}{cells}{under}</div> }.into_any()
            };
            nodes.iter().map(draw).collect_view()
        })
    };
    view! { <div class=class>{move || drawn()}</div> }
}

fn head(node: &NodeCores) -> impl IntoView + use<> {
    let (name, free) = (format!("NUMA {}", node.node), format!("{} of {} free", node.free(), node.cores.len()));
    view! { <div class="core-map__head"><b>{name}</b><span>{free}</span></div> }
}

fn label(machine: &str, node: &NodeCores) -> String {
    format!("{machine} NUMA {}: {} of {} cores free", node.node, node.free(), node.cores.len())
}

fn bar(machine: &str, node: &NodeCores) -> AnyView {
    let whole = i64::try_from(node.cores.len()).unwrap_or(i64::MAX);
    let parts: Vec<_> =
        [Use::Mine, Use::Task, Use::App].into_iter().map(|kind| MeterPart::of(kind, node.count(kind), whole)).collect();
    let label = label(machine, node);
    view! { <Meter label parts/> }.into_any()
}

fn grid(machine: &str, node: &NodeCores, size: CoreMapSize, lit: RwSignal<Option<TaskKey>>) -> AnyView {
    let cells = node.cores.iter().map(|(number, used_by)| cell(*number, used_by, size, lit)).collect_view();
    let name = label(machine, node);
    // Cells that are links must be reachable; without links the grid is one picture.
    let role = if size == CoreMapSize::Page { "group" } else { "img" };
    view! { <div class="core-map__grid" role=role aria-label=name>{cells}</div> }.into_any()
}

fn cell(number: u32, used_by: &CoreUse, size: CoreMapSize, lit: RwSignal<Option<TaskKey>>) -> AnyView {
    let kind = used_by.kind().as_str();
    let text = (size != CoreMapSize::Row).then_some(number);
    match used_by {
        CoreUse::Task(key) if size == CoreMapSize::Page => {
            let (address, title) = (use_paths().task(key), format!("Core {number}: {key}"));
            let (enter, leave) = (key.clone(), move || lit.set(None));
            let own = key.clone();
            let is_lit = move || lit.with(|lit| lit.as_ref() == Some(&own)).then_some("");
            let focused = enter.clone();
            view! {
                <a
                    class="core-map__core"
                    data-use=kind
                    data-lit=move || is_lit()
                    href=address
                    title=title.clone()
                    aria-label=title
                    on:mouseenter=guarded(move |_| lit.set(Some(enter.clone())))
                    on:mouseleave=guarded(move |_| leave())
                    on:focus=guarded(move |_| lit.set(Some(focused.clone())))
                    on:blur=guarded(move |_| leave())
                >
                    {text}
                </a>
            }
            .into_any()
        }
        CoreUse::Mine | CoreUse::Task(_) | CoreUse::App | CoreUse::Free => {
            view! { <span class="core-map__core" data-use=kind>{text}</span> }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_told_in_words() {
        let node = NodeCores {
            node: 1,
            cores: vec![(16, CoreUse::Free), (17, CoreUse::Task(TaskKey::new("A", "B"))), (18, CoreUse::Free)],
        };
        assert_eq!(label("exec-1", &node), "exec-1 NUMA 1: 2 of 3 cores free");
        assert_eq!(node.count(Use::Task), 1);
    }
}
