use crate::support::{ADMIN, Dashboard, cookies_after, get, request, taken};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Method, StatusCode, header};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn everything_is_served_below_the_base_path_and_nothing_outside() {
    let dashboard = Dashboard::below("/drove/").await;
    let authorization = ("authorization", ADMIN);
    for path in [
        "/drove",
        "/drove/",
        "/drove/tasks/A/B",
        "/drove/clusters/demo/new",
        "/drove/api/clusters",
        "/drove/clusters/demo/api/history/tasks",
        "/drove/apis/v1/cluster",
        "/drove/app-0123456789abcdef.js",
        "/drove/healthz",
        "/drove/api/docs",
    ] {
        let (status, _) = taken(dashboard.send(get(path, &[authorization])).await).await;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
    for path in ["/tasks", "/api/clusters", "/apis/v1/cluster", "/app-0123456789abcdef.js", "/droves/", "/drovetasks"] {
        let response = dashboard.send(get(path, &[authorization, ("accept", "text/html,*/*")])).await;
        let (status, body) = taken(response).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("everything here is served below /drove/"), "{path}: {body}");
    }
    let root = dashboard.send(get("/", &[])).await;
    assert_eq!((root.status(), &root.headers()[header::LOCATION]), (StatusCode::FOUND, &"/drove/".parse().unwrap()));
    let foreign = dashboard.send(get("/", &[("host", "evil.example")])).await;
    assert_eq!(foreign.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn the_page_knows_its_base_path_and_its_script_is_still_allowed() {
    let dashboard = Dashboard::below("/drove").await;
    let response = dashboard.send(get("/drove/clusters/demo/executors", &[("accept-encoding", "br")])).await;
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "the form made at the build names other files");
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    let (_, body) = taken(response).await;
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains("<html data-base=\"/drove\">"), "{page}");
    assert!(page.contains("href=\"/drove/app-0123456789abcdef.js\""), "{page}");
    let (_, script) = page.split_once("<script type=\"module\">").unwrap();
    let (script, _) = script.split_once("</script>").unwrap();
    assert!(script.contains("from '/drove/app-0123456789abcdef.js'"), "{script}");
    let hash = STANDARD.encode(Sha256::digest(script));
    assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
}

#[tokio::test]
async fn sessions_live_below_the_base_path() {
    let dashboard = Dashboard::below("/drove/").await;
    let page = dashboard.send(get("/drove/", &[("sec-fetch-site", "none")])).await;
    let set: Vec<_> = page.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    assert!(!set.is_empty() && set.iter().all(|cookie| cookie.contains("; Path=/drove")), "{set:?}");
    let cookies = cookies_after(page.headers());
    let headers = [("cookie", cookies.as_str()), ("sec-fetch-site", "same-origin")];
    let (status, _) = taken(dashboard.send(get("/drove/api/history/tasks", &headers)).await).await;
    assert_eq!(status, StatusCode::OK);
    let out = dashboard.send(request(Method::DELETE, "/drove/api/session", &headers, "")).await;
    let set: Vec<_> = out.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    assert!(!set.is_empty() && set.iter().all(|cookie| cookie.contains("; Path=/drove")), "{set:?}");
}

#[tokio::test]
async fn redirects_of_drove_stay_below_the_base_path() {
    let dashboard = Dashboard::below("/drove/").await;
    let headers = [("authorization", ADMIN), ("content-type", "application/x-www-form-urlencoded")];
    for prefix in ["/drove", "/drove/clusters/demo"] {
        let form = "taskSearchAppName=TEST_APP&taskSearchTaskID=T-1";
        let found =
            dashboard.send(request(Method::POST, &format!("{prefix}/apis/v1/tasks/search"), &headers, form)).await;
        assert_eq!(found.status(), StatusCode::SEE_OTHER, "{prefix}");
        let location = found.headers()[header::LOCATION].to_str().unwrap();
        assert!(location.starts_with(&format!("http://127.0.0.1:8080{prefix}/")), "{location}");
    }
}
