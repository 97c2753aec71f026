#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use serde_json::Value;
use std::{fs, path::Path};

const FIRST: &str = "TI-fc987b0e-5f63-4d90-9a15-7f5130f7d44f";
const SECOND: &str = "TI-41bc7466-2429-477f-aad2-8484fc83d2c5";
/// 2026-11-25 02:11:00 UTC.
const NIGHT: i64 = 1_795_572_660_000;

/// The log of a task that was created, deleted and created again, as a real executor wrote it.
fn recorded() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings/lifecycle.json");
    let entries: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let entry = entries.iter().find(|entry| entry["id"] == "recreate-log").unwrap();
    entry["response"]["body"]["data"].as_str().unwrap().to_owned()
}

fn run(instance: &str, is_newest: bool) -> LogRun {
    let instance = Some(InstanceId::from(instance));
    let ended = (!is_newest).then_some(Timestamp(NIGHT + 7_000));
    LogRun { instance, is_newest, began: Timestamp(NIGHT), ended, is_out_of_reach: false }
}

/// What a part has of a text.
fn of(part: LogPart, text: &str) -> &str {
    let to = part.to.map_or(text.len(), |to| usize::try_from(to).unwrap());
    &text[usize::try_from(part.from).unwrap()..to]
}

fn line(logger: &str, message: &str) -> String {
    format!("INFO  | 2026-11-25 02:11:01,937 | {logger:<30} | {message}\n")
}

fn state(instance: &str, state: &str) -> String {
    line(
        "InstanceEngine",
        &format!(
            "Current state: StateData(state={state}, data=ExecutorTaskInfo(taskId=t, sourceAppName=A, instanceId={instance}, env=null), error=)"
        ),
    )
}

fn begin(instance: &str) -> String {
    line("StateMachine", "Action to be executed: TaskSpecValidator") + &state(instance, "PROVISIONING")
}

fn part_of(text: &str, run: &LogRun) -> LogPart {
    LogMarks::read(0, text).part_of(run, text.len() as u64)
}

#[test]
fn tells_two_runs_in_one_recorded_file_apart() {
    let text = recorded();
    let (first, second) = (part_of(&text, &run(FIRST, false)), part_of(&text, &run(SECOND, true)));
    assert_eq!((first.from, first.to), (0, Some(second.from)));
    assert_eq!(second.to, None, "the newest run goes on");
    let (first, second) = (of(first, &text), of(second, &text));
    assert!(first.starts_with("INFO  | 2026-11-25 02:11:01,937") && first.ends_with("| Completed\n"));
    assert!(
        second.starts_with("INFO  | 2026-11-25 02:11:13,351 | StateMachine"),
        "with the line before its first state"
    );
    assert!(first.contains(FIRST) && !first.contains(SECOND) && !second.contains(FIRST));
    assert_eq!(first.len() + second.len(), text.len());
}

#[test]
fn gives_the_same_part_however_the_file_is_read() {
    let text = recorded();
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    for wanted in [run(FIRST, false), run(SECOND, true)] {
        let whole = part_of(&text, &wanted);
        for cut in &ends {
            let (head, tail) = text.split_at(*cut);
            let joined = LogMarks::read(0, head).before(LogMarks::read(*cut as u64, tail));
            assert_eq!(joined.part_of(&wanted, text.len() as u64), whole, "cut at {cut}");
        }
    }
}

#[test]
fn a_run_between_two_others_has_both_bounds() {
    let (one, two, three) = (begin("TI-1") + "a\n", begin("TI-2") + "b\n", begin("TI-3") + "c\n");
    let text = format!("{one}{two}{three}");
    assert_eq!(of(part_of(&text, &run("TI-2", false)), &text), two);
    let unknown = part_of(&text, &run("TI-9", false));
    assert_eq!(of(unknown, &text), "", "no line of it is here");
    assert_eq!(
        part_of(&text, &run("TI-9", true)),
        LogPart { from: text.len() as u64, to: None },
        "its lines will come"
    );
}

