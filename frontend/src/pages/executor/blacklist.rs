use crate::{
    state::use_blacklisting,
    ui::{Button, ButtonStyle, Dialog, IconName},
};
use leptos::prelude::*;
use model::dashboard::ExecutorLive;

/// What blacklisting does, before it is done.
#[component]
pub(super) fn BlacklistNotice(
    row: RwSignal<ExecutorLive>,
    name: Memo<String>,
    asking: RwSignal<bool>,
) -> impl IntoView {
    let blacklisting = use_blacklisting();
    let id = row.with_untracked(|row| row.summary.executor_id.clone());
    let confirm = Callback::new(move |()| {
        asking.set(false);
        blacklisting.blacklist(id.clone(), name.get_untracked());
    });
    let running = move || {
        let count = row.with(|row| {
            row.detail.iter().flat_map(|detail| &detail.tasks).filter(|task| task.state.is_active()).count()
        });
        match count {
            0 => "No task runs here.".to_owned(),
            1 => "1 task stays and runs to its end: Drove never moves tasks.".to_owned(),
            count => format!("{count} tasks stay and run to their ends: Drove never moves tasks."),
        }
    };
    let others = move || {
        let count = row.with(|row| row.detail.as_ref().map_or(0, |detail| detail.instances.len()));
        (count > 0).then(|| format!("{count} application instances move to other executors."))
    };
    view! {
        <Dialog open=asking title=Signal::derive(move || format!("Blacklist {}?", name.get()))>
            <p class="dialog__text">"No new task is placed here. " {move || running()} " " {move || others()}</p>
            <p class="dialog__text">"Drove answers after 8 to 12 s. It can be undone at any time."</p>
            <div class="dialog__foot">
                <Button label="Cancel" on_press=move |()| asking.set(false)/>
                <Button
                    label="Blacklist executor"
                    icon=IconName::Ban
                    style=ButtonStyle::DangerSolid
                    on_press=confirm
                />
            </div>
        </Dialog>
    }
}
