#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use super::*;

const ADDRESS: &str = "localhost:8080";

/// A request for `host`.
fn asked(host: &str) -> HeaderMap {
    HeaderMap::from_iter([(header::HOST, host.parse().unwrap())])
}

/// What a browser sends to `host` after `answer`, which came from any port of it.
fn sent_to(host: &str, answer: &HeaderMap) -> HeaderMap {
    let mut request = asked(host);
    for value in answer.get_all(header::SET_COOKIE) {
        let cookie = Cookie::parse(value.to_str().unwrap().to_owned()).unwrap();
        if cookie.max_age().is_none_or(|age| age.is_positive()) {
            request.append(header::COOKIE, format!("{}={}", cookie.name(), cookie.value()).parse().unwrap());
        }
    }
    request
}

fn sent_back(answer: &HeaderMap) -> HeaderMap {
    sent_to(ADDRESS, answer)
}

fn signed_in(cookies: &SessionCookies) -> HeaderMap {
    let mut answer = HeaderMap::new();
    cookies.sign_in(&asked(ADDRESS), &mut answer, &Session::new("eva", 1000));
    sent_back(&answer)
}

#[test]
fn a_session_reads_back_until_it_is_too_old() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo");
    let request = signed_in(&cookies);
    assert_eq!(cookies.read(&request, 1001), CookieState::Session(Session::new("eva", 1000)));
    assert_eq!(cookies.read(&request, 1000 + seconds(LONGEST_SESSION)), CookieState::Absent);
    assert!(!format!("{request:?}").contains("eva"));
}

#[test]
fn cookies_of_other_applications_hide_none_whatever_they_hold() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo");
    let ours = signed_in(&cookies)[header::COOKIE].as_bytes().to_vec();
    for theirs in [&b"name=M\xfcller; "[..], "name=Müller; ".as_bytes(), b"=; ;; "] {
        let line = HeaderValue::from_bytes(&[theirs, &ours, b"; last=\xff"].concat()).unwrap();
        let mut request = asked(ADDRESS);
        request.insert(header::COOKIE, line);
        assert_eq!(cookies.read(&request, 1001), CookieState::Session(Session::new("eva", 1000)));
    }
}

#[test]
fn another_key_or_cluster_does_not_accept_it() {
    let key = SessionCookies::new_key();
    let request = signed_in(&SessionCookies::new(&key, "demo"));
    for other in [SessionCookies::new(&SessionCookies::new_key(), "demo"), SessionCookies::new(&key, "prod")] {
        assert_eq!(other.read(&request, 1001), CookieState::Absent);
    }
    let sealed = request[header::COOKIE].to_str().unwrap();
    for (name, cluster, host) in
        [("drove-prod-localhost-8080", "prod", ADDRESS), ("drove-demo-localhost-8081", "demo", "localhost:8081")]
    {
        let mut renamed = asked(host);
        renamed.insert(header::COOKIE, sealed.replace("drove-demo-localhost-8080", name).parse().unwrap());
        assert_ne!(renamed[header::COOKIE], request[header::COOKIE]);
        assert_eq!(SessionCookies::new(&key, cluster).read(&renamed, 1001), CookieState::Absent);
    }
}

#[test]
fn signing_out_is_remembered_until_the_next_sign_in() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo");
    let mut answer = HeaderMap::new();
    cookies.sign_out(&asked(ADDRESS), &mut answer);
    assert_eq!(cookies.read(&sent_back(&answer), 1), CookieState::SignedOut);
    // A request that was under way seals the session anew.
    cookies.seal(&asked(ADDRESS), &mut answer, &Session::new("eva", 1000));
    assert_eq!(cookies.read(&sent_back(&answer), 1001), CookieState::SignedOut);
    assert_eq!(cookies.read(&signed_in(&cookies), 1001), CookieState::Session(Session::new("eva", 1000)));
}

