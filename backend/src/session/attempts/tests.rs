#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use super::*;
use std::net::Ipv4Addr;
use tokio::time::advance;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn address(n: usize) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(n).unwrap()).into()
}

/// Presents a password that is right or wrong; the time to wait instead of a verdict.
fn sign_in(attempts: &Arc<Attempts>, user: &str, from: IpAddr, is_right: bool) -> Option<u64> {
    match attempts.begin(Some(user), if is_right { b"right" } else { b"wrong" }, from) {
        Ok(attempt) => {
            attempt.judged(is_right);
            None
        }
        Err(ApiError::TooManyAttempts(wait)) => Some(wait.as_secs()),
        Err(error) => panic!("{error}"),
    }
}

fn fail(attempts: &Arc<Attempts>, user: &str, from: IpAddr, times: usize) {
    for _ in 0..times {
        assert_eq!(sign_in(attempts, user, from, false), None);
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_the_right_password_after_ten_failures_for_five_minutes() {
    let attempts = Arc::default();
    fail(&attempts, "eva", HERE, 1);
    advance(Duration::from_millis(60_500)).await;
    fail(&attempts, "eva", HERE, OF_USER_AT_ADDRESS - 1);
    assert_eq!(sign_in(&attempts, "eva", HERE, true), Some(240), "until the first failure is forgotten");
    assert_eq!(sign_in(&attempts, "bob", HERE, true), None);
    advance(Duration::from_secs(240)).await;
    fail(&attempts, "eva", HERE, 1);
    assert_eq!(sign_in(&attempts, "eva", HERE, true), Some(60), "ten in any five minutes");
}

#[tokio::test(start_paused = true)]
async fn refuses_every_user_after_a_hundred_failures_of_an_address() {
    let attempts = Arc::default();
    for n in 0..OF_ADDRESS {
        fail(&attempts, &format!("guess-{n}"), HERE, 1);
    }
    assert_eq!(sign_in(&attempts, "eva", HERE, true), Some(300));
    assert_eq!(sign_in(&attempts, "eva", address(1), true), None);
}

#[tokio::test(start_paused = true)]
async fn successes_of_another_user_do_not_hide_guesses() {
    let attempts = Arc::default();
    for n in 0..OF_ADDRESS {
        fail(&attempts, &format!("guess-{n}"), HERE, 1);
        assert_eq!(sign_in(&attempts, "eva", HERE, true).is_some(), n + 1 == OF_ADDRESS);
    }
    let attempts = Arc::default();
    for _ in 0..OF_USER_AT_ADDRESS {
        fail(&attempts, "eva", HERE, 1);
        assert_eq!(sign_in(&attempts, "bob", HERE, true), None);
    }
    assert!(sign_in(&attempts, "eva", HERE, true).is_some());
}

#[tokio::test(start_paused = true)]
async fn guesses_from_many_addresses_refuse_only_addresses_that_never_signed_in() {
    let attempts = Arc::default();
    assert_eq!(sign_in(&attempts, "eva", HERE, true), None);
    for n in 0..OF_USER {
        fail(&attempts, "eva", address(n), 1);
    }
    assert!(sign_in(&attempts, "eva", address(OF_USER), true).is_some());
    assert_eq!(sign_in(&attempts, "bob", address(OF_USER), true), None);
    assert_eq!(sign_in(&attempts, "eva", HERE, true), None, "the owner");
    fail(&attempts, "eva", HERE, OF_USER_AT_ADDRESS);
    assert!(sign_in(&attempts, "eva", HERE, true).is_some(), "known addresses have the other limits");
}

#[tokio::test(start_paused = true)]
async fn counts_addresses_of_one_network_as_one() {
    let attempts = Arc::default();
    for n in 0..OF_USER_AT_ADDRESS {
        fail(&attempts, "eva", format!("2001:db8::{n:x}").parse().unwrap(), 1);
    }
    assert!(sign_in(&attempts, "eva", "2001:db8::ffff:1".parse().unwrap(), true).is_some());
    assert_eq!(sign_in(&attempts, "eva", "2001:db8:0:1::1".parse().unwrap(), true), None);
    fail(&attempts, "eva", "::ffff:127.0.0.1".parse().unwrap(), OF_USER_AT_ADDRESS);
    assert!(sign_in(&attempts, "eva", HERE, true).is_some());
}

#[tokio::test(start_paused = true)]
async fn counts_different_guesses_while_they_are_judged() {
    let attempts = Arc::default();
    let begin = |n: usize| Attempts::begin(&attempts, Some("eva"), &n.to_ne_bytes(), HERE).ok();
    let judged: Vec<_> = (0..200).filter_map(begin).collect();
    assert_eq!(judged.len(), OF_USER_AT_ADDRESS);
    drop(judged);
    assert_eq!(sign_in(&attempts, "eva", HERE, true), None, "nothing was judged");
}

#[tokio::test(start_paused = true)]
async fn counts_one_guess_of_many_requests_once() {
    let attempts = Arc::default();
    let begin = |password: &[u8]| Attempts::begin(&attempts, Some("eva"), password, HERE).unwrap();
    let right: Vec<_> = (0..200).map(|_| begin(b"right")).collect();
    right.into_iter().for_each(|attempt| attempt.judged(true));
    assert!(attempts.counts().failures.is_empty());
    // A request that is given up does not take back what another one learned.
    let mut same: Vec<_> = (0..3).map(|_| begin(b"wrong")).collect();
    same.remove(1).judged(false);
    drop(same);
    fail(&attempts, "eva", HERE, OF_USER_AT_ADDRESS - 1);
    assert!(sign_in(&attempts, "eva", HERE, true).is_some());
    assert!(attempts.counts().pending.is_empty());
}

#[tokio::test(start_paused = true)]
async fn counts_a_password_that_was_right_before() {
    let attempts = Arc::default();
    let begin = || Attempts::begin(&attempts, Some("eva"), b"old", HERE);
    begin().unwrap().judged(true);
    for _ in 0..OF_USER_AT_ADDRESS {
        begin().unwrap().judged(false);
    }
    assert!(begin().is_err());
}

#[test]
fn answers_that_judge_nothing_are_no_verdict() {
    let attempts = Arc::default();
    let answer = |status, proves| {
        Attempts::begin(&attempts, Some("eva"), b"", HERE).unwrap().answered(status, proves);
        let counts = attempts.counts();
        (counts.failures.len(), counts.known.len())
    };
    for status in [StatusCode::NOT_FOUND, StatusCode::NOT_ACCEPTABLE, StatusCode::SERVICE_UNAVAILABLE] {
        assert_eq!(answer(status, true), (0, 0), "{status}");
    }
    assert_eq!(answer(StatusCode::OK, false), (0, 0), "OPTIONS");
    assert_eq!(answer(StatusCode::UNAUTHORIZED, true), (3, 0));
    assert_eq!(answer(StatusCode::OK, true).1, 1);
}

#[test]
fn memory_is_bounded_and_the_latest_failures_stay() {
    let attempts = Arc::default();
    for n in 0..REMEMBERED {
        fail(&attempts, &n.to_string(), address(n), 1);
        assert_eq!(sign_in(&attempts, &n.to_string(), address(n + REMEMBERED), true), None);
    }
    fail(&attempts, "eva", HERE, OF_USER_AT_ADDRESS);
    for n in 0..REMEMBERED / 8 {
        fail(&attempts, &n.to_string(), address(n), 1);
    }
    assert!(sign_in(&attempts, "eva", HERE, true).is_some());
    let counts = attempts.counts();
    assert!(counts.failures.len() <= REMEMBERED && counts.known.len() <= REMEMBERED);
    assert!(counts.pending.is_empty());
}
