use super::{
    command_line::{Secrets, curl, drove_cli, secret_names},
    composer::Composer,
};
use crate::browser::guarded;
use crate::{browser::origin, routes::use_paths, ui::CopyButton};
use leptos::prelude::*;

/// The same task for a terminal.
#[component]
pub fn CommandPane(
    /// The form.
    form: Composer,
) -> impl IntoView {
    let address = StoredValue::new(format!("{}{}", origin(), use_paths().base()));
    let body = form.pick(|draft| draft.body());
    let secrets = RwSignal::new(Secrets::Masked);
    let hidden = Memo::new(move |_| body.with(secret_names));
    let cli = Memo::new(move |_| body.with(|b| drove_cli(b, &address.get_value(), secrets.get())));
    let line = Memo::new(move |_| body.with(|b| curl(b, &address.get_value(), secrets.get())));
    let note = move || {
        let names = hidden.get();
        let masked = secrets.get() == Secrets::Masked;
        (!names.is_empty()).then(|| {
            let said = if masked { "masked" } else { "in clear text" };
            let verb = if names.len() == 1 { "is" } else { "are" };
            let turn = move |_| secrets.set(if masked { Secrets::Shown } else { Secrets::Masked });
            view! {
                <p class="field__hint">
                    {format!("{} {verb} {said}. ", names.join(", "))}
                    <button class="link-button link-button--s" type="button" on:click=guarded(turn)>
                        {if masked { "Show values" } else { "Mask values" }}
                    </button>
                </p>
            }
            .into_any()
        })
    };
    view! {
        {block("drove CLI", cli)}
        {block("curl", line)}
        {move || note()}
    }
    .into_any()
}

fn block(title: &'static str, text: Memo<String>) -> impl IntoView {
    view! {
        <div class="code-head">
            <h3 class="section__title">{title}</h3>
            <span class="push"></span>
            <CopyButton text label=format!("Copy {title} command")/>
        </div>
        <pre class="code code--wrap" tabindex="0" role="group" aria-label=format!("{title} command")><code>{move || text.get()}</code></pre>
    }
}
