//! Remembers which line of the table of routes answered, for what stands around the table.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// A line of the table of routes, among the extensions of an answer.
#[derive(Clone, Debug)]
pub struct Route(pub Arc<str>);

/// For a layer of the table itself. What is in no line is the page, its files, or an address that leads nowhere.
pub async fn name(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str);
    let route = Route(route.into());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(route);
    response
}
