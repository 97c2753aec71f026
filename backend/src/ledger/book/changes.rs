use crate::ledger::{
    fact::{Answer, Intent, SubmissionId, Watched},
    run::Conclusion,
};
use model::{Gap, TaskKey, Timestamp, Transition};
use std::collections::{BTreeMap, BTreeSet};

/// What a batch adds to the ledger.
#[derive(Debug, Default)]
pub struct Changes {
    /// Operations that were sent and answered before the ledger heard of them.
    pub submissions: Vec<(SubmissionId, Intent)>,
    /// Runs whose row must be derived again.
    pub dirty: BTreeSet<(TaskKey, i64)>,
    /// Runs whose last record changed.
    pub reported: BTreeSet<(TaskKey, i64)>,
    /// By run.
    pub transitions: Vec<(i64, Transition)>,
    /// By run.
    pub conclusions: Vec<(i64, Conclusion)>,
    /// Hash → content.
    pub matrices: BTreeMap<String, String>,
    /// Answers, with the run they are about.
    pub answers: Vec<(SubmissionId, Answer, Option<i64>)>,
    /// Intents that were taken back.
    pub withdrawn: Vec<SubmissionId>,
    /// Spans without news.
    pub gaps: Vec<Gap>,
    /// How far the watcher has come.
    pub watched: Option<Watched>,
    /// Who led since when.
    pub leaders: Vec<(Timestamp, String)>,
}

impl Changes {
    /// An operation was answered, or what became of it turned out: the last word counts.
    pub fn answer(&mut self, id: SubmissionId, answer: Answer, run: Option<i64>) {
        match self.answers.iter_mut().find(|(known, ..)| *known == id) {
            Some(known) => {
                let status = answer.status.or(known.1.status);
                *known = (id, Answer { status, ..answer }, run);
            }
            None => self.answers.push((id, answer, run)),
        }
    }

    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.dirty.is_empty()
            && self.reported.is_empty()
            && self.submissions.is_empty()
            && self.transitions.is_empty()
            && self.conclusions.is_empty()
            && self.answers.is_empty()
            && self.withdrawn.is_empty()
            && self.gaps.is_empty()
            && self.watched.is_none()
            && self.leaders.is_empty()
    }
}
