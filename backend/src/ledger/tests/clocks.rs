//! Clocks of machines differ.

use super::*;

#[tokio::test]
async fn a_clock_that_is_two_minutes_slow_makes_no_second_run() {
    for answered_first in [true, false] {
        let fixture = Fixture::new().await;
        let submission = fixture.create("T", 120).await;
        if answered_first {
            fixture.ledger.answer(submission, accepted());
        }
        let mut slow = raw_event("T", "TI-1", "RUNNING", 1);
        slow.metadata.insert("CREATED".into(), at(0).millis().into());
        fixture.observe([Observation::Event(slow)]).await;
        if !answered_first {
            fixture.ledger.answer(submission, accepted());
            fixture.ledger.flush().await.unwrap();
        }
        let detail = fixture.detail("T").await;
        assert_eq!((detail.row.phase, detail.row.submitter.as_deref()), (Phase::Active, Some("admin")));
        assert_eq!(detail.runs, [1]);
    }
}

#[tokio::test]
async fn links_a_task_to_its_create_when_the_leaders_clock_is_a_day_behind() {
    let day = 24 * 3600;
    for answered_first in [true, false] {
        let fixture = Fixture::new().await;
        fixture.observe([Observation::ClockBehind(Duration::from_secs(24 * 3600))]).await;
        let submission = fixture.create("T", day).await;
        if answered_first {
            fixture.ledger.answer(submission, accepted());
        }
        // Created at 0 s.
        fixture.observe([event("T", "TI-1", "RUNNING", 1), caught_up(at(day + 60))]).await;
        if !answered_first {
            fixture.ledger.answer(submission, accepted());
            fixture.ledger.flush().await.unwrap();
        }
        let detail = fixture.detail("T").await;
        assert_eq!((detail.row.phase, detail.row.submitter.as_deref()), (Phase::Active, Some("admin")));
        assert_eq!(detail.runs, [1], "it is not another run, and was placed");
    }
}

#[tokio::test]
async fn a_record_that_goes_away_ends_its_run_once_whatever_the_clocks_say() {
    let fixture = Fixture::new().await;
    fixture.observe([event("T", "TI-1", "RUNNING", 61)]).await;
    fixture.observe([Observation::NoRecord { key: key("T"), at: at(1) }]).await;
    assert_eq!(fixture.row("T").await.ended, Some(at(61)));
    fixture.observe([Observation::NoRecord { key: key("T"), at: at(2) }]).await;
    let query = Query::new("SELECT count(*) AS n FROM conclusion WHERE kind = 'VANISHED'");
    assert_eq!(fixture.ledger.readers().unwrap().fetch_one(query).await.unwrap().number("n").unwrap(), 1);
}
