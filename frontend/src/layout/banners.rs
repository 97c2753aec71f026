use crate::{
    format::format_clock,
    state::{Freshness, use_clock, use_live, use_session},
    ui::{Banner, IconName, Tone},
};
use leptos::prelude::*;
use model::{
    Timestamp,
    dashboard::{ClockStep, ClusterStatus, Maintenance, Stale},
    format_span_rounded,
};
use std::time::Duration;

/// What is the matter with the cluster, the most serious first.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trouble {
    NoLeader,
    NotRecording(String),
    Crowded,
    Stale(Stale),
    Maintenance(Maintenance),
    /// Milliseconds by which the leader's clock is ahead, negative if behind.
    ClockOff(i64),
    ClockStep(ClockStep),
    ClockPaused(Timestamp),
}

/// One line under the top bar for the most serious trouble; how many more there are stands at its end.
#[component]
pub(super) fn Banners() -> impl IntoView {
    let (live, clock, session) = (use_live(), use_clock(), use_session());
    let freshness = live.freshness();
    let troubles = Memo::new(move |_| {
        let leaderless = session.is_unverified();
        let mut found = live.cluster().with(|c| troubles(c.as_ref(), leaderless, freshness.get()));
        if live.is_crowded() {
            found.insert(0, Trouble::Crowded);
        }
        found
    });
    move || {
        let troubles = troubles.get();
        let more = troubles.len().saturating_sub(1);
        troubles.into_iter().next().map(|trouble| {
            let (tone, icon, title) = looks(&trouble);
            let resumes = match &trouble {
                Trouble::Maintenance(Maintenance { until, .. }) => *until,
                Trouble::NoLeader
                | Trouble::NotRecording(_)
                | Trouble::Crowded
                | Trouble::Stale(_)
                | Trouble::ClockOff(_)
                | Trouble::ClockStep(_)
                | Trouble::ClockPaused(_) => None,
            };
            let countdown = Signal::derive(move || resumes.map(|at| countdown(at, clock.now())));
            view! { <Banner tone icon title text=sentence(&trouble, format_clock) clock=countdown more/> }.into_any()
        })
    }
}

/// `leaderless`: not even who may enter can be asked, so there is no status.
fn troubles(cluster: Option<&ClusterStatus>, leaderless: bool, freshness: Freshness) -> Vec<Trouble> {
    let mut found = Vec::new();
    let has_leader = cluster.is_none_or(|cluster| cluster.leader.is_some());
    if leaderless || !has_leader {
        found.push(Trouble::NoLeader);
    }
    let stale = match (cluster.and_then(|c| c.stale.as_ref()), freshness) {
        (Some(stale), _) => Some(Trouble::Stale(stale.clone())),
        (None, Freshness::Stale { since, partial }) => {
            let reason = "This dashboard’s server does not answer.".into();
            Some(Trouble::Stale(Stale { since, reason, partial }))
        }
        (None, Freshness::Live | Freshness::Connecting | Freshness::Reconnecting) => None,
    };
    if let Some(cluster) = cluster {
        found.extend(cluster.not_recording.clone().map(Trouble::NotRecording));
    }
    found.extend(stale);
    if let Some(cluster) = cluster {
        found.extend(cluster.maintenance.clone().map(Trouble::Maintenance));
        found.extend(cluster.clock_ahead_ms.map(Trouble::ClockOff));
        found.extend(cluster.clock_step.map(Trouble::ClockStep));
        found.extend(cluster.clock_paused.map(Trouble::ClockPaused));
    }
    found
}

fn looks(trouble: &Trouble) -> (Tone, IconName, &'static str) {
    match trouble {
        Trouble::NoLeader => (Tone::Danger, IconName::Warning, "No leader."),
        Trouble::NotRecording(_) => (Tone::Danger, IconName::Warning, "History is not being recorded."),
        Trouble::Crowded => (Tone::Warning, IconName::Slow, "Too many windows."),
        Trouble::Stale(stale) if stale.partial => (Tone::Warning, IconName::Slow, "Partly not live."),
        Trouble::Stale(_) => (Tone::Warning, IconName::Slow, "Not live."),
        Trouble::Maintenance(_) => (Tone::Warning, IconName::Wrench, "Maintenance."),
        Trouble::ClockOff(_) => (Tone::Warning, IconName::Slow, "Clocks differ."),
        Trouble::ClockStep(_) => (Tone::Info, IconName::Info, "Demo time is moving forward."),
        Trouble::ClockPaused(_) => (Tone::Info, IconName::Info, "Demo time stands still."),
    }
}

