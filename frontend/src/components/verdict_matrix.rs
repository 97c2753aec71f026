//! Which executors would take a task, and why the others would not.

mod groups;
mod row;

use crate::{
    browser::guarded,
    format::{format_clock, format_cores, format_megabytes},
    state::{ExecutorNames, use_clock, use_executor_names},
    ui::{Button, Skeleton},
};
use groups::{Group, groups};
use leptos::prelude::*;
use model::{
    PlacementPolicy, Timestamp,
    fit::{Change, Matrix},
};
use row::row;
use std::collections::BTreeSet;

/// Up to so many executors are shown one by one; more are grouped by what keeps them from fitting.
const SHOWN: usize = 12;
/// Rows of a group before "Show all".
const ROWS_OF_GROUP: usize = 8;

/// Executors by checks, the failing value shown, then the smallest change that would make the task fit somewhere.
#[component]
pub fn VerdictMatrix(
    /// The verdicts, once they are known.
    #[prop(into)]
    matrix: Signal<Option<Matrix>>,
    /// Takes over the smallest change; without it the change is only named.
    #[prop(optional, into)]
    on_apply: Option<Callback<Change>>,
) -> impl IntoView {
    let open = RwSignal::new(BTreeSet::<&'static str>::new());
    let drawn = move || match matrix.get() {
        None => view! { <p role="status"><Skeleton/></p> }.into_any(),
        Some(matrix) if matrix.rows.is_empty() => view! { <p class="muted">"No executor is known."</p> }.into_any(),
        Some(matrix) => draw(&matrix, open, on_apply),
    };
    view! { {move || drawn()} }.into_any()
}

/// What ages are counted from: the matrix's own moment, which may be long ago.
fn moment(matrix: &Matrix, now: Timestamp) -> Timestamp {
    if matrix.at == Timestamp::default() { now } else { matrix.at }
}

fn draw(matrix: &Matrix, open: RwSignal<BTreeSet<&'static str>>, on_apply: Option<Callback<Change>>) -> AnyView {
    let names = use_executor_names();
    let now = moment(matrix, use_clock().exact());
    let groups = if matrix.rows.len() > SHOWN { groups(matrix) } else { vec![Group::all(matrix)] };
    let body = groups
        .into_iter()
        .map(|group| {
            let title = group.title;
            let all = open.with(|open| open.contains(title)) || group.rows.len() <= ROWS_OF_GROUP || title.is_empty();
            let shown = if all { group.rows.len() } else { ROWS_OF_GROUP };
            let head = (!title.is_empty()).then(|| {
                let text = format!("{} {title} ", group.rows.len());
                let show = move |_| open.update(|open| { open.insert(title); });
                view! {
                    <tr>
                        <td class="verdict-matrix__group" colspan="6">
                            {text}
                            {(!all).then(|| view! { <button class="link-button link-button--s" type="button" on:click=guarded(show)>"Show all"</button> }.into_any())}
                        </td>
                    </tr>
                }.into_any()
            });
            let rows = group.rows.iter().take(shown).map(|r| row(matrix, r, names, now)).collect_view();
            view! { {head}{rows} }.into_any()
        })
        .collect_view();
    view! {
        <p class="verdict-matrix__summary"><b>{summary(matrix)}</b></p>
        <p class="verdict-matrix__note">{chosen(matrix, names)}</p>
        <div class="verdict-matrix" tabindex="0" role="region" aria-label="Executors and why they fit or not">
            <table class="verdict-matrix__table">
                <thead>
                    <tr>
                        <th scope="col">"Executor"</th>
                        <th scope="col">"Active"</th>
                        <th scope="col">"Placement"</th>
                        <th scope="col">"Free cores, "<br/>"one node"</th>
                        <th scope="col">"Memory "<br/>"there"</th>
                        <th scope="col">"Reported"</th>
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        {matrix.smallest_change.clone().map(|change| remedy(matrix, change, names, on_apply))}
        <p class="field__hint">{format!("As of {}. Cores can be taken before Drove gets to this task.", format_clock(matrix.at))}</p>
    }
    .into_any()
}

fn summary(matrix: &Matrix) -> String {
    match (matrix.fits, matrix.rows.len()) {
        (1, 1) => "The executor fits.".into(),
        (n, 1) => format!("{n} of 1 executor fits."),
        (n, all) => format!("{n} of {all} executors fit."),
    }
}

/// Drove shuffles the executors for each task (contract 6.3).
fn chosen(matrix: &Matrix, names: ExecutorNames) -> String {
    let fitting: Vec<String> =
        matrix.rows.iter().filter(|r| r.checks.fits()).map(|r| names.of(r.executor_id.as_str(), &r.hostname)).collect();
    match fitting.as_slice() {
        [] => format!(
            "Asked for: {} and {} on one NUMA node.",
            format_cores(matrix.cores),
            format_megabytes(matrix.memory_mb)
        ),
        [one] => format!("Drove would take {one}."),
        some if some.len() <= 6 => format!("Drove picks at random among {}.", some.join(", ")),
        some => format!("Drove picks at random among {} of them.", some.len()),
    }
}

fn remedy(
    matrix: &Matrix,
    change: Change,
    names: ExecutorNames,
    on_apply: Option<Callback<Change>>,
) -> impl IntoView + use<> {
    let mut parts = Vec::new();
    if let Some(cores) = change.cores {
        parts.push(format!("{} instead of {}", format_cores(cores), matrix.cores));
    }
    if let Some(memory) = change.memory_mb {
        parts.push(format!("{} instead of {}", format_megabytes(memory), format_megabytes(matrix.memory_mb)));
    }
    match &change.policy {
        Some(PlacementPolicy::MatchTag { tag }) => parts.push(format!("an executor with the tag {tag}")),
        Some(_) => parts.push("any executor without tags".to_owned()),
        None => {}
    }
    let name = |id: &String| {
        let row = matrix.rows.iter().find(|row| row.executor_id.as_str() == id);
        // A matrix of an earlier version names hosts.
        row.map_or_else(|| id.clone(), |row| names.of(id, &row.hostname))
    };
    let fitting: Vec<String> = change.fitting.iter().map(name).collect();
    let effect = format!("{} of {} fit: {}", fitting.len(), matrix.rows.len(), fitting.join(", "));
    let button = on_apply.map(|apply| {
        view! { <Button label="Apply" small=true on_press=move |()| apply.run(change.clone())/> }.into_any()
    });
    view! {
        <h3 class="section__title verdict-matrix__next">"Smallest change that would fit"</h3>
        <div class="remedy"><b>{parts.join(", ")}</b><span class="remedy__effect">{effect}</span>{button}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_those_of_the_matrixs_own_moment() {
        let then = Matrix { at: Timestamp(1_000), ..Matrix::default() };
        assert_eq!(moment(&then, Timestamp(900_000)), Timestamp(1_000));
        assert_eq!(moment(&Matrix::default(), Timestamp(900_000)), Timestamp(900_000));
    }
}
