//! `/api`, described: `GET /api/openapi.json` for machines, `GET /api/docs` for people. Made of the handlers' own descriptions
//! and the types that they answer with, when the routes are put together; a test holds real answers against it.

mod page;
mod parts;

pub use parts::{HistoryParams, Problems};

use axum::{
    Extension,
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::header;
use model::dashboard::{ApiProblem, LiveDelta, LiveNotice, LiveSnapshot, ViewDelta, ViewSnapshot};
use std::sync::Arc;
use utoipa::OpenApi;

/// What is true of the whole of `/api`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Drove dashboard",
        description = "What the dashboard adds to Drove's own API, which it serves unchanged under `/apis`. Everything is also served below \
                       `/clusters/NAME` for each cluster; bare paths are the default cluster's.\n\nRequests are made with the cookie that \
                       `POST /api/session` sets, or with Basic credentials. With a cookie, requests that change something must come from the \
                       dashboard's own page (`Sec-Fetch-Site` or `Origin`). Texts that Drove gave are passed on as they are; names in enums that \
                       this version does not know may come from newer clusters. Times are milliseconds since 1970.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ApiProblem, LiveDelta, LiveNotice, LiveSnapshot, ViewDelta, ViewSnapshot))
)]
pub struct Head;

/// The description, in both forms.
#[derive(Debug)]
pub struct Described {
    json: Bytes,
    html: Bytes,
}

impl Described {
    /// Renders a description.
    pub fn of(document: &utoipa::openapi::OpenApi) -> Self {
        // A description always has a JSON form.
        let value = serde_json::to_value(document).unwrap_or_default();
        Self { json: value.to_string().into(), html: page::render(&value).into() }
    }
}

/// The description for machines.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "about",
    responses((status = 200, description = "This description", content_type = "application/json", body = Object))
)]
pub async fn json(Extension(described): Extension<Arc<Described>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], described.json.clone()).into_response()
}

/// The description for people: one page, without scripts.
#[utoipa::path(
    get,
    path = "/api/docs",
    tag = "about",
    responses((status = 200, description = "A page", content_type = "text/html", body = String))
)]
pub async fn docs(Extension(described): Extension<Arc<Described>>) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], described.html.clone()).into_response()
}

/// How that page looks: the policy of this server allows no styles within a page.
#[utoipa::path(
    get,
    path = "/api/docs.css",
    tag = "about",
    responses((status = 200, description = "A stylesheet", content_type = "text/css", body = String))
)]
pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE).into_response()
}
