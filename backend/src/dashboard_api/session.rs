//! `/api/session`: sign in, who am I and what may I do, sign out.

use super::openapi::Problems;
use crate::{
    app::{App, Cluster},
    error::ApiError,
    extract::JsonBody,
    middleware::cluster::Chosen,
    peer::peer_of,
    session::{
        caller::{Caller, Unverified},
        gate::{Asked, Entered},
    },
};
use axum::{
    Extension, Json,
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};
use model::dashboard::{SessionInfo, SignIn};
use std::sync::Arc;

/// Who asks; nobody is an answer too, and so is that the cluster cannot be asked now.
#[utoipa::path(
    get,
    path = "/api/session",
    tag = "session",
    responses((status = 200, description = "Who is signed in, if anybody is", body = SessionInfo), Problems)
)]
pub async fn show(
    State(app): State<Arc<App>>,
    Chosen(cluster): Chosen,
    caller: Option<Extension<Caller>>,
    unverified: Option<Extension<Unverified>>,
) -> Json<SessionInfo> {
    Json(describe(&app, &cluster, caller.as_deref(), unverified.as_deref()))
}

/// Signs in with a name and a password.
#[utoipa::path(
    post,
    path = "/api/session",
    tag = "session",
    request_body = SignIn,
    responses((status = 200, description = "Signed in, by the cookie that comes along", body = SessionInfo), Problems)
)]
pub async fn sign_in(
    State(app): State<Arc<App>>,
    Chosen(cluster): Chosen,
    request: Request,
) -> Result<Response, ApiError> {
    let (peer, method, headers) = (peer_of(request.extensions()), request.method().clone(), request.headers().clone());
    let path = request.uri().path().to_owned();
    let JsonBody(given) = JsonBody::<SignIn>::from_request(request, &()).await?;
    let asked = Asked { method: &method, path: &path, headers: &headers, peer };
    let mut cookies = HeaderMap::new();
    let caller = cluster.gate.sign_in(&asked, &given, &mut cookies).await?;
    tracing::info!(user = caller.user, cluster = cluster.label.name, "signed in");
    Ok((cookies, Json(describe(&app, &cluster, Some(&caller), None))).into_response())
}

/// Signs out; the page stays signed out until somebody signs in. Answers who it is then: somebody still, if the cluster asks
/// for no credentials, or a proxy vouches.
#[utoipa::path(
    delete,
    path = "/api/session",
    tag = "session",
    responses((status = 200, description = "Who is there without the session", body = SessionInfo), Problems)
)]
pub async fn sign_out(State(app): State<Arc<App>>, Chosen(cluster): Chosen, request: Request) -> Response {
    let mut cookies = HeaderMap::new();
    cluster.gate.sign_out(request.headers(), &mut cookies);
    let mut headers = request.headers().clone();
    headers.remove(header::COOKIE);
    let path = request.uri().path();
    let asked = Asked { method: &Method::GET, path, headers: &headers, peer: peer_of(request.extensions()) };
    let Entered { caller, unverified, .. } = cluster.gate.enter(&asked).await.unwrap_or_default();
    (cookies, Json(describe(&app, &cluster, caller.as_ref(), unverified.as_ref()))).into_response()
}

/// The login page offers the clusters by name before anybody is signed in.
fn describe(app: &App, cluster: &Cluster, caller: Option<&Caller>, unverified: Option<&Unverified>) -> SessionInfo {
    let clusters = app.clusters().iter().map(|cluster| cluster.label.clone()).collect();
    SessionInfo { clusters, ..cluster.gate.describe(caller, unverified) }
}
