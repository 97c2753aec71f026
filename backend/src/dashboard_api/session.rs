//! `/api/session`: sign in, who am I and what may I do, sign out.

use crate::{app::Peer, error::ApiError, extract::JsonBody, middleware::cluster::Chosen, session::caller::Caller};
use axum::{
    Extension, Json,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use model::dashboard::{SessionInfo, SignIn};
use std::net::{IpAddr, Ipv4Addr};

/// Who asks; nobody is an answer too.
pub async fn show(Chosen(cluster): Chosen, caller: Option<Extension<Caller>>) -> Json<SessionInfo> {
    Json(cluster.gate.describe(caller.as_deref()))
}

/// Signs in with a name and a password.
pub async fn sign_in(
    Chosen(cluster): Chosen,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    JsonBody(given): JsonBody<SignIn>,
) -> Result<Response, ApiError> {
    // Requests that came through no connection come from this process.
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(Peer(address))| address.ip());
    let mut cookies = HeaderMap::new();
    let caller = cluster.gate.sign_in(&headers, peer, &given, &mut cookies)?;
    tracing::info!(user = caller.user, cluster = cluster.name, "signed in");
    Ok((cookies, Json(cluster.gate.describe(Some(&caller)))).into_response())
}

/// Signs out; the page stays signed out until somebody signs in.
pub async fn sign_out(Chosen(cluster): Chosen) -> Response {
    let mut cookies = HeaderMap::new();
    cluster.gate.sign_out(&mut cookies);
    (cookies, Json(cluster.gate.describe(None))).into_response()
}
