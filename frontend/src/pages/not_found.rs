use crate::{
    layout::{PageHead, use_title},
    routes::use_paths,
    state::use_session,
    ui::{Empty, IconName},
};
use leptos::prelude::*;
use model::dashboard::HistoryQuery;

/// An address that is no page, or lies in a cluster that is not served.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    use_title(|| "Not found".into());
    if use_session().is_nowhere() {
        let text = "The address may be mistyped, or the cluster has another name now.";
        return view! {
            <PageHead title="Not found"/>
            <Empty icon=IconName::Search title="No such cluster is served here" text>
                <a class="button" href=use_paths().default_home() rel="external">"Go to the default cluster"</a>
            </Empty>
        }
        .into_any();
    }
    let home = use_paths().tasks(&HistoryQuery::default());
    view! {
        <PageHead title="Not found"/>
        <Empty icon=IconName::Search title="There is no such page" text="The address may be mistyped, or come from another version.">
            <a class="button" href=home>"Go to the tasks"</a>
        </Empty>
    }
    .into_any()
}
