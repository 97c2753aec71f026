//! Who leads, and machines whose clocks differ.

use super::*;

#[tokio::test]
async fn a_leader_is_a_fact_when_it_is_another_one() {
    let fixture = Fixture::new().await;
    let led = |seconds, leader: &str| Observation::Leader { at: at(seconds), leader: leader.to_owned() };
    fixture.observe([led(-5, "ctl-1:1"), event("T", "TI-1", "RUNNING", 1)]).await;
    fixture.observe([led(2, "ctl-1:1")]).await;
    fixture.observe([led(3, "ctl-2:1"), led(4, "ctl-2:1")]).await;
    fixture.observe([led(5, "ctl-1:1")]).await;
    fixture.set_time(9);
    let told: Vec<_> = fixture.detail("T").await.leaders.into_iter().map(|told| (told.at, told.leader)).collect();
    assert_eq!(told, [(at(3), "ctl-2:1".to_owned()), (at(5), "ctl-1:1".to_owned())]);
}

#[tokio::test]
async fn the_end_of_a_run_counts_though_the_executor_s_clock_is_ahead() {
    let fixture = Fixture::new().await;
    // By the executor's clock, then by the leader's.
    fixture.observe([record("T", "TI-1", "RUNNING", 100), event("T", "TI-1", "STOPPED", 95)]).await;
    let row = fixture.row("T").await;
    assert_eq!((row.outcome, row.exit_code), (Some(Outcome::Successful), Some(0)));
    fixture.observe([record("T", "TI-1", "RUNNING", 101)]).await;
    assert_eq!(fixture.row("T").await.exit_code, Some(0), "a heartbeat that was on its way changes nothing");
    assert!(
        fixture.detail("T").await.info.is_some_and(|info| info.core_count() == 2),
        "what only the record told is kept"
    );
}
