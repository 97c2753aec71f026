//! Every state there is and the ways between them (contract 5.3), with those taken drawn dark.

use super::Step;
use leptos::prelude::*;

/// A state's box in the drawing: data-state, word, left edge, top edge, width.
const NODES: &[(&str, &str, i32, i32, i32)] = &[
    ("ACCEPTED", "Accepted", 6, 56, 128),
    ("PENDING", "Pending", 156, 56, 128),
    ("PROVISIONING", "Provisioning", 306, 56, 128),
    ("STARTING", "Starting", 456, 56, 128),
    ("RUNNING", "Running", 606, 56, 128),
    ("RUN_COMPLETED", "Run completed", 756, 56, 128),
    ("DEPROVISIONING", "Deprovisioning", 906, 56, 128),
    ("STOPPED", "Stopped", 1056, 56, 128),
    ("NOT_PLACED", "Not placed", 6, 140, 128),
    ("PROVISIONING_FAILED", "Provisioning failed", 292, 140, 156),
    ("RUN_FAILED", "Run failed", 466, 140, 108),
    ("UNKNOWN", "Unknown", 606, 140, 128),
    ("LOST", "Lost", 1056, 140, 128),
];

/// A way: from, to, its line, and whether it is rare.
const EDGES: &[(&str, &str, &str, bool)] = &[
    ("ACCEPTED", "PENDING", "M134 78H153", false),
    ("PENDING", "PROVISIONING", "M284 78H303", false),
    ("PROVISIONING", "STARTING", "M434 78H453", false),
    ("STARTING", "RUNNING", "M584 78H603", false),
    ("RUNNING", "RUN_COMPLETED", "M734 78H753", false),
    ("RUN_COMPLETED", "DEPROVISIONING", "M884 78H903", false),
    ("DEPROVISIONING", "STOPPED", "M1034 78H1053", false),
    ("ACCEPTED", "NOT_PLACED", "M70 100V137", false),
    ("PROVISIONING", "PROVISIONING_FAILED", "M370 100V137", false),
    ("STARTING", "RUN_FAILED", "M520 100V137", false),
    ("RUNNING", "UNKNOWN", "M656 100V137", false),
    ("UNKNOWN", "RUNNING", "M684 140V103", false),
    ("RUN_FAILED", "DEPROVISIONING", "M520 184V196q0 8 8 8H962q8 0 8 -8V103", false),
    ("PROVISIONING_FAILED", "DEPROVISIONING", "M370 184V196q0 8 8 8H962q8 0 8 -8V103", false),
    ("STARTING", "RUN_COMPLETED", "M520 56V38q0 -8 8 -8H812q8 0 8 8V53", false),
    ("ACCEPTED", "STOPPED", "M70 56V18q0 -8 8 -8H1112q8 0 8 8V53", true),
    ("STOPPED", "LOST", "M1120 120V137", true),
];

/// Half of a box's height, and where texts stand in it.
const LABEL_ALONE: i32 = 26;
const LABEL: i32 = 18;
const WHEN: i32 = 35;

/// The drawing.
#[component]
pub(super) fn Machine(steps: Memo<Vec<Step>>, #[prop(into)] live: Signal<bool>) -> impl IntoView {
    let name =
        move || steps.with(|s| format!("Path: {}", s.iter().map(|s| s.label.as_str()).collect::<Vec<_>>().join(", ")));
    let edges = move || {
        steps.with(|steps| {
            EDGES
                .iter()
                .map(|(from, to, line, rare)| {
                    let taken = was_taken(steps, from, to);
                    view! {
                        <path
                            class="state-machine__edge"
                            d=*line
                            data-taken=taken.then_some("")
                            data-rare=rare.then_some("")
                            marker-end=if taken { "url(#tip-taken)" } else { "url(#tip)" }
                        ></path>
                    }
                    .into_any()
                })
                .collect_view()
        })
    };
    let nodes = move || {
        steps.with(|steps| {
            let last = steps.last().map(|s| s.name.clone());
            NODES
                .iter()
                .map(|(state, label, x, y, width)| {
                    let step = steps.iter().rev().find(|s| s.name == *state);
                    let current = live.get() && last.as_deref() == Some(*state);
                    let when = step.map(|s| s.when.clone());
                    let label_y = y + if when.is_some() { LABEL } else { LABEL_ALONE };
                    view! {
                        <g
                            class="state-machine__node"
                            data-state=*state
                            data-visited=step.map(|_| "")
                            data-evidence=step.map(|s| s.certainty.as_str())
                            aria-current=current.then_some("step")
                        >
                            <rect class="state-machine__box" x=x.to_string() y=y.to_string() width=width.to_string() height="44" rx="6"></rect>
                            <text class="state-machine__label" x=(x + 12).to_string() y=label_y.to_string()>{*label}</text>
                            {when.map(|when| view! { <text class="state-machine__when" x=(x + 12).to_string() y=(y + WHEN).to_string()>{when}</text> }.into_any())}
                        </g>
                    }.into_any()
                })
                .collect_view()
        })
    };
    view! {
        <div class="state-machine" tabindex="0" role="group" aria-label="State machine">
            <svg class="state-machine__svg" viewBox="0 0 1190 216" role="img" aria-label=name>
                <defs>
                    {tip("tip", false)}
                    {tip("tip-taken", true)}
                </defs>
                {move || edges()}
                <text class="state-machine__note" x="1056" y="200">"after 60 s of silence"</text>
                {move || nodes()}
            </svg>
        </div>
    }
    .into_any()
}

fn tip(id: &'static str, taken: bool) -> impl IntoView {
    view! {
        <marker
            id=id
            viewBox="0 0 6 6"
            refX="5"
            refY="3"
            markerWidth="6"
            markerHeight="6"
            markerUnits="userSpaceOnUse"
            orient="auto"
        >
            <path class="state-machine__tip" d="M0 0 6 3 0 6Z" data-taken=taken.then_some("")></path>
        </marker>
    }
}

/// Whether the path went this way. PENDING is never reported (contract 5.2): a run that was accepted and then pulls its
/// image went through it.
fn was_taken(steps: &[Step], from: &str, to: &str) -> bool {
    let went = |from: &str, to: &str| steps.windows(2).any(|pair| pair[0].name == from && pair[1].name == to);
    went(from, to)
        || (went("ACCEPTED", "PROVISIONING")
            && matches!((from, to), ("ACCEPTED", "PENDING") | ("PENDING", "PROVISIONING")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::IconName;
    use model::timeline::Certainty;

    fn steps(names: &[&str]) -> Vec<Step> {
        names
            .iter()
            .map(|name| Step {
                name: (*name).into(),
                label: String::new(),
                icon: IconName::Running,
                certainty: Certainty::Observed,
                when: String::new(),
            })
            .collect()
    }

    #[test]
    fn ways_are_taken_as_the_path_went() {
        let path = steps(&["ACCEPTED", "PROVISIONING", "STARTING", "RUNNING"]);
        let taken: Vec<_> =
            EDGES.iter().filter(|(from, to, ..)| was_taken(&path, from, to)).map(|e| (e.0, e.1)).collect();
        assert_eq!(
            taken,
            [
                ("ACCEPTED", "PENDING"),
                ("PENDING", "PROVISIONING"),
                ("PROVISIONING", "STARTING"),
                ("STARTING", "RUNNING")
            ]
        );
    }

    #[test]
    fn every_way_leads_between_states_that_are_drawn() {
        let drawn = |state: &str| NODES.iter().any(|(name, ..)| *name == state);
        for (from, to, ..) in EDGES {
            assert!(drawn(from) && drawn(to), "{from} {to}");
        }
    }
}
