//! What "the same answer" means.

use super::{
    exceptions,
    recording::{Exchange, Response},
    world::{Answer, entries},
};
use http::header;
use serde_json::Value;
use std::collections::BTreeSet;

/// Headers that a client depends on, compared literally.
const HEADERS: [&str; 4] = ["allow", "location", "www-authenticate", "vary"];
/// Objects whose keys are data: NUMA nodes, types of events.
const MAPS: [&str; 9] =
    ["freeCores", "usedCores", "freeMemory", "usedMemory", "cores", "memory", "memoryInMB", "eventsCount", "env"];

/// Differences between an answer and the recorded one; empty = the same.
pub fn differences(exchange: &Exchange, answer: &Answer) -> Vec<String> {
    let recorded = &exchange.response;
    let mut found = Differences::default();
    if exceptions::is_null_role(exchange) {
        found.equal("status", &answer.status.as_u16(), &403);
        found.envelope_of_refusal(answer);
        return found.0;
    }
    found.equal("status", &answer.status.as_u16(), &recorded.status);
    for name in HEADERS {
        let wanted =
            recorded.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        found.equal(name, &answer.header(name), &wanted);
    }
    if is_page(exchange) {
        if exchange.request.method != "HEAD" {
            found.envelope_of_refusal(answer);
        }
        return found.0;
    }
    let wanted = recorded.headers.get("Content-Type").map(String::as_str);
    found.equal("content-type", &answer.header("content-type"), &wanted);
    if exchange.request.method == "HEAD" {
        let is_empty = |length: Option<&str>| length == Some("0");
        let wanted = recorded.headers.get("Content-Length").map(String::as_str);
        found.equal("claims to be empty", &is_empty(answer.header("content-length")), &is_empty(wanted));
    }
    found.body(exchange, answer);
    found.0
}

/// The container's own error page, in any of its forms (row `error-pages`).
fn is_page(exchange: &Exchange) -> bool {
    let Response { status, body, .. } = &exchange.response;
    let head = exchange.request.method == "HEAD" && *status >= 400;
    let empty_page = body == "" && (*status == 406 || head);
    let text = body.as_str().unwrap_or_default();
    empty_page || text.starts_with("<html>") || text.starts_with("HTTP ERROR") || body.get("servlet").is_some()
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, ours: &T, recorded: &T) {
        if ours != recorded {
            self.0.push(format!("{what}: {ours:?} instead of {recorded:?}"));
        }
    }

    fn envelope_of_refusal(&mut self, answer: &Answer) {
        let envelope = answer.json();
        self.equal("status of the envelope", &envelope["status"].as_str(), &Some("FAILED"));
        let says_something = envelope["message"].as_str().is_some_and(|message| !message.is_empty());
        self.equal("message is there", &says_something, &true);
        self.equal("content-type", &answer.header("content-type"), &Some("application/json"));
    }

    fn body(&mut self, exchange: &Exchange, answer: &Answer) {
        let recorded = &exchange.response.body;
        if exchange.response.body_omitted.is_some() {
            return;
        }
        let Some(status) = recorded.get("status").filter(|_| recorded.get("message").is_some()) else {
            return self.bare(exchange, answer);
        };
        let ours = answer.json();
        self.equal("status of the envelope", &ours["status"], status);
        self.equal("message", &ours["message"], &recorded["message"]);
        match recorded["message"].as_str() {
            Some("Command validation failure") => self.equal("entries", &answer.entries(), &entries(recorded)),
            Some("JSON validation failure") => self.equal("has entries", &!answer.entries().is_empty(), &true),
            _ => match (recorded.get("data"), ours.get("data")) {
                (Some(wanted), Some(data)) => self.fields("data", data, wanted),
                (wanted, data) => self.equal("data", &data, &wanted),
            },
        }
    }

    /// An answer without an envelope: log calls, texts, nothing.
    fn bare(&mut self, exchange: &Exchange, answer: &Answer) {
        match &exchange.response.body {
            Value::Object(_) => {
                let (ours, recorded) = (answer.json(), &exchange.response.body);
                self.fields("body", &ours, recorded);
                self.equal("error", &ours.get("error"), &recorded.get("error"));
            }
            // The text of a log is its own affair: what the simulated container wrote.
            Value::String(_) if answer.headers.contains_key(header::CONTENT_DISPOSITION) => {}
            Value::String(text) => self.equal("text", &String::from_utf8_lossy(&answer.body).into_owned(), text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {}
        }
    }

    /// The same fields of the same kinds, whatever their values.
    fn fields(&mut self, path: &str, ours: &Value, recorded: &Value) {
        match (ours, recorded) {
            (Value::Object(a), Value::Object(b)) => {
                if MAPS.iter().any(|name| path.ends_with(&format!(".{name}"))) {
                    return;
                }
                if path.ends_with(".metadata") {
                    // Compared event by event.
                    return;
                }
                let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
                self.equal(path, &names(a), &names(b));
                for (name, value) in a {
                    if let Some(wanted) = b.get(name) {
                        self.fields(&format!("{path}.{name}"), value, wanted);
                    }
                }
            }
            (Value::Array(a), Value::Array(b)) => {
                self.equal(&format!("{path} is empty"), &a.is_empty(), &b.is_empty());
                for value in a {
                    match b.iter().find(|wanted| same_kind(value, wanted)).or(b.first()) {
                        Some(wanted) => {
                            self.fields(&format!("{path}[]"), value, wanted);
                            self.event(path, value, wanted);
                        }
                        None => return,
                    }
                }
            }
            (a, b) => self.equal(path, &kind(a), &kind(b)),
        }
    }

    /// Events of one type and state have the same facts.
    fn event(&mut self, path: &str, ours: &Value, recorded: &Value) {
        if ours.get("metadata").is_some() && ours.get("time").is_some() && same_kind(ours, recorded) {
            let names =
                |event: &Value| event["metadata"].as_object().map(|map| map.keys().cloned().collect::<BTreeSet<_>>());
            self.equal(&format!("{path}[].metadata"), &names(ours), &names(recorded));
        }
    }
}

/// Elements of a list that can be expected to have the same fields.
fn same_kind(a: &Value, b: &Value) -> bool {
    let facets = |value: &Value| {
        [
            value.get("type").cloned(),
            value.get("state").filter(|state| state.is_string()).cloned(),
            value.pointer("/metadata/CURRENT_STATE").cloned(),
            value.pointer("/metadata/RESULT_STATUS").cloned(),
        ]
    };
    facets(a) == facets(b)
}

/// Kind of a value. Java writes a double that is not a number as text (contract 1.1).
fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(text) if text == "NaN" => "number",
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
