use crate::{
    state::use_kills,
    ui::{Button, ButtonStyle, Dialog, IconName},
};
use leptos::{ev, prelude::*};
use model::{TaskState, dashboard::TaskRow};

/// Asks before a task is killed. It opens when there is a target.
#[component]
pub fn KillDialog(
    /// The run to kill; cleared when the dialog closes.
    target: RwSignal<Option<TaskRow>>,
) -> impl IntoView {
    let kills = use_kills();
    let open = RwSignal::new(false);
    // The dialog closes itself on Escape, so `open` is its state and not a copy of the target's.
    Effect::new(move |_| {
        if target.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() && target.with_untracked(Option::is_some) {
            target.set(None);
        }
    });
    let title = Signal::derive(move || {
        target.with(|row| row.as_ref().map(|row| format!("Kill {} {}?", row.key.app, row.key.id)).unwrap_or_default())
    });
    let effect = move || target.with(|row| row.as_ref().map(effect_of).unwrap_or_default());
    let confirm = move || {
        if let Some(row) = target.get_untracked() {
            kills.kill(row.key);
        }
        open.set(false);
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            confirm();
        }
    };
    view! {
        <Dialog open title>
            <p class="dialog__text">{effect}" Sent at once. It cannot be undone."</p>
            <div class="dialog__foot" on:keydown=key>
                <Button label="Keep running" on_press=move |()| open.set(false)/>
                <Button
                    label="Kill task"
                    icon=IconName::Kill
                    style=ButtonStyle::DangerSolid
                    on_press=move |()| confirm()
                />
            </div>
        </Dialog>
    }
}

/// What the kill does to a run in its state.
fn effect_of(row: &TaskRow) -> &'static str {
    if row.state == Some(TaskState::Running) {
        "Drove sends SIGKILL. The container gets no warning and no time to save."
    } else if row.state.is_none() {
        "No executor has reported it yet, so it is never started."
    } else {
        "It does not run yet. The kill is kept and carried out as soon as it runs."
    }
}
