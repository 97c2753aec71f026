use super::facts::facts;
use crate::{
    api::use_api,
    browser::{guarded, owned_tasks},
    components::VerdictMatrix,
    routes::{Replace, use_go, use_paths},
    state::{Toast, use_background, use_live, use_session, use_toasts},
    ui::{Button, ButtonStyle, IconName, When},
};
use leptos::prelude::*;
use model::{
    Outcome,
    capability::can_operate,
    dashboard::{AnswerKind, Submission, TaskDetail, TaskRow},
    fit::Matrix,
};

/// Why no executor took it, as the cluster was then and as it is now.
#[component]
pub(super) fn NotPlaced(detail: RwSignal<TaskDetail>, #[prop(into)] row: Signal<TaskRow>) -> impl IntoView {
    let api = use_api();
    let then = Memo::new(move |_| detail.with(|d| d.matrix.clone()));
    let now = RwSignal::new(None::<Matrix>);
    let show_now = RwSignal::new(then.with_untracked(Option::is_none));
    // Asked once: whether it would fit now is what a reader wants to know next.
    if let Some(spec) = detail.with_untracked(|d| d.spec.clone()) {
        owned_tasks().spawn(async move {
            if let Ok(preview) = api.preview(&spec).await {
                now.set(preview.matrix);
            }
        });
    }
    let matrix = Signal::derive(move || if show_now.get() { now.get() } else { then.get() });
    // Only the matrix of that moment can lack the reason.
    let elsewhere = Memo::new(move |_| {
        let shown = then.with(|then| then.as_ref().and_then(|m| detail.with(|d| m.reason_elsewhere(d.spec.as_ref()))));
        shown.filter(|_| !show_now.get())
    });
    let title = move || if elsewhere.with(Option::is_some) { "Why it was not placed" } else { "Why nothing fits" };
    let choice = move |own: bool, label: &'static str| {
        let pressed = move || if show_now.get() == own { "true" } else { "false" };
        view! {
            <button class="segmented__option" type="button" aria-pressed=move || pressed() on:click=guarded(move |_| show_now.set(own))>{label}</button>
        }.into_any()
    };
    let was_not_placed = Memo::new(move |_| row.with(|r| r.outcome == Some(Outcome::NotPlaced)));
    let known = move || {
        detail.with(|d| {
            facts(vec![
                ("Drove’s answer", d.creation().map(answer_of)),
                ("Executor record", Some("none".to_owned())),
                ("Event", Some("none".to_owned())),
                ("Task ID", Some(d.id_words())),
            ])
        })
    };
    view! {
        <div class="columns columns--lead">
            <When is=move || was_not_placed.get()>
                <section class="section" aria-labelledby="why-title">
                    <div class="section__head">
                        <h2 class="section__title" id="why-title">{move || title()}</h2>
                        <div class="section__end">
                            <div class="segmented" role="group" aria-label="When">
                                {choice(false, "Then")}
                                {choice(true, "Now")}
                            </div>
                        </div>
                    </div>
                    {move || elsewhere.get().map(|text| view! { <p>{text}</p> }.into_any())}
                    <When
                        is=move || matrix.with(Option::is_some)
                        otherwise=|| view! { <p class="muted">"The cluster as it was then is not recorded."</p> }.into_any()
                    >
                        <VerdictMatrix matrix/>
                    </When>
                </section>
            </When>
            <section class="section" aria-labelledby="known-title">
                <div class="section__head"><h2 class="section__title" id="known-title">"What we know"</h2></div>
                <dl class="facts">{move || known()}</dl>
                <Resubmit detail/>
            </section>
        </div>
    }
    .into_any()
}

/// What Drove said to the CREATE: `accepted (HTTP 200)`, `lost (HTTP 504)`.
fn answer_of(sent: &Submission) -> String {
    let word = match &sent.answer {
        AnswerKind::Accepted => "accepted",
        AnswerKind::Refused => "refused",
        AnswerKind::Unknown => "lost",
        AnswerKind::Other(name) => name,
    };
    sent.status.map_or_else(|| word.to_owned(), |status| format!("{word} (HTTP {status})"))
}

/// The same spec once more, under the same ID: it is free.
#[component]
fn Resubmit(detail: RwSignal<TaskDetail>) -> impl IntoView {
    let (api, toasts, background) = (use_api(), use_toasts(), use_background());
    let (live, session) = (use_live().cluster(), use_session().info());
    let busy = RwSignal::new(false);
    let go = StoredValue::new_local(use_go());
    let address = StoredValue::new(detail.with_untracked(|d| use_paths().task(&d.row.key)));
    let disabled = Signal::derive(move || {
        if let Err(why) = detail.with(TaskDetail::resubmission) {
            return Some(why.to_owned());
        }
        session.with(|s| live.with(|l| can_operate(s.as_ref()?, l.as_ref()?).err().map(|d| d.to_string())))
    });
    let send = move |()| {
        let (api, sent) = (api.clone(), detail.get_untracked());
        busy.set(true);
        background.spawn(async move {
            let answer = api.resubmit(&sent).await;
            let error = answer.err();
            toasts.show(Toast::resubmitted(&sent.row.key.id, error.as_ref()));
            if busy.try_set(false).is_none() && error.is_none_or(|error| error.is_unknown_outcome()) {
                // The newest run has the plain address.
                go.with_value(|go| go(&address.get_value(), Replace::Yes));
            }
        });
    };
    view! {
        <div class="task__act">
            <Button label="Resubmit" icon=IconName::Refresh style=ButtonStyle::Primary busy disabled on_press=send/>
        </div>
    }
}
