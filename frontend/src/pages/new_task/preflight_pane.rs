use super::{composer::Composer, field::FieldId, findings::of_entry, links::field_links, preview::Preview};
use crate::{
    components::VerdictMatrix,
    ui::{Icon, IconName, When},
};
use leptos::prelude::*;
use model::fit::{Change, Matrix};

/// What would become of the draft: what is wrong with it, what Drove would refuse, and which executors would take it.
#[component]
pub fn PreflightPane(
    /// The form.
    form: Composer,
    /// What the server says while typing.
    preview: Preview,
    /// Which executors fit.
    matrix: Signal<Option<Matrix>>,
    /// Leads to a field.
    go_to: Callback<FieldId>,
) -> impl IntoView {
    let refusals =
        Memo::new(move |_| preview.answer.with(|a| a.as_ref().map(|a| a.refusals.clone()).unwrap_or_default()));
    let complete = move || {
        let fields: Vec<FieldId> = form.errors().with(|errors| errors.iter().map(|e| e.field).collect());
        let text = match fields.len() {
            0 => return check(true, "Form is complete".into(), ()).into_any(),
            1 => "1 field needs attention: ".to_owned(),
            n => format!("{n} fields need attention: "),
        };
        check(false, text, field_links(&fields, go_to)).into_any()
    };
    let would_refuse = move || {
        // What stands at a field, or above the buttons, is not said twice.
        let refused = form.refused().get();
        let said: Vec<FieldId> = form.errors().with(|errors| errors.iter().map(|e| e.field).collect());
        let is_new = |entry: &String| {
            let finding = form.draft().with_untracked(|draft| of_entry(entry, &draft.body()));
            let is_at_field = |field: &FieldId| *field == finding.field && finding.field != FieldId::Document;
            !said.iter().any(is_at_field)
                && !refused.iter().any(|known| is_at_field(&known.field) || known.text == finding.text)
        };
        let more: Vec<String> = refusals.get().into_iter().filter(is_new).collect();
        (!more.is_empty()).then(|| check(false, "Drove would refuse this now".into(), quotes(more)))
    };
    let warnings = move || {
        form.warnings_at(FieldId::Document)
            .into_iter()
            .map(|text| {
                view! { <li class="checks__item"><Icon name=IconName::Info/><span>{text}</span></li> }.into_any()
            })
            .collect_view()
    };
    let trouble = move || preview.error.get().map(|error| check(false, error.to_string(), ()));
    let apply = move |change: Change| {
        form.edit(|f| {
            if let Some(cores) = change.cores {
                f.cpu = cores.to_string();
            }
            if let Some(memory) = change.memory_mb {
                f.memory = memory.to_string();
            }
        });
        if let Some(policy) = change.policy.and_then(|policy| serde_json::to_value(policy).ok()) {
            form.draft().update(|draft| draft.set_policy(policy));
        }
    };
    view! {
        <ul class="checks">
            {move || complete()}
            {move || would_refuse()}
            {move || warnings()}
            {move || trouble()}
        </ul>
        <h3 class="section__title">"Where it would fit"</h3>
        <When
            is=move || !form.lacks_resources()
            otherwise=|| view! { <p class="muted">"Enter CPU and memory to see which executors fit."</p> }.into_any()
        >
            <VerdictMatrix matrix on_apply=apply/>
        </When>
    }
    .into_any()
}

fn check(ok: bool, text: String, more: impl IntoView) -> impl IntoView {
    let icon = if ok { IconName::Check } else { IconName::Cross };
    view! { <li class="checks__item" data-ok=if ok { "yes" } else { "no" }><Icon name=icon/><span>{text}{more}</span></li> }
}

fn quotes(words: Vec<String>) -> impl IntoView {
    words.into_iter().map(|words| view! { <q class="checks__quote">{words}</q> }.into_any()).collect_view()
}
