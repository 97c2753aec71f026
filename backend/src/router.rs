//! Every route: Drove's API, which is the upstream's, and all others in one table.

use crate::{
    app::{App, Cluster},
    dashboard_api::{
        clusters, demo_clock, export, health, history, live, logs,
        openapi::{self, Described},
        placement, session,
    },
    drove_api,
    drove_client::ClusterError,
    error::{ApiError, is_drove_path, refusal},
    metrics,
    middleware::{self, cluster::Chosen, route::Route},
    operations::{
        Operations,
        audit::{Audit, OnItsWay, Outcome},
        without_body,
    },
    peer::SentFor,
    session::{basic, caller::Caller},
    upstream::is_read,
};
use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use model::dashboard::pages;
use std::sync::{Arc, LazyLock};
use tower::ServiceExt;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The whole site of `app`. `/clusters/NAME` is taken off before its table is asked.
pub fn site(app: Arc<App>) -> Site {
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
        .method_not_allowed_fallback(async || ApiError::WrongMethod)
        .fallback(page)
        .layer(from_fn(middleware::route::name))
        .with_state(app.clone());
    Site { app, table }
}

/// Everything that is served, with everything that requests pass before it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Site {
    app: Arc<App>,
    table: Router,
}

impl Site {
    /// Answers one request.
    pub async fn answer(&self, request: Request) -> Response {
        middleware::pass(&self.app, request, async |cluster, mut request: Request| {
            if is_drove_path(request.uri().path()) {
                return drove(&cluster, request).await;
            }
            request.extensions_mut().insert(Chosen(cluster));
            match self.table.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
        .await
    }
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

/// The route of all requests to Drove's API, in the metrics.
static DROVE: LazyLock<Route> = LazyLock::new(|| Route("/apis/{*path}".into()));

/// Drove's API: the upstream's to answer, as the request came.
async fn drove(cluster: &Cluster, request: Request) -> Response {
    let path = request.uri().path();
    let mut response = match drove_api::ambiguity(path) {
        Some(what) => refusal(path, ApiError::BadRequest(format!("the address has {what}: send it without"))),
        None => forwarded(cluster, request).await,
    };
    response.extensions_mut().insert(DROVE.clone());
    response
}

async fn forwarded(cluster: &Cluster, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    cluster.gate.strip(&mut parts.headers);
    let uri = parts.uri.clone();
    let path = uri.path();
    let audit = (!is_read(&parts.method, path)).then(|| Audit::of_request(cluster.ledger.cluster(), &parts));
    let caller = parts.extensions.get::<Caller>().cloned();
    if let Some(error) = caller.and_then(|caller| caller.authorise(&mut parts.headers, audit.is_none()).err()) {
        if let Some(audit) = audit {
            audit.write(Outcome::NotLetIn(error.status()), false);
        }
        return refusal(path, error);
    }
    let mut request = Request::from_parts(parts, body);
    if Operations::is_recorded(request.method(), path) {
        // Boxed, so that reads do not carry the place for it.
        match Box::pin(admit(cluster, request)).await {
            Admitted::Recorded(request) => return Box::pin(cluster.operations.handle(request)).await,
            Admitted::Unread(unread) => request = unread,
            Admitted::Refused(refused) => {
                if let Some(audit) = audit {
                    audit.write(Outcome::NotLetIn(refused.status()), false);
                }
                return refused;
            }
        }
    }
    let on_its_way = audit.map(OnItsWay::new);
    let answered = cluster.client.upstream().call(request).await;
    if let Some(on_its_way) = on_its_way {
        on_its_way.ended(Outcome::of_result(&answered));
    }
    answered.unwrap_or_else(|error| refusal(path, ClusterError::from(error).into()))
}

/// What becomes of an operation before its body is read.
enum Admitted {
    /// The sender is known: it is recorded and sent.
    Recorded(Request),
    /// The sender is not known: it is sent without its body, which Drove refuses, for Drove's own words.
    Unread(Request),
    /// It is not sent.
    Refused(Response),
}

/// Checks the sender of an operation. A body costs memory and an intent costs disk: unknown senders get neither.
async fn admit(cluster: &Cluster, mut request: Request) -> Admitted {
    let caller = request.extensions().get::<Caller>();
    match cluster.gate.knows(caller, request.headers()).await {
        Ok(true) => {
            // Proven now, as far as it names somebody.
            if caller.is_none()
                && let Some((user, _password)) = basic::credentials(request.headers())
            {
                request.extensions_mut().insert(SentFor(user));
            }
            Admitted::Recorded(request)
        }
        Ok(false) if Operations::is_operation(request.method(), request.uri().path()) => {
            let (parts, _unread) = request.into_parts();
            Admitted::Unread(Request::from_parts(without_body(parts), Body::empty()))
        }
        // Sent without a body it would still be an operation.
        Ok(false) => Admitted::Refused(drove_api::unauthenticated()),
        Err(error) => Admitted::Refused(refusal(request.uri().path(), error)),
    }
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
    let nothing = || ApiError::NotFound(format!("there is nothing at {path}")).into_response();
    app.assets.astray(&headers).unwrap_or_else(nothing)
}
