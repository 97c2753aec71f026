#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use clap::Parser;
use std::path::Path;

fn parse(text: &str) -> Result<ConfigFile, ConfigFault> {
    ConfigFile::parse(text, Path::new("dash.toml"))
}

fn load(arguments: &[&str], file: &str) -> Result<Config, ConfigFault> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dash.toml");
    std::fs::write(&path, file).unwrap();
    let line = ["drove-dashboard"].iter().chain(arguments).copied().chain(["--config", path.to_str().unwrap()]);
    Config::load(CommandLine::try_parse_from(line).unwrap())
}

const USERS: &str = "[[demo.users]]\nname = \"eva\"\npassword = \"s3cret\"\nrole = \"EXTERNAL_READ_WRITE\"\n";

#[test]
fn a_flag_beats_the_file_and_the_file_beats_the_default() {
    let file = "listen = \"127.0.0.1:9000\"\ndata-dir = \"/from/file\"\n[demo]\nscenario = \"empty\"\nseed = 7\n";
    let config = load(&["--listen", "127.0.0.1:0"], file).unwrap();
    assert_eq!(config.listen.port(), 0);
    assert_eq!(config.data_dir, Path::new("/from/file"));
    let Mode::Demo(demo) = config.mode;
    assert_eq!((demo.scenario.as_deref(), demo.seed), (Some("empty"), Some(7)));
    let Mode::Demo(demo) = load(&["demo", "--scenario", "laptop"], file).unwrap().mode;
    assert_eq!(demo.scenario.as_deref(), Some("laptop"));
    assert_eq!(load(&[], "").unwrap().listen, DEFAULT_LISTEN);
}

#[test]
fn an_unknown_key_is_named_with_its_file_and_line() {
    for (text, place) in [
        ("\nlisten = \"127.0.0.1:1\"\nportt = 3\n", "dash.toml:3: key `portt`"),
        ("[demo]\nseed = 1\nsed = 2\n", "dash.toml:3: key `sed`"),
        ("[demo.options]\nstaleTaskAgee = \"5m\"\n", "dash.toml:2: key `staleTaskAgee`"),
        ("listen = \"nowhere\"\n", "dash.toml:1: key `listen`"),
        ("log = \"xml\"\n", "dash.toml:1: key `log`"),
        ("[[demo.users]]\nname = \"eva\"\npassword = \"x\"\nrole = \"KING\"\n", "dash.toml:4: key `role`"),
        ("[demo.options]\nstaleCheckInterval = \"1m\"\njobRetryCount = 33\n", "dash.toml:3: key `jobRetryCount`"),
        ("[demo\n", "dash.toml:1: key `demo`"),
    ] {
        let sentence = parse(text).unwrap_err().to_string();
        assert!(sentence.starts_with(place), "{sentence}");
    }
}

#[test]
fn options_that_are_not_set_are_the_demos() {
    let file = parse("[demo.options]\nstaleTaskAge = \"5m\"\n").unwrap();
    assert_eq!(file.demo.options.allowed_mount_dirs, controller::Options::demo().allowed_mount_dirs);
    assert_eq!(file.demo.options.stale_task_age.to_string(), "5 minutes");
    assert_eq!(parse("").unwrap().demo.options, controller::Options::demo());
}

#[test]
fn beyond_loopback_needs_users() {
    let open = load(&["--listen", "0.0.0.0:8080"], "").unwrap_err();
    assert!(open.to_string().contains("[[demo.users]]"), "{open}");
    let Mode::Demo(demo) = load(&["--listen", "0.0.0.0:8080"], USERS).unwrap().mode;
    assert_eq!(demo.users[0].role, Some(model::UserRole::ReadWrite));
    assert!(!format!("{demo:?}").contains("s3cret"));
}

#[test]
fn only_commands_that_exist_are_offered() {
    assert!(CommandLine::try_parse_from(["drove-dashboard", "demo", "--seed", "3", "--reset"]).is_ok());
    for wrong in [&["serve"][..], &["--nope"], &["--seed", "many"], &["--listen", "8080"]] {
        let line = ["drove-dashboard"].iter().chain(wrong).copied();
        assert_eq!(CommandLine::try_parse_from(line).unwrap_err().exit_code(), 2, "{wrong:?}");
    }
}

#[test]
fn a_folder_belongs_to_one_process_and_one_user() {
    let parent = tempfile::tempdir().unwrap();
    let held = DataDir::open(parent.path(), "demo").unwrap();
    assert!(matches!(DataDir::open(parent.path(), "demo"), Err(DataDirFault::InUse(_))));
    let secret = held.secret("session.key", || vec![1, 2, 3]).unwrap();
    assert_eq!(held.secret("session.key", || vec![9]).unwrap(), secret);
    #[cfg(unix)]
    for (path, mode) in [(held.path().to_owned(), 0o700), (held.path().join("session.key"), 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
    drop(held);
    assert!(DataDir::open(parent.path(), "demo").is_ok());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("taken");
    std::fs::write(&file, "").unwrap();
    let fault = DataDir::open(&file, "demo").unwrap_err();
    assert!(fault.to_string().contains("taken"), "{fault}");
}
