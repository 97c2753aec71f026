use crate::{
    format::{format_moment, format_utc},
    state::use_clock,
    ui::{Icon, IconName, IconSize, When},
};
use leptos::prelude::*;
use model::{
    Timestamp,
    dashboard::{AnswerKind, Door, Submission, TaskDetail},
};

/// Operations on this run that passed through here, folded.
#[component]
pub(super) fn Submissions(detail: RwSignal<TaskDetail>) -> impl IntoView {
    let sent = Memo::new(move |_| detail.with(|d| d.submissions.clone()));
    let clock = use_clock();
    let summary = move || match sent.with(Vec::len) {
        1 => "1 operation sent from here".to_owned(),
        n => format!("{n} operations sent from here"),
    };
    view! {
        <When is=move || sent.with(|s| !s.is_empty())>
            <section class="section" aria-label="Operations">
                <details class="fold">
                    <summary><Icon name=IconName::ChevronRight size=IconSize::Small/>{move || summary()}</summary>
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Operations sent">
                        <table class="table table--compact table--wide">
                            <thead>
                                <tr>
                                    <th scope="col">"Sent at"</th>
                                    <th scope="col">"Operation"</th>
                                    <th scope="col">"By"</th>
                                    <th scope="col">"Answer"</th>
                                </tr>
                            </thead>
                            <tbody>{move || sent.with(|s| s.iter().map(|s| row(s, clock.exact())).collect_view())}</tbody>
                        </table>
                    </div>
                </details>
            </section>
        </When>
    }
    .into_any()
}

fn row(submission: &Submission, now: Timestamp) -> impl IntoView + use<> {
    let user = submission.user.clone().unwrap_or_else(|| "nobody named".to_owned());
    let door = match &submission.door {
        Door::Page => "the page".to_owned(),
        Door::Api => "the API".to_owned(),
        Door::Scenario => "the demo’s own work".to_owned(),
        Door::Other(name) => name.clone(),
    };
    let answer = match (&submission.answer, submission.status) {
        (AnswerKind::Accepted, _) => "accepted".to_owned(),
        (AnswerKind::Refused, Some(status)) => format!("refused ({status})"),
        (AnswerKind::Refused, None) => "refused".to_owned(),
        (AnswerKind::Unknown, _) => "lost".to_owned(),
        (AnswerKind::Other(name), _) => name.clone(),
    };
    let words = (!submission.words.is_empty()).then(|| format!(": {}", submission.words.join("; ")));
    view! {
        <tr>
            <td class="num nowrap" title=format_utc(submission.at)>{format_moment(submission.at, now)}</td>
            <td>{submission.operation.clone()}</td>
            <td>{format!("{user}, through {door}")}</td>
            <td>{answer}{words}</td>
        </tr>
    }
}
