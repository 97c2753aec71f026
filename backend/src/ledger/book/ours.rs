//! Whether a task that turned up comes from a CREATE whose answer was lost: somebody else may have used its key.

use super::{Changes, SubmissionId};
use crate::ledger::{
    fact::Answer,
    report::Report,
    run::{CreateFact, RunFacts},
};
use model::{TaskInfo, TaskSpec, dashboard::AnswerKind, secret::is_secret};

/// Told of a CREATE whose answer was lost, and whose key somebody else's task has.
const SOMEBODY_ELSES: &str =
    "a task with this ID turned up that differs from what was submitted: it is somebody else's";

/// Whether a first report may be about the run of this CREATE. What an event does not tell, [`judge`] looks at later.
pub(super) fn may_be_ours(create: &CreateFact, report: &Report) -> bool {
    let Some(spec) = create.spec.as_deref().filter(|_| create.answer == AnswerKind::Unknown) else { return true };
    is_told_by(spec, &report.info)
}

/// Settles a CREATE whose answer was lost, once a whole record of its run tells what it is.
pub(super) fn judge(run: &mut RunFacts, changes: &mut Changes) {
    let Some(create) = &mut run.create else { return };
    if create.answer != AnswerKind::Unknown {
        create.spec = None;
        return;
    }
    let Some(info) = run.info.as_ref().filter(|info| !info.resources.is_empty()) else { return };
    let id = SubmissionId(create.submission_id);
    if create.spec.as_deref().is_none_or(|spec| is_told_by(spec, info)) {
        create.answer = AnswerKind::Accepted;
        create.spec = None;
        let answer = Answer { kind: AnswerKind::Accepted, status: None, words: Vec::new() };
        changes.answer(id, answer, Some(run.run_id));
    } else {
        run.create = None;
        changes.answer(id, Answer { words: vec![SOMEBODY_ELSES.to_owned()], ..Answer::unknown() }, Some(run.run_id));
    }
    changes.dirty.insert((run.key.clone(), run.run_id));
}

/// Whether `info` tells of this spec, as far as Drove repeats it (contract 2.3). An event tells the image only.
fn is_told_by(spec: &TaskSpec, info: &TaskInfo) -> bool {
    let image = spec.executable.as_ref().map(|e| e.url.as_str());
    if info.executable.as_ref().map(|e| e.url.as_str()) != image {
        return false;
    }
    let cores = i64::try_from(info.core_count()).unwrap_or(i64::MAX);
    info.resources.is_empty()
        || (cores == spec.cores().max(0)
            && info.memory_mb() == spec.memory_mb().max(0)
            && is_same_env(info, spec)
            && info.volumes.clone().unwrap_or_default() == spec.volumes.clone().unwrap_or_default())
}

/// Whether the variables are those of the spec. A value that was not kept ([`crate::ledger::withhold`]) may be any.
fn is_same_env(info: &TaskInfo, spec: &TaskSpec) -> bool {
    let (told, asked) = (info.env.clone().unwrap_or_default(), spec.env.clone().unwrap_or_default());
    told.len() == asked.len()
        && asked.iter().all(|(name, value)| match told.get(name) {
            Some(told) => told == value || (value.is_empty() && is_secret(name, told)),
            None => false,
        })
}
