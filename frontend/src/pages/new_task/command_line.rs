//! The same CREATE as a command line, for a terminal. Pure. Credentials are never part of it.

use model::secret::{is_secret, mask_values};
use serde_json::Value;

/// Whether secret-looking values stand in a command in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As dots.
    Masked,
    /// As they are, to be run.
    Shown,
}

/// For the official client: the spec goes into a file.
pub fn drove_cli(body: &Value, address: &str, secrets: Secrets) -> String {
    let spec = body.get("spec").unwrap_or(&Value::Null);
    let name = |field| spec.get(field).and_then(Value::as_str).unwrap_or_default();
    let (app, id) = (name("sourceAppName"), name("taskId"));
    let file = if id.is_empty() { "task.json".to_owned() } else { format!("{}.json", file_name(id)) };
    format!(
        "cat > {file} <<'SPEC'\n{}\nSPEC\ndrove -e {address} -u \"$DROVE_USER\" -p \"$DROVE_PASSWORD\" tasks create {file}\n\
         drove -e {address} -u \"$DROVE_USER\" -p \"$DROVE_PASSWORD\" tasks show {} {}",
        pretty(spec, secrets),
        shell_word(app),
        shell_word(id),
    )
}

/// For curl.
pub fn curl(body: &Value, address: &str, secrets: Secrets) -> String {
    format!(
        "curl -u \"$DROVE_USER:$DROVE_PASSWORD\" \\\n  -H 'Content-Type: application/json' \\\n  -d @- \\\n  \
         {address}/apis/v1/tasks/operations <<'BODY'\n{}\nBODY",
        pretty(body, secrets)
    )
}

/// Names of variables whose values are masked.
pub fn secret_names(body: &Value) -> Vec<String> {
    let env = body.pointer("/spec/env").and_then(Value::as_object);
    let is_hidden = |(name, value): &(&String, &Value)| is_secret(name, value.as_str().unwrap_or_default());
    env.into_iter().flatten().filter(is_hidden).map(|(name, _)| name.clone()).collect()
}

fn pretty(value: &Value, secrets: Secrets) -> String {
    let mut shown = value.clone();
    if secrets == Secrets::Masked {
        mask_values(&mut shown);
    }
    // A value made of JSON can always be written as JSON.
    serde_json::to_string_pretty(&shown).unwrap_or_default()
}

fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect()
}

fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::secret::MASK;
    use serde_json::json;

    #[test]
    fn commands_hold_the_whole_operation_and_no_secret() {
        let body = json!({
            "type": "CREATE",
            "spec": {"sourceAppName": "A", "taskId": "B 1", "env": {"API_TOKEN": "abc", "N": "1"}},
            "opSpec": {"timeout": "5m"}
        });
        let shown = curl(&body, "http://host", Secrets::Shown);
        assert!(shown.contains("http://host/apis/v1/tasks/operations") && shown.contains("\"abc\""));
        for masked in [curl(&body, "http://host", Secrets::Masked), drove_cli(&body, "http://host", Secrets::Masked)] {
            assert!(!masked.contains("abc") && masked.contains(MASK), "{masked}");
        }
        let cli = drove_cli(&body, "http://host", Secrets::Masked);
        assert!(cli.contains("cat > B-1.json") && cli.ends_with("tasks show A 'B 1'"), "{cli}");
        assert_eq!(secret_names(&body), ["API_TOKEN"]);
    }
}
