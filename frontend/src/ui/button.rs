use super::{Icon, IconName, When};
use crate::browser::guarded;
use leptos::{ev::MouseEvent, prelude::*};

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonStyle {
    /// Outlined.
    #[default]
    Plain,
    /// The one main action of a view.
    Primary,
    /// Leads to something that cannot be undone.
    Danger,
    /// Does it, in the dialog.
    DangerSolid,
    /// Without an outline.
    Ghost,
}

impl ButtonStyle {
    fn class(self) -> &'static str {
        match self {
            ButtonStyle::Plain => "button",
            ButtonStyle::Primary => "button button--primary",
            ButtonStyle::Danger => "button button--danger",
            ButtonStyle::DangerSolid => "button button--danger-solid",
            ButtonStyle::Ghost => "button button--ghost",
        }
    }
}

/// A button with a word on it. A disabled one stays in the tab order and says why beside it.
#[component]
pub fn Button(
    /// The word: a verb.
    #[prop(into)]
    label: Signal<String>,
    /// What a press does.
    #[prop(into)]
    on_press: Callback<()>,
    /// How it looks.
    #[prop(optional)]
    style: ButtonStyle,
    /// Picture before the word.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// Small, for rows and bars.
    #[prop(optional)]
    small: bool,
    /// Why it cannot be pressed now, if so.
    #[prop(optional, into)]
    disabled: Signal<Option<String>>,
    /// Whether what it began goes on.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Whether a press submits the form around it; `on_press` is called as well.
    #[prop(optional)]
    submits: bool,
) -> impl IntoView {
    let class = if small { format!("{} button--s", style.class()) } else { style.class().to_owned() };
    let reason_id = next_id("why");
    let described_by = reason_id.clone();
    let has_reason = move || disabled.with(|reason| reason.as_deref().is_some_and(|r| !r.is_empty()));
    let blocked = move || disabled.with(Option::is_some) || busy.get();
    let press = move |event: MouseEvent| {
        if blocked() {
            event.prevent_default();
        } else {
            on_press.run(());
        }
    };
    let drawn = Signal::derive(move || if busy.get() { IconName::Refresh } else { icon.unwrap_or(IconName::Refresh) });
    view! {
        <button
            class=class
            type=if submits { "submit" } else { "button" }
            aria-disabled=move || blocked().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            aria-describedby=move || has_reason().then(|| described_by.clone())
            on:click=guarded(press)
        >
            <When is=move || icon.is_some() || busy.get()>
                <Icon name=drawn/>
            </When>
            {label}
        </button>
        <When is=move || has_reason()>
            <span class="button__reason" id=reason_id.clone()>{move || disabled.get()}</span>
        </When>
    }
}

/// A button with a picture only; its name is told to screen readers and shown as a tooltip.
#[component]
pub fn IconButton(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// Its picture.
    #[prop(into)]
    icon: Signal<IconName>,
    /// What a press does.
    #[prop(into)]
    on_press: Callback<()>,
    /// For a button that stays down.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
) -> impl IntoView {
    view! {
        <button
            class="icon-button"
            type="button"
            aria-label=move || label.get()
            title=move || label.get()
            aria-pressed=move || pressed.map(|pressed| if pressed.get() { "true" } else { "false" })
            on:click=guarded(move |_| on_press.run(()))
        >
            <Icon name=icon/>
        </button>
    }
}

/// An `id` that no other element has.
pub(crate) fn next_id(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}-{}", LAST.fetch_add(1, Ordering::Relaxed))
}
