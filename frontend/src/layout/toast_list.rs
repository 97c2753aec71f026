use crate::{
    browser::guarded,
    state::{Toast, Toasts, use_toasts},
    ui::{Icon, IconName, IconSize, for_each},
};
use leptos::prelude::*;

/// All messages, above the page. New ones are read out.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite" translate="no">
            {for_each(move || toasts.numbers(), move |number| toasts.get(number).map(|toast| item(toasts, number, toast)))}
        </div>
    }
}

fn item(toasts: Toasts, number: i64, toast: Toast) -> impl IntoView {
    let text = (!toast.text.is_empty()).then(|| {
        view! { <div class="toast__text">{toast.text.into_iter().map(|line| view! { <p>{line}</p> }.into_any()).collect_view()}</div> }.into_any()
    });
    let link = toast.link.map(|(label, address)| {
        view! { <div class="toast__actions"><a class="link-button" href=address on:click=guarded(move |_| toasts.dismiss(number))>{label}</a></div> }.into_any()
    });
    view! {
        <div class="toast" data-tone=toast.tone.as_str()>
            <Icon name=toast.tone.icon()/>
            <p class="toast__title">{toast.title}</p>
            <button class="icon-button" type="button" aria-label="Dismiss" title="Dismiss" on:click=guarded(move |_| toasts.dismiss(number))>
                <Icon name=IconName::Cross size=IconSize::Small/>
            </button>
            {text}
            {link}
        </div>
    }
}
