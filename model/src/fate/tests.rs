#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::{Source, TaskInfo, Timestamp, Transition};
use serde_json::Value;
use std::{fs, path::Path};

/// Entries of a recording of a real cluster.
fn recording(name: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings");
    serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap()
}

/// What an entry of a recording answers.
fn answered(recording: &[Value], id: &str) -> Value {
    recording.iter().find(|entry| entry["id"] == id).unwrap()["response"]["body"]["data"].clone()
}

/// The run that a recorded record tells of, after these states.
fn run(record: &Value, before: &[TaskState]) -> TaskRow {
    let info: TaskInfo = serde_json::from_value(record.clone()).unwrap();
    let passed: Vec<TaskState> = before.iter().chain([&info.state]).cloned().collect();
    let transition = |state: &TaskState| Transition::new(state.clone(), Timestamp(0), Source::Event);
    TaskRow {
        outcome: Outcome::of(&info, &passed),
        error_message: info.error_message.clone(),
        transitions: passed.iter().map(transition).collect(),
        state: Some(info.state),
        ..TaskRow::default()
    }
}

/// Whether the executor of a record is among those that a recorded list has, and not removed.
fn is_listed(list: &Value, record: &Value) -> Option<bool> {
    let mine = |executor: &&Value| executor["executorId"] == record["executorId"];
    list.as_array().unwrap().iter().find(mine).map(|executor| executor["state"] != "REMOVED")
}

#[test]
fn lost_with_its_executor_and_ended_while_it_was_away_are_told_apart() {
    for (name, instance, executors, fate) in [
        ("lost_executor", "dead-finished-2", "dead-executors-3", Fate::ExecutorSilent),
        ("executor_restart", "back-finished-2", "back-executors-3", Fate::EndedUnseen),
    ] {
        let recording = recording(name);
        let record = answered(&recording, instance);
        let executor_is_back = is_listed(&answered(&recording, executors), &record);
        assert!(executor_is_back.is_some(), "{name}");
        let around = Circumstances { executor_is_back, ..Circumstances::default() };
        assert_eq!(Fate::of(&run(&record, &[TaskState::Running]), around), Some(fate), "{name}");
    }
}

#[test]
fn a_run_that_goes_on_unmanaged_tells_since_when() {
    let back = answered(&recording("lost_executor"), "back-instance-2");
    let failover = answered(&recording("failover"), "after-unregistered");
    let early = answered(&recording("kill"), "kill-at-once-instance-3");
    let gaps =
        [Gap { from: Timestamp(1), to: Timestamp(2), reason: "the leader changed, and its events began anew".into() }];
    let kill = Some(AnswerKind::Accepted);
    for (record, before, kill, gaps, fate) in [
        (&back, &[TaskState::Running, TaskState::Lost][..], None, &[][..], Fate::OrphanAfterLost),
        (&failover, &[], None, &gaps, Fate::OrphanAfterFailover),
        (&early, &[TaskState::Starting], kill, &[], Fate::OrphanAfterKill),
        (&failover, &[], None, &[], Fate::Orphan),
    ] {
        let row = TaskRow { unmanaged: true, kill, ..run(record, before) };
        assert_eq!(Fate::of(&row, Circumstances { gaps, ..Circumstances::default() }), Some(fate));
    }
}

#[test]
fn what_the_leader_killed_by_itself_is_not_called_asked_for() {
    let zombie = answered(&recording("failover"), "delete-unregistered-unregistered-3");
    let killed = answered(&recording("kill"), "kill-running-instance-2");
    let gaps =
        [Gap { from: Timestamp(1), to: Timestamp(2), reason: "the leader changed, and its events began anew".into() }];
    let fate = |row: &TaskRow, gaps: &[Gap]| Fate::of(row, Circumstances { gaps, ..Circumstances::default() });
    assert_eq!(fate(&run(&zombie, &[TaskState::Running]), &gaps), Some(Fate::ZombieKilled));
    let back = [TaskState::Running, TaskState::Lost, TaskState::Running];
    assert_eq!(fate(&run(&zombie, &back), &[]), Some(Fate::ZombieKilled));
    assert_eq!(fate(&run(&killed, &[TaskState::Running]), &[]), Some(Fate::KilledElsewhere));
    let asked = TaskRow { kill: Some(AnswerKind::Accepted), ..run(&killed, &[TaskState::Running]) };
    assert_eq!(fate(&asked, &gaps), None, "killed on request");
}

