use super::Section;
use crate::{
    browser::{focus_by_id, guarded, owned_frames, pasted_text},
    pages::new_task::{
        composer::Composer,
        field::{FieldId, FormField},
        form::{EnvRow, split_args, split_pasted},
        lines::Lines,
        text_field::TextField,
    },
    ui::{Button, ButtonStyle, Icon, IconButton, IconName, When, for_each},
};
use leptos::{ev::ClipboardEvent, prelude::*};
use model::secret::is_secret;

/// Variables and arguments.
#[component]
pub fn EnvironmentSection(
    /// The form.
    form: Composer,
) -> impl IntoView {
    let count = form.pick(|draft| draft.form().env.len());
    let frames = owned_frames();
    let add = move |()| {
        let last = count.get_untracked();
        form.edit(|f| f.env.push(EnvRow::default()));
        frames.request(move || focus_by_id(&name_id(last)));
    };
    let arguments = form.pick(|draft| split_args(&draft.form().args).len());
    let hint = Signal::derive(move || match arguments.get() {
        0 => "Split as a shell would.".to_owned(),
        1 => "Split as a shell would: 1 argument".to_owned(),
        n => format!("Split as a shell would: {n} arguments"),
    });
    let message = move || form.message_at(FieldId::Env);
    view! {
        <Section id="environment" title="Environment and arguments" hint="Drove shows these values to every signed-in user.">
            <div class="rows" id=FieldId::Env.id() tabindex="-1">
                {for_each(move || (0..count.get()).collect(), move |index| row(form, index))}
                {move || {
                    message()
                        .map(|m| {
                            view! { <p class="field__message rows__note" data-tone=m.tone.as_str() role="status"><Icon name=m.tone.icon()/><span>{m.text}</span></p> }.into_any()
                        })
                }}
                <div class="rows__add">
                    <Button label="Add variable" icon=IconName::Plus small=true style=ButtonStyle::Ghost on_press=add/>
                </div>
            </div>
            <TextField
                form
                field=FieldId::Args
                mono=true
                lines=true
                optional=true
                hint
                read=|draft| &draft.form().args
                write=|draft, typed| draft.edit_form(|f| f.args = typed)
            />
        </Section>
    }
    .into_any()
}

/// Rows are positions: a row that is removed lets the ones below move up, as the fields' texts do.
fn row(form: Composer, index: usize) -> impl IntoView {
    let row = form.pick(move |draft| draft.form().env.get(index).cloned().unwrap_or_default());
    let value = Signal::derive(move || row.with(|r| r.value.clone()));
    let shown = RwSignal::new(false);
    let secret = Memo::new(move |_| row.with(|r| is_secret(&r.name, &r.value)));
    let named = move || row.with(|r| if r.name.is_empty() { "variable".to_owned() } else { r.name.clone() });
    let edit = move |change: &dyn Fn(&mut EnvRow)| {
        form.edit(|f| {
            if let Some(row) = f.env.get_mut(index) {
                change(row);
            }
        });
    };
    let paste = move |event: ClipboardEvent| {
        if let Some(rows) = pasted_text(&event).as_deref().and_then(split_pasted) {
            event.prevent_default();
            form.edit(|f| {
                // A row that holds something stays.
                let is_blank = f.env.get(index).is_none_or(EnvRow::is_blank);
                let at = if is_blank { index } else { index + 1 };
                f.env.splice(at.min(f.env.len())..(index + 1).min(f.env.len()), rows);
            });
        }
    };
    let remove = move |()| {
        form.edit(|f| {
            if index < f.env.len() {
                f.env.remove(index);
            }
        })
    };
    let remove_label = Signal::derive(move || format!("Remove {}", named()));
    let show_label = Signal::derive(move || format!("{} {}", if shown.get() { "Hide" } else { "Show" }, named()));
    view! {
        <div class="rows__row">
            <input
                class="input input--mono"
                id=name_id(index)
                aria-label="Variable name"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || row.with(|r| r.name.clone())
                on:input=guarded(move |event| edit(&|r| r.name = event_target_value(&event)))
                on:paste=guarded(paste)
                on:blur=guarded(move |_| form.touch(FieldId::Env))
            />
            <div class="input input--mono input--lines">
                <Lines
                    class="input__control"
                    label="Variable value"
                    value
                    masked=Signal::derive(move || secret.get() && !shown.get())
                    on_input=move |typed: String| edit(&|r| r.value.clone_from(&typed))
                    on_leave=move |()| form.touch(FieldId::Env)
                />
                <When is=move || secret.get()>
                    <IconButton label=show_label icon=IconName::Eye pressed=Signal::from(shown) on_press=move |()| shown.update(|s| *s = !*s)/>
                </When>
            </div>
            <IconButton label=remove_label icon=IconName::Cross on_press=remove/>
        </div>
    }
}

fn name_id(index: usize) -> String {
    format!("env-name-{index}")
}
