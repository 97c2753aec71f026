//! Three controllers of one cluster, in process, on ports of their own. The embedded core answers for whichever leads;
//! everything that goes wrong is told to them by the test.

use super::{
    controllers::{Arrival, Controller, Mode},
    dashboard::{OPERATIONS, basic},
};
use axum::{Router, body::Body, middleware::map_request};
use backend::{
    config::DemoUser,
    drove_api::{self, DroveApi},
    runtime::{EmbeddedCluster, WorldSettings},
    session::users::Users,
};
use controller::Options;
use http::{Request, header};
use model::UserRole;
use serde_json::Value;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

/// The cluster.
pub struct Fake {
    pub controllers: Vec<Controller>,
    api: Router,
    cluster: EmbeddedCluster,
    _folder: TempDir,
}

impl Fake {
    /// Controller 0 leads; users are those of the recordings.
    pub async fn start() -> Self {
        Self::over(|api| api).await
    }

    /// As [`Self::start`], but it asks nobody for credentials: everybody is root (contract 7).
    pub async fn open() -> Self {
        Self::over(|api| {
            api.layer(map_request(async |mut request: Request<Body>| {
                let admin = basic("admin").parse().unwrap();
                request.headers_mut().insert(header::AUTHORIZATION, admin);
                request
            }))
        })
        .await
    }

    async fn over(around: impl FnOnce(Router) -> Router) -> Self {
        let folder = TempDir::new().unwrap();
        let settings = WorldSettings {
            dir: folder.path().to_owned(),
            scenario: Some("empty".to_owned()),
            seed: Some(7),
            options: Options::demo(),
            reset: false,
        };
        let cluster = EmbeddedCluster::start(&settings).await.unwrap();
        let users = Arc::new(Users::new(&users(), [7; 32]));
        let api = around(drove_api::router(DroveApi { cluster: cluster.clone(), users }));
        let mut controllers = Vec::new();
        for _ in 0..3 {
            controllers.push(Controller::start(api.clone()).await);
        }
        let fake = Self { controllers, api, cluster, _folder: folder };
        fake.lead(0);
        fake
    }

    /// From now on this one leads, with no events of the past, and the others that answer do not.
    pub fn lead(&self, leader: usize) {
        for (index, controller) in self.controllers.iter().enumerate() {
            if index == leader {
                controller.elect();
            } else if controller.mode() == Mode::Leads {
                controller.set(Mode::Waits);
            }
        }
    }

    /// Addresses of all controllers.
    pub fn addresses(&self) -> Vec<String> {
        self.controllers.iter().map(Controller::address).collect()
    }

    /// Everything that reached any controller, in no order across them.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.controllers.iter().flat_map(Controller::arrivals).collect()
    }

    /// An operation of somebody who does not use the dashboard.
    pub async fn submit(&self, operation: &Value) {
        let request = Request::post(OPERATIONS)
            .header(header::AUTHORIZATION, basic("admin"))
            .header(header::CONTENT_TYPE, "application/json");
        let response =
            self.api.clone().oneshot(request.body(Body::from(operation.to_string())).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
    }

    /// Stops the core.
    pub async fn stop(self) {
        self.cluster.shutdown().await;
    }
}

fn users() -> Vec<DemoUser> {
    let user = |name: &str, role| DemoUser { name: name.into(), password: name.into(), role };
    vec![
        user("admin", Some(UserRole::Root)),
        user("writer", Some(UserRole::ReadWrite)),
        user("guest", Some(UserRole::ReadOnly)),
        user("maint", Some(UserRole::Maintenance)),
        user("norole", None),
        user("watcher", Some(UserRole::ReadOnly)),
    ]
}
