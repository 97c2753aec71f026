//! Golden scripts: each file in `scripts/` holds commands (`> …`) and, below each, what came of it. To write the files
//! anew after a change that is meant: `UPDATE_SCRIPTS=1 cargo test -p controller --test scripts`, then read the diff.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "scripts/script.rs"]
mod script;

use script::World;
use std::{fmt::Write, fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scripts")
}

/// Runs the commands of a script and gives the whole file back as it should read.
fn play(text: &str) -> String {
    let mut world = World::default();
    let mut played = String::new();
    for line in text.lines() {
        if line.starts_with('#') || (line.is_empty() && !played.ends_with("\n\n")) {
            writeln!(played, "{line}").unwrap();
        } else if let Some(command) = line.strip_prefix("> ") {
            writeln!(played, "{line}").unwrap();
            for output in world.command(command) {
                writeln!(played, "  {output}").unwrap();
            }
        }
    }
    played
}

#[test]
fn scripts_read_as_they_did() {
    let mut names: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    names.sort();
    assert!(names.len() >= 10, "{names:?}");
    for path in names {
        let text = fs::read_to_string(&path).unwrap();
        let played = play(&text);
        if std::env::var_os("UPDATE_SCRIPTS").is_some() {
            fs::write(&path, played).unwrap();
        } else if text != played {
            let at = text.lines().zip(played.lines()).position(|(old, new)| old != new);
            let line = at.unwrap_or_else(|| text.lines().count().min(played.lines().count()));
            panic!(
                "{}, line {}:\nwas: {:?}\nnow: {:?}",
                path.display(),
                line + 1,
                text.lines().nth(line),
                played.lines().nth(line)
            );
        }
    }
}
