//! What the watcher makes of a real cluster, by recordings.

use super::replay::{Recording, Watched};
use model::{
    Outcome, Source, TaskKey, TaskState,
    dashboard::{HistoryQuery, Phase, Tab},
};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn every_task_of_a_real_cluster_ends_as_it_was_recorded() {
    for name in ["lifecycle", "kill"] {
        let mut watched = Watched::start(Recording::load(&[(name, 0)])).await;
        watched.play_all().await;
        let mut compared = 0;
        for record in watched.recording.last_records() {
            let row = watched.detail(&record.key()).await.row;
            if !record.state.is_terminal() {
                continue;
            }
            let passed: Vec<_> = row.transitions.iter().map(|t| t.state.clone()).collect();
            assert_eq!(row.outcome, Outcome::of(&record, &passed), "{name}: {}", record.key());
            assert_eq!(row.exit_code, record.task_result.as_ref().map(|result| result.exit_code), "{}", record.key());
            assert_eq!(row.error_message, record.error_message, "{}", record.key());
            assert_eq!(row.instance_id.as_ref(), Some(&record.instance_id), "{}", record.key());
            compared += 1;
        }
        assert!(compared >= 4, "{name}: {compared}");
    }
}

#[tokio::test]
async fn a_killed_task_went_through_every_state_by_events() {
    let mut watched = Watched::start(Recording::load(&[("kill", 0)])).await;
    watched.play_all().await;
    let key = TaskKey::new("REC", "k1-021218");
    let detail = watched.detail(&key).await;
    assert_eq!((detail.row.outcome, detail.row.exit_code), (Some(Outcome::Cancelled), Some(-1)));
    let told: Vec<&str> = detail.row.transitions.iter().map(|t| t.state.as_str()).collect();
    assert_eq!((told[0], told[told.len() - 1]), ("PROVISIONING", "STOPPED"));
    assert!(told.contains(&"RUNNING"), "{told:?}");
    assert!(detail.row.transitions.iter().all(|t| t.source == Source::Event));
    assert!(detail.submissions.len() >= 3, "CREATE, KILL, KILL and one that was refused");
    assert!(detail.row.cores > 0);
}

#[tokio::test]
async fn a_lost_executor_is_seen_without_an_event_and_so_is_what_comes_back() {
    let mut watched = Watched::start(Recording::load(&[("lost_executor", 0), ("lost_executor_later", 330_000)])).await;
    let lost = TaskKey::new("REC", "l1-022310");
    let unplaced = TaskKey::new("REC", "l3-022310");

    watched.play_until(30_000).await;
    assert_eq!(watched.detail(&lost).await.row.phase, Phase::Active);
    assert_eq!(watched.detail(&unplaced).await.row.outcome, Some(Outcome::NotPlaced), "accepted, and never reported");

    watched.play_until(72_000).await;
    let row = watched.detail(&lost).await.row;
    assert_eq!((row.outcome, row.error_message.as_str()), (Some(Outcome::Lost), "Instance lost"));
    assert_eq!(row.transitions.last().unwrap().source, Source::Instance, "Drove raises no event for it");

    watched.play_until(100_000).await;
    let row = watched.detail(&lost).await.row;
    assert_eq!((row.phase, row.state), (Phase::Active, Some(TaskState::Running)));
    assert!(row.unmanaged, "it runs, is not listed, and cannot be killed");

    watched.play_all().await;
    assert_eq!(watched.detail(&lost).await.row.outcome, Some(Outcome::Successful));
    let states = watched.states(&lost).await;
    assert_eq!(states[states.len() - 3..], ["LOST", "RUNNING", "STOPPED"]);
}

#[tokio::test]
async fn a_failover_leaves_a_gap_and_an_orphan_that_ends_when_its_record_is_deleted() {
    let mut watched = Watched::start(Recording::load(&[("failover", 0)])).await;
    let (managed, orphan) = (TaskKey::new("REG", "f1-022137"), TaskKey::new("UNREG", "f2-022137"));
    watched.play_until(500).await;
    assert_eq!(watched.detail(&orphan).await.row.phase, Phase::Active);
    *watched.recording.silent.lock().unwrap() = true;
    watched.play_until(32_000).await;
    *watched.recording.silent.lock().unwrap() = false;
    watched.another_leads();
    watched.play_until(60_000).await;
    let detail = watched.detail(&orphan).await;
    assert_eq!((detail.row.phase, detail.row.unmanaged), (Phase::Active, true), "not listed, and it runs");
    let from = watched.recording.began + 500;
    let gaps: Vec<_> = detail.gaps.iter().map(|gap| (gap.from.millis() - from, gap.to.millis() - from)).collect();
    assert!(matches!(gaps.as_slice(), [(0, 31_500..=32_500)]), "{gaps:?}");
    assert_eq!(detail.leaders.iter().map(|led| led.leader.as_str()).collect::<Vec<_>>(), ["localhost:10010"]);
    let row = watched.detail(&managed).await.row;
    assert_eq!((row.phase, row.unmanaged), (Phase::Active, false));

    watched.play_all().await;
    assert_eq!(watched.detail(&managed).await.row.outcome, Some(Outcome::Cancelled));
    for key in [&managed, &orphan] {
        let detail = watched.detail(key).await;
        // The events that told how the orphan ended were not recorded.
        assert!(detail.row.is_over() && detail.runs.len() == 1 && detail.gaps.len() == 1, "{detail:?}");
    }
}

