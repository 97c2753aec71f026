//! The way to the embedded cluster: straight into its router. Its sibling in `tests/contract_over_leader` goes through
//! sockets and the proxy for real clusters instead.

use axum::{Router, body::Body};
use http::{Request, Response};
use tower::ServiceExt;

#[derive(Clone)]
pub struct Door(Router);

impl Door {
    pub async fn open(router: Router) -> Self {
        Self(router)
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.0.clone().oneshot(request).await.unwrap()
    }
}
