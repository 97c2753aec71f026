//! Facts that come late, are missing, or were rewritten.

use super::*;
use crate::ledger::fact::Listing;
use model::Source;

#[tokio::test]
async fn an_unlisted_run_is_unmanaged_until_it_is_listed() {
    let fixture = Fixture::new().await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    let seen =
        |listing, seconds| Observation::Listing { key: key("T"), instance_id: "TI-1".into(), listing, at: at(seconds) };
    for (seconds, listing, shown) in [
        (2, Listing::Listed, (false, false)),
        (3, Listing::Missing, (true, false)),
        (4, Listing::Unmanaged, (false, true)),
        (5, Listing::Listed, (false, false)),
    ] {
        fixture.observe([seen(listing, seconds)]).await;
        let row = fixture.row("T").await;
        assert_eq!((row.unlisted, row.unmanaged), shown, "{listing:?}");
    }
}

#[tokio::test]
async fn a_run_is_lost_with_its_executor_until_drove_says_otherwise() {
    let fixture = Fixture::new().await;
    for id in ["LOST", "ORPHAN", "BACK"] {
        let gone = Observation::ExecutorGone { key: key(id), instance_id: "TI-1".into(), at: at(60) };
        fixture.observe([event(id, "TI-1", "RUNNING", 1), gone]).await;
        let row = fixture.row(id).await;
        assert_eq!((row.outcome, row.state, row.ended), (Some(Outcome::Lost), Some(TaskState::Running), Some(at(60))));
    }
    fixture.observe([record("LOST", "TI-1", "LOST", 57)]).await;
    let row = fixture.row("LOST").await;
    assert_eq!(
        (row.outcome, row.error_message.as_str(), row.ended),
        (Some(Outcome::Lost), "Instance lost", Some(at(57)))
    );
    fixture.observe([record("ORPHAN", "TI-1", "RUNNING", 20), event("BACK", "TI-1", "RUNNING", 90)]).await;
    let fixture = fixture.killed_and_reopened().await;
    let row = fixture.row("ORPHAN").await;
    assert_eq!((row.phase, row.unmanaged), (Phase::Active, true), "its record is not that of a lost run");
    assert_eq!(fixture.row("BACK").await.phase, Phase::Active);
}

#[tokio::test]
async fn the_executor_dates_the_end_and_the_event_only_follows() {
    for record_first in [true, false] {
        let fixture = Fixture::new().await;
        let stopped = [record("T", "TI-1", "STOPPED", 8), event("T", "TI-1", "STOPPED", 12)];
        fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
        for fact in
            if record_first { stopped.into_iter().collect() } else { stopped.into_iter().rev().collect::<Vec<_>>() }
        {
            fixture.observe([fact]).await;
        }
        let row = fixture.row("T").await;
        assert_eq!((row.ended, row.transitions.len()), (Some(at(8)), 2), "record first: {record_first}");
        assert_eq!(row.transitions[1].source, Source::Event);
    }
}

#[tokio::test]
async fn a_rewritten_record_changes_no_end_and_is_named() {
    let fixture = Fixture::new().await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1), event("T", "TI-1", "STOPPED", 5)]).await;
    fixture.observe([record("T", "TI-1", "LOST", 50)]).await;
    fixture.observe([record("T", "TI-1", "LOST", 50)]).await;
    let row = fixture.row("T").await;
    assert_eq!((row.outcome, row.exit_code, row.ended), (Some(Outcome::Successful), Some(0), Some(at(5))));
    assert_eq!((row.state, row.record_says), (Some(TaskState::Stopped), Some(TaskState::Lost)));
    assert_eq!(fixture.count("transition").await, 3, "recorded once");
}
