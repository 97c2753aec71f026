#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use super::*;

/// What a browser sends back after `answer`.
fn sent_back(answer: &HeaderMap) -> HeaderMap {
    let mut request = HeaderMap::new();
    for value in answer.get_all(header::SET_COOKIE) {
        let cookie = Cookie::parse(value.to_str().unwrap().to_owned()).unwrap();
        if cookie.max_age().is_none_or(|age| age.is_positive()) {
            request.append(header::COOKIE, format!("{}={}", cookie.name(), cookie.value()).parse().unwrap());
        }
    }
    request
}

fn signed_in(cookies: &SessionCookies) -> HeaderMap {
    let mut answer = HeaderMap::new();
    cookies.sign_in(&mut answer, &Session::new("eva", 1000));
    sent_back(&answer)
}

#[test]
fn a_session_reads_back_until_it_is_too_old() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo", Some(8080));
    let request = signed_in(&cookies);
    assert_eq!(cookies.read(&request, 1001), CookieState::Session(Session::new("eva", 1000)));
    assert_eq!(cookies.read(&request, 1000 + seconds(LONGEST_SESSION)), CookieState::Absent);
    assert!(!format!("{request:?}").contains("eva"));
}

#[test]
fn cookies_of_other_applications_hide_none_whatever_they_hold() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo", Some(8080));
    let ours = signed_in(&cookies)[header::COOKIE].as_bytes().to_vec();
    for theirs in [&b"name=M\xfcller; "[..], "name=Müller; ".as_bytes(), b"=; ;; "] {
        let line = HeaderValue::from_bytes(&[theirs, &ours, b"; last=\xff"].concat()).unwrap();
        let request = HeaderMap::from_iter([(header::COOKIE, line)]);
        assert_eq!(cookies.read(&request, 1001), CookieState::Session(Session::new("eva", 1000)));
    }
}

#[test]
fn another_key_cluster_or_port_does_not_accept_it() {
    let key = SessionCookies::new_key();
    let request = signed_in(&SessionCookies::new(&key, "demo", Some(8080)));
    for other in [
        SessionCookies::new(&SessionCookies::new_key(), "demo", Some(8080)),
        SessionCookies::new(&key, "prod", Some(8080)),
        SessionCookies::new(&key, "demo", Some(8081)),
    ] {
        assert_eq!(other.read(&request, 1001), CookieState::Absent);
    }
    let mut renamed = HeaderMap::new();
    let value = request[header::COOKIE].to_str().unwrap().replace("drove-demo-", "drove-prod-");
    renamed.insert(header::COOKIE, value.parse().unwrap());
    assert_eq!(SessionCookies::new(&key, "prod", Some(8080)).read(&renamed, 1001), CookieState::Absent);
}

#[test]
fn signing_out_is_remembered_until_the_next_sign_in() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo", Some(8080));
    let mut answer = HeaderMap::new();
    cookies.sign_out(&mut answer);
    assert_eq!(cookies.read(&sent_back(&answer), 1), CookieState::SignedOut);
    // A request that was under way seals the session anew.
    cookies.seal(&mut answer, &Session::new("eva", 1000));
    assert_eq!(cookies.read(&sent_back(&answer), 1001), CookieState::SignedOut);
    assert_eq!(cookies.read(&signed_in(&cookies), 1001), CookieState::Session(Session::new("eva", 1000)));
}

#[test]
fn scripts_and_other_sites_never_see_it() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo", Some(8080));
    let mut answer = HeaderMap::new();
    cookies.sign_in(&mut answer, &Session::new("eva", 1000));
    let text = answer[header::SET_COOKIE].to_str().unwrap();
    for part in ["drove-demo-8080=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_session_that_is_used_goes_on_and_an_idle_one_ends() {
    let (idle, longest) = (Duration::from_secs(600), Duration::from_secs(1000));
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "prod", Some(8080)).lasting(idle, longest);
    let credential = Credential::basic("eva", "s3cret");
    let session = Session { credential, role: Some(UserRole::ReadOnly), secure: true, ..Session::new("eva", 1000) };
    let mut answer = HeaderMap::new();
    cookies.sign_in(&mut answer, &session);
    assert!(answer[header::SET_COOKIE].to_str().unwrap().contains("Secure"));
    let request = sent_back(&answer);
    assert_eq!(cookies.read(&request, 1599), CookieState::Session(session.clone()));
    assert_eq!(cookies.left(&session, 1599), Duration::from_secs(1));
    assert_eq!(cookies.read(&request, 1600), CookieState::Absent);
    let used = Session { used: 1599, ..session };
    assert!(used.is_due(1899) && !used.is_due(1600));
    assert_eq!(cookies.left(&used, 1999), Duration::from_secs(1), "however long it was not used");
    let mut answer = HeaderMap::new();
    cookies.seal(&mut answer, &used);
    assert_eq!(cookies.read(&sent_back(&answer), 1999), CookieState::Session(used));
    assert_eq!(cookies.read(&sent_back(&answer), 2000), CookieState::Absent);
}

#[test]
fn replicas_with_one_key_share_sessions_whatever_their_ports() {
    let key = SessionCookies::key_of("a text that only the replicas know!");
    let request = signed_in(&SessionCookies::new(&key, "prod", None));
    let other = SessionCookies::new(&SessionCookies::key_of("a text that only the replicas know!"), "prod", None);
    assert_eq!(other.read(&request, 1001), CookieState::Session(Session::new("eva", 1000)));
}
