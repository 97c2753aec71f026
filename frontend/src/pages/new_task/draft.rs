//! What is being written: the document of the spec, the form over it, the text of the JSON tab and the operation. Pure.
//!
//! The document is always the last one that could be read. A text that is half typed, or holds a value of another kind
//! than Drove reads, leaves it, and with it the form, alone.

use super::{form::TaskForm, json_text, operation::OperationForm};
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
    remarks: Vec<String>,
}

impl Draft {
    /// A task that runs as it is: it prints a line a second for half a minute.
    pub fn example() -> Self {
        Self::of(example())
    }

    /// A task that cannot be created yet: everything that differs from task to task is empty.
    pub fn blank() -> Self {
        Self::of(json!({
            "sourceAppName": "",
            "taskId": "",
            "executable": { "type": "DOCKER", "url": "", "dockerPullTimeout": "100 seconds" },
            "resources": [],
            "placementPolicy": { "type": "ANY" },
        }))
    }

    /// A draft of this spec.
    pub fn of(document: Value) -> Self {
        Self {
            form: TaskForm::read(&document),
            operation: OperationForm::default(),
            text: pretty(&document),
            document,
            fault: None,
            set_aside: None,
            remarks: Vec::new(),
        }
    }

    /// Restores a saved draft. `form` belongs to `document`; `half_typed` is the unparsable text of the JSON tab, `set_aside`
    /// the one that an edit of the form replaced.
    pub fn restored(
        document: Value,
        form: TaskForm,
        operation: OperationForm,
        half_typed: Option<String>,
        set_aside: Option<String>,
    ) -> Self {
        let mut draft = Self { form, operation, set_aside, ..Self::of(document) };
        if let Some(text) = half_typed {
            draft.edit_text(text);
        }
        draft
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

    /// What is said about the text beside its fault: keys that appear twice, or that Drove ignores beside the spec.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
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
        self.remarks.clear();
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
        match json_text::read(&text) {
            Ok(read) => {
                if let Some(operation) = &read.operation {
                    self.operation = OperationForm::read(operation);
                }
                self.form = TaskForm::read(&read.document);
                self.document = read.document;
                self.remarks = read.remarks;
                self.fault = None;
                self.set_aside = None;
            }
            Err(fault) => {
                self.fault = Some(fault);
                self.remarks.clear();
            }
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
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn a_half_typed_text_never_wipes_the_form() {
        let mut draft = Draft::example();
        let whole = draft.text().to_owned();
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            draft.edit_text(whole[..end].to_owned());
            assert_eq!(draft.form(), Draft::example().form(), "after {end} letters");
        }
        draft.edit_text("[1, 2]".into());
        assert_eq!(draft.fault(), Some("A spec is a JSON object: { … }"));
        assert_eq!(draft.document(), Draft::example().document());
        draft.edit_text(whole);
        assert_eq!(draft, Draft::example());
    }

    #[test]
    fn form_and_text_follow_each_other() {
        let mut draft = Draft::example();
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
        let mut draft = Draft::example();
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
    fn a_value_of_the_wrong_kind_leaves_the_last_good_one() {
        let mut draft = Draft::example();
        draft.edit_form(|form| form.cpu = "3".into());
        draft.edit_text(draft.text().replace("\"count\": 3", "\"count\": \"two\""));
        assert_eq!((draft.form().cpu.as_str(), &draft.document()["resources"][0]["count"]), ("3", &json!(3)));
        assert!(draft.fault().is_some_and(|fault| fault.contains("CPU (resources[0].count)")), "{:?}", draft.fault());
    }

    #[test]
    fn what_a_field_shows_is_what_is_sent() {
        for typed in ["", "many", " ", "7x"] {
            let mut draft = Draft::example();
            draft.edit_form(|form| {
                form.cpu = typed.into();
                form.memory = typed.into();
                form.pull_timeout = typed.into();
            });
            draft.edit_operation(|operation| operation.timeout = typed.into());
            let sent = draft.body().to_string();
            for former in ["\"count\":1", "512", "100 seconds", "5m"] {
                assert!(!sent.contains(former), "{former} in {sent}");
            }
        }
    }

    #[test]
    fn the_blank_form_cannot_be_created() {
        let read = model::TaskOperation::from_json(&Draft::blank().body()).unwrap();
        assert!(model::validate::bean::operation(&read).len() >= 4);
    }

    #[test]
    fn a_whole_create_is_taken_apart() {
        let mut draft = Draft::example();
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
        let draft = Draft::example();
        let read = model::TaskOperation::from_json(&draft.body()).unwrap();
        assert_eq!(model::validate::bean::operation(&read), [] as [&str; 0]);
        assert_eq!(draft.document()["executable"]["url"], "ghcr.io/appform-io/test-task");
    }
}