#[test]
fn what_the_executor_says_of_itself_is_explained() {
    let mut record = answered(&recording("kill"), "kill-running-instance-2");
    let mut fate = |state: &str, result: Value, error: &str| {
        record["state"] = state.into();
        record["taskResult"] = result;
        record["errorMessage"] = error.into();
        let row = run(&record, &[TaskState::Running]);
        (row.outcome.clone().unwrap(), Fate::of(&row, Circumstances::default()))
    };
    let lost = serde_json::json!({"status": "LOST", "exitCode": -1});
    let vanished = (Outcome::Lost, Some(Fate::ContainerVanished));
    assert_eq!(fate("STOPPED", lost, "Task instance lost for container: 1f"), vanished);
    assert_eq!(fate("STOPPED", Value::Null, "No container found with drove id: TI-1"), vanished);
    let fault = "SM Execution error: No defined transitions from RUNNING to STOPPED";
    assert_eq!(fate("LOST", Value::Null, fault), (Outcome::Lost, Some(Fate::MachineFault)));
    assert_eq!(fate("STOPPED", Value::Null, "something else"), (Outcome::Unclear, None), "it ran: no failed pull");
}

#[test]
fn a_failed_pull_is_one_only_if_it_never_ran() {
    let pull = answered(&recording("kill"), "kill-provisioning-final");
    assert_eq!(run(&pull, &[TaskState::Provisioning]).outcome, Some(Outcome::PullFailed));
    assert_eq!(run(&pull, &[]).outcome, Some(Outcome::PullFailed));
    assert_eq!(run(&pull, &[TaskState::Running]).outcome, Some(Outcome::Unclear));
}

#[test]
fn each_text_is_its_own_and_says_what_to_do() {
    let all = [
        Fate::ExecutorSilent,
        Fate::EndedUnseen,
        Fate::ContainerVanished,
        Fate::MachineFault,
        Fate::ZombieKilled,
        Fate::KilledElsewhere,
        Fate::OrphanAfterLost,
        Fate::OrphanAfterKill,
        Fate::OrphanAfterFailover,
        Fate::Orphan,
    ];
    let texts: std::collections::BTreeSet<&str> = all.iter().map(|fate| fate.text()).collect();
    assert_eq!(texts.len(), all.len());
    assert!(texts.iter().all(|text| text.matches(['.', ';']).count() >= 3), "what happened, why, what to do");
}

#[test]
fn a_failure_without_an_exit_code_is_explained_by_what_was_asked() {
    let failed = TaskRow {
        outcome: Some(Outcome::Failed),
        state: Some(TaskState::Stopped),
        exit_code: Some(-1),
        ..TaskRow::default()
    };
    assert_eq!(Fate::of(&failed, Circumstances::default()), Some(Fate::EndedWithoutCode));
    let killed = TaskRow { kill: Some(AnswerKind::Accepted), ..failed.clone() };
    assert_eq!(Fate::of(&killed, Circumstances::default()), Some(Fate::KillFailed));
    let by_memory = TaskRow { exit_code: Some(137), ..failed.clone() };
    let around = Circumstances { out_of_memory: true, ..Circumstances::default() };
    assert_eq!(Fate::of(&by_memory, around), Some(Fate::OutOfMemory));
    assert_eq!(Fate::of(&TaskRow { exit_code: Some(3), ..failed }, Circumstances::default()), None);
}

#[test]
fn a_run_that_is_listed_no_longer_is_being_checked() {
    let unlisted = TaskRow { state: Some(TaskState::Running), unlisted: true, ..TaskRow::default() };
    assert_eq!(Fate::of(&unlisted, Circumstances::default()), Some(Fate::Unlisted));
}

#[test]
fn a_rewritten_record_is_named_beside_the_true_end() {
    let ended = TaskRow {
        state: Some(TaskState::Stopped),
        outcome: Some(Outcome::Successful),
        record_says: Some(TaskState::Lost),
        ..TaskRow::default()
    };
    assert_eq!(Fate::of(&ended, Circumstances::default()), Some(Fate::RecordRewritten));
}

#[test]
fn a_run_that_we_concluded_lost_left_with_its_executor() {
    let lost = TaskRow { state: Some(TaskState::Running), outcome: Some(Outcome::Lost), ..TaskRow::default() };
    let fate = |executor_is_back| Fate::of(&lost, Circumstances { executor_is_back, ..Circumstances::default() });
    assert_eq!((fate(None), fate(Some(true))), (Some(Fate::ExecutorSilent), Some(Fate::EndedUnseen)));
}
