use super::{composer::Composer, draft::Draft, place::Place};
use crate::browser::guarded;
use crate::ui::Field;
use leptos::prelude::*;

/// A field of one line, bound to a place of the draft.
#[component]
pub fn TextField(
    /// The form.
    form: Composer,
    /// Where its messages stand; gives it its label and id.
    place: Place,
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
    /// A number: other keyboards on phones.
    #[prop(optional)]
    numeric: bool,
    /// Label, where another than the place's is wanted; then the field's id is the place's with `-more`.
    #[prop(optional)]
    label: Option<&'static str>,
) -> impl IntoView {
    let id = if label.is_some() { format!("{}-more", place.id()) } else { place.id().to_owned() };
    let value = form.pick(move |draft| read(draft).clone());
    let message = Signal::derive(move || form.message_at(place));
    let fault = Memo::new(move |_| form.error_at(place));
    let instead = Memo::new(move |_| fault.with(|f| f.as_ref().and_then(|f| f.instead.clone())));
    let invalid = move || fault.with(Option::is_some).then_some("true");
    let described_by = format!("{id}-note");
    view! {
        <Field id=id.clone() label=label.unwrap_or(place.label()) optional hint message>
            <input
                class=if mono { "input input--mono" } else { "input" }
                id=id
                autocomplete="off"
                spellcheck="false"
                inputmode=numeric.then_some("numeric")
                aria-invalid=move || invalid()
                aria-describedby=described_by
                prop:value=move || value.get()
                on:input=guarded(move |event| form.draft().update(|draft| write(draft, event_target_value(&event))))
                on:blur=guarded(move |_| form.touch(place))
            />
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
