use crate::ui::{Icon, IconName};
use leptos::prelude::*;
use model::{
    Outcome, TaskState,
    dashboard::{AnswerKind, Phase, TaskRow},
};

/// The one status of a run: its state while it goes on, its outcome once it ended. The accessible name says both.
#[component]
pub fn StatusBadge(
    /// The run.
    #[prop(into)]
    row: Signal<TaskRow>,
    /// With a tinted body, for headers.
    #[prop(optional)]
    tint: bool,
) -> impl IntoView {
    let look = Memo::new(move |_| row.with(Look::of));
    view! {
        <span
            class=if tint { "badge badge--tint" } else { "badge" }
            data-state=move || look.with(|l| l.state.clone())
            data-outcome=move || look.with(|l| l.outcome.clone())
        >
            <Icon name=Signal::derive(move || look.with(|l| l.icon))/>
            // Ended runs are called "Stopped, Failed · exit 3" by a screen reader, "Failed · exit 3" on the screen.
            {move || look.with(|l| l.unseen.clone()).map(|unseen| view! { <span class="visually-hidden">{unseen}", "</span> }.into_any())}
            {move || look.with(|l| l.text.clone())}
            {move || look.with(|l| l.extra).map(|extra| view! { " "<span class="badge__extra">{extra}</span> }.into_any())}
        </span>
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Look {
    state: String,
    outcome: Option<String>,
    icon: IconName,
    unseen: Option<String>,
    text: String,
    extra: Option<&'static str>,
}

impl Look {
    fn of(row: &TaskRow) -> Self {
        let text = status_text(row);
        let icon = status_icon(row);
        let extra = if row.is_over() {
            None
        } else if row.unmanaged {
            Some("unmanaged")
        } else if row.unlisted {
            Some("no longer listed, being checked")
        } else if row.kill == Some(AnswerKind::Unknown) {
            Some("kill unknown")
        } else {
            row.kill_pending.then_some("kill pending")
        };
        let state = data_state(row).to_owned();
        match &row.outcome {
            Some(outcome) if row.is_over() => {
                let unseen = row.state.as_ref().map(|s| s.label().to_owned()).filter(|label| *label != text);
                Self { state, outcome: Some(outcome.as_str().to_owned()), icon, unseen, text, extra }
            }
            Some(_) | None => Self { state, outcome: None, icon, unseen: None, text, extra },
        }
    }
}

/// Value of `data-state`.
fn data_state(row: &TaskRow) -> &str {
    match (&row.state, &row.phase, &row.outcome) {
        (Some(state), _, _) => state.as_str(),
        (None, Phase::Ended, Some(Outcome::NotPlaced)) => "NOT_PLACED",
        (None, Phase::Ended, _) => "STOPPED",
        (None, Phase::OutcomeUnknown, _) => "UNKNOWN",
        (None, Phase::Placing | Phase::Active | Phase::Other(_), _) => "ACCEPTED",
    }
}

/// What a reader is told: the state while a run goes on, the outcome once it ended.
pub fn status_text(row: &TaskRow) -> String {
    match (&row.phase, &row.state, &row.outcome) {
        (Phase::Ended, _, Some(outcome)) => outcome.describe(row.exit_code),
        (Phase::Ended, Some(state), None) => state.label().to_owned(),
        (Phase::Ended, None, None) => Outcome::Unclear.label().to_owned(),
        (Phase::OutcomeUnknown, ..) => "Outcome unknown".to_owned(),
        (_, Some(state), _) => state.label().to_owned(),
        (_, None, _) => "Placing".to_owned(),
    }
}

/// The icon that goes with [`status_text`].
pub fn status_icon(row: &TaskRow) -> IconName {
    match (&row.phase, &row.state, &row.outcome) {
        (Phase::Ended, _, Some(outcome)) => outcome_icon(outcome),
        (Phase::OutcomeUnknown, ..) => IconName::Unknown,
        (_, Some(state), _) => state_icon(state),
        (Phase::Ended, None, None) => IconName::Stopped,
        (_, None, _) => IconName::Accepted,
    }
}

/// The icon of a state.
pub fn state_icon(state: &TaskState) -> IconName {
    match state {
        TaskState::Pending => IconName::Pending,
        TaskState::Provisioning => IconName::Provisioning,
        TaskState::ProvisioningFailed => IconName::ProvisioningFailed,
        TaskState::Starting => IconName::Starting,
        TaskState::Running => IconName::Running,
        TaskState::RunCompleted => IconName::RunCompleted,
        TaskState::RunFailed => IconName::RunFailed,
        TaskState::Deprovisioning => IconName::Deprovisioning,
        TaskState::Stopped => IconName::Stopped,
        TaskState::Lost => IconName::Lost,
        TaskState::Unknown | TaskState::Other(_) => IconName::Unknown,
    }
}

/// The icon of an outcome.
pub fn outcome_icon(outcome: &Outcome) -> IconName {
    match outcome {
        Outcome::Successful => IconName::Check,
        Outcome::Failed => IconName::Cross,
        Outcome::Cancelled => IconName::Cancelled,
        Outcome::Lost => IconName::Lost,
        Outcome::TimedOut => IconName::TimedOut,
        Outcome::PullFailed => IconName::ProvisioningFailed,
        Outcome::StartFailed => IconName::RunFailed,
        Outcome::NotPlaced => IconName::NotPlaced,
        Outcome::Unclear | Outcome::Other(_) => IconName::Stopped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::test_row;

    #[test]
    fn a_run_that_goes_on_shows_its_state() {
        let row = test_row(1, TaskState::Provisioning);
        let look = Look::of(&row);
        assert_eq!((look.text.as_str(), look.state.as_str()), ("Provisioning", "PROVISIONING"));
        assert_eq!((look.outcome, look.extra), (None, None));
        let pending = TaskRow { kill_pending: true, ..row };
        assert_eq!(Look::of(&pending).extra, Some("kill pending"));
        let unknown = TaskRow { kill: Some(AnswerKind::Unknown), ..pending };
        assert_eq!(Look::of(&unknown).extra, Some("kill unknown"));
    }

    #[test]
    fn a_run_that_ended_shows_its_outcome_and_names_its_state() {
        let row = TaskRow { outcome: Some(Outcome::Failed), exit_code: Some(3), ..test_row(1, TaskState::Stopped) };
        let look = Look::of(&row);
        assert_eq!(look.text, "Failed · exit 3");
        assert_eq!(look.unseen.as_deref(), Some("Stopped"));
        assert_eq!(look.outcome.as_deref(), Some("FAILED"));
    }

    #[test]
    fn runs_that_no_executor_reported_have_states_of_ours() {
        let placing = TaskRow { phase: Phase::Placing, state: None, ..test_row(1, TaskState::Pending) };
        assert_eq!((status_text(&placing).as_str(), data_state(&placing)), ("Placing", "ACCEPTED"));
        let unplaced = TaskRow { phase: Phase::Ended, outcome: Some(Outcome::NotPlaced), ..placing.clone() };
        assert_eq!((status_text(&unplaced).as_str(), data_state(&unplaced)), ("Not placed", "NOT_PLACED"));
        let unknown = TaskRow { phase: Phase::OutcomeUnknown, ..placing };
        assert_eq!(status_text(&unknown), "Outcome unknown");
    }
}
