use crate::{
    layout::{PageHead, use_title},
    routes::use_paths,
    ui::{Empty, IconName},
};
use leptos::prelude::*;
use model::dashboard::HistoryQuery;

/// An address that is no page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    use_title(|| "Not found".into());
    let home = use_paths().tasks(&HistoryQuery::default());
    view! {
        <PageHead title="Not found"/>
        <Empty icon=IconName::Search title="There is no such page" text="The address may be mistyped, or come from another version.">
            <a class="button" href=home>"Go to the tasks"</a>
        </Empty>
    }
}