#[test]
fn scripts_and_other_sites_never_see_it() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo");
    let mut answer = HeaderMap::new();
    cookies.sign_in(&asked(ADDRESS), &mut answer, &Session::new("eva", 1000));
    let text = answer[header::SET_COOKIE].to_str().unwrap();
    for part in ["drove-demo-localhost-8080=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_session_that_is_used_goes_on_and_an_idle_one_ends() {
    let (idle, longest) = (Duration::from_secs(600), Duration::from_secs(1000));
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "prod").lasting(idle, longest);
    let credential = Credential::basic("eva", "s3cret");
    let session = Session { credential, role: Some(UserRole::ReadOnly), secure: true, ..Session::new("eva", 1000) };
    let mut answer = HeaderMap::new();
    cookies.sign_in(&asked(ADDRESS), &mut answer, &session);
    assert!(answer[header::SET_COOKIE].to_str().unwrap().contains("Secure"));
    let request = sent_back(&answer);
    assert_eq!(cookies.read(&request, 1599), CookieState::Session(session.clone()));
    assert_eq!(cookies.left(&session, 1599), Duration::from_secs(1));
    assert_eq!(cookies.read(&request, 1600), CookieState::Absent);
    let used = Session { used: 1599, ..session };
    assert!(cookies.is_due(&used, 1659) && !cookies.is_due(&used, 1658));
    assert_eq!(cookies.left(&used, 1999), Duration::from_secs(1), "however long it was not used");
    let mut answer = HeaderMap::new();
    cookies.seal(&asked(ADDRESS), &mut answer, &used);
    assert_eq!(cookies.read(&sent_back(&answer), 1999), CookieState::Session(used));
    assert_eq!(cookies.read(&sent_back(&answer), 2000), CookieState::Absent);
}

#[test]
fn renews_at_a_fraction_of_the_idle_time_and_seldom() {
    let is_due = |idle: u64, unused: i64| {
        let idle = Duration::from_secs(idle);
        let cookies = SessionCookies::new(&SessionCookies::new_key(), "prod").lasting(idle, LONGEST_SESSION);
        cookies.is_due(&Session::new("eva", 1000), 1000 + unused)
    };
    assert!(is_due(60, 6) && !is_due(60, 5));
    assert!(is_due(300, 30) && !is_due(300, 29));
    assert!(is_due(12 * 3600, 300) && !is_due(12 * 3600, 299));
}

#[test]
fn dashboards_on_two_ports_of_one_host_keep_their_sessions() {
    // Both listen on the same port of their containers.
    let [first, second] = [0, 1].map(|_| SessionCookies::new(&SessionCookies::new_key(), "demo"));
    let mut answers = HeaderMap::new();
    first.sign_in(&asked("localhost:8081"), &mut answers, &Session::new("eva", 1000));
    second.sign_in(&asked("localhost:8082"), &mut answers, &Session::new("bob", 1000));
    let user = |cookies: &SessionCookies, host: &str, answers: &HeaderMap| {
        let CookieState::Session(session) = cookies.read(&sent_to(host, answers), 1001) else { return None };
        Some(session.user)
    };
    assert_eq!(user(&first, "localhost:8081", &answers).as_deref(), Some("eva"));
    assert_eq!(user(&second, "LOCALHOST:8082", &answers).as_deref(), Some("bob"));
    let mut out = HeaderMap::new();
    second.sign_out(&asked("localhost:8082"), &mut out);
    for value in out.get_all(header::SET_COOKIE) {
        answers.append(header::SET_COOKIE, value.clone());
    }
    assert_eq!(second.read(&sent_to("localhost:8082", &answers), 1001), CookieState::SignedOut);
    assert_eq!(user(&first, "localhost:8081", &answers).as_deref(), Some("eva"));
}

#[test]
fn names_are_those_of_the_address_in_the_browser() {
    let cookies = SessionCookies::new(&SessionCookies::new_key(), "prod");
    for (host, proto, name) in [
        ("dash.example.org", "http", "drove-prod-dash.example.org-80"),
        ("dash.example.org", "https", "drove-prod-dash.example.org-443"),
        ("Dash.Example.org:8443", "https", "drove-prod-dash.example.org-8443"),
        ("[::1]:8080", "http", "drove-prod----1--8080"),
    ] {
        let mut request = asked(host);
        request.insert("x-forwarded-proto", proto.parse().unwrap());
        // Not trusted for anything else either.
        request.insert("x-forwarded-host", "evil.example".parse().unwrap());
        assert_eq!(cookies.name(&request), name);
    }
}

#[test]
fn replicas_with_one_key_share_sessions_whatever_their_addresses() {
    let replica = |key: &str| SessionCookies::new(&SessionCookies::key_of(key), "prod").shared();
    let request = signed_in(&replica("a text that only the replicas know!"));
    let mut elsewhere = asked("replica-2:8081");
    elsewhere.insert(header::COOKIE, request[header::COOKIE].clone());
    let session = CookieState::Session(Session::new("eva", 1000));
    assert_eq!(replica("a text that only the replicas know!").read(&elsewhere, 1001), session);
    let other = replica("the text that other replicas know!!");
    assert_ne!(other.name(&request), replica("a text that only the replicas know!").name(&request));
}
