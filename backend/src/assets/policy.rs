use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use sha2::{Digest, Sha256};

/// Everything comes from this server, WebAssembly may run, and the one inline script that trunk writes is allowed by its
/// hash, taken from the page as it is.
pub(super) fn content_security_policy(index: &str) -> HeaderValue {
    let hashes: String =
        inline_scripts(index).map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script)))).collect();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    // Base64 and the text above are plain ASCII; a page without scripts is the safe reading of anything else.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'; script-src 'none'"))
}

/// The contents of `<script>` elements without `src`.
fn inline_scripts(index: &str) -> impl Iterator<Item = &str> {
    index.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (content, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(content)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn inline_scripts_are_allowed_by_hash_and_nothing_else_is() {
        let index = "<script src=\"/theme.js\"></script><script type=\"module\">start()</script>";
        let policy = content_security_policy(index);
        let policy = policy.to_str().unwrap();
        let hash = STANDARD.encode(Sha256::digest("start()"));
        assert!(policy.contains(&format!("script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}';")), "{policy}");
        assert_eq!(policy.matches("sha256").count(), 1);
        assert!(!policy.contains("unsafe-inline"));
    }
}
