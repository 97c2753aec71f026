use crate::{
    format::format_clock,
    state::{Freshness, use_live},
};
use leptos::prelude::*;

/// Whether what is shown is live; always visible.
#[component]
pub(super) fn FreshnessSign() -> impl IntoView {
    let freshness = use_live().freshness();
    let name = move || match freshness.get() {
        Freshness::Live => "live",
        Freshness::Connecting | Freshness::Reconnecting => "reconnecting",
        Freshness::Stale { .. } => "stale",
    };
    let text = move || match freshness.get() {
        Freshness::Live => "Live".to_owned(),
        Freshness::Connecting => "Connecting…".to_owned(),
        Freshness::Reconnecting => "Reconnecting…".to_owned(),
        Freshness::Stale { since, partial: true } => format!("Partly stale since {}", format_clock(since)),
        Freshness::Stale { since, partial: false } => format!("Stale since {}", format_clock(since)),
    };
    view! {
        <span class="freshness" data-freshness=move || name() role="status">
            <span class="freshness__dot"></span>
            {move || text()}
        </span>
    }
}
