use crate::{
    browser::{guarded, owned_tasks, with_connection},
    state::{Toast, use_kills, use_toasts},
    ui::{Button, ButtonStyle, Dialog, IconName, Tone},
};
use leptos::{ev, prelude::*};
use model::{TaskState, dashboard::TaskRow};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// The run to kill; cleared when the dialog closes.
type Target = RwSignal<Option<TaskRow>>;

/// Asks before a task is killed. It opens when there is a target; its code, and that of sending a kill, is loaded when
/// there is one for the first time.
#[component]
pub fn KillDialog(
    /// The run to kill; cleared when the dialog closes.
    target: Target,
) -> impl IntoView {
    let toasts = use_toasts();
    let build = RwSignal::new(None::<fn(Target) -> AnyView>);
    let tasks = owned_tasks();
    Effect::new(move |_| {
        if target.with(Option::is_none) || build.with_untracked(Option::is_some) {
            return;
        }
        tasks.spawn(async move {
            match with_connection(dialog()).await {
                Ok(code) => build.set(Some(code)),
                Err(_) => {
                    toasts.show(Toast::new(Tone::Danger, "The dialog could not be loaded").text(vec![
                        "Nothing was killed. If the server answers, reload this tab: it may be of an older version.".into(),
                    ]));
                    target.set(None);
                }
            }
        });
    });
    move || build.get().map(|build| build(target))
}

#[wasm_split(kill, fallible)]
fn dialog() -> Result<fn(Target) -> AnyView, SplitLoaderError> {
    Ok(|target| view! { <Asking target/> }.into_any())
}

#[component]
fn Asking(target: Target) -> impl IntoView {
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
            <div class="dialog__foot" on:keydown=guarded(key)>
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
