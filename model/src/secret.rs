//! Which values look like secrets, and how they are hidden in what the page shows. A guess by name: it errs on the side
//! of hiding, and nothing that is sent or downloaded goes through it.

use serde_json::Value;
use std::borrow::Cow;

/// What stands in place of a hidden value.
pub const MASK: &str = "••••••••";

/// Parts of names whose values are hidden.
const SECRET_PARTS: &[&str] = &[
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "ACCESSKEY",
    "PRIVATE_KEY",
    "PRIVATEKEY",
    "SSH_PRIVATE",
    "CREDENTIAL",
    "CREDS",
    "COOKIE",
    "JWT",
    "AUTHORIZATION",
    "AUTH_HEADER",
    "DSN",
];

/// Last words of names whose values are hidden.
const SECRET_ENDS: &[&str] = &["PWD", "PASS", "KEY", "AUTH", "PAT"];

/// Whether the value of a variable or field of this name is likely a secret.
pub fn looks_secret(name: &str) -> bool {
    let plain: String = name.chars().map(|c| if c == '-' || c == '.' { '_' } else { c.to_ascii_uppercase() }).collect();
    SECRET_PARTS.iter().any(|part| plain.contains(part))
        || SECRET_ENDS
            .iter()
            .any(|end| plain.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('_')))
}

/// Whether a variable holds a secret by its name, or by a password in a URL: `scheme://user:password@host`.
pub fn is_secret(name: &str, value: &str) -> bool {
    looks_secret(name)
        || (value.contains("://") && value.match_indices(':').any(|(at, _)| url_password(value, at).is_some()))
}

/// `text` with secret-looking values hidden: `DB_PASSWORD=…`, `"token": "…"`, `Authorization: Bearer …` and the password
/// in `scheme://user:password@host`.
pub fn mask_secrets(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['=', ':'])) {
        let sign = at + found;
        at = sign + 1;
        let value = url_password(text, sign).or_else(|| {
            let name = name_before(text, sign)?;
            looks_secret(name).then(|| value_after(text, sign + 1))
        });
        let Some((from, to)) = value.filter(|(from, to)| from < to) else { continue };
        masked.push_str(&text[copied..from]);
        masked.push_str(MASK);
        (copied, at) = (to, to);
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// Hides values under secret-looking names, and passwords in URLs, in a JSON document, at any depth.
pub fn mask_values(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_empty = field.is_null() || field.as_str() == Some("") || field.is_object() || field.is_array();
                match looks_secret(name) && !is_empty {
                    true => *field = MASK.into(),
                    false => mask_values(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_values),
        Value::String(text) if is_secret("", text) => *text = mask_secrets(text).into_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes out of a spec what must not be kept: passwords, `authHeader`, header values and INLINE data of configs, and
/// unless `keep_env` the values of variables that look like secrets and the payload and query of HTTP configs. Each is
/// replaced by an empty text, a path by itself without its query, and handed to `taken` with its JSON pointer.
pub fn take_secrets(spec: &mut Value, keep_env: bool, mut taken: impl FnMut(String, Value)) {
    let mut take = |value: Option<&mut Value>, pointer: String| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            taken(pointer, std::mem::replace(value, Value::String(String::new())));
        }
    };
    let env = spec.get_mut("env").and_then(Value::as_object_mut).filter(|_| !keep_env);
    for (name, value) in
        env.into_iter().flatten().filter(|(name, value)| is_secret(name, value.as_str().unwrap_or_default()))
    {
        take(Some(value), format!("/env/{}", pointer_part(name)));
    }
    let configs = spec.get_mut("configs").and_then(Value::as_array_mut);
    for (index, config) in configs.into_iter().flatten().enumerate() {
        let mut take = |value: Option<&mut Value>, at: String| take(value, format!("/configs/{index}{at}"));
        take(config.get_mut("data"), "/data".to_owned());
        let Some(http) = config.get_mut("http") else { continue };
        if !keep_env {
            take(http.get_mut("payload"), "/http/payload".to_owned());
            let path = http["path"].as_str().and_then(|path| path.split_once('?')).map(|(path, _)| path.to_owned());
            if let Some(path) = path {
                take(http.get_mut("path"), "/http/path".to_owned());
                http["path"] = path.into();
            }
        }
        take(http.get_mut("password"), "/http/password".to_owned());
        take(http.get_mut("authHeader"), "/http/authHeader".to_owned());
        let Some(headers) = http.get_mut("headers") else { continue };
        match headers.as_object_mut() {
            Some(headers) => {
                for (name, value) in headers {
                    take(Some(value), format!("/http/headers/{}", pointer_part(name)));
                }
            }
            None => take(Some(headers), "/http/headers".to_owned()),
        }
    }
}

/// A name as a part of a JSON pointer.
pub fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A JSON pointer into a spec as a person reads it: the name of a variable, or a property path.
pub fn spoken_pointer(pointer: &str) -> String {
    let plain = |part: &str| part.replace("~1", "/").replace("~0", "~");
    if let Some(name) = pointer.strip_prefix("/env/") {
        return plain(name);
    }
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(index) => path.push_str(&format!("[{index}]")),
            Err(_) if path.is_empty() => path.push_str(&plain(part)),
            Err(_) => path.push_str(&format!(".{}", plain(part))),
        }
    }
    if path.is_empty() { pointer.to_owned() } else { path }
}

