//! Drove's dialect over the embedded core: everything below `/apis`.
//!
//! Requests pass Drove's order of checks (contract 1.2): route, method, content type, accept, then who asks and whether
//! they may, then path and query, body, validation, and last the core. [`routes`] is the whole surface;
//! [`refusal`] is every way to be refused. Deliberate differences from Drove are listed in `docs/fidelity.md`.

mod access;
mod applications;
mod body;
mod call;
mod cluster;
mod compress;
mod events;
mod executors;
mod handlers;
mod logs;
mod negotiate;
mod placement;
mod refusal;
mod reply;
mod routes;
mod tasks;
mod uri;

pub use body::MAX_BODY;
pub use uri::{Segments, ambiguity};

use crate::{
    runtime::EmbeddedCluster,
    session::{basic, caller::Caller, users::Users},
};
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use call::Call;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use model::{TaskOperation, validate::bean};
use refusal::Refusal;
use serde_json::Value;
use std::sync::Arc;

/// What the API needs.
#[derive(Clone)]
pub struct DroveApi {
    /// The cluster that answers.
    pub cluster: EmbeddedCluster,
    /// Who may sign in with `Authorization: Basic`.
    pub users: Arc<Users>,
}

/// Answers every request as a Drove controller would; what is not below `/apis/v1` gets a 404.
///
/// Whoever asks is the [`Caller`] among the request's extensions, if a layer outside has put one there, and otherwise
/// whom its Basic credentials prove.
pub fn router(api: DroveApi) -> Router {
    Router::new().fallback(answer).with_state(api)
}

/// Reads the body of an operation as Drove reads it: the operation, and the document it was read from. A CREATE has a spec.
///
/// # Errors
/// It cannot be read; the response says why, in Drove's words.
pub fn read_operation(headers: &HeaderMap, body: Bytes) -> Result<(TaskOperation, Value), Box<Response>> {
    let read = || {
        let document = call::document(&body::inflated(headers, body)?)?;
        let operation = TaskOperation::from_json(&document)?;
        match operation {
            TaskOperation::Create { spec: None, .. } => Err(Refusal::Validation(bean::operation(&operation))),
            TaskOperation::Create { .. } | TaskOperation::Kill { .. } => Ok((operation, document)),
        }
    };
    read().map_err(|refusal| Box::new(refusal.into_response()))
}

/// Drove's response to a request without valid credentials.
pub fn unauthenticated() -> Response {
    Refusal::Unauthenticated.into_response()
}

async fn answer(State(api): State<DroveApi>, request: Request) -> Response {
    let method = request.method().clone();
    let asked = request.headers().clone();
    let response = respond(&api, request).await.unwrap_or_else(Refusal::into_response);
    if method == Method::HEAD {
        return without_body(response);
    }
    if method == Method::GET {
        return compress::compress(&asked, response).await;
    }
    response
}

/// Everything before the handler, in Drove's order.
async fn respond(api: &DroveApi, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path();
    let unknown = || Refusal::not_found(format!("There is no such path: {path}"));
    let segments = Segments::parse(path).ok_or_else(unknown)?;
    let (route, values) = routes::find(&segments).ok_or_else(unknown)?;
    if parts.method == Method::OPTIONS {
        return Ok(options(route));
    }
    let Some(action) = route.action(&parts.method) else { return Ok(wrong_method(&parts.method, path, route)) };
    if parts.method == Method::POST {
        negotiate::check_content_type(&parts.headers, action.consumes)?;
    }
    negotiate::check_accept(&parts.headers, action.produces)?;
    let caller = parts.extensions.remove::<Caller>().or_else(|| signed_in(&api.users, &parts.headers));
    let caller = caller.ok_or(Refusal::Unauthenticated)?;
    if !action.access.admits(caller.role.as_ref()) {
        return Err(forbidden(&caller, action.access));
    }
    let query = uri::Params::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let call = Call { values, query, headers: parts.headers };
    handlers::run(&api.cluster, action.endpoint, call, body).await
}

fn signed_in(users: &Users, headers: &HeaderMap) -> Option<Caller> {
    let (name, password) = basic::credentials(headers)?;
    users.verify(&name, &password)
}

fn forbidden(caller: &Caller, access: access::Access) -> Refusal {
    let role = match &caller.role {
        Some(role) => format!("has the role {role}"),
        None => "has no role".to_owned(),
    };
    let message = format!("User {} {role}; {}", caller.user, access.wanted());
    Refusal::Page { status: StatusCode::FORBIDDEN, message }
}

/// Drove writes a page only for GET and POST, nothing for the others, and names no methods to TRACE.
fn wrong_method(method: &Method, path: &str, route: &routes::Route) -> Response {
    let allow = route.allow();
    let mut response = if method == Method::GET || method == Method::POST || method == Method::HEAD {
        let message = format!("{method} is not allowed on {path}; allowed: {allow}");
        Refusal::Page { status: StatusCode::METHOD_NOT_ALLOWED, message }.into_response()
    } else {
        let mut empty = Response::new(Body::empty());
        *empty.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        empty
    };
    if method != Method::TRACE
        && let Ok(value) = HeaderValue::try_from(allow)
    {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

fn options(route: &routes::Route) -> Response {
    let names = route.options();
    let mut response = Response::new(Body::from(names.join(", ")));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    if let Ok(value) = HeaderValue::try_from(names.join(",")) {
        headers.insert(header::ALLOW, value);
    }
    response
}

/// The answer to HEAD: all that GET would say about its body, and no body.
fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    // Drove does not ask the executor for a file of which only the headers are wanted, and calls it empty.
    let is_file = parts.headers.contains_key(header::CONTENT_DISPOSITION);
    if let Some(length) = if is_file { Some(0) } else { body.size_hint().exact() } {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}
