use super::{HistoryQuery, Submission, TaskRow};
use crate::{ClusterOpSpec, Gap, TaskInfo, Timestamp, fit::Matrix};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Up to this many rows a filtered count is exact (design section 3).
pub const EXACT_COUNT: u64 = 10_000;

/// A number of rows: exact, or at least `n` when `more` is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Count {
    /// How many were counted.
    pub n: u64,
    /// There are more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// How many runs the filters leave, by tab, state and outcome. Tab, state and outcome filters do not narrow these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// Runs that go on.
    pub active: Count,
    /// Runs that ended.
    pub finished: Count,
    /// Active runs by wire name of their state; `PLACING` and `OUTCOME_UNKNOWN` for those without.
    #[serde(default)]
    pub by_state: BTreeMap<String, u64>,
    /// Ended runs by wire name of their outcome.
    #[serde(default)]
    pub by_outcome: BTreeMap<String, u64>,
}

/// Answer of `GET /api/history/tasks`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// What was asked, as understood. A program that reads the page back knows what it asked and gets the default here:
    /// reading it would cost the page of the dashboard more code than the rest of this type.
    // What is not read, utoipa does not describe.
    #[cfg_attr(not(feature = "openapi"), serde(skip_deserializing))]
    pub query: HistoryQuery,
    /// One page of rows, sorted.
    pub rows: Vec<TaskRow>,
    /// How many rows the whole query has, over all pages.
    pub matching: Count,
    /// Filtered counts for tabs and bars.
    pub counts: Counts,
    /// Values to choose from in the filters.
    pub choices: FilterChoices,
    /// Opaque: where the next page begins ([`HistoryQuery::after`]); absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The ledger's revision this was read at.
    pub revision: u64,
    /// The server's time.
    pub now: Timestamp,
}

/// What the filters offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilterChoices {
    /// Source apps known.
    pub apps: Vec<String>,
    /// Executors known: ID and host.
    pub executors: Vec<ExecutorChoice>,
}

/// An executor to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutorChoice {
    /// ID.
    pub id: String,
    /// Machine name.
    pub host: String,
}

/// Answer of `GET /api/history/ids/{app}/{id}`: whether a CREATE of this key would find it taken, as far as the ledger
/// knows. An ID that nobody has heard of is an answer like any other, not a 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdState {
    /// Not known, or free again.
    Free,
    /// A run of it has not ended.
    Live,
    /// It has ended, and Drove keeps its record.
    Kept {
        /// When it is free again.
        until: Timestamp,
    },
}

/// Another controller came to lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaderChange {
    /// When it was found.
    pub at: Timestamp,
    /// What it calls itself: `host:port`.
    pub leader: String,
}

/// Answer of `GET /api/history/tasks/{app}/{id}`; 404 if the ledger has never heard of the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TaskDetail {
    /// The run shown: the newest, or the one asked for by `?run=N`.
    pub row: TaskRow,
    /// Numbers of all runs of the key, oldest first.
    pub runs: Vec<u32>,
    /// The spec as submitted, as far as it is kept; absent for a task that was not submitted through here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<Value>,
    /// JSON pointers into `spec` of values that were not kept (design section 3): Clone must name them. Without a spec,
    /// into what `info` still tells of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
    /// `opSpec` of the CREATE, as submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_spec: Option<Value>,
    /// Operations on this run, oldest first.
    #[serde(default)]
    pub submissions: Vec<Submission>,
    /// Drove's last record of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<TaskInfo>,
    /// For a run that was not placed: the verdict matrix of that moment ([`crate::fit`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Matrix>,
    /// Spans in which transitions may have been missed.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// Who came to lead the cluster during the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaders: Vec<LeaderChange>,
    /// Until when the ID is taken, if Drove still keeps the record of an ended run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_taken_until: Option<Timestamp>,
    /// The ledger's revision this was read at.
    pub revision: u64,
    /// The server's time.
    pub now: Timestamp,
}

impl TaskDetail {
    /// The operation that submits this run once more, as it was submitted.
    ///
    /// # Errors
    /// Why that cannot be, and what to do, as a sentence.
    pub fn resubmission(&self) -> Result<Value, &'static str> {
        let spec = self.spec.as_ref().filter(|_| self.withheld.is_empty());
        let spec = spec.ok_or("Its spec is not known completely. Clone it instead.")?;
        let default = || serde_json::to_value(ClusterOpSpec::default()).unwrap_or_default();
        let op_spec = self.op_spec.clone().unwrap_or_else(default);
        Ok(json!({ "type": "CREATE", "spec": spec, "opSpec": op_spec }))
    }

    /// The CREATE of this run, if it was sent from here.
    pub fn creation(&self) -> Option<&Submission> {
        self.submissions.iter().find(|sent| sent.operation == "CREATE")
    }

    /// What has become of the ID since this run: the words for it.
    pub fn id_words(&self) -> String {
        match self.runs.last() {
            Some(last) if *last != self.row.run => format!("used again, by run {last}"),
            _ => match self.id_state() {
                IdState::Live => "in use".to_owned(),
                IdState::Kept { .. } => "in use until Drove drops its record".to_owned(),
                IdState::Free => "free again".to_owned(),
            },
        }
    }

    /// Whether the ID of this run, the key's newest, is taken at the time of the answer.
    pub fn id_state(&self) -> IdState {
        match self.id_taken_until {
            _ if !self.row.is_over() => IdState::Live,
            Some(until) if until > self.now => IdState::Kept { until },
            Some(_) | None => IdState::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail() -> TaskDetail {
        let row = TaskRow { phase: crate::dashboard::Phase::Ended, run: 1, ..TaskRow::default() };
        let now = Timestamp(9);
        TaskDetail {
            row,
            runs: vec![1],
            spec: Some(json!({"taskId": "T"})),
            withheld: Vec::new(),
            op_spec: Some(json!({"timeout": "7m"})),
            submissions: Vec::new(),
            info: None,
            matrix: None,
            leaders: Vec::new(),
            gaps: Vec::new(),
            id_taken_until: None,
            revision: 1,
            now,
        }
    }

    #[test]
    fn what_is_submitted_again_is_what_was_submitted() {
        let sent = json!({"type": "CREATE", "spec": {"taskId": "T"}, "opSpec": {"timeout": "7m"}});
        assert_eq!(detail().resubmission(), Ok(sent));
        let withheld = TaskDetail { withheld: vec!["/env/TOKEN".into()], ..detail() };
        assert!(withheld.resubmission().is_err(), "secrets are missing");
        assert!(TaskDetail { spec: None, ..detail() }.resubmission().is_err());
    }

    #[test]
    fn whether_an_id_is_free_is_told_as_it_is() {
        assert_eq!(detail().id_words(), "free again");
        assert_eq!(TaskDetail { runs: vec![1, 2], ..detail() }.id_words(), "used again, by run 2");
        let kept = TaskDetail { id_taken_until: Some(Timestamp(10)), ..detail() };
        assert_eq!(kept.id_words(), "in use until Drove drops its record");
        assert_eq!(TaskDetail { row: TaskRow { run: 1, ..TaskRow::default() }, ..detail() }.id_words(), "in use");
    }
}
