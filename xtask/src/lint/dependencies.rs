//! Dependencies have licences and second versions that `docs/decisions.md` names, and it names no others.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use spdx::{Expression, ParseMode};

use crate::{Outcome, files, process};

const DOCUMENT: &str = "docs/decisions.md";
/// What the lines of the document begin with.
const LICENCES: &str = "Allowed licences: ";
const TWICE: &str = "Crates in two versions: ";

/// A package of somebody else.
struct Package {
    name: String,
    version: String,
    licence: String,
}

/// # Errors
/// When cargo or the document cannot be read.
pub fn check() -> Outcome<Vec<String>> {
    let packages = packages()?;
    let document = files::text(Path::new(DOCUMENT))?;
    let mut broken = licences(&packages, &named(&document, LICENCES)?);
    broken.extend(duplicates(&packages, &named(&document, TWICE)?));
    Ok(broken)
}

fn packages() -> Outcome<Vec<Package>> {
    let mut command = process::cargo();
    let output = command.args(["metadata", "--format-version", "1", "--locked"]).output();
    let output = output.map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let text = |package: &serde_json::Value, field: &str| package[field].as_str().unwrap_or_default().to_owned();
    let all = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let of_others = all.iter().filter(|package| !package["source"].is_null());
    Ok(of_others
        .map(|package| Package {
            name: text(package, "name"),
            version: text(package, "version"),
            licence: text(package, "license"),
        })
        .collect())
}

/// What stands between backticks in the line that begins with `beginning`.
fn named(document: &str, beginning: &str) -> Outcome<BTreeSet<String>> {
    let line = document.lines().find_map(|line| line.strip_prefix(beginning));
    let line = line.ok_or_else(|| format!("{DOCUMENT} has no line that begins with `{beginning}`"))?;
    Ok(line.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

fn licences(packages: &[Package], allowed: &BTreeSet<String>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut needed = BTreeSet::new();
    for Package { name, version, licence } in packages {
        let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
            broken.push(format!("{name} {version} has a licence that cannot be read: {licence:?}"));
            continue;
        };
        let is_fulfilled_by = |allowed: &BTreeSet<&String>| {
            expression.evaluate(|required| {
                required.license.id().is_some_and(|id| allowed.iter().any(|allowed| *allowed == id.name))
            })
        };
        if !is_fulfilled_by(&allowed.iter().collect()) {
            broken.push(format!("{name} {version} has the licence {licence:?}, which {DOCUMENT} does not allow"));
            continue;
        }
        let without = |left_out: &String| allowed.iter().filter(|allowed| *allowed != left_out).collect();
        needed.extend(allowed.iter().filter(|allowed| !is_fulfilled_by(&without(allowed))).cloned());
    }
    let unneeded = allowed.difference(&needed);
    broken.extend(unneeded.map(|licence| format!("{DOCUMENT} allows {licence}, which no dependency needs")));
    broken
}

fn duplicates(packages: &[Package], named: &BTreeSet<String>) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Package { name, version, .. } in packages {
        versions.entry(name).or_default().insert(version);
    }
    let twice: BTreeSet<String> =
        versions.iter().filter(|(_, versions)| versions.len() > 1).map(|(name, _)| (*name).to_owned()).collect();
    let unnamed = twice.difference(named).map(|name| {
        let versions: Vec<_> = versions[name.as_str()].iter().copied().collect();
        format!("{name} has several versions ({}), which {DOCUMENT} does not name", versions.join(", "))
    });
    let gone = named.difference(&twice).map(|name| format!("{DOCUMENT} names {name}, which has no second version"));
    unnamed.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, licence: &str) -> Package {
        Package { name: name.into(), version: version.into(), licence: licence.into() }
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_licences_that_are_not_allowed_and_those_that_nobody_needs() {
        let packages = [package("a", "1", "MIT/Apache-2.0"), package("b", "1", "GPL-3.0-only"), package("c", "1", "")];
        let broken = licences(&packages, &set(&["MIT", "ISC"]));
        assert_eq!(broken.len(), 3, "{broken:?}");
        assert!(broken[0].contains("b 1") && broken[1].contains("c 1") && broken[2].contains("ISC"));
    }

    #[test]
    fn names_second_versions_and_those_that_are_gone() {
        let packages = [package("a", "1", "MIT"), package("a", "2", "MIT"), package("b", "1", "MIT")];
        assert!(duplicates(&packages, &set(&["a"])).is_empty());
        let broken = duplicates(&packages, &set(&["b"]));
        assert!(broken[0].contains("a has several versions") && broken[1].contains("names b"), "{broken:?}");
    }

    #[test]
    fn reads_names_between_backticks() {
        assert_eq!(named("x\nAllowed licences: `MIT`, `ISC` (tests).", LICENCES), Ok(set(&["MIT", "ISC"])));
        assert!(named("", LICENCES).is_err());
    }
}
