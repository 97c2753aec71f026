use super::{header::TableHeader, list::TaskList, list_query::ListQuery, row::Row};
use crate::{
    browser::{follow_row, guarded},
    components::KillDialog,
    state::use_live,
    ui::for_each,
};
use leptos::prelude::*;
use model::dashboard::TaskRow;

/// Id of a row's element.
pub(super) fn row_id(run: i64) -> String {
    format!("run-{run}")
}

/// The rows. Only a row that changed is drawn again.
#[component]
pub(super) fn TaskTable(query: ListQuery, list: TaskList) -> impl IntoView {
    let freshness = use_live().freshness();
    let stale = move || freshness.get().tasks_are_old().then_some("");
    let killing = RwSignal::new(None::<TaskRow>);
    // The table gets no `mouseleave` when it is removed.
    on_cleanup(move || list.set_busy(false));
    view! {
        <table
            class="table task-table tasks__list"
            role="grid"
            aria-label="Tasks"
            tabindex="0"
            aria-busy=move || list.is_behind().then_some("true")
            aria-activedescendant=move || list.cursor.get().map(row_id)
            data-stale=move || stale()
            on:mouseenter=guarded(move |_| list.set_busy(true))
            on:mouseleave=guarded(move |_| list.set_busy(false))
            on:focusin=guarded(move |_| list.set_busy(true))
            on:focusout=guarded(move |_| list.set_busy(false))
        >
            <TableHeader query list/>
            <tbody role="rowgroup" data-opens on:click=guarded(|event| follow_row(&event)) on:auxclick=guarded(|event| follow_row(&event))>
                {for_each(
                    move || list.board.order().get(),
                    move |run| list.board.row(run).map(|row| view! { <Row run row list killing/> }.into_any()),
                )}
            </tbody>
        </table>
        <KillDialog target=killing/>
    }
}
