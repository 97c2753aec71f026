//! The operation's own fields: how the CREATE itself is carried out. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the form offers; the API accepts up to 512, and ignores it for tasks.
pub const MOST_PARALLEL: i64 = 32;

/// `opSpec` as text fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationForm {
    /// `timeout`: how long Drove waits for the first report.
    pub timeout: String,
    /// `parallelism`.
    pub parallelism: String,
    /// `failureStrategy`.
    pub strategy: String,
}

impl Default for OperationForm {
    fn default() -> Self {
        Self { timeout: "5m".into(), parallelism: "1".into(), strategy: "STOP".into() }
    }
}

impl OperationForm {
    /// The fields of an `opSpec`; what is missing is as by default.
    pub fn read(op: &Value) -> Self {
        let plain = Self::default();
        let text = |name: &str, fallback: String| match op.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => fallback,
        };
        Self {
            timeout: text("timeout", plain.timeout),
            parallelism: text("parallelism", plain.parallelism),
            strategy: text("failureStrategy", plain.strategy),
        }
    }

    /// The `opSpec`. What is empty, or a parallelism that is no number, is left out.
    pub fn to_value(&self) -> Value {
        let mut op = Map::new();
        if !self.timeout.is_empty() {
            op.insert("timeout".into(), self.timeout.clone().into());
        }
        if let Ok(parallelism) = self.parallelism.trim().parse::<i64>() {
            op.insert("parallelism".into(), parallelism.into());
        }
        op.insert("failureStrategy".into(), self.strategy.clone().into());
        Value::Object(op)
    }
}
