//! What is kept of a spec: everything but secrets, of which length and a keyed hash remain (design section 3).

use model::{
    TaskInfo,
    secret::{is_secret, pointer_part, take_secrets},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// One value that was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// JSON pointer into the spec; an empty text stands there.
    pub pointer: String,
    /// Bytes of the value as sent.
    pub length: usize,
    /// Tells whether two specs had the same value, to nobody but this ledger.
    pub hash: String,
}

/// Takes out of a spec what [`take_secrets`] names.
pub fn withhold(spec: &mut Value, hash_key: &[u8], keep_secret_env: bool) -> Vec<Withheld> {
    let mut withheld = Vec::new();
    take_secrets(spec, keep_secret_env, |pointer, value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        withheld.push(Withheld { pointer, length: text.len(), hash: keyed_hash(hash_key, text.as_bytes()) });
    });
    withheld
}

/// A record without the values of variables that look like secrets, and JSON pointers to those, as into a spec.
pub fn secret_env(info: &TaskInfo) -> (Cow<'_, TaskInfo>, Vec<String>) {
    let env = info.env.iter().flatten();
    let secret = env.filter(|(name, value)| is_secret(name, value)).map(|(name, _)| name.clone());
    let secret: Vec<String> = secret.collect();
    if secret.is_empty() {
        return (Cow::Borrowed(info), Vec::new());
    }
    let mut info = info.clone();
    for (_, value) in info.env.iter_mut().flatten().filter(|(name, _)| secret.contains(name)) {
        value.clear();
    }
    (Cow::Owned(info), secret.iter().map(|name| format!("/env/{}", pointer_part(name))).collect())
}

/// Hash of `value` that cannot be tried out without `key`.
fn keyed_hash(key: &[u8], value: &[u8]) -> String {
    // Hashing the inner digest again with the key rules out extending it.
    let inner = Sha256::new().chain_update(key).chain_update(value).finalize();
    hex(&Sha256::new().chain_update(key).chain_update(inner).finalize())
}

/// Hash of content that is stored once for many facts.
pub fn content_hash(content: &str) -> String {
    hex(&Sha256::digest(content.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn payload_and_query_of_an_http_config_go_with_secret_variables() {
        let config = |path: &str, payload: &str| {
            json!({"configs": [{"type": "EXECUTOR_HTTP_FETCH", "localFilename": "/b",
                "http": {"path": path, "payload": payload}}]})
        };
        let given = config("/get?token=geheim", "geheim");
        for (keep_secret_env, kept) in [(true, given.clone()), (false, config("/get", ""))] {
            let mut spec = given.clone();
            withhold(&mut spec, b"key", keep_secret_env);
            assert_eq!(spec, kept);
        }
    }

    #[test]
    fn secrets_are_taken_out_and_named() {
        let http =
            json!({"username": "u", "password": "geheim", "authHeader": "Bearer x", "headers": {"X/Y": "token"}});
        let mut spec = json!({"env": {"A": "1"}, "configs": [
            {"type": "INLINE", "localFilename": "/a", "data": "QUJD"},
            {"type": "EXECUTOR_HTTP_FETCH", "localFilename": "/b", "http": http},
        ]});
        let withheld = withhold(&mut spec, b"key", true);
        let pointers: Vec<&str> = withheld.iter().map(|w| w.pointer.as_str()).collect();
        let expected = [
            "/configs/0/data",
            "/configs/1/http/password",
            "/configs/1/http/authHeader",
            "/configs/1/http/headers/X~1Y",
        ];
        assert_eq!(pointers, expected);
        assert_eq!(withheld[1].length, 6);
        for pointer in expected {
            assert_eq!(spec.pointer(pointer), Some(&json!("")), "{pointer}");
        }
        assert_eq!(spec["env"]["A"], "1");
        assert_eq!(spec["configs"][1]["http"]["username"], "u");
        for secret in ["geheim", "Bearer x", "token", "QUJD"] {
            assert!(!spec.to_string().contains(secret));
        }
    }

    #[test]
    fn variables_that_look_like_secrets_are_taken_out_if_asked() {
        let mut spec = json!({"env": {"A": "1", "DB_PASSWORD": "geheim", "DB_URL": "postgres://u:p@h", "TOKEN/X": 5}});
        let before = spec.clone();
        assert_eq!(withhold(&mut spec, b"key", true), []);
        assert_eq!(spec, before);
        let withheld = withhold(&mut spec, b"key", false);
        let pointers: Vec<&str> = withheld.iter().map(|w| w.pointer.as_str()).collect();
        assert_eq!(pointers, ["/env/DB_PASSWORD", "/env/DB_URL", "/env/TOKEN~1X"]);
        assert_eq!(spec, json!({"env": {"A": "1", "DB_PASSWORD": "", "DB_URL": "", "TOKEN/X": ""}}));
    }

    #[test]
    fn the_hash_depends_on_the_key() {
        assert_eq!(keyed_hash(b"a", b"x"), keyed_hash(b"a", b"x"));
        assert_ne!(keyed_hash(b"a", b"x"), keyed_hash(b"b", b"x"));
        assert_ne!(keyed_hash(b"a", b"x"), keyed_hash(b"a", b"y"));
    }

    #[test]
    fn specs_of_any_shape_are_passed_over() {
        for mut spec in [json!(null), json!({"configs": 5}), json!({"configs": [null, 1, {"http": "x"}]})] {
            let before = spec.clone();
            assert_eq!(withhold(&mut spec, b"key", false), []);
            assert_eq!(spec, before);
        }
    }
}
