use leptos::prelude::*;

/// Whose a part of a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The task's that is being looked at.
    Mine,
    /// Another task's.
    Task,
    /// An application's, or something else that is not a task.
    App,
    /// Nobody's.
    Free,
}

impl Use {
    /// Value of `data-use`.
    pub fn as_str(self) -> &'static str {
        match self {
            Use::Mine => "mine",
            Use::Task => "task",
            Use::App => "app",
            Use::Free => "free",
        }
    }
}

/// One part of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeterPart {
    /// Whose.
    pub used_by: Use,
    /// Percent of the whole.
    pub percent: f64,
}

impl MeterPart {
    /// `part` of `whole`; nothing of nothing is nothing.
    pub fn of(used_by: Use, part: i64, whole: i64) -> Self {
        let percent = if whole > 0 { part.max(0) as f64 * 100.0 / whole as f64 } else { 0.0 };
        Self { used_by, percent: percent.min(100.0) }
    }
}

/// A bar that shows how much of something is used. The words stand beside it.
#[component]
pub fn Meter(
    /// What the bar says, in words.
    #[prop(into)]
    label: Signal<String>,
    /// Its parts, from the left; the rest is free.
    #[prop(into)]
    parts: Signal<Vec<MeterPart>>,
) -> impl IntoView {
    let bars = move || {
        parts.with(|parts| {
            parts
                .iter()
                .filter(|part| part.percent > 0.0)
                .map(|part| {
                    view! {
                        <span
                            class="resource-meter__part"
                            data-use=part.used_by.as_str()
                            style=("--part", format!("{:.1}", part.percent))
                        ></span>
                    }
                    .into_any()
                })
                .collect_view()
        })
    };
    view! { <span class="resource-meter__bar" role="img" aria-label=move || label.get()>{move || bars()}</span> }
}
