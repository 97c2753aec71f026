//! One question to one controller: does it lead? (contract 2.9 and 8)

use crate::{drove_client::NOT_LEADER, upstream::connections::Connections};
use axum::body::Body;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;
use std::time::Duration;

/// Path of the question.
const PING: &str = "/apis/v1/ping";
/// Largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 64 << 10;

/// What a controller said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// 200 and SUCCESS.
    Leads,
    /// 400 and the words of a controller that does not lead.
    Waits,
    /// 401 or 403: whether it leads is told to others only.
    Locked,
    /// Something else, or nothing; why, as a part of a sentence.
    Ill(String),
}

/// Asks the controller of that number, for `patience` at most.
pub async fn ask(
    connections: &Connections,
    controller: usize,
    credential: Option<&HeaderValue>,
    patience: Duration,
) -> Standing {
    match tokio::time::timeout(patience, answer(connections, controller, credential)).await {
        Ok(Ok((status, body))) => judge(status, &body),
        Ok(Err(reason)) => Standing::Ill(reason),
        Err(_) => Standing::Ill(format!("no answer to ping within {} ms", patience.as_millis())),
    }
}

async fn answer(
    connections: &Connections,
    controller: usize,
    credential: Option<&HeaderValue>,
) -> Result<(StatusCode, Vec<u8>), String> {
    let endpoint = &connections.controllers()[controller];
    let uri = endpoint.locate(&Uri::from_static(PING)).map_err(|error| error.to_string())?;
    let mut request = Request::builder()
        .method(Method::GET)
        .uri(uri)
        .header(header::HOST, endpoint.host())
        .header(header::ACCEPT, "application/json");
    if let Some(credential) = credential {
        request = request.header(header::AUTHORIZATION, credential);
    }
    let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
    let response = connections.send(controller, request).await.map_err(|error| super::reason(&error))?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| error.to_string())?;
    Ok((parts.status, body.to_bytes().to_vec()))
}

fn judge(status: StatusCode, body: &[u8]) -> Standing {
    match status {
        StatusCode::OK if envelope(body)["status"] == "SUCCESS" => Standing::Leads,
        StatusCode::BAD_REQUEST if is_refusal_of_standby(body) => Standing::Waits,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Standing::Locked,
        StatusCode::OK => Standing::Ill("it answers ping with what is not Drove's envelope".to_owned()),
        status => Standing::Ill(format!("it answers ping with status {}", status.as_u16())),
    }
}

/// Whether these are the words of a controller that does not lead.
pub fn is_refusal_of_standby(body: &[u8]) -> bool {
    envelope(body)["message"] == NOT_LEADER
}

fn envelope(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_in_the_envelope_is_a_leader() {
        let pong = br#"{"status":"SUCCESS","data":"pong","message":"success"}"#;
        let standby = br#"{"status":"FAILED","message":"This node is not the leader controller"}"#;
        assert_eq!(judge(StatusCode::OK, pong), Standing::Leads);
        assert_eq!(judge(StatusCode::BAD_REQUEST, standby), Standing::Waits);
        assert_eq!(judge(StatusCode::UNAUTHORIZED, b"Credentials are required"), Standing::Locked);
        assert!(matches!(judge(StatusCode::OK, b"<html>hello"), Standing::Ill(_)));
        assert!(matches!(judge(StatusCode::OK, standby), Standing::Ill(_)));
        assert!(matches!(judge(StatusCode::BAD_REQUEST, b"<html>"), Standing::Ill(_)));
        assert!(matches!(judge(StatusCode::BAD_GATEWAY, b"<html>"), Standing::Ill(_)));
    }
}