/// The word that ends at `end`, without a quote around it.
fn name_before(text: &str, end: usize) -> Option<&str> {
    let before = text[..end].trim_end_matches(['"', '\'', ' ']);
    let start = before.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
    let word = &before[start.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))..];
    (!word.is_empty()).then_some(word)
}

/// Where the value that begins at `start` lies: quoted, or up to the next blank or separator.
fn value_after(text: &str, start: usize) -> (usize, usize) {
    let rest = &text[start..];
    let mut from = start + (rest.len() - rest.trim_start_matches(' ').len());
    for scheme in ["Bearer ", "Basic ", "bearer ", "basic "] {
        if text[from..].starts_with(scheme) {
            from += scheme.len();
        }
    }
    let value = &text[from..];
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let length = value.find([' ', ',', '}', ')', ';', '\t', '\n']).unwrap_or(value.len());
        return (from, from + length);
    };
    let inside = &value[1..];
    (from + 1, from + 1 + inside.find(quote).unwrap_or(inside.len()))
}

/// Where the password lies, if the colon at `colon` stands between user and password of a URL.
fn url_password(text: &str, colon: usize) -> Option<(usize, usize)> {
    if text.as_bytes().get(colon) != Some(&b':') {
        return None;
    }
    let user = text[..colon].rsplit([' ', '"', '\'', '=']).next()?;
    let (_, user) = user.split_once("://")?;
    let password = text[colon + 1..].split([' ', '"', '\'', '/']).next()?;
    let length = password.rfind('@')?;
    (!user.contains(['/', '@', ':']) && length > 0).then_some((colon + 1, colon + 1 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_secret() {
        for name in [
            "DB_PASSWORD",
            "api-key",
            "LEDGER_DSN",
            "github.token",
            "MY_PWD",
            "DB_PASS",
            "ENCRYPTION_KEY",
            "KEY",
            "X_AUTH",
            "GITHUB_PAT",
            "SSH_PRIVATE_ED25519",
            "SESSION_COOKIE",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in
            ["PERIOD", "KEYBOARD", "PATH", "AUTHOR", "MONKEY", "BYPASS", "KEY_COUNT", "COMPASS", "PATTERN", "REPAT"]
        {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn values_of_secret_names_are_hidden() {
        for (text, shown) in [
            ("DB_PASSWORD=hunter2 next", "DB_PASSWORD=•••••••• next"),
            ("env={A=1, API_TOKEN=abc:def}, error=", "env={A=1, API_TOKEN=••••••••}, error="),
            (r#"{"password": "a \u00e9", "x": 1}"#, r#"{"password": "••••••••", "x": 1}"#),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ••••••••"),
            ("postgres://app:s3cret@db:5432/x", "postgres://app:••••••••@db:5432/x"),
            ("grüße: TOKEN='ü'", "grüße: TOKEN='••••••••'"),
        ] {
            assert_eq!(mask_secrets(text), shown);
        }
    }

    #[test]
    fn any_scalar_under_a_secret_name_is_hidden_and_so_is_a_password_in_a_url() {
        let mut document = serde_json::json!({
            "env": {"PIN_TOKEN": 1234, "USE_KEY": true, "N": 5, "EMPTY_KEY": "", "DB": "postgres://app:s3cret@db/x", "U": "http://h:80/a"}
        });
        mask_values(&mut document);
        let masked = serde_json::json!({
            "env": {"PIN_TOKEN": MASK, "USE_KEY": MASK, "N": 5, "EMPTY_KEY": "", "DB": format!("postgres://app:{MASK}@db/x"), "U": "http://h:80/a"}
        });
        assert_eq!(document, masked);
        assert!(is_secret("DB", "amqp://a:b@h") && !is_secret("DB", "amqp://h:1/b@c") && is_secret("A_KEY", ""));
    }

    #[test]
    fn pointers_are_spoken_as_names_and_paths() {
        for (pointer, spoken) in [
            ("/env/TOKEN~1X", "TOKEN/X"),
            ("/configs/0/http/headers/X~1Y", "configs[0].http.headers.X/Y"),
            ("arguments", "arguments"),
        ] {
            assert_eq!(spoken_pointer(pointer), spoken);
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in ["", "at 12:04:18", "http://host:8080/path?a=b", "TOKEN=", "a = b", "é=ü:→"] {
            assert!(matches!(mask_secrets(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
