use super::Section;
use crate::{
    browser::guarded,
    pages::new_task::{
        composer::Composer,
        field::{FieldId, FormField},
        form::beyond_the_form,
        operation::MOST_PARALLEL,
        text_field::TextField,
    },
    ui::{Choice, Field, Select, When},
};
use leptos::prelude::*;

/// How the CREATE itself is carried out; above it, what the spec holds and the form does not show.
#[component]
pub fn OperationSection(
    /// The form.
    form: Composer,
    /// Leads to the JSON tab.
    #[prop(into)]
    on_edit_json: Callback<()>,
) -> impl IntoView {
    let beyond = form.pick(|draft| beyond_the_form(draft.document()).join(", "));
    let strategy = form.pick(|draft| draft.operation().strategy.clone());
    let choices = Signal::derive(move || {
        let known = [Choice::new("STOP", "Stop"), Choice::new("ROLLBACK", "Roll back")];
        let other = strategy.with(|s| (!["STOP", "ROLLBACK"].contains(&s.as_str())).then(|| Choice::new(s, s)));
        known.into_iter().chain(other).collect::<Vec<_>>()
    });
    let choose = move |name: String| form.draft().update(|draft| draft.edit_operation(|o| o.strategy = name));
    let message = Signal::derive(move || form.message_at(FieldId::Strategy));
    let id = FieldId::Strategy.id();
    view! {
        <When is=move || beyond.with(|b| !b.is_empty())>
            <p class="new-task__beyond">
                {move || format!("Also in this spec: {}. ", beyond.get())}
                <button class="link-button" type="button" on:click=guarded(move |_| on_edit_json.run(()))>"Edit in JSON"</button>
            </p>
        </When>
        <Section
            id="operation"
            title="Operation"
            hint="Only the timeout matters for tasks: how long Drove waits for the first report. It does not limit the run."
        >
            <div class="field-grid field-grid--3">
                <TextField
                    form
                    field=FieldId::Timeout
                    mono=true
                    read=|draft| &draft.operation().timeout
                    write=|draft, typed| draft.edit_operation(|o| o.timeout = typed)
                />
                <TextField
                    form
                    field=FieldId::Parallelism
                    numeric=true
                    hint=format!("1 to {MOST_PARALLEL}")
                    read=|draft| &draft.operation().parallelism
                    write=|draft, typed| draft.edit_operation(|o| o.parallelism = typed)
                />
                <Field id label=FieldId::Strategy.label() message>
                    <Select id choices value=strategy on_choose=choose/>
                </Field>
            </div>
        </Section>
    }
    .into_any()
}
