use super::{
    composer::Composer,
    draft::Draft,
    field::{FieldId, FormField},
    lines::Lines,
};
use crate::{browser::guarded, ui::Field};
use leptos::prelude::*;

/// A field of text, bound to a part of the draft.
#[component]
pub fn TextField(
    /// The form.
    form: Composer,
    /// Whose messages it shows; gives it its label and id.
    field: FieldId,
    /// What it shows.
    read: fn(&Draft) -> &String,
    /// Takes what was typed.
    write: fn(&mut Draft, String),
    /// Shown while there is nothing wrong.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// For what is read letter by letter.
    #[prop(optional)]
    mono: bool,
    /// Its text may have several lines.
    #[prop(optional)]
    lines: bool,
    /// A number: other keyboards on phones.
    #[prop(optional)]
    numeric: bool,
    /// Label, where another than the field's own is wanted; then its id is the field's with `-more`.
    #[prop(optional)]
    label: Option<&'static str>,
) -> impl IntoView {
    let id = if label.is_some() { format!("{}-more", field.id()) } else { field.id().to_owned() };
    let value = form.pick(move |draft| read(draft).clone());
    let message = Signal::derive(move || form.message_at(field));
    let fault = Memo::new(move |_| form.error_at(field));
    let instead = Memo::new(move |_| fault.with(|f| f.as_ref().and_then(|f| f.instead.clone())));
    let invalid = move || fault.with(Option::is_some).then_some("true");
    let described_by = format!("{id}-note");
    let control = if lines {
        view! {
            <Lines
                class="input input--mono input--lines"
                id=id.clone()
                described_by
                invalid=Signal::derive(move || fault.with(Option::is_some))
                value
                on_input=move |typed: String| form.draft().update(|draft| write(draft, typed))
                on_leave=move |()| form.touch(field)
            />
        }
        .into_any()
    } else {
        view! {
            <input
                class=if mono { "input input--mono" } else { "input" }
                id=id.clone()
                autocomplete="off"
                spellcheck="false"
                inputmode=numeric.then_some("numeric")
                aria-invalid=move || invalid()
                aria-describedby=described_by
                prop:value=move || value.get()
                on:input=guarded(move |event| form.draft().update(|draft| write(draft, event_target_value(&event))))
                on:blur=guarded(move |_| form.touch(field))
            />
        }
        .into_any()
    };
    view! {
        <Field id=id label=label.unwrap_or(field.label()) optional hint message>
            {control}
            {move || {
                instead
                    .get()
                    .map(|text| {
                        let label = format!("Use {text}");
                        let use_it = move |_| form.draft().update(|draft| write(draft, text.clone()));
                        view! { <button class="link-button link-button--s" type="button" on:click=guarded(use_it)>{label}</button> }.into_any()
                    })
            }}
        </Field>
    }
}