#[tokio::test]
async fn an_executor_that_is_restarted_keeps_what_runs_and_loses_what_ended_meanwhile() {
    let mut watched = Watched::start(Recording::load(&[("executor_restart", 0)])).await;
    let (goes_on, ended) = (TaskKey::new("REC", "r1-023022"), TaskKey::new("REC", "r2-023022"));
    watched.play_until(40_000).await;
    for key in [&goes_on, &ended] {
        let row = watched.detail(key).await.row;
        assert_eq!((row.phase, row.unmanaged), (Phase::Active, false), "{key}");
    }
    watched.play_all().await;
    let row = watched.detail(&goes_on).await.row;
    assert_eq!((row.outcome, row.exit_code.is_some_and(|code| code > 0)), (Some(Outcome::Failed), true));
    assert!(row.transitions.iter().all(|t| t.state != TaskState::Unknown), "that state is never seen");
    let row = watched.detail(&ended).await.row;
    assert_eq!((row.outcome, row.transitions.last().unwrap().source.clone()), (Some(Outcome::Lost), Source::Instance));
}

#[tokio::test]
async fn a_task_with_a_timeout_below_the_poll_interval_is_orphaned_and_ends_well() {
    let mut watched = Watched::start(Recording::load(&[("short_timeouts", 0)])).await;
    let key = TaskKey::new("REC", "st-022941");
    watched.play_until(15_000).await;
    let row = watched.detail(&key).await.row;
    assert_eq!((row.phase, row.state, row.unmanaged), (Phase::Active, Some(TaskState::Running), true));
    watched.play_all().await;
    let row = watched.detail(&key).await.row;
    assert_eq!((row.outcome, row.unmanaged), (Some(Outcome::Successful), false));
    let pulled = watched.detail(&TaskKey::new("REC", "pt-022941")).await.row;
    assert!(pulled.outcome.is_some() && pulled.outcome != Some(Outcome::NotPlaced), "{pulled:?}");
}

#[tokio::test]
async fn the_picture_shows_executors_and_what_became_of_them() {
    let mut watched = Watched::start(Recording::load(&[("lost_executor", 0)])).await;
    watched.play_until(30_000).await;
    let picture = watched.picture.borrow().clone();
    assert_eq!((picture.executors.len(), picture.status.executors, picture.status.active_executors), (2, 2, 2));
    let detail = picture.executors.iter().find_map(|executor| executor.detail.as_ref()).expect("one was read");
    assert!(picture.view.executors.iter().any(|executor| executor.reported == Some(detail.updated)));
    watched.play_until(72_000).await;
    let picture = watched.picture.borrow().clone();
    assert_eq!((picture.status.executors, picture.status.active_executors), (2, 1));
}

#[tokio::test]
async fn a_silent_cluster_is_stale_and_keeps_the_last_good_picture() {
    let mut watched = Watched::start(Recording::load(&[("lost_executor", 0)])).await;
    watched.play_until(20_000).await;
    let good = watched.picture.borrow().clone();
    assert_eq!(good.status.stale, None);
    *watched.recording.silent.lock().unwrap() = true;
    watched.play_until(30_000).await;
    let stale = watched.picture.borrow().clone();
    let age = stale.status.stale.clone().expect("it is stale");
    assert!(!age.partial, "nothing is live");
    assert!(age.reason.contains("no leader"), "{}", age.reason);
    assert!(age.since.millis() <= watched.recording.began + 20_000);
    assert_eq!(stale.executors, good.executors);
    *watched.recording.silent.lock().unwrap() = false;
    watched.play_until(34_000).await;
    assert_eq!(watched.picture.borrow().status.stale, None);
}

#[tokio::test]
async fn a_round_of_two_seconds_asks_a_leader_at_most_six_times() {
    let mut watched = Watched::start(Recording::load(&[("lifecycle", 0)])).await;
    watched.play_until(20_000).await;
    watched.requests.store(0, Ordering::Relaxed);
    watched.play_until(120_000).await;
    // The test reads twice a second, as the watcher does while there is news.
    let asked = watched.requests.load(Ordering::Relaxed);
    assert!(asked <= 100 * 3, "{asked} in 100 s");
}

#[tokio::test]
async fn nothing_is_recorded_twice_when_the_watcher_starts_again() {
    let mut watched = Watched::start(Recording::load(&[("kill", 0)])).await;
    watched.play_all().await;
    let all = HistoryQuery { tab: Tab::All, size: 500, ..HistoryQuery::default() };
    let before = watched.ledger.page(&all).await.unwrap();
    watched.restart().await;
    watched.play_all().await;
    let after = watched.ledger.page(&all).await.unwrap();
    let ids = |rows: &[model::dashboard::TaskRow]| {
        rows.iter().map(|row| (row.run_id, row.transitions.clone())).collect::<Vec<_>>()
    };
    assert_eq!(ids(&after.rows), ids(&before.rows));
}
