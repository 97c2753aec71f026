//! The path below which everything is served (`base-path`), behind a proxy that keeps it in the addresses it passes on.

use serde::{Deserialize, Deserializer, de::Error as _};
use std::str::FromStr;

/// A prefix of paths without a slash at its end; empty if everything is served from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// The prefix: empty, or such as `/drove`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `path` without the prefix; `None` if it lies outside.
    pub fn strip<'path>(&self, path: &'path str) -> Option<&'path str> {
        match path.strip_prefix(&self.0)? {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }
}

impl FromStr for BasePath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // It stands in HTML, in a script, in headers and in cookies: with these characters it needs no escape anywhere.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
        let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.chars().all(is_plain);
        let inner = text.strip_prefix('/').map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        match inner {
            Some("") if text == "/" => Ok(Self::default()),
            Some(inner) if inner.split('/').all(is_segment) => Ok(Self(format!("/{inner}"))),
            _ => Err(format!(
                "`{text}` is no base path: expected /drove/, which begins with a slash and has only letters, digits, `-`, `_`, \
                 `.` and `~` between slashes, and no `..`"
            )),
        }
    }
}

impl<'de> Deserialize<'de> for BasePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn one_form_for_each_prefix() {
        for (text, prefix) in [("/", ""), ("/drove", "/drove"), ("/drove/", "/drove"), ("/a/b-1_c.d~/", "/a/b-1_c.d~")]
        {
            assert_eq!(text.parse::<BasePath>().unwrap().as_str(), prefix, "{text}");
        }
    }

    #[test]
    fn rejects_what_is_no_plain_absolute_path() {
        let wrong =
            ["", "drove", "//", "/a//b", "/..", "/a/../b", "/./a", "/a?b", "/a#b", "/a b", "/a%20b", "/\"", "/ü"];
        for text in wrong.into_iter().chain(["https://host/drove", "/drove//"]) {
            assert!(text.parse::<BasePath>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_whole_segments_are_stripped() {
        let base: BasePath = "/drove".parse().unwrap();
        assert_eq!(base.strip("/drove"), Some("/"));
        assert_eq!(base.strip("/drove/"), Some("/"));
        assert_eq!(base.strip("/drove/clusters/a"), Some("/clusters/a"));
        for outside in ["/", "/droves", "/tasks", "/Drove/", "/x/drove/"] {
            assert_eq!(base.strip(outside), None, "{outside}");
        }
        assert_eq!(BasePath::default().strip("/tasks"), Some("/tasks"));
    }
}
