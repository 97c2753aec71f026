use super::{Icon, Tone};
use leptos::prelude::*;

/// The one line below a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMessage {
    /// Error, warning or good news.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

impl FieldMessage {
    /// An error.
    pub fn error(text: impl Into<String>) -> Self {
        Self { tone: Tone::Danger, text: text.into() }
    }
}

/// Label, control, and one line below. The control has the id `id`, and refers to `{id}-note` by `aria-describedby`.
#[component]
pub fn Field(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// Its name.
    #[prop(into)]
    label: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Shown while there is no message.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// Shown in place of the hint.
    #[prop(optional, into)]
    message: Signal<Option<FieldMessage>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let note_id = format!("{id}-note");
    let note = move || match message.get() {
        Some(FieldMessage { tone, text }) => {
            view! { <p class="field__message" data-tone=tone.as_str()><Icon name=tone.icon()/><span>{text}</span></p> }
                .into_any()
        }
        None => hint
            .with(|hint| (!hint.is_empty()).then(|| view! { <p class="field__hint">{hint.clone()}</p> }.into_any()))
            .into_any(),
    };
    view! {
        <div class="field">
            <div class="field__head">
                <label class="field__label" for=id.clone()>{label}</label>
                {optional.then(|| view! { <span class="field__optional">"optional"</span> }.into_any())}
            </div>
            {children()}
            <div id=note_id aria-live="polite">{move || note()}</div>
        </div>
    }
}
