use super::{list::TaskList, row_menu::RowMenu, table::row_id};
use crate::{
    components::{MiniTimeline, StatusBadge, lasted},
    format::{format_age, format_duration, format_moment, format_utc},
    routes::use_paths,
    state::{use_clock, use_executor_names},
    ui::CutMiddle,
};
use leptos::prelude::*;
use model::dashboard::TaskRow;

/// One run. What ticks are two texts; everything else is drawn when the run changes.
#[component]
pub(super) fn Row(
    run: i64,
    row: ArcRwSignal<TaskRow>,
    list: TaskList,
    killing: RwSignal<Option<TaskRow>>,
) -> impl IntoView {
    let (clock, paths, names) = (use_clock(), use_paths(), use_executor_names());
    let row = RwSignal::from(row);
    // A run keeps its key and its time of submission.
    let (key, submitted) = row.with_untracked(|row| (row.key.clone(), row.submitted));
    let address = Memo::new({
        let paths = paths.clone();
        move |_| row.with(|row| paths.task_of(row))
    });
    let is_over = Memo::new(move |_| row.with(TaskRow::is_over));
    let took = move || {
        let now = if is_over.get() { submitted } else { clock.now() };
        row.with(|row| {
            if row.state.is_none() && row.is_over() { "–".to_owned() } else { format_duration(lasted(row, now)) }
        })
    };
    let executor =
        Memo::new(move |_| row.with(|row| row.executor_id.clone().map(|id| (id, row.executor_host.clone()))));
    let executor_link = move || match executor.get() {
        None => view! { <span class="faint">"none"</span> }.into_any(),
        Some((id, host)) => {
            let host = host.unwrap_or_default();
            let short = names.of(id.as_str(), &host);
            let address = paths.executor(&id);
            view! { <a class="muted" href=address title=format!("{host} {id}")>{short}</a> }.into_any()
        }
    };
    let when = format!("{}, {}", format_moment(submitted, clock.exact()), format_utc(submitted));
    let departed = move || list.board.departed().with(|departed| departed.contains(&run)).then_some("");
    let selected = move || (list.cursor.get() == Some(run)).then_some("true");
    let arrived = list.are_arriving().then_some("");
    view! {
        <tr
            role="row"
            id=row_id(run)
            data-key=key.to_string()
            data-arrived=arrived
            data-departed=move || departed()
            aria-selected=move || selected()
        >
            <td role="gridcell" class="task-table__status"><StatusBadge row/></td>
            <td role="gridcell" class="task-table__id">
                <a class="strong" href=move || address.get() title=key.to_string()><CutMiddle text=key.id.to_string()/></a>
            </td>
            <td role="gridcell" class="task-table__app muted" title=key.app.to_string()>{key.app.to_string()}</td>
            <td role="gridcell" class="task-table__life"><MiniTimeline row/></td>
            <td role="gridcell" class="task-table__took num">{move || took()}</td>
            <td role="gridcell" class="task-table__executor">{move || executor_link()}</td>
            <td role="gridcell" class="task-table__submitted num muted" title=when>
                {move || format_age(submitted, clock.now())}
            </td>
            <td role="gridcell" class="task-table__more"><RowMenu row killing/></td>
        </tr>
    }
}
