//! Requests that nobody should send: each is refused in Drove's words, changes nothing, and the server goes on.

use super::world::{World, any, basic, create, key, kill, lasting};
use axum::body::Body;
use backend::drove_api::MAX_BODY;
use http::{Request, header};
use serde_json::json;
use std::collections::BTreeSet;

fn post(path: &str, body: Vec<u8>) -> Request<Body> {
    Request::post(path)
        .header(header::AUTHORIZATION, basic("admin", "admin"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .unwrap()
}

async fn is_untouched(world: &World) {
    assert_eq!(world.get("/apis/v1/ping").await.status, 200);
    assert_eq!(world.get("/apis/v1/tasks").await.json()["data"], json!([]));
}

#[tokio::test]
async fn deeply_nested_json_is_refused() {
    let world = World::recorded([]).await;
    for body in
        ["[".repeat(1 << 20), r#"{"a":"#.repeat(1 << 18), format!(r#"{{"spec":{}"#, "{\"spec\":".repeat(200_000))]
    {
        for path in ["/apis/v1/tasks/operations", "/apis/v1/tasks/validate/spec", "/apis/v1/cluster/placement/simulate"]
        {
            let answer = world.answer(post(path, body.clone().into_bytes())).await;
            assert_eq!(answer.status, 400, "{path}");
            assert_eq!(answer.json()["message"], "JSON validation failure", "{path}");
        }
    }
    is_untouched(&world).await;
}

#[tokio::test]
async fn policies_that_nest_too_deeply_are_refused() {
    let world = World::recorded([]).await;
    let mut policy = any();
    for _ in 0..60 {
        policy = json!({ "type": "COMPOSITE", "combiner": "AND", "policies": [policy] });
    }
    let answer =
        world.answer(post("/apis/v1/tasks/operations", create("deep", 64, policy).to_string().into_bytes())).await;
    assert!(answer.status == 400 || answer.status == 200, "{}", answer.json());
    assert_eq!(world.get("/apis/v1/ping").await.status, 200);
}

#[tokio::test]
async fn an_oversized_body_is_refused_in_the_envelope() {
    let world = World::recorded([]).await;
    let answer = world.answer(post("/apis/v1/tasks/operations", vec![b' '; MAX_BODY + 1])).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["status"], "FAILED");
    is_untouched(&world).await;
}

#[tokio::test]
async fn whoever_may_not_ask_is_told_before_the_body_is_read() {
    let world = World::recorded([]).await;
    for (user, password, status) in
        [("admin", "wrong", 401), ("nobody", "x", 401), ("guest", "guest", 403), ("norole", "norole", 403)]
    {
        let mut request = post("/apis/v1/tasks/operations", vec![b'{'; MAX_BODY + 1]);
        request.headers_mut().insert(header::AUTHORIZATION, basic(user, password).parse().unwrap());
        let answer = world.answer(request).await;
        assert_eq!(answer.status, status, "{user}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("wrong"), "{user}");
    }
    is_untouched(&world).await;
}

#[tokio::test]
async fn a_browser_gets_no_exception_from_a_controller() {
    let world = World::recorded([]).await;
    for (accept, status, asks) in [("text/html", 406, false), ("text/html,*/*;q=0.8", 401, true)] {
        let request =
            Request::get("/apis/v1/tasks").header("sec-fetch-site", "same-origin").header(header::ACCEPT, accept);
        let answer = world.answer(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate").is_some()), (status, asks), "{accept}");
    }
}

/// Whether each route below `/apis/v1` gives JSON: log files are the only ones that do not.
#[tokio::test]
async fn every_route_answers_406_to_who_excludes_what_it_gives() {
    let world = World::recorded([(key("log"), lasting())]).await;
    world.create("log", 64, any()).await;
    world.until("it runs", async || world.state("log").await == "RUNNING").await;
    let json = [
        ("GET", "ping"),
        ("GET", "tasks"),
        ("GET", "tasks/REC/instances/log"),
        ("DELETE", "tasks/REC/instances/none"),
        ("POST", "tasks/operations"),
        ("POST", "tasks/validate/spec"),
        ("POST", "tasks/search"),
        ("GET", "logfiles/tasks/REC/log/list"),
        ("GET", "logfiles/tasks/REC/log/read/output.log"),
        ("GET", "cluster"),
        ("GET", "cluster/dashboard"),
        ("GET", "cluster/executors"),
        ("GET", "cluster/executors/none"),
        ("POST", "cluster/executors/blacklist"),
        ("POST", "cluster/executors/none/unblacklist"),
        ("POST", "cluster/maintenance/unset"),
        ("GET", "cluster/events"),
        ("GET", "cluster/events/latest"),
        ("GET", "cluster/events/summary"),
        ("GET", "applications"),
        ("GET", "endpoints"),
    ];
    let file = ("GET", "logfiles/tasks/REC/log/download/output.log");
    for (method, path) in json.into_iter().chain([file]) {
        for (accept, refused) in [
            ("text/html", true),
            ("text/plain", true),
            ("application/json", (method, path) == file),
            ("application/octet-stream", (method, path) != file),
        ] {
            let request = Request::builder().method(method).uri(format!("/apis/v1/{path}"));
            let request = request.header(header::ACCEPT, accept).body(Body::empty()).unwrap();
            // Asked before the credentials, which are missing here.
            let expected = if refused { 406 } else { 401 };
            assert_eq!(world.answer(request).await.status, expected, "{method} {path} as {accept}");
        }
    }
}

#[tokio::test]
async fn a_duplicate_create_and_a_kill_of_nothing_are_refused_in_droves_words() {
    let world = World::recorded([(key("once"), lasting())]).await;
    world.create("once", 64, any()).await;
    let again = world.post("/apis/v1/tasks/operations", &create("once", 64, any())).await;
    assert_eq!(again.status, 400);
    assert_eq!(again.entries(), BTreeSet::from(["Task already exists for REC/once with taskID: REC-once".to_owned()]));
    let nothing = world.post("/apis/v1/tasks/operations", &kill("never")).await;
    assert_eq!(
        nothing.entries(),
        BTreeSet::from(["Either task does not exist or has already finished for REC/never".to_owned()])
    );
}

#[tokio::test]
async fn log_files_cannot_lead_out_of_their_folder() {
    let world = World::recorded([(key("log"), lasting())]).await;
    world.create("log", 64, any()).await;
    world.until("it runs", async || world.state("log").await == "RUNNING").await;
    for file in ["..%2F..%2Fcluster.db", "%2Fetc%2Fpasswd", "..", "%2E%2E", ".", "output.log@0", "..%5Ccluster.db"] {
        for call in ["read", "download"] {
            let answer = world.get(&format!("/apis/v1/logfiles/tasks/REC/log/{call}/{file}?offset=0")).await;
            assert_eq!(answer.status, 500, "{call} {file}");
            assert!(
                !String::from_utf8_lossy(&answer.body).contains(&*world.dir.path().to_string_lossy()),
                "{call} {file}"
            );
        }
    }
}
