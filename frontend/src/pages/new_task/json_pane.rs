use super::{
    composer::Composer,
    field::{FieldId, FormField},
    json_text::odd_characters,
};
use crate::{
    browser::{download, guarded},
    ui::{CopyButton, IconButton, IconName, When},
};
use leptos::prelude::*;
use model::secret::{mask_secrets, mask_values};
use serde_json::Value;
use std::borrow::Cow;

/// The whole spec as JSON, to be read and written. A text that cannot be read leaves the form alone.
#[component]
pub fn JsonPane(
    /// The form.
    form: Composer,
) -> impl IntoView {
    let text = form.pick(|draft| draft.text().to_owned());
    let fault = form.pick(|draft| draft.fault().map(str::to_owned));
    let aside = form.pick(|draft| draft.set_aside().is_some());
    let error = Memo::new(move |_| fault.get().or_else(|| form.error_at(FieldId::Document).map(|f| f.text)));
    let save = move |()| {
        let name = form
            .draft()
            .with_untracked(|d| if d.form().id.is_empty() { "task".to_owned() } else { d.form().id.clone() });
        download(&format!("{name}.json"), &text.get_untracked());
    };
    let warnings = Memo::new(move |_| {
        let odd = text.with(|text| odd_characters(text));
        form.warnings_at(FieldId::Document).into_iter().chain(odd).collect::<Vec<_>>()
    });
    let id = FieldId::Document.id();
    let masked = Memo::new(move |_| text.with(|text| masked(text)));
    // The author of a text sees it.
    let asked = RwSignal::new(false);
    let hidden = Memo::new(move |_| masked.with(Option::is_some) && !asked.get());
    let shown = move || if hidden.get() { masked.get().unwrap_or_default() } else { text.get() };
    view! {
        <div class="code-head">
            <label class="field__hint" for=id>"The whole spec. Edits here update the form; half-typed JSON never clears it."</label>
            <span class="push"></span>
            <When is=move || hidden.get()>
                <button class="link-button link-button--s" type="button" on:click=guarded(move |_| asked.set(true))>
                    "Show secrets and edit"
                </button>
            </When>
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
            readonly=move || hidden.get()
            prop:value=move || shown()
            on:input=guarded(move |event| {
                asked.set(true);
                form.draft().update(|draft| draft.edit_text(event_target_value(&event)));
            })
            on:blur=guarded(move |_| form.touch(FieldId::Document))
        ></textarea>
        <div id="field-json-note" aria-live="polite">
            {move || error.get().map(|text| view! { <p class="field__message" data-tone="danger">{text}</p> }.into_any())}
            {move || {
                warnings
                    .get()
                    .into_iter()
                    .map(|text| view! { <p class="field__message" data-tone="warning">{text}</p> }.into_any())
                    .collect_view()
            }}
            <When is=move || aside.get()>
                <p class="field__hint">
                    "A half-typed text gave way to the form. "
                    <button
                        class="link-button link-button--s"
                        type="button"
                        on:click=guarded(move |_| form.draft().update(|draft| draft.bring_back()))
                    >
                        "Bring it back"
                    </button>
                </p>
            </When>
        </div>
    }
    .into_any()
}

/// The text with its secrets hidden; nothing if it has none.
fn masked(text: &str) -> Option<String> {
    match serde_json::from_str::<Value>(text) {
        Ok(mut document) => {
            let clear = document.clone();
            mask_values(&mut document);
            (document != clear).then(|| serde_json::to_string_pretty(&document).unwrap_or_default())
        }
        // Half-typed: by the look of the text alone.
        Err(_) => match mask_secrets(text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(masked) => Some(masked),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn secrets_are_hidden_until_they_are_asked_for() {
        for text in [r#"{"env": {"API_TOKEN": "abc", "N": 1}}"#, r#"{"env": {"API_TOKEN": "abc", "N""#] {
            let shown = masked(text).unwrap();
            assert!(!shown.contains("abc") && shown.contains("API_TOKEN"), "{shown}");
        }
        assert_eq!(masked(r#"{"env": {"N": "1"}}"#), None, "nothing to hide: it is written in at once");
    }
}
