//! Every route, in one table.

use crate::{
    app::App,
    dashboard_api::{
        clusters, demo_clock, export, health, history, live, logs,
        openapi::{self, Described},
        placement, session,
    },
    drove_client::ClusterError,
    error::{ApiError, refusal},
    metrics,
    middleware::{self, cluster::Chosen},
    operations::{
        Operations,
        audit::{Audit, Outcome},
    },
    session::caller::Caller,
};
use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use model::dashboard::pages;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The whole surface, with everything that requests pass before it. `/clusters/NAME` is taken off before this table.
pub fn router(app: Arc<App>) -> Router {
    let (own, document) = own().split_for_parts();
    let own = own
        .route("/api", any(no_such_address))
        .route("/api/{*path}", any(no_such_address))
        .layer(Extension(Arc::new(Described::of(&document))))
        .layer(from_fn(middleware::compress::compress));
    let table = Router::new()
        .merge(own)
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/apis", any(drove))
        .route("/apis/", any(drove))
        .route("/apis/{*path}", any(drove))
        .method_not_allowed_fallback(async || ApiError::WrongMethod)
        .fallback(page)
        .layer(from_fn(middleware::route::name))
        .with_state(app.clone());
    middleware::around(table, &app)
}

/// Our own API. Each handler names its method and path, and describes itself: what is not described is not served.
fn own() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::Head::openapi())
        .routes(routes!(session::show, session::sign_in, session::sign_out))
        .routes(routes!(clusters::list))
        .routes(routes!(live::open))
        .routes(routes!(history::list))
        .routes(routes!(export::tasks))
        .routes(routes!(history::detail))
        .routes(routes!(history::id))
        .routes(routes!(placement::preview))
        .routes(routes!(logs::files))
        .routes(routes!(logs::read))
        .routes(routes!(demo_clock::change))
        .routes(routes!(openapi::json))
        .routes(routes!(openapi::docs))
        .routes(routes!(openapi::style))
}

/// Drove's API: the upstream's to answer, as the request came.
async fn drove(Chosen(cluster): Chosen, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    cluster.gate.strip(&mut parts.headers);
    let path = parts.uri.path().to_owned();
    let audit = (!is_read(&parts.method, &path)).then(|| Audit::of_request(cluster.ledger.cluster(), &parts));
    let caller = parts.extensions.get::<Caller>().cloned();
    if let Some(error) = caller.and_then(|caller| caller.authorise(&mut parts.headers, audit.is_none()).err()) {
        if let Some(audit) = audit {
            audit.write(Outcome::NotLetIn(error.status()), false);
        }
        return refusal(&path, error);
    }
    let request = Request::from_parts(parts, body);
    if Operations::is_operation(request.method(), &path) {
        return cluster.operations.handle(request).await;
    }
    let answered = cluster.client.upstream().call(request).await;
    if let Some(audit) = audit {
        audit.write(Outcome::of_result(&answered), false);
    }
    answered.unwrap_or_else(|error| refusal(&path, ClusterError::from(error).into()))
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
