use super::{
    composer::Composer,
    place::Place,
    preview::Preview,
    submit::{Submission, Verdict},
};
use crate::{
    browser::guarded,
    components::VerdictMatrix,
    routes::use_paths,
    ui::{Icon, IconName},
};
use leptos::prelude::*;
use model::fit::{Change, Matrix};

/// What would become of the draft: what is wrong with it, what Drove says, and which executors would take it.
#[component]
pub fn PreflightPane(
    /// The form.
    form: Composer,
    /// What the server says while typing.
    preview: Preview,
    /// What Drove said when asked.
    submission: Submission,
    /// Which executors fit.
    matrix: Signal<Option<Matrix>>,
) -> impl IntoView {
    let refusals =
        Memo::new(move |_| preview.answer.with(|a| a.as_ref().map(|a| a.refusals.clone()).unwrap_or_default()));
    let complete = move || {
        let errors = form.errors().get();
        match errors.len() {
            0 => check(true, "Form is complete".into(), ()).into_any(),
            1 => check(
                false,
                "1 field needs attention: ".into(),
                links(&errors.iter().map(|e| e.place).collect::<Vec<_>>()),
            )
            .into_any(),
            n => check(
                false,
                format!("{n} fields need attention: "),
                links(&errors.iter().map(|e| e.place).collect::<Vec<_>>()),
            )
            .into_any(),
        }
    };
    let would_refuse = move || {
        // What stands at a field already is not said twice.
        let at_fields = form.errors().with(|errors| errors.iter().map(|e| e.text.clone()).collect::<Vec<_>>());
        let more: Vec<String> = refusals
            .get()
            .into_iter()
            .filter(|entry| !at_fields.contains(&super::findings::of_entry(entry).text) && !at_fields.contains(entry))
            .collect();
        (!more.is_empty()).then(|| check(false, "Drove would refuse this now".into(), quotes(more)))
    };
    let warnings = move || {
        form.other_warnings()
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
            {move || submission.result.get().map(verdict)}
            {move || would_refuse()}
            {move || warnings()}
            {move || trouble()}
        </ul>
        <h3 class="section__title">"Where it would fit"</h3>
        <VerdictMatrix matrix on_apply=apply/>
    }
    .into_any()
}

fn verdict(verdict: Verdict) -> AnyView {
    match verdict {
        Verdict::Valid => check(true, "Drove’s validator found nothing".into(), ()).into_any(),
        Verdict::Refused(words) => {
            let found = match words.len() {
                1 => "Drove’s validator found 1 problem".to_owned(),
                n => format!("Drove’s validator found {n} problems"),
            };
            check(false, found, quotes(words)).into_any()
        }
        Verdict::Failed(error) => check(false, error.to_string(), ()).into_any(),
        Verdict::Unknown(key) => {
            let address = use_paths().task(&key);
            let link = view! { <a href=address>"Look at its page"</a> }.into_any();
            check(
                false,
                "Outcome unknown: the answer was lost, and the task may have been created. It is not sent again. "
                    .into(),
                link,
            )
            .into_any()
        }
    }
}

fn check(ok: bool, text: String, more: impl IntoView) -> impl IntoView {
    let icon = if ok { IconName::Check } else { IconName::Cross };
    view! { <li class="checks__item" data-ok=if ok { "yes" } else { "no" }><Icon name=icon/><span>{text}{more}</span></li> }
}

fn quotes(words: Vec<String>) -> impl IntoView {
    words.into_iter().map(|words| view! { <q class="checks__quote">{words}</q> }.into_any()).collect_view()
}

/// Links to fields.
pub fn links(places: &[Place]) -> impl IntoView + use<> {
    places
        .iter()
        .enumerate()
        .map(|(n, place)| {
            let (address, label, id) = (format!("#{}", place.id()), place.label(), place.id());
            let go = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                crate::browser::focus_by_id(id);
            };
            view! { {(n > 0).then_some(", ")}<a href=address on:click=guarded(go)>{label}</a> }.into_any()
        })
        .collect_view()
}
