//! Every route, in one table.

use crate::{
    app::App,
    dashboard_api::{clusters, demo_clock, health, history, live, logs, placement, session},
    drove_client::ClusterError,
    error::{ApiError, refusal},
    middleware::{self, cluster::Chosen},
    operations::Operations,
    session::caller::Caller,
};
use axum::{
    Router,
    extract::{Request, State},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use model::dashboard::pages;
use std::sync::Arc;

/// The whole surface, with everything that requests pass before it. `/clusters/NAME` is taken off before this table.
pub fn router(app: Arc<App>) -> Router {
    let own = Router::new()
        .route("/api/session", get(session::show).post(session::sign_in).delete(session::sign_out))
        .route("/api/clusters", get(clusters::list))
        .route("/api/live", get(live::open))
        .route("/api/history/tasks", get(history::list))
        .route("/api/history/tasks/{app}/{id}", get(history::detail))
        .route("/api/history/ids/{app}/{id}", get(history::id))
        .route("/api/placement/preview", post(placement::preview))
        .route("/api/logs/{app}/{id}", get(logs::files))
        .route("/api/logs/{app}/{id}/{file}", get(logs::read))
        .route("/api/demo/clock", post(demo_clock::change))
        .route("/api", any(no_such_address))
        .route("/api/{*path}", any(no_such_address))
        .layer(from_fn(middleware::compress::compress));
    let table = Router::new()
        .merge(own)
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/apis", any(drove))
        .route("/apis/", any(drove))
        .route("/apis/{*path}", any(drove))
        .method_not_allowed_fallback(async || ApiError::WrongMethod)
        .fallback(page)
        .with_state(app.clone());
    middleware::around(table, &app)
}

/// Drove's API: the upstream's to answer, as the request came.
async fn drove(Chosen(cluster): Chosen, mut request: Request) -> Response {
    cluster.gate.strip(request.headers_mut());
    if let Some(caller) = request.extensions().get::<Caller>().cloned() {
        let reads = is_read(request.method(), request.uri().path());
        if let Err(error) = caller.authorise(request.headers_mut(), reads) {
            return refusal(request.uri().path(), error);
        }
    }
    if Operations::is_operation(request.method(), request.uri().path()) {
        return cluster.operations.handle(request).await;
    }
    let path = request.uri().path().to_owned();
    match cluster.client.upstream().call(request).await {
        Ok(response) => response,
        Err(error) => refusal(&path, ClusterError::from(error).into()),
    }
}

/// Whether a request to Drove changes nothing (contract 2.1).
fn is_read(method: &Method, path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    method.is_safe() || matches!(path, "/apis/v1/tasks/validate/spec" | "/apis/v1/tasks/search")
}

async fn no_such_address() -> ApiError {
    ApiError::NotFound("there is no such address under /api".to_owned())
}

/// The page on its paths, its files, and the page again, with 404, for people who went astray.
async fn page(
    State(app): State<Arc<App>>,
    Chosen(cluster): Chosen,
    method: Method,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        let mut response = ApiError::WrongMethod.into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let path = request.uri().path();
    if pages::is_page(path) {
        let mut response = app.assets.index(&headers, StatusCode::OK);
        cluster.gate.sign_in_by_itself(&headers, response.headers_mut());
        return response;
    }
    if let Some(file) = app.assets.file(path, &headers) {
        return file;
    }
    let reads_html = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    match reads_html {
        true => app.assets.index(&headers, StatusCode::NOT_FOUND),
        false => ApiError::NotFound(format!("there is nothing at {path}")).into_response(),
    }
}
