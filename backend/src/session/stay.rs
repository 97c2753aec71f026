use super::{
    caller::Caller,
    cookies::SessionId,
    gate::{Asked, Entered},
};
use crate::{app::Cluster, error::ApiError, middleware::session::peer_of};
use axum::extract::Request;
use http::{HeaderMap, Method};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Whoever opened a stream is looked at again so often.
const LOOK_AGAIN: Duration = Duration::from_secs(180);

/// How long a stream may go on: as long as whoever opened it would be let in again, and the session was not signed out.
#[derive(Debug)]
pub struct Stay {
    cluster: Arc<Cluster>,
    method: Method,
    path: String,
    headers: HeaderMap,
    peer: IpAddr,
    user: String,
    session: Option<SessionId>,
    signed_out: Receiver<SessionId>,
}

impl Stay {
    /// Of the `caller` who sent `request`.
    pub fn of(cluster: &Arc<Cluster>, request: &Request, caller: &Caller) -> Self {
        let signed_out = cluster.gate.signed_out();
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            headers: request.headers().clone(),
            peer: peer_of(request),
            user: caller.user.clone(),
            session: cluster.gate.session(request.headers()).map(|(session, _)| session),
            cluster: cluster.clone(),
            signed_out,
        }
    }

    /// Returns when it is over.
    pub async fn over(mut self) {
        loop {
            let left = self.cluster.gate.session(&self.headers).map_or(LOOK_AGAIN, |(_, left)| left.min(LOOK_AGAIN));
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                signed_out = self.signed_out.recv() => match signed_out {
                    Ok(session) if Some(&session) == self.session.as_ref() => return,
                    Ok(_) => continue,
                    // It may have been this one: a page that is told to come back and may stay does so unnoticed.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return,
                },
            }
            if !self.may_stay().await {
                return;
            }
        }
    }

    async fn may_stay(&self) -> bool {
        let asked = Asked { method: &self.method, path: &self.path, headers: &self.headers, peer: self.peer };
        match self.cluster.gate.enter(&asked).await {
            Ok(Entered { caller: Some(caller), .. }) => caller.user == self.user,
            // Whom nobody can be asked about was let in before.
            Ok(Entered { unverified, .. }) => unverified.is_some(),
            Err(ApiError::TooManyAttempts(_)) => true,
            Err(_) => false,
        }
    }
}
