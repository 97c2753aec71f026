//! From a cookie to a [`Caller`](crate::session::caller::Caller); under `/api` from Basic credentials too, which
//! `/apis` leaves to the upstream.

use super::cluster::Chosen;
use crate::{
    error::{ApiError, is_drove_path, refusal},
    session::basic,
};
use axum::{extract::Request, middleware::Next, response::Response};

/// Requests of nobody pass: what they may do is for handlers to say.
pub async fn identify(Chosen(cluster): Chosen, mut request: Request, next: Next) -> Response {
    let gate = &cluster.gate;
    match gate.caller(request.method(), request.headers()) {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Ok(None) if is_drove_path(request.uri().path()) => {}
        Ok(None) => {
            if let Some((user, password)) = basic::credentials(request.headers()) {
                match gate.users().verify(&user, &password) {
                    Some(caller) => {
                        request.extensions_mut().insert(caller);
                    }
                    None => return refusal(request.uri().path(), ApiError::WrongCredentials),
                }
            }
        }
        Err(error) => return refusal(request.uri().path(), error),
    }
    next.run(request).await
}
