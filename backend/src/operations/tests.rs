#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use super::*;
use crate::{
    ledger::{LedgerConfig, Place},
    upstream::Changes,
};
use futures_util::stream;
use model::{
    TaskKey, Timestamp,
    dashboard::{AnswerKind, Phase, TaskDetail},
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;

/// Operations on a cluster that gives one answer, and a ledger behind them.
struct Fixture {
    operations: Operations,
    ledger: Ledger,
    calls: Arc<AtomicUsize>,
    bodies: Arc<Mutex<Vec<Bytes>>>,
    _folder: TempDir,
}

impl Fixture {
    async fn answering(answer: Result<(u16, &'static str), UpstreamError>) -> Self {
        Self::over(async move || {
            answer.map(|(status, body)| Response::builder().status(status).body(Body::from(body)).unwrap())
        })
        .await
    }

    async fn over<A: Future<Output = Result<Response<Body>, UpstreamError>> + Send + 'static>(
        answer: impl FnOnce() -> A + Clone + Send + Sync + 'static,
    ) -> Self {
        let folder = TempDir::new().unwrap();
        let config = LedgerConfig {
            place: Place::File(folder.path().join("ledger.db")),
            cluster: "demo".to_owned(),
            world: "world-1".to_owned(),
            keep: Duration::from_secs(1_000_000),
            keep_bytes: None,
            keep_secret_env: true,
            ids_taken_for: Duration::from_secs(3600),
        };
        let now: Now = Arc::new(|| Timestamp(1_800_000_000_000));
        let ledger = Ledger::open(config, now.clone()).await.unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let bodies: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let (counted, kept) = (calls.clone(), Arc::clone(&bodies));
        let service = tower::service_fn(move |request: Request<Body>| {
            counted.fetch_add(1, Ordering::Relaxed);
            let (kept, answer) = (kept.clone(), answer.clone());
            async move {
                let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
                kept.lock().unwrap().push(body);
                answer().await
            }
        });
        let upstream = Upstream::new(service, || -> Changes { Box::pin(stream::pending()) });
        let operations = Operations::new(upstream, ledger.clone(), now, Unrecordable::Refuse);
        Self { operations, ledger, calls, bodies, _folder: folder }
    }

    async fn post(&self, body: impl Into<Body>) -> Response<Body> {
        let request = Request::post(OPERATIONS).header(header::AUTHORIZATION, "Basic ZXZhOmdlaGVpbQ==");
        let response = self.operations.handle(request.body(body.into()).unwrap()).await;
        self.ledger.flush().await.unwrap();
        response
    }

    async fn detail(&self) -> Option<TaskDetail> {
        self.ledger.detail(&TaskKey::new("APP", "T"), None).await.unwrap()
    }
}

fn create() -> String {
    let op = json!({"timeout": "5m", "parallelism": 1, "failureStrategy": "STOP"});
    let spec = json!({"sourceAppName": "APP", "taskId": "T", "executable": {"type": "DOCKER", "url": "image:1"},
        "resources": [{"type": "CPU", "count": 1}], "unknownField": 7});
    json!({"type": "CREATE", "opSpec": op, "spec": spec}).to_string()
}

/// What an answer says of its operation's outcome.
fn told(response: &Response<Body>) -> Option<&str> {
    response.headers().get(OUTCOME_HEADER).map(|told| told.to_str().unwrap())
}

#[tokio::test]
async fn a_status_of_5xx_says_what_is_known_of_the_outcome() {
    let failed = r#"{"status":"FAILED","data":{"failure":"null role"},"message":"Unexpected Server error"}"#;
    for (answer, outcome, phase) in [
        (Err(UpstreamError::NoLeader), Some(model::NOT_SENT), None),
        (Err(UpstreamError::NotSent("refused".into())), Some(model::NOT_SENT), None),
        (Ok((503, "<html>")), Some(OUTCOME_UNKNOWN), Some(Phase::OutcomeUnknown)),
        (Ok((504, "")), Some(OUTCOME_UNKNOWN), Some(Phase::OutcomeUnknown)),
        (Ok((500, "<html>")), Some(OUTCOME_UNKNOWN), Some(Phase::OutcomeUnknown)),
        (Ok((500, failed)), None, None),
    ] {
        let fixture = Fixture::answering(answer.clone()).await;
        let response = fixture.post(create()).await;
        assert_eq!(told(&response), outcome, "{answer:?}");
        assert_eq!(fixture.detail().await.map(|detail| detail.row.phase), phase, "{answer:?}");
    }
}

const ACCEPTED: &str = r#"{"status":"SUCCESS","data":{"taskId":"APP-T"},"message":"success"}"#;

#[tokio::test]
async fn an_accepted_create_is_a_task_with_its_whole_spec() {
    let fixture = Fixture::answering(Ok((200, ACCEPTED))).await;
    let response = fixture.post(create()).await;
    let (parts, body) = response.into_parts();
    assert_eq!((parts.status.as_u16(), to_bytes(body, 1000).await.unwrap()), (200, ACCEPTED.into()));
    let detail = fixture.detail().await.unwrap();
    assert_eq!((detail.row.phase, detail.row.submitter.as_deref()), (Phase::Placing, Some("eva")));
    assert_eq!(detail.spec.unwrap()["unknownField"], 7);
    assert_eq!(detail.op_spec.unwrap()["timeout"], "5m", "Resubmit sends it again");
    assert_eq!(detail.submissions[0].door, Door::Api);
}

#[tokio::test]
async fn a_refusal_keeps_droves_words() {
    let body = r#"{"status":"FAILED","data":{"validationErrors":["no room"]},"message":"Command validation failure"}"#;
    let fixture = Fixture::answering(Ok((400, body))).await;
    assert_eq!(fixture.post(create()).await.status(), 400);
    assert_eq!(fixture.detail().await, None);
    let answered = Answer { kind: AnswerKind::Refused, status: Some(400), words: vec!["no room".to_owned()] };
    assert_eq!(verdict::of(StatusCode::BAD_REQUEST, body.as_bytes()), Verdict::Answered(answered));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_an_unknown_outcome() {
    let never = || async {
        tokio::time::pause();
        std::future::pending().await
    };
    let fixture = Fixture::over(never).await;
    let response = fixture.post(create()).await;
    tokio::time::resume();
    assert_eq!((response.status().as_u16(), told(&response)), (504, Some(OUTCOME_UNKNOWN)));
    assert_eq!(fixture.detail().await.unwrap().row.phase, Phase::OutcomeUnknown);
}

#[tokio::test]
async fn a_lost_answer_is_an_unknown_outcome_and_nothing_is_sent_twice() {
    let fixture = Fixture::answering(Err(UpstreamError::AnswerLost("reset".into()))).await;
    let response = fixture.post(create()).await;
    assert_eq!((response.status().as_u16(), told(&response)), (504, Some(OUTCOME_UNKNOWN)));
    assert_eq!(fixture.detail().await.unwrap().row.phase, Phase::OutcomeUnknown);
    assert_eq!(fixture.calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_nobody_took_leaves_nothing() {
    let standby = r#"{"status":"FAILED","message":"This node is not the leader controller"}"#;
    let roleless = r#"{"status":"FAILED","data":{"failure":"Cannot invoke \"com.phonepe.drove.auth.model.DroveUserRole.getValue()\" because the return value of \"com.phonepe.drove.auth.model.DroveUser.getRole()\" is null"},"message":"Unexpected Server error"}"#;
    for answer in
        [Ok((500, roleless)), Ok((401, "")), Ok((403, "<html>")), Ok((400, standby)), Err(UpstreamError::NoLeader)]
    {
        let fixture = Fixture::answering(answer).await;
        fixture.post(create()).await;
        assert_eq!(fixture.detail().await, None);
        assert_eq!(fixture.ledger.revision(), 0);
    }
}

#[tokio::test]
async fn refuses_an_unreadable_body_without_sending_it() {
    let fixture = Fixture::answering(Ok((400, "the body is empty"))).await;
    let nested = format!("{{\"type\":\"KILL\",\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let surrogate = create().replacen("{", "{\"x\":\"\\ud800\",", 1);
    let utf32: String = create().chars().flat_map(|c| ['\0', '\0', '\0', c]).collect();
    let bodies = ["", "null", "[]", "{", "{\"type\":\"CREATE\"}", "{\"type\":\"FOO\"}"].map(str::to_owned);
    for body in bodies.into_iter().chain([nested, surrogate, utf32]) {
        let refused = fixture.post(body.clone()).await;
        assert_eq!(refused.status(), 400, "{body}");
        let words = to_bytes(refused.into_body(), 10_000).await.unwrap();
        assert!(words.starts_with(br#"{"status":"FAILED""#), "{body}");
    }
    let bodies = fixture.bodies.lock().unwrap();
    assert!(bodies.iter().all(Bytes::is_empty) && bodies.len() == 9, "{bodies:?}");
}

#[tokio::test]
async fn passes_on_a_refusal_that_comes_before_the_body_is_read() {
    let fixture = Fixture::answering(Ok((403, "no role for that"))).await;
    assert_eq!(fixture.post("{").await.status(), 403);
}

#[tokio::test]
async fn a_compressed_create_is_understood() {
    use std::io::Write;
    let fixture = Fixture::answering(Ok((200, ACCEPTED))).await;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(create().as_bytes()).unwrap();
    let request = Request::post(OPERATIONS).header(header::CONTENT_ENCODING, "gzip");
    let body = Body::from(encoder.finish().unwrap());
    fixture.operations.handle(request.body(body).unwrap()).await;
    fixture.ledger.flush().await.unwrap();
    assert!(fixture.detail().await.is_some());
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_recorded() {
    let fixture = Fixture::answering(Ok((200, ACCEPTED))).await;
    fixture.ledger.close().await;
    let request = || Request::post(OPERATIONS).body(Body::from(create())).unwrap();
    let response = fixture.operations.handle(request()).await;
    assert_eq!(response.status(), 503);
    let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 1000).await.unwrap()).unwrap();
    assert_eq!(body["status"], "FAILED");
    assert_eq!(fixture.calls.load(Ordering::Relaxed), 0);

    let going_on = Operations { unrecordable: Unrecordable::GoOn, ..fixture.operations.clone() };
    let response = going_on.handle(request()).await;
    assert_eq!(
        (response.status().as_u16(), response.headers()[&LEDGER_UNAVAILABLE.0].clone()),
        (200, LEDGER_UNAVAILABLE.1)
    );
}

#[tokio::test]
async fn the_scenario_uses_the_same_door_as_everybody() {
    let fixture = Fixture::answering(Ok((200, ACCEPTED))).await;
    let operation = TaskOperation::from_json(&serde_json::from_str(&create()).unwrap()).unwrap();
    assert_eq!(fixture.operations.submit(&operation).await.status(), 200);
    fixture.ledger.flush().await.unwrap();
    let detail = fixture.detail().await.unwrap();
    assert_eq!(
        (detail.submissions[0].door.clone(), detail.row.submitter),
        (Door::Scenario, Some("scenario".to_owned()))
    );
}

#[test]
fn operations_are_told_by_method_and_path() {
    assert!(Operations::is_operation(&Method::POST, OPERATIONS));
    assert!(Operations::is_operation(&Method::POST, "/apis/v1/tasks/operations/"));
    assert!(Operations::is_operation(&Method::POST, "/apis/%761/tasks/%6fperations"));
    assert!(!Operations::is_operation(&Method::GET, OPERATIONS));
    assert!(!Operations::is_operation(&Method::POST, "/apis/v1/tasks/validate/spec"));
}
