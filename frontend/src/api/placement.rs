use super::{Api, ApiError, Method, transport};
use model::dashboard::PlacementPreview;
use serde_json::Value;

impl Api {
    /// What would become of a spec on the cluster as it is; asked while typing, so any JSON will do.
    pub async fn preview(&self, spec: &Value) -> Result<PlacementPreview, ApiError> {
        let answer = transport::send(Method::Post, &self.own("placement/preview", &[]), Some(spec.to_string())).await?;
        self.noticed(transport::read_own(&answer))
    }

    /// Asks Drove itself whether it would accept a spec; its entries are in the refusal.
    pub async fn validate(&self, spec: &Value) -> Result<(), ApiError> {
        let answer = transport::send(Method::Post, &self.drove("tasks/validate/spec"), Some(spec.to_string())).await?;
        self.noticed(transport::read_drove::<Value>(&answer)).map(drop)
    }
}
