//! Whether one row belongs to a list: what the ledger asks the database, asked of a row that just changed.

use super::{HistoryQuery, Phase, Tab, TaskRow};
use std::collections::BTreeMap;

impl HistoryQuery {
    /// Whether `row` passes every filter, the tab included. Sort and page do not matter.
    pub fn matches(&self, row: &TaskRow) -> bool {
        let on_tab = match self.tab {
            Tab::Active => !row.is_over(),
            Tab::Finished => row.is_over(),
            Tab::All | Tab::Other(_) => true,
        };
        on_tab
            && self.matches_text(row)
            && one_of(&self.apps, Some(row.key.app.as_str()))
            && (self.states.is_empty()
                || self.states.iter().any(|state| state.as_str().eq_ignore_ascii_case(row.state_name())))
            && (self.outcomes.is_empty() || row.outcome.as_ref().is_some_and(|outcome| self.outcomes.contains(outcome)))
            && one_of(&self.executors, row.executor_id.as_ref().map(|id| id.as_str()))
            && one_of(&self.submitters, row.submitter.as_deref())
            && (self.tags.is_empty() || self.tags.iter().any(|wanted| has_tag(&row.tags, wanted)))
            && self.since.is_none_or(|since| row.submitted >= since)
            && self.until.is_none_or(|until| row.submitted < until)
    }

    fn matches_text(&self, row: &TaskRow) -> bool {
        // Names are ASCII (contract 4.2), so nothing else can be found in them.
        let wanted = self.text.trim().to_ascii_lowercase();
        let found = |text: &str| {
            let text = text.to_ascii_lowercase();
            if wanted.chars().count() < 3 { text.starts_with(&wanted) } else { text.contains(&wanted) }
        };
        wanted.is_empty() || found(row.key.app.as_str()) || found(row.key.id.as_str())
    }
}

impl TaskRow {
    /// Wire name of the state last reported; `PLACING` or `OUTCOME_UNKNOWN` while none was. It is what filters by state
    /// and counts by state go by.
    pub fn state_name(&self) -> &str {
        match &self.state {
            Some(state) => state.as_str(),
            None if self.phase == Phase::OutcomeUnknown => Phase::OutcomeUnknown.as_str(),
            None => Phase::Placing.as_str(),
        }
    }
}

/// Whether `wanted`, `NAME` or `NAME=VALUE`, is among the tags of a spec.
pub fn has_tag(tags: &BTreeMap<String, String>, wanted: &str) -> bool {
    tags.contains_key(wanted)
        || tags.iter().any(|(name, value)| {
            wanted.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('=')) == Some(value.as_str())
        })
}

fn one_of(wanted: &[String], given: Option<&str>) -> bool {
    wanted.is_empty() || given.is_some_and(|given| wanted.iter().any(|wanted| wanted == given))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, TaskKey, TaskState, Timestamp};

    fn row() -> TaskRow {
        TaskRow {
            run_id: 1,
            key: TaskKey::new("PAYMENTS", "nightly-7"),
            run: 1,
            phase: Phase::Active,
            state: Some(TaskState::Running),
            cores: 1,
            memory_mb: 512,
            executor_id: Some("e-1".into()),
            executor_host: Some("exec-1".to_owned()),
            submitted: Timestamp(100),
            submitter: Some("eva".to_owned()),
            tags: BTreeMap::from([("team".to_owned(), "ml".to_owned()), ("a=b".to_owned(), "c".to_owned())]),
            updated: Timestamp(100),
            revision: 1,
            ..TaskRow::default()
        }
    }

    fn query(pairs: &[(&str, &str)]) -> HistoryQuery {
        HistoryQuery::from_pairs(pairs.iter().copied())
    }

    #[test]
    fn every_kind_of_filter_must_hold() {
        for yes in [
            [("tab", "active"), ("app", "OTHER,PAYMENTS")],
            [("state", "running,starting"), ("executor", "e-1")],
            [("submitter", "eva"), ("since", "100")],
            [("tab", "all"), ("until", "101")],
            [("tag", "team"), ("tag", "team=ml")],
            [("tag", "none,a=b"), ("tag", "a=b=c")],
        ] {
            assert!(query(&yes).matches(&row()), "{yes:?}");
        }
        for no in [
            ("tab", "finished"),
            ("app", "OTHER"),
            ("state", "STARTING"),
            ("outcome", "FAILED"),
            ("executor", "e-2"),
            ("submitter", "admin"),
            ("since", "101"),
            ("until", "100"),
            ("tag", "team=m"),
            ("tag", "tea"),
        ] {
            assert!(!query(&[no]).matches(&row()), "{no:?}");
        }
    }

    #[test]
    fn short_text_is_a_prefix_and_longer_text_is_found_anywhere() {
        for yes in ["pa", "NI", "night", "ments", "ly-7", "  "] {
            assert!(query(&[("q", yes)]).matches(&row()), "{yes}");
        }
        for no in ["ay", "-7", "nightlyy"] {
            assert!(!query(&[("q", no)]).matches(&row()), "{no}");
        }
    }

    #[test]
    fn a_run_without_a_report_goes_by_its_phase() {
        let placing = TaskRow { phase: Phase::Placing, state: None, ..row() };
        assert!(query(&[("state", "placing")]).matches(&placing));
        let unplaced = TaskRow { phase: Phase::Ended, state: None, outcome: Some(Outcome::NotPlaced), ..row() };
        assert!(query(&[("tab", "finished"), ("outcome", "not_placed")]).matches(&unplaced));
    }
}
