use super::{
    JsonFault,
    scalar::{self, Object},
};
use crate::{ClusterOpSpec, FailureStrategy, TaskOperation, TaskSpec};
use serde_json::Value;

const OPERATION: &str = "operation.TaskOperation";

impl TaskOperation {
    /// Reads the body of `POST /apis/v1/tasks/operations` (contract 4.1).
    pub fn from_json(value: &Value) -> Result<Self, JsonFault> {
        if value.is_array() {
            return Err(JsonFault::new(
                "Unexpected token (END_ARRAY), expected VALUE_STRING: need JSON String that contains type id (for \
                 subtype of com.phonepe.drove.models.operation.TaskOperation)",
            ));
        }
        let empty = Object::new();
        let object = value.as_object().unwrap_or(&empty);
        let op_spec = |object| scalar::part(object, "opSpec", ClusterOpSpec::from_json);
        if scalar::type_id(object, OPERATION, &["CREATE", "KILL"], None)? == "CREATE" {
            let spec = scalar::part(object, "spec", TaskSpec::from_json)?.map(Box::new);
            return Ok(TaskOperation::Create { spec, op_spec: op_spec(object)? });
        }
        Ok(TaskOperation::Kill {
            source_app_name: scalar::text(object, "sourceAppName")?.unwrap_or_default().into(),
            task_id: scalar::text(object, "taskId")?.unwrap_or_default().into(),
            op_spec: op_spec(object)?,
        })
    }
}

impl ClusterOpSpec {
    /// Reads an `opSpec` (contract 4.2).
    pub fn from_json(value: &Value) -> Result<Self, JsonFault> {
        let object = scalar::object(value, "com.phonepe.drove.models.operation.ClusterOpSpec")?;
        Ok(Self {
            timeout: scalar::duration(object, "timeout")?,
            parallelism: scalar::number(object, "parallelism", "int")?,
            failure_strategy: scalar::constant(
                object,
                "failureStrategy",
                "operation.deploy.FailureStrategy",
                FailureStrategy::NAMES,
                FailureStrategy::known,
            )?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_operation_reads_back_what_it_writes() {
        let written = json!({
            "type": "CREATE",
            "spec": {"sourceAppName": "A", "taskId": "T", "resources": [{"type": "CPU", "count": 1}]},
            "opSpec": {"timeout": "5 minutes", "parallelism": 1, "failureStrategy": "STOP"},
        });
        let operation = TaskOperation::from_json(&written).unwrap();
        assert_eq!(serde_json::to_value(&operation).unwrap(), written);
        let kill = json!({"type": "KILL", "sourceAppName": "A", "taskId": "T"});
        assert_eq!(serde_json::to_value(TaskOperation::from_json(&kill).unwrap()).unwrap(), kill);
    }

    #[test]
    fn what_names_no_operation_is_refused_in_jacksons_words() {
        for body in [json!({}), json!(5), json!("x"), json!({"type": null})] {
            let fault = TaskOperation::from_json(&body).unwrap_err();
            assert!(fault.message.ends_with("TaskOperation]: missing type id property 'type'"), "{fault}");
        }
        let fault = TaskOperation::from_json(&json!({"type": "kill"})).unwrap_err();
        assert!(fault.message.ends_with("TaskOperation`: known type ids = [CREATE, KILL]"), "{fault}");
    }
}
