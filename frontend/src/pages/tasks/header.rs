use super::{
    list::TaskList,
    list_query::{ListQuery, sort_by},
};
use crate::{
    browser::guarded,
    routes::Replace,
    ui::{Icon, IconName, IconSize, When},
};
use leptos::prelude::*;
use model::dashboard::{SortKey, Tab};

/// The columns' names; most of them sort.
#[component]
pub(super) fn TableHeader(query: ListQuery, list: TaskList) -> impl IntoView {
    // What grows while it is looked at is in order only when it is loaded.
    let drifts = query.part(|query| query.sort == SortKey::Took && query.tab != Tab::Finished);
    view! {
        <thead role="rowgroup">
            <tr role="row">
                <Column query class="task-table__status" label="Status" key=SortKey::Status/>
                <Column query class="task-table__id" label="Task ID" key=SortKey::Id/>
                <Column query class="task-table__app" label="App" key=SortKey::App/>
                <th class="task-table__life" scope="col" role="columnheader">"Life"</th>
                <Column query class="task-table__took num" label="Took" key=SortKey::Took/>
                <Column query class="task-table__executor" label="Executor" key=SortKey::Executor/>
                <Column query class="task-table__submitted num" label="Submitted" key=SortKey::Submitted/>
                <th class="task-table__more" scope="col" role="columnheader">
                    <span class="visually-hidden">"Actions"</span>
                    <When is=move || drifts.get()>
                        <button
                            class="icon-button"
                            type="button"
                            aria-label="Sort again"
                            title="Sort again"
                            on:click=guarded(move |_| list.reload())
                        >
                            <Icon name=IconName::Refresh size=IconSize::Small/>
                        </button>
                    </When>
                </th>
            </tr>
        </thead>
    }
}

#[component]
fn Column(query: ListQuery, class: &'static str, label: &'static str, key: SortKey) -> impl IntoView {
    let own = key.clone();
    let direction = query.part(move |query| (query.sort == own).then_some(query.descending));
    let icon = move || {
        direction.get().map(|descending| {
            let name = if descending { IconName::ArrowDown } else { IconName::ArrowUp };
            view! { <Icon name size=IconSize::Small/> }.into_any()
        })
    };
    let sorted = move || direction.get().map(|descending| if descending { "descending" } else { "ascending" });
    view! {
        <th class=class scope="col" role="columnheader" aria-sort=move || sorted()>
            <button
                class="table__sort"
                type="button"
                on:click=guarded(move |_| query.change(Replace::No, |query| sort_by(query, &key)))
            >
                {label}
                {move || icon()}
            </button>
        </th>
    }
}
