use super::{Api, ApiError, Method, transport};
use crate::browser::{base_path, origin};
use model::dashboard::{ClusterList, SessionInfo, SignIn};

impl Api {
    /// The clusters served here, with what the reader may know of each.
    pub async fn clusters(&self) -> Result<ClusterList, ApiError> {
        let answer = transport::send(Method::Get, &self.own("clusters", &[]), None).await?;
        transport::read_own(&answer)
    }

    /// Sends a request whose answer does not matter, and gives it up after `seconds`.
    pub async fn probe(&self, seconds: u32) {
        let url = format!("{}{}/healthz", origin(), base_path());
        // Only the connection that it takes matters.
        let _ = transport::send_within(seconds, Method::Get, &url, None).await;
    }

    /// Who am I and what may I do; also tells when nobody is signed in.
    pub async fn session(&self) -> Result<SessionInfo, ApiError> {
        let answer = transport::send(Method::Get, &self.own("session", &[]), None).await?;
        transport::read_own(&answer)
    }

    /// Signs in. A wrong user or password is a refusal here, not the end of a session.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<SessionInfo, ApiError> {
        let body = transport::body(sign_in)?;
        let answer = transport::send(Method::Post, &self.own("session", &[]), body).await?;
        match transport::read_own(&answer) {
            Err(ApiError::SignedOut) => {
                Err(ApiError::Refused { message: "That user and password do not match.".into(), words: Vec::new() })
            }
            read => read,
        }
    }

    /// Signs out; tells what somebody who is not signed in may do.
    pub async fn sign_out(&self) -> Result<SessionInfo, ApiError> {
        let answer = transport::send(Method::Delete, &self.own("session", &[]), None).await?;
        transport::read_own(&answer)
    }
}