/// `clock` writes a time of day for the reader.
fn sentence(trouble: &Trouble, clock: fn(Timestamp) -> String) -> String {
    match trouble {
        Trouble::NoLeader => "The controllers are electing one. Operations wait; running tasks go on.".into(),
        Trouble::NotRecording(reason) => as_sentence(reason),
        Trouble::Crowded => {
            "The browser opens six connections to one server, and this dashboard’s windows take turns at them. Close a \
             window, or serve the dashboard over HTTP/2 through a proxy."
                .into()
        }
        Trouble::Stale(Stale { since, reason, partial: true }) => {
            let reason = as_sentence(reason);
            format!("{reason} It is shown as it was at {}. Tasks are live. Trying again by itself.", clock(*since))
        }
        Trouble::Stale(Stale { since, reason, partial: false }) => {
            format!("Showing data from {}. {} Trying again by itself.", clock(*since), as_sentence(reason))
        }
        Trouble::Maintenance(Maintenance { until: None, .. }) => {
            "Create and kill are refused. Running tasks go on.".into()
        }
        Trouble::Maintenance(Maintenance { until: Some(_), .. }) => {
            "Maintenance was lifted. Operations resume in".into()
        }
        Trouble::ClockOff(ahead_ms) => {
            let seconds = ahead_ms.unsigned_abs() / 1000;
            // Measured to a second or two.
            let rounded = if seconds < 120 { seconds } else { (seconds + 30) / 60 * 60 };
            let span = format_span_rounded(Duration::from_secs(rounded));
            let direction = if *ahead_ms > 0 { "ahead of" } else { "behind" };
            format!(
                "The leader’s clock is {span} {direction} the dashboard’s. Times are shown as the cluster reports them. \
                 Check the clocks of both machines."
            )
        }
        Trouble::ClockStep(ClockStep { to, .. }) => format!("It will reach {}.", clock(*to)),
        Trouble::ClockPaused(since) => format!("It was paused at {}.", clock(*since)),
    }
}

/// What an error said of itself, which may begin in lower case and end without a full stop, among other sentences.
fn as_sentence(reason: &str) -> String {
    let mut letters = reason.trim().trim_end_matches('.').chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// `0:32`.
fn countdown(until: Timestamp, now: Timestamp) -> String {
    let seconds = until.since(now).as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale(reason: &str) -> Stale {
        Stale { since: Timestamp(5), reason: reason.into(), partial: false }
    }

    #[test]
    fn the_most_serious_trouble_comes_first() {
        let stale = stale("ctl-1 does not answer.");
        let maintenance = Maintenance { since: Timestamp(1), until: None };
        let cluster = ClusterStatus {
            stale: Some(stale.clone()),
            maintenance: Some(maintenance.clone()),
            not_recording: Some("The disk is full.".into()),
            ..ClusterStatus::default()
        };
        let expected = [
            Trouble::NoLeader,
            Trouble::NotRecording("The disk is full.".into()),
            Trouble::Stale(stale),
            Trouble::Maintenance(maintenance),
        ];
        assert_eq!(troubles(Some(&cluster), false, Freshness::Live), expected);
    }

    #[test]
    fn a_lost_server_is_told_even_before_anything_was_heard_of_the_cluster() {
        let found = troubles(None, false, Freshness::Stale { since: Timestamp(7), partial: false });
        assert!(matches!(found.as_slice(), [Trouble::Stale(Stale { since: Timestamp(7), .. })]));
        assert!(troubles(None, false, Freshness::Connecting).is_empty());
    }

    #[test]
    fn a_page_that_was_opened_without_a_leader_says_so() {
        assert_eq!(troubles(None, true, Freshness::Connecting), [Trouble::NoLeader]);
    }

    #[test]
    fn what_an_error_said_becomes_a_sentence() {
        let clock = |_| "noon".to_owned();
        let lost = "the cluster did not answer: connection closed before message completed";
        let told = sentence(&Trouble::Stale(stale(lost)), clock);
        let said = "Showing data from noon. The cluster did not answer: connection closed before message completed. Trying again by itself.";
        assert_eq!(told, said);
        let executors = Stale { partial: true, ..stale("the list of executors could not be read: it took too long") };
        let told = sentence(&Trouble::Stale(executors), clock);
        assert!(told.ends_with("It is shown as it was at noon. Tasks are live. Trying again by itself."), "{told}");
        assert_eq!(sentence(&Trouble::NotRecording("The disk is full.".into()), clock), "The disk is full.");
        assert_eq!(as_sentence(""), "");
        let day_behind = sentence(&Trouble::ClockOff(500 - 24 * 3_600_000), clock);
        assert!(day_behind.starts_with("The leader’s clock is 1d 0h behind the dashboard’s."), "{day_behind}");
    }

    #[test]
    fn a_countdown_ends_at_zero() {
        assert_eq!(countdown(Timestamp(132_000), Timestamp(100_000)), "0:32");
        assert_eq!(countdown(Timestamp(1), Timestamp(100_000)), "0:00");
    }
}
