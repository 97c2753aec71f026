use super::Section;
use crate::{
    pages::new_task::{
        composer::Composer,
        field::{FieldId, FormField},
        form::PolicyKind,
        text_field::TextField,
    },
    ui::{Choice, Field, Select},
};
use leptos::prelude::*;
use model::RuleType;

/// The policy, and what the chosen one needs.
#[component]
pub fn PlacementSection(
    /// The form.
    form: Composer,
) -> impl IntoView {
    let kind = form.pick(|draft| draft.form().placement.kind);
    let value = Signal::derive(move || kind.get().wire().to_owned());
    let choices = Signal::derive(move || {
        // What the form cannot write can be left, and not be chosen.
        let own = matches!(kind.get(), PolicyKind::Unset | PolicyKind::Kept).then(|| kind.get());
        own.into_iter().chain(PolicyKind::CHOICES.iter().copied()).map(|k| Choice::new(k.wire(), k.label())).collect()
    });
    let choose = move |name: String| {
        if let Some(kind) = PolicyKind::from_wire(&name) {
            form.edit(|f| {
                f.placement.kind = kind;
                if kind == PolicyKind::RuleBased && f.placement.rule_type.is_empty() {
                    f.placement.rule_type = RuleType::Hope.to_string();
                }
            });
        }
    };
    let message = Signal::derive(move || form.message_at(FieldId::Policy));
    let hint = Signal::derive(move || hint(kind.get()).to_owned());
    let id = FieldId::Policy.id();
    view! {
        <Section id="placement" title="Placement">
            <div class="field-grid">
                <div class="field-grid__full">
                    <Field id label=FieldId::Policy.label() hint message>
                        <Select id choices value on_choose=choose/>
                    </Field>
                </div>
                {move || more(form, kind.get())}
            </div>
        </Section>
    }
    .into_any()
}

fn hint(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Unset => "A real cluster answers a missing policy with an error.",
        PolicyKind::Any | PolicyKind::NoTag => "Executors that have tags are left out.",
        PolicyKind::OnePerHost | PolicyKind::MaxNPerHost => {
            "Counts tasks of the same app. Executors that have tags are left out."
        }
        PolicyKind::MatchTag => "A machine's name counts as a tag of its own.",
        PolicyKind::RuleBased => "",
        PolicyKind::Kept => "Edit it in the JSON tab, or choose another.",
    }
}

fn more(form: Composer, kind: PolicyKind) -> AnyView {
    match kind {
        PolicyKind::MaxNPerHost => view! {
            <TextField
                form
                field=FieldId::Policy
                label="Tasks per host"
                numeric=true
                read=|draft| &draft.form().placement.max
                write=|draft, typed| draft.edit_form(|f| f.placement.max = typed)
            />
        }
        .into_any(),
        PolicyKind::MatchTag => view! {
            <TextField
                form
                field=FieldId::Policy
                label="Tag"
                mono=true
                read=|draft| &draft.form().placement.tag
                write=|draft, typed| draft.edit_form(|f| f.placement.tag = typed)
            />
        }
        .into_any(),
        PolicyKind::RuleBased => rule(form),
        PolicyKind::Unset | PolicyKind::Any | PolicyKind::OnePerHost | PolicyKind::NoTag | PolicyKind::Kept => {
            ().into_any()
        }
    }
}

fn rule(form: Composer) -> AnyView {
    let value = form.pick(|draft| draft.form().placement.rule_type.clone());
    let choices: Vec<Choice> = RuleType::NAMES.iter().map(|name| Choice::new(*name, *name)).collect();
    view! {
        <TextField
            form
            field=FieldId::Policy
            label="Rule"
            mono=true
            lines=true
            read=|draft| &draft.form().placement.rule
            write=|draft, typed| draft.edit_form(|f| f.placement.rule = typed)
        />
        <Field id="rule-type" label="Language">
            <Select id="rule-type" choices value on_choose=move |name: String| form.edit(|f| f.placement.rule_type = name)/>
        </Field>
    }
    .into_any()
}
