//! Who may import whom: ARCHITECTURE.md draws the arrows, the dependency graph must agree.

use crate::{Outcome, process};

struct Room {
    name: &'static str,
    /// The platform it is built for, where that is not the developer's own.
    target: Option<&'static str>,
    must_not_reach: &'static [&'static str],
    /// What else its conclusions must not rest on.
    impure: &'static [&'static str],
}

/// Sockets, databases, a page, a clock, chance; not `rand_chacha`, which the caller seeds.
const IMPURE: &[&str] = &["tokio", "axum", "hyper", "sqlx", "leptos", "web-sys", "rand", "getrandom", "chrono"];

const ROOMS: [Room; 5] = [
    Room { name: "model", target: None, must_not_reach: &["controller", "backend", "frontend"], impure: IMPURE },
    Room { name: "controller", target: None, must_not_reach: &["backend", "frontend"], impure: IMPURE },
    Room { name: "backend", target: None, must_not_reach: &["frontend", "tests", "leptos", "web-sys"], impure: &[] },
    Room {
        name: "frontend",
        target: Some("wasm32-unknown-unknown"),
        must_not_reach: &["controller", "backend", "tests", "tokio", "axum", "hyper", "sqlx"],
        impure: &[],
    },
    // Black-box: they know the wire, not the inside.
    Room { name: "tests", target: None, must_not_reach: &["controller", "backend", "frontend", "leptos"], impure: &[] },
];

/// # Errors
/// When cargo cannot tell the graph.
pub fn check() -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    for room in &ROOMS {
        let mut command = process::cargo();
        command.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
        command.args(["--package", room.name]);
        command.args(room.target.iter().flat_map(|target| ["--target", target]));
        broken.extend(forbidden(room, &process::read(&mut command)?));
    }
    Ok(broken)
}

fn forbidden(room: &Room, tree: &str) -> Vec<String> {
    let reached = |name: &&&str| tree.lines().any(|line| line.split(' ').next() == Some(**name));
    let names = room.must_not_reach.iter().chain(room.impure).filter(reached);
    names
        .map(|name| {
            format!("{}/Cargo.toml: {} must not reach {name} (cargo tree -p {0} -i {name})", room.name, room.name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_package_is_found_by_its_whole_name() {
        let room = Room { name: "model", target: None, must_not_reach: &["tokio"], impure: &["rand"] };
        let found = forbidden(&room, "model v0.1.0 (/x)\nserde v1.0.0\nrand_core v0.9.0\ntokio v1.0.0 (*)\n");
        assert_eq!(found.len(), 1);
        assert!(found.iter().all(|words| words.contains("must not reach tokio")));
    }
}
