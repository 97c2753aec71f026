//! A dashboard in front of real clusters, and what is needed to talk to it.

use super::fake::Fake;
pub use crate::requests::*;

use axum::body::{Body, Bytes};
use backend::{
    app::{App, Cluster, Served, Shared},
    assets::Assets,
    config::{ClusterConfig, Credential, DatabaseUrl, ProxyUsers, Retention, SessionConfig},
    middleware::host::HostRules,
    router::{self, Site},
    session::cookies::SessionCookies,
    upstream::trust::Trust,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Method, Request, Response, StatusCode};
use model::dashboard::TaskDetail;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{sync::watch, time::Instant};

/// Nothing in these tests takes nearly as long.
const DEADLINE: Duration = Duration::from_secs(120);
/// What the page's own requests carry.
pub const FROM_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");
pub const JSON: (&str, &str) = ("content-type", "application/json");
pub const OPERATIONS: &str = "/apis/v1/tasks/operations";

pub struct Dashboard {
    pub site: Site,
    served: Vec<Served>,
    _stop: watch::Sender<bool>,
    folder: TempDir,
}

/// How a cluster is configured in most tests: watched by `watcher`.
pub fn config(name: &str, fake: &Fake) -> ClusterConfig {
    ClusterConfig {
        name: name.to_owned(),
        label: name.to_owned(),
        colour: None,
        controllers: fake.addresses().iter().map(|address| address.parse().unwrap()).collect(),
        account: Credential::basic("watcher", "watcher"),
        delegate: None,
        trust: Trust::default(),
    }
}

impl Dashboard {
    pub async fn start(fake: &Fake) -> Self {
        Self::of(vec![config("prod", fake)], None).await
    }

    pub async fn of(clusters: Vec<ClusterConfig>, proxy: Option<ProxyUsers>) -> Self {
        Self::keyed(clusters, proxy, &SessionCookies::new_key()).await
    }

    /// One of several replicas, which share the key of their sessions.
    pub async fn keyed(clusters: Vec<ClusterConfig>, proxy: Option<ProxyUsers>, key: &[u8]) -> Self {
        Self::configured(clusters, proxy, key, &SessionConfig::default()).await
    }

    /// One of several, with its ledgers in `ledger`, which they share.
    pub async fn over(clusters: Vec<ClusterConfig>, key: &[u8], ledger: &DatabaseUrl) -> Self {
        Self::begin(clusters, None, key, &SessionConfig::default(), Some(ledger)).await
    }

    pub async fn configured(
        clusters: Vec<ClusterConfig>,
        proxy: Option<ProxyUsers>,
        key: &[u8],
        sessions: &SessionConfig,
    ) -> Self {
        Self::begin(clusters, proxy, key, sessions, None).await
    }

    async fn begin(
        clusters: Vec<ClusterConfig>,
        proxy: Option<ProxyUsers>,
        key: &[u8],
        sessions: &SessionConfig,
        ledger: Option<&DatabaseUrl>,
    ) -> Self {
        let folder = TempDir::new().unwrap();
        let (stop, stopping) = watch::channel(false);
        let shared = Shared {
            data_dir: folder.path(),
            session_key: key,
            key_is_shared: true,
            sessions,
            proxy: proxy.as_ref(),
            ledger,
            retention: Retention::default(),
            stopping: stopping.clone(),
        };
        let mut served = Vec::new();
        for cluster in clusters {
            served.push(Served::start(cluster, &shared).await.unwrap());
        }
        let hosts = HostRules::new("127.0.0.1".parse().unwrap(), vec!["dash.example.org".to_owned()]);
        let assets = Assets::from_files([("index.html".to_owned(), Bytes::from_static(b"<!doctype html>the page"))]);
        let clusters: Vec<_> = served.iter().map(|served| served.cluster().clone()).collect();
        let app = App::new(assets, hosts, stopping, clusters[0].clone(), clusters[1..].to_vec());
        let site = router::site(Arc::new(app));
        Self { site, served, _stop: stop, folder }
    }

