use super::{
    caller::Caller,
    cookies::SessionId,
    gate::{Asked, Entered},
};
use crate::{app::Cluster, peer::peer_of};
use axum::extract::Request;
use http::{HeaderMap, Method};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Whoever opened a stream is looked at again so often, while few are open.
const LOOK_AGAIN: Duration = Duration::from_secs(180);
/// All streams together look at their readers so often: each may cost the leader a request.
const EACH: Duration = Duration::from_secs(2);
/// However many are open.
const AT_LEAST_EVERY: Duration = Duration::from_secs(3600);

/// How long a stream goes on before its reader is looked at again, while so many are open.
fn look_again(streams: usize) -> Duration {
    EACH.saturating_mul(u32::try_from(streams).unwrap_or(u32::MAX)).clamp(LOOK_AGAIN, AT_LEAST_EVERY)
}

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
            peer: peer_of(request.extensions()),
            user: caller.user.clone(),
            session: cluster.gate.session(request.headers()).map(|(session, _)| session),
            cluster: cluster.clone(),
            signed_out,
        }
    }

    /// Returns when it is over.
    pub async fn over(mut self) {
        loop {
            let look_again = look_again(self.cluster.hub.readers());
            let left = self.cluster.gate.session(&self.headers).map_or(look_again, |(_, left)| left.min(look_again));
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
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_looked_at_again_at_a_bounded_rate() {
        assert_eq!([0, 1, 90].map(look_again), [LOOK_AGAIN; 3]);
        assert_eq!(look_again(1000), Duration::from_secs(2000));
        assert_eq!(look_again(usize::MAX), AT_LEAST_EVERY);
    }
}
