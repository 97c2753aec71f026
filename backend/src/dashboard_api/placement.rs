//! `POST /api/placement/preview`: what would become of a spec on the cluster as it is.

use crate::{error::ApiError, extract::read_body, middleware::cluster::Chosen, session::caller::Caller};
use axum::{Json, body::Body};
use model::{TaskSpec, dashboard::PlacementPreview, decode, fit, validate};

/// Answers 200 also for a spec that is not finished, since it is asked while somebody types.
pub async fn preview(Chosen(cluster): Chosen, _caller: Caller, body: Body) -> Result<Json<PlacementPreview>, ApiError> {
    let bytes = read_body(body).await?;
    let mut answer = PlacementPreview {
        unreadable: None,
        refusals: Vec::new(),
        hints: Vec::new(),
        matrix: None,
        now: cluster.clock.now(),
    };
    let document = match decode::parse_body(&bytes) {
        Ok(Some(document)) => document,
        Ok(None) => {
            answer.refusals.push(validate::bean::NO_BODY.to_owned());
            return Ok(Json(answer));
        }
        Err(fault) => {
            answer.unreadable = Some(fault.message);
            return Ok(Json(answer));
        }
    };
    let spec = match TaskSpec::from_json(&document) {
        Ok(spec) => spec,
        Err(fault) => {
            answer.unreadable = Some(fault.message);
            return Ok(Json(answer));
        }
    };
    let view = cluster.view();
    answer.refusals = validate::bean::spec(&spec);
    answer.refusals.extend(validate::engine(&spec, &view, &cluster.limits));
    if cluster.hub.status().maintenance.is_some() {
        answer.refusals.push(validate::maintenance_refusal());
    }
    answer.hints = validate::hints(&document, &spec);
    answer.matrix = Some(fit::evaluate(&spec, &view));
    Ok(Json(answer))
}