    /// The only cluster of most of them.
    pub fn cluster(&self) -> &Cluster {
        self.served[0].cluster()
    }

    /// From now on the ledger of that cluster takes nothing more, or does again: as when its disk is full.
    pub async fn fill_ledger(&self, cluster: &str, is_full: bool) {
        let file = self.folder.path().join(cluster).join("ledger.db");
        let mut ledger = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        let tables =
            sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
        let tables: Vec<String> = tables.fetch_all(&mut ledger).await.unwrap();
        for table in tables {
            for change in ["INSERT", "UPDATE", "DELETE"] {
                let name = format!("full_{table}_{change}");
                let rule = match is_full {
                    true => format!(
                        "CREATE TRIGGER {name} BEFORE {change} ON {table} BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
                    ),
                    false => format!("DROP TRIGGER {name}"),
                };
                sqlx::raw_sql(AssertSqlSafe(rule)).execute(&mut ledger).await.unwrap();
            }
        }
    }

    /// A lock on the ledger of that cluster, as another process holds it, until it is dropped.
    pub async fn lock_ledger(&self, cluster: &str) -> SqliteConnection {
        let file = self.folder.path().join(cluster).join("ledger.db");
        let mut other = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
        other
    }

    pub async fn stop(self) {
        for served in self.served {
            served.stop().await;
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.site.answer(request).await
    }

    /// A GET as `admin`, whatever comes of it.
    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        answered(self.send(request(Method::GET, path, &[("authorization", &basic("admin"))], "")).await).await
    }

    /// A GET as `admin`, which succeeds.
    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> T {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        serde_json::from_value(answer).unwrap()
    }

    /// An operation of `admin`.
    pub async fn operate(&self, operation: &Value) -> Response<Body> {
        let headers = [("authorization", &*basic("admin")), JSON];
        self.send(request(Method::POST, OPERATIONS, &headers, operation.to_string())).await
    }

    /// What is known of a task whose operation was just answered: that is recorded a moment later.
    pub async fn recorded(&self, prefix: &str, id: &str) -> TaskDetail {
        let path = format!("{prefix}/api/history/tasks/TEST_APP/{id}");
        eventually("the record", async || {
            let (status, answer) = self.get(&path).await;
            (status == StatusCode::OK).then(|| serde_json::from_value(answer).unwrap())
        })
        .await
    }

    /// Waits until requests are answered by a leader.
    pub async fn led(&self) {
        eventually("a leader", async || (self.get("/apis/v1/ping").await.0 == StatusCode::OK).then_some(())).await;
    }

    /// Signs in; the cookies of a browser afterwards.
    pub async fn sign_in(&self, prefix: &str, user: &str, password: &str) -> (StatusCode, String) {
        let body = json!({ "user": user, "password": password }).to_string();
        let response = self.send(request(Method::POST, &format!("{prefix}/api/session"), &[FROM_PAGE], body)).await;
        (response.status(), cookies_after(response.headers()))
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

/// Credentials of a user whose password is its name.
pub fn basic(user: &str) -> String {
    credentials(user, user)
}

pub fn credentials(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

pub fn create(id: &str) -> Value {
    json!({
        "type": "CREATE",
        "spec": {
            "sourceAppName": "TEST_APP",
            "taskId": id,
            "executable": { "type": "DOCKER", "url": "demo/forever:1", "dockerPullTimeout": "100s" },
            "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": 128 }],
            "placementPolicy": { "type": "ANY" },
        },
        "opSpec": { "timeout": "300s", "parallelism": 1, "failureStrategy": "STOP" },
    })
}

pub fn kill(id: &str) -> Value {
    json!({
        "type": "KILL", "sourceAppName": "TEST_APP", "taskId": id,
        "opSpec": { "timeout": "300s", "parallelism": 1, "failureStrategy": "STOP" },
    })
}
