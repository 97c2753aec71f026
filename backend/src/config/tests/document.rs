//! `docs/operations.md` against the code: what may be set is named there, and what is named there may be set.

use super::*;
use clap::CommandFactory;
use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../../../docs/operations.md");

/// Variables that are read without a flag.
const PLAIN_VARIABLES: [&str; 3] =
    ["DROVE_DASHBOARD_PASSWORD", "DROVE_DASHBOARD_AUTH_HEADER", "DROVE_DASHBOARD_SESSION_KEY"];

/// Examples of the file.
fn examples() -> Vec<&'static str> {
    let blocks = DOCUMENT.split("```toml\n").skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Words of the document that begin like this, as far as they are names.
fn names(beginning: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let rests = DOCUMENT.match_indices(beginning).map(|(at, _)| &DOCUMENT[at..]);
    rests.map(|rest| rest.split(|c: char| !is_part(c)).next().unwrap().to_owned()).collect()
}

/// Keys of a table, as the reader itself lists them when it is given one that it does not know.
fn keys(table: &str) -> Vec<String> {
    let message = parse(&table.replace("KEYS", "no-such-key = 1")).unwrap_err().to_string();
    let listed = message.split_once("expected").unwrap_or_else(|| panic!("{message}")).1;
    let keys: Vec<String> = listed.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(!keys.is_empty(), "{message}");
    keys
}

#[test]
fn every_flag_and_variable_is_named_and_no_other() {
    let command = CommandLine::command();
    let mut flags = BTreeSet::new();
    let mut variables = BTreeSet::from(PLAIN_VARIABLES.map(str::to_owned));
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        for argument in command.get_arguments() {
            let Some(name) = argument.get_long().filter(|name| !["help", "version"].contains(name)) else { continue };
            flags.insert(format!("--{name}"));
            variables.extend(argument.get_env().map(|variable| variable.to_string_lossy().into_owned()));
        }
    }
    let help = CommandLine::command().find_subcommand_mut("serve").unwrap().render_help().to_string();
    for name in PLAIN_VARIABLES {
        assert!(help.contains(name), "{name} is not in {help}");
    }
    let table: Vec<&str> = DOCUMENT.lines().filter(|line| line.starts_with('|')).collect();
    for name in flags.iter().chain(&variables) {
        assert!(table.iter().any(|line| line.contains(&format!("`{name}`"))), "{name} has no line in the table");
    }
    assert_eq!(names("DROVE_DASHBOARD_"), variables);
    let named = DOCUMENT.split("`--").skip(1).map(|rest| format!("--{}", rest.split('`').next().unwrap()));
    for flag in named {
        assert!(flags.contains(&flag), "{flag} is no flag");
    }
}

#[test]
fn every_example_is_read_and_every_key_is_in_one() {
    let examples = examples();
    assert_eq!(examples.len(), 3);
    for example in &examples {
        if let Err(fault) = parse(example) {
            panic!("{fault} in {example}");
        }
    }
    let cluster = "[[clusters]]\nname = \"a\"\ncontrollers = [\"http://a\"]\n";
    let user = "[[demo.users]]\nname = \"a\"\npassword = \"b\"\n";
    for table in [
        "KEYS",
        "[demo]\nKEYS",
        "[demo.options]\nKEYS",
        &format!("{user}KEYS"),
        &format!("{cluster}KEYS"),
        &format!("{cluster}delegate = {{ KEYS }}"),
        "[proxy-user]\nheader = \"X-User\"\naddresses = []\nKEYS",
    ] {
        for key in keys(table) {
            let is_set = |line: &str| {
                let line = line.trim_start();
                let header = line.trim_matches(['[', ']']).rsplit('.').next();
                line.starts_with(&format!("{key} ="))
                    || line.contains(&format!("{{ {key} ="))
                    || header == Some(key.as_str())
                    || line.contains(&format!(", {key} ="))
            };
            assert!(examples.iter().any(|example| example.lines().any(is_set)), "{key} of {table} is in no example");
        }
    }
}

#[test]
fn the_unit_and_the_container_start_what_exists() {
    let unit = include_str!("../../../../deploy/drove-dashboard.service");
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    assert!(CommandLine::try_parse_from(command.split(' ')).is_ok(), "{command}");
    let container = include_str!("../../../../deploy/Containerfile");
    let command = container.lines().find_map(|line| line.strip_prefix("CMD ")).unwrap();
    let arguments: Vec<String> = serde_json::from_str(command).unwrap();
    let line = std::iter::once("drove-dashboard".to_owned()).chain(arguments);
    assert!(CommandLine::try_parse_from(line).is_ok(), "{command}");
    let mut command = CommandLine::command();
    command.build();
    let serve = command.find_subcommand("serve").unwrap();
    let known: BTreeSet<String> = serve
        .get_arguments()
        .filter_map(|argument| argument.get_env().map(|v| v.to_string_lossy().into_owned()))
        .collect();
    for line in container.lines().map(|line| line.trim_start().trim_start_matches("ENV ")) {
        if let Some((variable, _)) = line.split_once('=').filter(|(name, _)| name.starts_with("DROVE_")) {
            assert!(known.contains(variable), "{variable}");
        }
    }
}
