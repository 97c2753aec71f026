#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::live::log_range::tests::file_with;
use model::Timestamp;
use std::sync::{Arc, Mutex};

fn begin(instance: &str) -> String {
    format!(
        "INFO | 2026-11-25 02:11:01,937 | StateMachine | Action to be executed: TaskSpecValidator\n\
         INFO | 2026-11-25 02:11:01,937 | InstanceEngine | Current state: StateData(state=PROVISIONING, data=X(instanceId={instance}))\n"
    )
}

fn run(instance: &str, is_newest: bool) -> LogRun {
    LogRun { instance: Some(instance.into()), is_newest, began: Timestamp(0), ended: None, is_out_of_reach: false }
}

async fn part_of(bytes: &[u8], run: &LogRun) -> LogPart {
    locate(&file_with(&Arc::new(Mutex::new(bytes.to_vec()))), run).await.unwrap()
}

/// Two runs, each with more lines than are read at a time.
fn two_long_runs() -> (String, u64) {
    let first = begin("TI-1") + &"a line of the first run\n".repeat(120_000);
    let from = first.len() as u64;
    (first + &begin("TI-2") + &"a line of the second\n".repeat(120_000), from)
}

#[tokio::test]
async fn finds_the_parts_of_runs_that_are_longer_than_a_block() {
    let (text, from) = two_long_runs();
    assert_eq!(part_of(text.as_bytes(), &run("TI-1", false)).await, LogPart { from: 0, to: Some(from) });
    assert_eq!(part_of(text.as_bytes(), &run("TI-2", true)).await, LogPart { from, to: None });
    assert_eq!(part_of(text.as_bytes(), &run("TI-9", false)).await, LogPart { from: 0, to: Some(0) });
}

#[tokio::test]
async fn bytes_that_are_no_characters_do_not_move_a_bound() {
    let mut bytes = begin("TI-1").into_bytes();
    for _ in 0..2_000 {
        bytes.extend(b"raw \xff\xfe\xfd bytes\n");
    }
    bytes.extend(b"text only\n".repeat(200));
    let from = bytes.len() as u64;
    bytes.extend(begin("TI-2").bytes());
    bytes.extend(b"more \xff\n".repeat(2_000));
    assert_eq!(part_of(&bytes, &run("TI-2", true)).await.from, from);
}

#[tokio::test]
async fn a_line_longer_than_a_block_is_passed_over() {
    let text = begin("TI-1") + &"x".repeat(3 << 20) + "\n";
    let from = text.len() as u64;
    assert_eq!(part_of((text + &begin("TI-2")).as_bytes(), &run("TI-2", true)).await.from, from);
}

#[tokio::test]
async fn nothing_is_read_of_a_log_that_is_out_of_reach() {
    let run = LogRun { is_out_of_reach: true, ..run("TI-1", false) };
    assert_eq!(part_of(begin("TI-2").as_bytes(), &run).await, LogPart { from: 0, to: Some(0) });
}
