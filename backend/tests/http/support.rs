//! A dashboard with an empty world, and what is needed to talk to it.

pub use crate::requests::*;

use axum::body::{Body, Bytes};
use backend::{
    app::{App, Demo},
    assets::Assets,
    config::{DemoConfig, DemoUser, Retention},
    middleware::host::HostRules,
    router::{self, Site},
};
use controller::scenario::Scenario;
use http::{Method, Request, Response, StatusCode};
use model::dashboard::HistoryPage;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// `admin:admin`.
pub const ADMIN: &str = "Basic YWRtaW46YWRtaW4=";
/// The page, as trunk and `cargo xtask` write it.
const INDEX: &str = "<!doctype html><html data-base=\"\"><link rel=\"modulepreload\" href=\"/app-0123456789abcdef.js\">\
    <script type=\"module\">import init from '/app-0123456789abcdef.js'; init()</script>the page";
/// Nothing in these tests takes nearly as long.
const DEADLINE: Duration = Duration::from_secs(60);

pub struct Dashboard {
    pub site: Site,
    demo: Demo,
    pub stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl Dashboard {
    /// One with the built-in users, on loopback.
    pub async fn start() -> Self {
        Self::start_with(Vec::new(), "127.0.0.1:8080").await
    }

    pub async fn start_with(users: Vec<DemoUser>, address: &str) -> Self {
        Self::begin("empty", users, address, "/").await
    }

    /// One that is served below a path.
    pub async fn below(base: &str) -> Self {
        Self::begin("empty", Vec::new(), "127.0.0.1:8080", base).await
    }

    /// One whose world has work of its own.
    pub async fn at_work() -> Self {
        Self::begin("laptop", Vec::new(), "127.0.0.1:8080", "/").await
    }

    /// The work of its world.
    pub fn work(&self) -> Scenario {
        self.demo.cluster().embedded.as_ref().unwrap().world().work()
    }

    async fn begin(scenario: &str, users: Vec<DemoUser>, address: &str, base: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address: SocketAddr = address.parse().unwrap();
        let (stop, stopping) = watch::channel(false);
        let config = DemoConfig {
            retention: Retention::default(),
            scenario: Some(scenario.to_owned()),
            seed: Some(7),
            reset: false,
            options: controller::Options::demo(),
            users,
        };
        let demo = Demo::start(config, folder.path(), address, stopping.clone()).await.unwrap();
        let hosts = HostRules::new(address.ip(), vec!["dash.example.org".to_owned()]);
        let files = [
            ("index.html", INDEX),
            ("index.html.br", "compressed when the page was built"),
            ("app-0123456789abcdef.js", "code"),
        ];
        let files = files.map(|(name, content)| (name.to_owned(), Bytes::from_static(content.as_bytes())));
        let app = App::new(Assets::from_files(files), hosts, stopping, demo.cluster().clone(), Vec::new())
            .below(base.parse().unwrap());
        Self { site: router::site(Arc::new(app)), demo, stop, _folder: folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.site.answer(request).await
    }

    /// A GET as `admin`, which succeeds.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let response = self.send(request(Method::GET, path, &[("authorization", ADMIN)], "")).await;
        let (status, body) = taken(response).await;
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    /// A POST of JSON as `admin`.
    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let headers = [("authorization", ADMIN), ("content-type", "application/json")];
        answered(self.send(request(Method::POST, path, &headers, body.to_string())).await).await
    }

    /// A CREATE that is accepted.
    pub async fn create(&self, id: &str, env: Value) {
        let (status, answer) = self.post("/apis/v1/tasks/operations", &create(id, env)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// Waits until a task that was accepted is in the list.
    pub async fn listed(&self, id: &str) {
        eventually("the row", async || {
            let page: HistoryPage = self.get(&format!("/api/history/tasks?tab=all&q={id}")).await;
            page.rows.into_iter().next()
        })
        .await;
    }

    /// The embedded cluster answers nothing any more.
    pub async fn stop_the_cluster(&self) {
        self.demo.cluster().embedded.as_ref().unwrap().shutdown().await;
    }

    /// Demo time stands still from here on.
    pub async fn pause(&self) {
        let (status, answer) = self.post("/api/demo/clock", &json!({ "action": "pause" })).await;
        assert_eq!((status, &answer["paused"]), (StatusCode::OK, &json!(true)));
    }

    /// Demo time jumps.
    pub async fn step(&self, millis: u64) {
        let (status, answer) = self.post("/api/demo/clock", &json!({ "action": "step", "millis": millis })).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}

/// Waits until `read` gives something.
pub async fn eventually<T>(what: &str, mut read: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = read().await {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn create(id: &str, env: Value) -> Value {
    json!({
        "type": "CREATE",
        "spec": {
            "sourceAppName": "TEST_APP",
            "taskId": id,
            "executable": {
                "type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100s"
            },
            "resources": [
                { "type": "CPU", "count": 1 },
                { "type": "MEMORY", "sizeInMB": 128 },
            ],
            "placementPolicy": { "type": "ANY" },
            "env": env,
        },
        "opSpec": { "timeout": "300s", "parallelism": 1, "failureStrategy": "STOP" },
    })
}
