//! Maintenance and the leader: what else is known and summaries disagree for up to half a minute.

use crate::watcher::status::Status;
use model::{ClusterState, ClusterSummary, DroveEvent, Timestamp};
use serde_json::json;

fn at(seconds: i64) -> Timestamp {
    Timestamp(1_800_000_000_000 + seconds * 1000)
}

fn event(kind: &str, seconds: i64) -> DroveEvent {
    serde_json::from_value(json!({"type": kind, "id": kind, "time": at(seconds), "metadata": {}})).unwrap()
}

fn summary(state: ClusterState) -> ClusterSummary {
    serde_json::from_value(json!({"leader": "ctl-1:10000", "state": state.as_str()})).unwrap()
}

#[test]
fn operations_are_refused_for_40_seconds_after_maintenance_was_lifted() {
    let mut status = Status::default();
    assert_eq!(status.take_summary(&summary(ClusterState::Normal), at(0)), Some("ctl-1:10000".to_owned()));
    status.take_event(&event("MAINTENANCE_MODE_SET", 1), 0);
    // The summary is up to 30 s old.
    assert_eq!(status.take_summary(&summary(ClusterState::Normal), at(5)), None);
    assert_eq!(status.maintenance(at(5)).unwrap().until, None);
    status.take_event(&event("MAINTENANCE_MODE_REMOVED", 100), 0);
    status.take_summary(&summary(ClusterState::Maintenance), at(105));
    assert_eq!(status.maintenance(at(139)).unwrap().until, Some(at(140)));
    assert_eq!(status.maintenance(at(140)), None);
}

#[test]
fn maintenance_that_no_event_told_is_known_from_the_summary() {
    let mut status = Status::default();
    status.take_summary(&summary(ClusterState::Maintenance), at(0));
    assert_eq!(status.maintenance(at(1)).unwrap().since, at(0));
    status.take_summary(&summary(ClusterState::Normal), at(30));
    assert_eq!(status.maintenance(at(30)), None);
}

fn led_by(leader: &str) -> ClusterSummary {
    serde_json::from_value(json!({"leader": leader, "state": "NORMAL"})).unwrap()
}

#[test]
fn whether_there_is_a_leader_the_finder_knows_and_an_old_summary_does_not() {
    let mut status = Status::default();
    status.follow(Some("10.0.0.1:80".to_owned()), at(0));
    assert_eq!(status.leader().as_deref(), Some("10.0.0.1:80"));
    assert_eq!(status.take_summary(&led_by("ctl-1:10000"), at(0)).as_deref(), Some("ctl-1:10000"));
    assert_eq!(status.leader().as_deref(), Some("ctl-1:10000"), "by the name it has for itself");
    assert_eq!(status.take_summary(&led_by("Leader election underway"), at(5)), None);
    assert_eq!(status.leader().as_deref(), Some("ctl-1:10000"));
    status.follow(None, at(6));
    assert_eq!(status.take_summary(&led_by("ctl-1:10000"), at(10)), None);
    assert_eq!(status.leader(), None);

    status.follow(Some("10.0.0.2:80".to_owned()), at(11));
    assert_eq!(status.take_summary(&led_by("ctl-1:10000"), at(15)), None, "the name of the one before");
    assert_eq!(status.leader().as_deref(), Some("10.0.0.2:80"));
    assert_eq!(status.take_summary(&led_by("ctl-2:10000"), at(45)).as_deref(), Some("ctl-2:10000"));
    assert_eq!(status.leader().as_deref(), Some("ctl-2:10000"));
}
