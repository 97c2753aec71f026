//! The text of the JSON tab: how it is read, and what is said about it. Pure.

use super::field::{FieldId, FormField};
use model::{
    TaskOperation, TaskSpec,
    decode::{JsonFault, JsonText, Position},
    validate,
};
use serde_json::Value;

/// A text that can be read.
#[derive(Debug, PartialEq)]
pub struct Read {
    /// The spec.
    pub document: Value,
    /// `opSpec`, if the text is a whole CREATE.
    pub operation: Option<Value>,
    /// What Drove lets pass and its author may not have meant.
    pub remarks: Vec<String>,
}

/// Reads a spec, or a whole CREATE.
///
/// # Errors
/// Why the text cannot be read, with line, column and field.
pub fn read(text: &str) -> Result<Read, String> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
    if !value.is_object() {
        return Err("A spec is a JSON object: { … }".into());
    }
    let mut remarks: Vec<String> = JsonText::new(text)
        .repeated_keys()
        .into_iter()
        .map(|(position, path)| format!("{position}: {path} appears twice in its object. Only the last one counts."))
        .collect();
    let is_create =
        value.get("type").and_then(Value::as_str) == Some("CREATE") && value.get("spec").is_some_and(Value::is_object);
    if !is_create {
        TaskSpec::from_json(&value).map_err(|fault| placed(text, &fault))?;
        return Ok(Read { document: value, operation: None, remarks });
    }
    TaskOperation::from_json(&value).map_err(|fault| placed(text, &fault))?;
    let hints = validate::operation_hints(&value).into_iter();
    remarks.extend(hints.map(|hint| format!("{}: {}", hint.path, hint.message)));
    let mut take = |name: &str| value.get_mut(name).map(Value::take);
    let (document, operation) = (take("spec").unwrap_or_default(), take("opSpec"));
    Ok(Read { document, operation, remarks })
}

/// Characters in the strings of a text that look like others or like nothing, with their positions.
pub fn odd_characters(text: &str) -> Vec<String> {
    let odd = validate::odd_in_json(text).into_iter().filter(|(_, _, in_string)| *in_string);
    odd.map(|(at, name, _)| format!("{}: {name}, inside a text.", Position::of(text, at))).collect()
}

/// A value of a kind that Drove does not take.
fn placed(text: &str, fault: &JsonFault) -> String {
    let position = JsonText::new(text).position(&fault.path);
    let what = match (FieldId::of_path(&fault.path), fault.path.as_str()) {
        (_, "") => "this".to_owned(),
        (FieldId::Document, path) => path.to_owned(),
        (field, path) => format!("{} ({path})", field.label()),
    };
    format!("{position}: {what} cannot be read: {}", fault.plain())
}

/// A text that is no JSON.
fn explain(text: &str, error: &serde_json::Error) -> String {
    if let Some((at, name, _)) = validate::odd_in_json(text).into_iter().find(|(_, _, in_string)| !in_string) {
        return format!("{}: {name}. JSON takes plain blanks and \" only.", Position::of(text, at));
    }
    // Columns of the parser are bytes.
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (line_start + error.column().saturating_sub(1)).min(text.len());
    let at = (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let what = error.to_string();
    format!("{}: {}", Position::of(text, at), what.split(" at line ").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn fault(text: &str) -> String {
        read(text).unwrap_err()
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_with_line_column_and_field() {
        let text = "{\n  \"resources\": [\n    { \"type\": \"CPU\", \"count\": \"two\" }\n  ]\n}";
        assert_eq!(fault(text), "Line 3, column 31: CPU (resources[0].count) cannot be read: not a whole number");
        assert_eq!(
            fault("{\"logging\": {\"type\": \"NOWHERE\"}}"),
            "Line 1, column 22: logging.type cannot be read: known type ids = [LOCAL, RSYSLOG] (for POJO property 'logging')"
        );
        assert_eq!(
            fault("{\"type\": \"CREATE\", \"spec\": {}, \"opSpec\": {\"timeout\": \"5M\"}}"),
            "Line 1, column 54: Timeout (opSpec.timeout) cannot be read: Invalid duration: 5M. Wrong time unit"
        );
    }

    #[test]
    fn characters_that_are_not_what_they_look_like_are_named() {
        for (text, said) in [
            ("\u{feff}{}", "Line 1, column 1: a byte order mark (U+FEFF), which is invisible."),
            ("{\n\u{a0}\"a\": 1}", "Line 2, column 1: a no-break space (U+00A0)."),
            ("{“taskId”: “x”}", "Line 1, column 2: the typographic quotation mark “ (U+201C)."),
        ] {
            assert_eq!(fault(text), format!("{said} JSON takes plain blanks and \" only."));
        }
        assert_eq!(
            odd_characters("{\"a\": \"x\u{a0}y\"}"),
            ["Line 1, column 9: a no-break space (U+00A0), inside a text."]
        );
    }

    #[test]
    fn syntax_errors_are_placed_by_characters() {
        assert_eq!(fault("{\"ü\": 1,\n \"ö\" 2}"), "Line 2, column 6: expected `:`");
    }

    #[test]
    fn repeated_and_unknown_keys_are_named() {
        let text = "{\"taskId\": \"a\",\n \"taskId\": \"b\"}";
        let read = read(text).unwrap();
        assert_eq!(read.remarks, ["Line 2, column 2: taskId appears twice in its object. Only the last one counts."]);
        assert_eq!(read.document["taskId"], "b");
        let wrapped = super::read("{\"type\": \"CREATE\", \"spec\": {\"taskId\": \"a\"}, \"opspec\": {}}").unwrap();
        assert_eq!(wrapped.remarks, ["opspec: Drove ignores this field. Did you mean opSpec?"]);
        assert_eq!((wrapped.document["taskId"].as_str(), wrapped.operation), (Some("a"), None));
    }
}
