//! Where the embedded cluster answers differently on purpose. Each row of `docs/fidelity.md` has a name; here are the
//! recorded requests that a row excludes, or the rule by which it does.

use super::recording::Exchange;
use std::{fs, path::Path};

/// Recorded requests that are not compared: (group, id, row).
const EXCLUDED: &[(&str, &str, &str)] = &[
    ("envelope", "spec-without-placement", "missing-placement"),
    ("envelope", "create-without-placement", "missing-placement"),
    ("validation", "spec-placement-null", "missing-placement"),
    ("validation", "spec-resources-null-element", "null-elements"),
    ("validation", "spec-args-null-element", "null-elements"),
    ("envelope", "placement-simulate", "simulate-placement"),
    ("cli", "simulate-placement", "simulate-placement"),
    ("maintenance", "set-form", "content-type-of-nothing"),
    ("validation", "dryrun-true", "rule-dry-run"),
    ("validation", "dryrun-false", "rule-dry-run"),
    ("validation", "dryrun-broken", "rule-dry-run"),
    ("validation", "dryrun-hope", "rule-dry-run"),
    ("validation", "dryrun-other-policy", "rule-dry-run"),
    ("validation", "dryrun-bare", "rule-dry-run"),
    ("cli", "apps-list", "applications"),
    ("cli", "not-leader", "one-controller"),
];

/// The row that excludes a recorded request, if one does.
pub fn row_of(group: &str, exchange: &Exchange) -> Option<&'static str> {
    if !exchange.request.path.starts_with("/apis/") || exchange.request.path == "/apis/ui" {
        return Some("user-interface");
    }
    EXCLUDED.iter().find(|(g, id, _)| *g == group && *id == exchange.id).map(|(_, _, row)| *row)
}

/// Whether the recorded answer is one that `docs/fidelity.md` replaces by a 403 (row `no-role`).
pub fn is_null_role(exchange: &Exchange) -> bool {
    let log_download =
        exchange.request.user.as_deref() == Some("norole") && exchange.request.path.contains("/download/");
    exchange.response.status == 500
        && (exchange.response.body.to_string().contains("DroveUser.getRole()") || log_download)
}

#[test]
fn every_exception_has_its_row_in_the_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fidelity.md");
    let document = fs::read_to_string(path).unwrap();
    let rules = ["user-interface", "no-role", "error-pages", "content-length"];
    for row in EXCLUDED.iter().map(|(_, _, row)| *row).chain(rules) {
        assert!(document.contains(&format!("| `{row}` |")), "docs/fidelity.md has no row {row}");
    }
}
