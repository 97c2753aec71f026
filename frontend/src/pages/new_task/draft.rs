//! What is being written: the document of the spec, the form over it, the text of the JSON tab and the operation. Pure.
//!
//! The document is always the last one that could be read. A half-typed text leaves it, and with it the form, alone.

use super::{form::TaskForm, operation::OperationForm};
use serde_json::{Value, json};

/// Everything that "Create task" depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    document: Value,
    form: TaskForm,
    operation: OperationForm,
    text: String,
    fault: Option<String>,
    set_aside: Option<String>,
}

impl Default for Draft {
    /// A task that runs as it is: it prints a line a second for half a minute.
    fn default() -> Self {
        Self::of(example())
    }
}

impl Draft {
    /// A draft of this spec.
    pub fn of(document: Value) -> Self {
        Self {
            form: TaskForm::read(&document),
            operation: OperationForm::default(),
            text: pretty(&document),
            document,
            fault: None,
            set_aside: None,
        }
    }

    /// The whole spec, as it will be sent.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The form's fields.
    pub fn form(&self) -> &TaskForm {
        &self.form
    }

    /// The operation's fields.
    pub fn operation(&self) -> &OperationForm {
        &self.operation
    }

    /// Text of the JSON tab.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why that text cannot be read, while it cannot.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// A half-typed text that gave way to a change in the form.
    pub fn set_aside(&self) -> Option<&str> {
        self.set_aside.as_deref()
    }

    /// Changes fields of the form; the document and the text follow.
    pub fn edit_form(&mut self, change: impl FnOnce(&mut TaskForm)) {
        change(&mut self.form);
        self.form.write(&mut self.document);
        if self.fault.take().is_some() {
            self.set_aside = Some(std::mem::take(&mut self.text));
        }
        self.text = pretty(&self.document);
    }

    /// Puts another placement policy in place, of whatever kind.
    pub fn set_policy(&mut self, policy: Value) {
        if let Value::Object(spec) = &mut self.document {
            spec.insert("placementPolicy".into(), policy);
        }
        self.form = TaskForm { placement: TaskForm::read(&self.document).placement, ..std::mem::take(&mut self.form) };
        self.edit_form(|_| {});
    }

    /// Changes fields of the operation.
    pub fn edit_operation(&mut self, change: impl FnOnce(&mut OperationForm)) {
        change(&mut self.operation);
    }

    /// Takes a new text of the JSON tab. If it can be read, document and form follow; a whole CREATE is understood too.
    pub fn edit_text(&mut self, text: String) {
        match read(&text) {
            Ok(document) => {
                if let Some(op) = document.get("opSpec").filter(|_| is_create(&document)) {
                    self.operation = OperationForm::read(op);
                }
                self.document = match is_create(&document) {
                    true => document.get("spec").cloned().unwrap_or_default(),
                    false => document,
                };
                self.form = TaskForm::read(&self.document);
                self.fault = None;
                self.set_aside = None;
            }
            Err(fault) => self.fault = Some(fault),
        }
        self.text = text;
    }

    /// Puts the half-typed text back.
    pub fn bring_back(&mut self) {
        if let Some(text) = self.set_aside.take() {
            self.edit_text(text);
        }
    }

    /// The body of the CREATE, as far as the operation can be written.
    pub fn body(&self) -> Value {
        json!({ "type": "CREATE", "spec": self.document, "opSpec": self.operation.to_value() })
    }
}

/// A document that can be a spec: any JSON object. Other JSON is refused here, or it would take the form's place.
fn read(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| explain(&error))?;
    if value.is_object() { Ok(value) } else { Err("A spec is a JSON object: { … }".into()) }
}

fn explain(error: &serde_json::Error) -> String {
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    format!("Line {}, column {}: {what}", error.line(), error.column())
}

fn is_create(document: &Value) -> bool {
    document.get("type").and_then(Value::as_str) == Some("CREATE") && document.get("spec").is_some_and(Value::is_object)
}

fn pretty(document: &Value) -> String {
    // A value made of JSON can always be written as JSON.
    serde_json::to_string_pretty(document).unwrap_or_default()
}

fn example() -> Value {
    json!({
        "sourceAppName": "TEST_APP",
        "taskId": "hello-1",
        "executable": {
            "type": "DOCKER",
            "url": "ghcr.io/appform-io/test-task",
            "dockerPullTimeout": "100 seconds"
        },
        "resources": [
            { "type": "CPU", "count": 1 },
            { "type": "MEMORY", "sizeInMB": 512 }
        ],
        "placementPolicy": { "type": "ANY" },
        "env": { "ITERATIONS": "30" }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_typed_text_never_wipes_the_form() {
        let mut draft = Draft::default();
        let whole = draft.text().to_owned();
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            draft.edit_text(whole[..end].to_owned());
            assert_eq!(draft.form(), Draft::default().form(), "after {end} letters");
        }
        draft.edit_text("[1, 2]".into());
        assert_eq!(draft.fault(), Some("A spec is a JSON object: { … }"));
        assert_eq!(draft.document(), Draft::default().document());
        draft.edit_text(whole);
        assert_eq!(draft, Draft::default());
    }

    #[test]
    fn form_and_text_follow_each_other() {
        let mut draft = Draft::default();
        draft.edit_form(|form| form.cpu = "4".into());
        assert!(draft.text().contains("\"count\": 4"));
        draft.edit_text(
            draft.text().replace("hello-1", "T0002").replace("\"env\"", "\"tags\": {\"team\": \"x\"}, \"env\""),
        );
        assert_eq!(draft.form().id, "T0002");
        draft.edit_form(|form| form.id = "T0003".into());
        assert_eq!(draft.document()["tags"]["team"], "x");
    }

    #[test]
    fn a_change_in_the_form_sets_a_half_typed_text_aside() {
        let mut draft = Draft::default();
        let half = draft.text().replace("\"hello-1\"", "\"T0002\", \"tags\": {");
        draft.edit_text(half.clone());
        assert!(draft.fault().is_some());
        draft.edit_form(|form| form.memory = "64".into());
        assert_eq!((draft.fault(), draft.set_aside()), (None, Some(half.as_str())));
        draft.bring_back();
        assert_eq!(draft.text(), half);
        assert_eq!(draft.form().memory, "64", "what the form says stays until the text can be read");
    }

    #[test]
    fn a_whole_create_is_taken_apart() {
        let mut draft = Draft::default();
        let body = json!({
            "type": "CREATE", "spec": {"sourceAppName": "A", "taskId": "B"},
            "opSpec": {"timeout": "9m", "parallelism": 3, "failureStrategy": "ROLLBACK"}
        });
        draft.edit_text(body.to_string());
        assert_eq!((draft.form().app.as_str(), draft.operation().timeout.as_str()), ("A", "9m"));
        assert_eq!(draft.body(), body);
    }

    #[test]
    fn the_example_is_what_drove_accepts() {
        let draft = Draft::default();
        let read = model::TaskOperation::from_json(&draft.body()).unwrap();
        assert_eq!(model::validate::bean::operation(&read), [] as [&str; 0]);
        assert_eq!(draft.document()["executable"]["url"], "ghcr.io/appform-io/test-task");
    }
}
