use crate::browser::guarded;
use crate::ui::{IconButton, IconName, When};
use leptos::prelude::*;
use model::secret::{MASK, is_secret};
use serde_json::Value;

/// Variables before "Show all".
const SHOWN: usize = 12;

/// The variables of a spec; secret-looking ones are dots until asked for.
#[component]
pub(super) fn Environment(#[prop(into)] spec: Signal<Value>) -> impl IntoView {
    let variables = Memo::new(move |_| {
        spec.with(|s| {
            let env = s.get("env").and_then(Value::as_object);
            let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
            env.into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect::<Vec<_>>()
        })
    });
    let all = RwSignal::new(false);
    let rows = move || {
        let count = if all.get() { usize::MAX } else { SHOWN };
        variables.with(|v| v.iter().take(count).cloned().map(|(name, value)| variable(name, value)).collect_view())
    };
    let hidden = move || variables.with(Vec::len) > SHOWN && !all.get();
    view! {
        <When is=move || variables.with(|v| !v.is_empty())>
            <div>
                <h3 class="spec__title">"Environment"</h3>
                <dl class="facts facts--names">{move || rows()}</dl>
                <When is=move || hidden()>
                    <button class="link-button link-button--s" type="button" on:click=guarded(move |_| all.set(true))>
                        {move || format!("Show all {}", variables.with(Vec::len))}
                    </button>
                </When>
            </div>
        </When>
    }
    .into_any()
}

fn variable(name: String, value: String) -> impl IntoView {
    let secret = is_secret(&name, &value) && !value.is_empty();
    let shown = RwSignal::new(!secret);
    let label = name.clone();
    let button = secret.then(|| {
        let label = Signal::derive(move || format!("{} {label}", if shown.get() { "Hide" } else { "Show" }));
        view! { <IconButton label icon=IconName::Eye pressed=Signal::from(shown) on_press=move |()| shown.update(|s| *s = !*s)/> }.into_any()
    });
    view! {
        <dt>{name}</dt>
        <dd class="mono">{move || if shown.get() { value.clone() } else { MASK.to_owned() }}{button}</dd>
    }
}
