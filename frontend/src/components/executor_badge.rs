use crate::ui::{Icon, IconName};
use leptos::prelude::*;
use model::ExecutorState;

/// State of an executor.
#[component]
pub fn ExecutorBadge(
    /// The state.
    #[prop(into)]
    state: Signal<ExecutorState>,
    /// With a tinted body, for headers.
    #[prop(optional)]
    tint: bool,
) -> impl IntoView {
    let icon = Signal::derive(move || match state.get() {
        ExecutorState::Active => IconName::RunCompleted,
        ExecutorState::BlacklistRequested | ExecutorState::Blacklisted => IconName::Cancelled,
        ExecutorState::Removed => IconName::Lost,
        ExecutorState::Unready | ExecutorState::Other(_) => IconName::Unknown,
    });
    view! {
        <span class=if tint { "badge badge--tint" } else { "badge" } data-state=move || state.get().as_str().to_owned()>
            <Icon name=icon/>
            {move || state.get().label().to_owned()}
        </span>
    }
}
