//! The way to the embedded cluster: through the upstream for real leaders, and a socket.

use axum::{Router, body::Body};
use backend::upstream::{
    Upstream,
    leader::{self, LeaderConfig},
    trust::Trust,
};
use http::{HeaderValue, Request, Response, header};
use std::sync::Arc;
use tokio::{net::TcpListener, task::JoinHandle};

#[derive(Clone)]
pub struct Door {
    upstream: Upstream,
    authority: String,
    _server: Arc<Server>,
}

struct Server(JoinHandle<()>);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Door {
    pub async fn open(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let server = Server(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }));
        let config = LeaderConfig {
            controllers: vec![format!("http://{authority}").parse().unwrap()],
            credential: Some(HeaderValue::from_str(&super::world::basic("admin", "admin")).unwrap()),
            trust: Trust::default(),
        };
        let (upstream, _) = leader::upstream(config).unwrap();
        Self { upstream, authority, _server: Arc::new(server) }
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        let host = request.headers().get(header::HOST).cloned();
        let mut response = self.upstream.call(request).await.unwrap();
        // Redirects lead to a path of whoever forwards; the recordings have the whole address of the one who was asked.
        if let (Some(host), Some(path)) = (host, response.headers().get(header::LOCATION)) {
            let path = path.to_str().unwrap();
            assert!(path.starts_with('/') && !path.contains(&self.authority), "{path}");
            let location = format!("http://{}{path}", host.to_str().unwrap());
            response.headers_mut().insert(header::LOCATION, location.parse().unwrap());
        }
        response
    }
}
