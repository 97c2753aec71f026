use super::{composer::Composer, place::Place};
use crate::{
    browser::download,
    ui::{CopyButton, IconButton, IconName, When},
};
use leptos::prelude::*;

/// The whole spec as JSON, to be read and written. A text that cannot be read leaves the form alone.
#[component]
pub fn JsonPane(
    /// The form.
    form: Composer,
) -> impl IntoView {
    let text = form.pick(|draft| draft.text().to_owned());
    let fault = form.pick(|draft| draft.fault().map(str::to_owned));
    let aside = form.pick(|draft| draft.set_aside().is_some());
    let error = Memo::new(move |_| fault.get().or_else(|| form.error_at(Place::Document).map(|f| f.text)));
    let save = move |()| {
        let name = form
            .draft()
            .with_untracked(|d| if d.form().id.is_empty() { "task".to_owned() } else { d.form().id.clone() });
        download(&format!("{name}.json"), &text.get_untracked());
    };
    let id = Place::Document.id();
    view! {
        <div class="code-head">
            <label class="field__hint" for=id>"The whole spec. Edits here update the form; half-typed JSON never clears it."</label>
            <span class="push"></span>
            <CopyButton text label="Copy JSON"/>
            <IconButton label="Download JSON" icon=IconName::Download on_press=save/>
        </div>
        <textarea
            class="input input--area input--mono input--tall"
            id=id
            aria-label="Spec as JSON"
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby="field-json-note"
            autocomplete="off"
            spellcheck="false"
            prop:value=move || text.get()
            on:input=move |event| form.draft().update(|draft| draft.edit_text(event_target_value(&event)))
            on:blur=move |_| form.touch(Place::Document)
        ></textarea>
        <div id="field-json-note" aria-live="polite">
            {move || error.get().map(|text| view! { <p class="field__message" data-tone="danger">{text}</p> }.into_any())}
            <When is=move || aside.get()>
                <p class="field__hint">
                    "A half-typed text gave way to the form. "
                    <button
                        class="link-button link-button--s"
                        type="button"
                        on:click=move |_| form.draft().update(|draft| draft.bring_back())
                    >
                        "Bring it back"
                    </button>
                </p>
            </When>
        </div>
    }
    .into_any()
}
