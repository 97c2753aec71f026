//! `Authorization: Basic …` (contract 7).

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{HeaderMap, header::AUTHORIZATION};

/// As Drove's Java decodes: padding may be missing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// User name and password of a request, as sent; nothing proves them yet. Bytes that are no UTF-8 are replaced, as in Drove.
pub fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = LENIENT.decode(encoded.trim()).ok()?;
    let decoded = String::from_utf8_lossy(&decoded);
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    fn read(value: &str) -> Option<(String, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        credentials(&headers)
    }

    #[test]
    fn the_password_may_hold_colons() {
        let encoded = STANDARD.encode("admin:a:b");
        assert_eq!(read(&format!("basic {encoded}")), Some(("admin".into(), "a:b".into())));
    }

    #[test]
    fn the_user_is_known_however_the_password_is_written() {
        let unpadded = STANDARD_NO_PAD.encode("admin:abc");
        assert_eq!(read(&format!("Basic {unpadded}")), Some(("admin".into(), "abc".into())));
        let latin = STANDARD.encode(b"admin:\xfc");
        assert_eq!(read(&format!("Basic {latin}")).unwrap().0, "admin");
    }

    #[test]
    fn anything_else_is_nobody() {
        for value in ["Bearer abc", "Basic", "Basic !!!", &format!("Basic {}", STANDARD.encode("nocolon"))] {
            assert_eq!(read(value), None, "{value}");
        }
        assert_eq!(credentials(&HeaderMap::new()), None);
    }
}
