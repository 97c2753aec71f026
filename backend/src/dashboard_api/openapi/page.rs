//! A description as one page of HTML: operations first, then the types they speak of. No scripts, nothing from elsewhere.

use serde_json::{Map, Value};
use std::fmt::Write;

/// The page's stylesheet.
pub const STYLE: &str = include_str!("page.css");

/// Renders an OpenAPI document.
pub fn render(document: &Value) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n",
    );
    let info = &document["info"];
    let title = escape(text(&info["title"]));
    push(
        &mut page,
        &format!(
            "<title>{title}: API</title>\n<link rel=\"stylesheet\" href=\"docs.css\">\n<main>\n<h1>{title}: API</h1>\n"
        ),
    );
    for paragraph in text(&info["description"]).split("\n\n") {
        push(&mut page, &format!("<p>{}</p>\n", prose(paragraph)));
    }
    push(&mut page, "<p><a href=\"openapi.json\">openapi.json</a> is the same for machines.</p>\n");
    for (path, methods) in entries(&document["paths"]) {
        for (method, operation) in entries(methods) {
            push(&mut page, &render_operation(path, method, operation));
        }
    }
    push(&mut page, "<h2>Types</h2>\n");
    for (name, schema) in entries(&document["components"]["schemas"]) {
        let name = escape(name);
        push(
            &mut page,
            &format!("<section id=\"{name}\">\n<h3><code>{name}</code></h3>\n{}</section>\n", render_schema(schema)),
        );
    }
    page.push_str("</main>\n</html>\n");
    page
}

fn render_operation(path: &str, method: &str, operation: &Value) -> String {
    let mut section = format!("<section>\n<h2><code>{} {}</code></h2>\n", escape(&method.to_uppercase()), escape(path));
    for part in ["summary", "description"] {
        if let Some(words) = operation[part].as_str() {
            push(&mut section, &format!("<p>{}</p>\n", prose(words)));
        }
    }
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        section.push_str("<table>\n<caption>Parameters</caption>\n");
        for parameter in parameters {
            let row = row(text(&parameter["name"]), &escape(text(&parameter["in"])), text(&parameter["description"]));
            section.push_str(&row);
        }
        section.push_str("</table>\n");
    }
    if let Some(body) = operation.get("requestBody") {
        push(&mut section, &format!("<p>Body: {}. {}</p>\n", contents(body), prose(text(&body["description"]))));
    }
    section.push_str("<table>\n<caption>Answers</caption>\n");
    for (status, answer) in entries(&operation["responses"]) {
        section.push_str(&row(status, &contents(answer), text(&answer["description"])));
    }
    section.push_str("</table>\n</section>\n");
    section
}

/// Kinds of content with their types.
fn contents(holder: &Value) -> String {
    let content = entries(&holder["content"]);
    content
        .map(|(kind, content)| format!("{} {}", escape(kind), kind_of(&content["schema"])))
        .collect::<Vec<_>>()
        .join(", ")
}

fn render_schema(schema: &Value) -> String {
    let mut html = String::new();
    if let Some(words) = schema["description"].as_str() {
        push(&mut html, &format!("<p>{}</p>\n", prose(words)));
    }
    let fields = schema["properties"].as_object();
    if let Some(fields) = fields {
        html.push_str("<table>\n");
        for (name, field) in fields {
            let required =
                schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name));
            let kind = format!("{}{}", kind_of(field), if required { "" } else { ", may be absent" });
            html.push_str(&row(name, &kind, text(&field["description"])));
        }
        html.push_str("</table>\n");
    } else {
        push(&mut html, &format!("<p>{}</p>\n", kind_of(schema)));
    }
    html
}

/// A type in a few words, with links to those that have a name.
fn kind_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escape(name);
        return format!("<a href=\"#{name}\"><code>{name}</code></a>");
    }
    for (keyword, word) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if let Some(kinds) = schema[keyword].as_array() {
            return kinds.iter().map(kind_of).collect::<Vec<_>>().join(word);
        }
    }
    if let Some(constants) = schema["enum"].as_array() {
        return constants
            .iter()
            .map(|constant| format!("<code>{}</code>", escape(&constant.to_string())))
            .collect::<Vec<_>>()
            .join(" or ");
    }
    if let Some(fields) = schema["properties"].as_object() {
        let fields: Vec<_> =
            fields.iter().map(|(name, field)| format!("<code>{}</code>: {}", escape(name), kind_of(field))).collect();
        return format!("{{ {} }}", fields.join(", "));
    }
    if schema["items"].is_object() {
        return format!("list of {}", kind_of(&schema["items"]));
    }
    if schema["additionalProperties"].is_object() {
        return format!("names with {}", kind_of(&schema["additionalProperties"]));
    }
    match &schema["type"] {
        Value::String(kind) => escape(kind),
        Value::Array(kinds) => kinds.iter().map(|kind| escape(text(kind))).collect::<Vec<_>>().join(" or "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "anything".to_owned(),
    }
}

fn row(name: &str, kind: &str, words: &str) -> String {
    format!("<tr><th scope=\"row\"><code>{}</code></th><td>{kind}</td><td>{}</td></tr>\n", escape(name), prose(words))
}

/// Text with `code` in it; the links of Rust's own documentation lead nowhere here.
fn prose(words: &str) -> String {
    let plain = words.replace("[`", "`").replace("`]", "`");
    let mut html = String::new();
    for (index, part) in plain.split('`').enumerate() {
        let part = escape(part);
        // Every other part stands between backticks.
        let part = if index % 2 == 1 { format!("<code>{part}</code>") } else { part };
        html.push_str(&part);
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn push(page: &mut String, html: &str) {
    // Writing to a String cannot fail.
    let _ = page.write_str(html);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_described_is_shown_and_nothing_in_it_is_markup() {
        let page = render(&json!({
            "info": { "title": "A & B", "description": "One `x<y`.\n\nTwo [`Z`]." },
            "paths": { "/api/x/{id}": { "post": {
                "summary": "Does <b>it</b>",
                "parameters": [{ "name": "id", "in": "path", "description": "Which" }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Z" } } } },
                "responses": { "200": { "description": "Done", "content": { "text/csv": { "schema": { "type": "string" } } } } },
            } } },
            "components": { "schemas": { "Z": {
                "description": "A thing", "type": "object", "required": ["a"],
                "properties": { "a": { "type": ["string", "null"] }, "b": { "type": "array", "items": { "$ref": "#/components/schemas/Z" } } },
            } } },
        }));
        for part in [
            "<title>A &amp; B: API</title>",
            "<p>One <code>x&lt;y</code>.</p>",
            "<p>Two <code>Z</code>.</p>",
            "<code>POST /api/x/{id}</code>",
            "Does &lt;b&gt;it&lt;/b&gt;",
            "Body: application/json <a href=\"#Z\">",
            "<td>text/csv string</td><td>Done</td>",
            "<section id=\"Z\">",
            "<td>string or null</td>",
            "<td>list of <a href=\"#Z\"><code>Z</code></a>, may be absent</td>",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(!page.contains("<script") && !page.contains("style="));
    }
}
