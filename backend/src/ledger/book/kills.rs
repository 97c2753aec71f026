//! What becomes of a KILL: it takes effect, its time is up, or nobody can tell.

use super::{Book, Changes, OpenIntent, SubmissionId, Verdicts};
use crate::ledger::{
    derive,
    fact::Answer,
    run::{Conclusion, ConclusionKind, KillFact, RunFacts},
};
use model::{Outcome, TaskState, Timestamp, dashboard::AnswerKind};

/// Told of a KILL whose answer was lost.
const STILL_RUNS: &str = "the task still went on when the time for it was up: it was not carried out";
const ENDED_OTHERWISE: &str = "the task ended in another way; nothing tells whether the kill arrived";

impl Book {
    /// A KILL was answered: the run it is about.
    pub(super) fn killed(
        &mut self,
        id: SubmissionId,
        intent: &OpenIntent,
        answer: &Answer,
        verdicts: &Verdicts,
        changes: &mut Changes,
    ) -> Option<i64> {
        let run = self.keys.get_mut(&intent.key)?.runs.last_mut()?;
        let run_id = run.run_id;
        let counts = match answer.kind {
            AnswerKind::Accepted => true,
            // Nothing is known by a lost answer that a KILL before it has not told.
            AnswerKind::Unknown => !run.is_kill_accepted(),
            AnswerKind::Refused | AnswerKind::Other(_) => false,
        };
        if counts {
            let (at, timeout) = (intent.at, intent.timeout);
            run.kill = Some(KillFact { submission_id: id.0, answer: answer.kind.clone(), at, timeout, is_over: false });
            self.killed.insert((intent.key.clone(), run_id));
            changes.dirty.insert((intent.key.clone(), run_id));
        }
        if let Some(at) = intent.attempts_ended {
            self.attempts_ended(&intent.key, at, verdicts, changes);
        }
        Some(run_id)
    }

    /// Ends the open KILLs that are over at `at`, by when their time is up.
    pub(super) fn end_kills(&mut self, at: Timestamp, is_over: impl Fn(Timestamp) -> bool, changes: &mut Changes) {
        for (key, run_id) in std::mem::take(&mut self.killed) {
            let run = self.keys.get_mut(&key).and_then(|k| k.runs.iter_mut().find(|run| run.run_id == run_id));
            // What is not held is loaded with its KILL when it is needed.
            let Some(run) = run else { continue };
            let Some(ends) = run.kill_ends() else { continue };
            match (is_over(ends), derive::row(run).is_over()) {
                (false, _) => {
                    self.killed.insert((key, run_id));
                }
                (true, false) => conclude_kill(run, at, STILL_RUNS, changes),
                // It took effect, or came too late: one that comes back from LOST is killed no longer either.
                (true, true) if run.state() == Some(TaskState::Lost) => {
                    conclude_kill(run, at, ENDED_OTHERWISE, changes)
                }
                (true, true) => {}
            }
        }
    }
}

/// The run has ended: that tells what became of a KILL whose answer was lost.
pub(super) fn settle_kill(run: &mut RunFacts, at: Timestamp, changes: &mut Changes) {
    let Some(kill) = run.kill.as_ref().filter(|kill| kill.answer == AnswerKind::Unknown && !kill.is_over) else {
        return;
    };
    let row = derive::row(run);
    match row.outcome {
        None => {}
        Some(Outcome::Cancelled) => {
            let answer = Answer { kind: AnswerKind::Accepted, status: None, words: Vec::new() };
            changes.answer(SubmissionId(kill.submission_id), answer, Some(run.run_id));
            if let Some(kill) = &mut run.kill {
                kill.answer = AnswerKind::Accepted;
            }
        }
        // It may come back.
        Some(Outcome::Lost) => {}
        Some(_) => conclude_kill(run, at, ENDED_OTHERWISE, changes),
    }
}

fn conclude_kill(run: &mut RunFacts, at: Timestamp, words: &str, changes: &mut Changes) {
    if let Some(kill) = run.kill.as_ref().filter(|kill| kill.answer == AnswerKind::Unknown) {
        let answer = Answer { words: vec![words.to_owned()], ..Answer::unknown() };
        changes.answer(SubmissionId(kill.submission_id), answer, Some(run.run_id));
    }
    let at = run.kill.as_ref().map_or(at, |kill| kill.at.max(at));
    let conclusion = Conclusion { kind: ConclusionKind::KillOver, at, matrix: None };
    run.conclude(conclusion.clone());
    changes.conclusions.push((run.run_id, conclusion));
    changes.dirty.insert((run.key.clone(), run.run_id));
}