#[test]
fn a_run_that_its_executor_recovered_is_one_run() {
    let text = begin("TI-1") + "before\n" + &state("TI-1", "RUNNING") + "after\n" + &begin("TI-2");
    assert!(of(part_of(&text, &run("TI-1", false)), &text).ends_with("after\n"));
}

#[test]
fn lines_before_the_first_name_belong_to_the_run_that_goes_on() {
    let lead = line("InstanceLogHandler", "from before the file was rotated");
    let ends = lead.clone() + &state("TI-1", "STOPPED") + &begin("TI-2");
    assert!(of(part_of(&ends, &run("TI-1", false)), &ends).starts_with(&lead));
    let unnamed = lead.clone() + &begin("TI-2");
    assert_eq!(of(part_of(&unnamed, &run("TI-1", false)), &unnamed), lead, "they may be its own");
    assert_eq!(of(part_of(&unnamed, &run("TI-2", true)), &unnamed), begin("TI-2"));
}

#[test]
fn a_file_that_names_nobody_is_cut_by_its_dates_only_when_they_are_certain() {
    let text = line("InstanceLogHandler", "night");
    let at = |began: i64, ended: Option<i64>, is_newest: bool| {
        let ended = ended.map(|hours| Timestamp(NIGHT + hours * 3_600_000));
        let run = LogRun { ended, began: Timestamp(NIGHT + began * 3_600_000), ..run("TI-1", is_newest) };
        part_of(&text, &run)
    };
    assert_eq!(at(0, None, true), LogPart::WHOLE);
    assert_eq!(at(10, Some(12), false), LogPart::WHOLE, "its executor may live in another time zone");
    assert_eq!(of(at(40, Some(41), false), &text), "", "written long before it began");
    assert_eq!(of(at(-50, Some(-40), false), &text), "", "written long after it ended");
}

#[test]
fn a_container_cannot_hide_lines_by_what_it_prints() {
    let fake = line("InstanceLogHandler", state("TI-9", "PROVISIONING").trim_end());
    let text = begin("TI-1") + &fake + "more\n";
    assert_eq!(part_of(&text, &run("TI-1", true)), LogPart::WHOLE);
}

#[test]
fn a_file_in_another_format_is_cut_by_the_states_it_names() {
    let other = |instance| {
        format!(
            "[02:11] Current state: StateData(state=PROVISIONING, data=ExecutorTaskInfo(instanceId={instance}, x=y))\n"
        )
    };
    let text = other("TI-1") + "a\n" + &other("TI-2") + "b\n";
    assert_eq!(of(part_of(&text, &run("TI-2", true)), &text), other("TI-2") + "b\n");
}

#[test]
fn the_next_run_is_found_in_what_is_appended() {
    let appended = String::from("last words\n") + &begin("TI-2");
    let marks = LogMarks::read(100, &appended);
    assert_eq!(marks.end_of(&"TI-1".into()), Some(111));
    assert_eq!(marks.end_of(&"TI-2".into()), None);
}

#[test]
fn without_an_instance_nothing_is_cut() {
    let nobody = LogRun { instance: None, ..run("x", true) };
    assert_eq!(part_of(&recorded(), &nobody), LogPart::WHOLE);
}

#[test]
fn a_run_on_another_executor_than_the_newest_is_out_of_reach() {
    let row = |run, executor: &str| TaskRow { run, executor_id: Some(executor.into()), ..TaskRow::default() };
    let of = |own, newest: &TaskRow| {
        let run = LogRun::of(&own, newest);
        (run.is_newest, run.is_out_of_reach)
    };
    assert_eq!(of(row(1, "e-1"), &row(2, "e-2")), (false, true));
    assert_eq!(of(row(1, "e-1"), &row(2, "e-1")), (false, false));
    assert_eq!(of(row(1, "e-1"), &TaskRow { run: 2, ..TaskRow::default() }), (false, false), "not placed yet");
    assert_eq!(of(row(2, "e-2"), &row(2, "e-2")), (true, false));
}
