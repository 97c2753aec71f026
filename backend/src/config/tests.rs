#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod document;
mod unused;

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

fn demo_of(config: Config) -> DemoConfig {
    let Mode::Demo(demo) = config.mode else { panic!("{:?}", config.mode) };
    demo
}

fn served(arguments: &[&str], file: &str) -> Result<ServeConfig, ConfigFault> {
    let arguments: Vec<&str> = ["serve"].iter().chain(arguments).copied().collect();
    load(&arguments, file).map(|config| match config.mode {
        Mode::Serve(served) => served,
        Mode::Demo(demo) => panic!("{demo:?}"),
    })
}

const USERS: &str = "[[demo.users]]\nname = \"eva\"\npassword = \"s3cret\"\nrole = \"EXTERNAL_READ_WRITE\"\n";

#[test]
fn a_flag_beats_the_file_and_the_file_beats_the_default() {
    let file = "listen = \"127.0.0.1:9000\"\ndata-dir = \"/from/file\"\n[demo]\nscenario = \"empty\"\nseed = 7\n";
    let config = load(&["--listen", "127.0.0.1:0"], file).unwrap();
    assert_eq!(config.listen.port(), 0);
    assert_eq!(config.data_dir, Path::new("/from/file"));
    let demo = demo_of(config);
    assert_eq!((demo.scenario.as_deref(), demo.seed), (Some("empty"), Some(7)));
    let demo = demo_of(load(&["demo", "--scenario", "laptop"], file).unwrap());
    assert_eq!(demo.scenario.as_deref(), Some("laptop"));
    assert_eq!(load(&[], "").unwrap().listen, "127.0.0.1:8080".parse().unwrap());
}

#[test]
fn an_unknown_key_is_named_with_its_file_and_line() {
    for (text, place) in [
        ("\nlisten = \"127.0.0.1:1\"\nportt = 3\n", "dash.toml:3: key `portt`"),
        ("[demo]\nseed = 1\nsed = 2\n", "dash.toml:3: key `sed`"),
        ("[demo.options]\nstaleTaskAgee = \"5m\"\n", "dash.toml:2: key `staleTaskAgee`"),
        ("listen = \"nowhere\"\n", "dash.toml:1: key `listen`"),
        ("open = true\nbase-path = \"drove\"\n", "dash.toml:2: key `base-path`"),
        ("[[demo.users]]\nname = \"e:va\"\npassword = \"x\"\n", "dash.toml:2: key `name`"),
        ("[[demo.users]]\nname = \"eva\"\npassword = \"x\\n\"\n", "dash.toml:3: key `password`"),
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
fn a_host_named_to_listen_on_is_resolved_and_answered_for() {
    let config = load(&["--listen", "localhost:8080", "--allow-host", "dash.example.org"], "").unwrap();
    assert!(config.listen.ip().is_loopback());
    assert_eq!(config.allowed_hosts, ["dash.example.org", "localhost"]);
    let config = load(&[], "listen = \"localhost:0\"\n").unwrap();
    assert_eq!((config.listen.ip().is_loopback(), config.listen.port()), (true, 0));
    assert!(load(&["--listen", "127.0.0.1:0"], "").unwrap().allowed_hosts.is_empty());
    // A flag beats a name in the file that no system knows.
    assert!(load(&["--listen", "127.0.0.1:0"], "listen = \"nowhere.invalid:1\"\n").is_ok());
    let unknown = load(&[], "listen = \"nowhere.invalid:1\"\n").unwrap_err();
    assert!(unknown.to_string().contains("nowhere.invalid"), "{unknown}");
}

#[test]
fn a_base_path_has_one_form_wherever_it_is_given() {
    let file = "base-path = \"/from/file/\"\n";
    assert_eq!(load(&[], "").unwrap().base_path.as_str(), "");
    assert_eq!(load(&[], file).unwrap().base_path.as_str(), "/from/file");
    assert_eq!(load(&["--base-path", "/drove/"], file).unwrap().base_path.as_str(), "/drove");
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
    let demo = demo_of(load(&["--listen", "0.0.0.0:8080"], USERS).unwrap());
    assert_eq!(demo.users[0].role, Some(model::UserRole::ReadWrite));
    assert!(!format!("{demo:?}").contains("s3cret"));
}

#[test]
fn only_commands_that_exist_are_offered() {
    assert!(CommandLine::try_parse_from(["drove-dashboard", "demo", "--seed", "3", "--reset"]).is_ok());
    assert!(CommandLine::try_parse_from(["drove-dashboard", "serve", "--controller", "http://ctl:10000"]).is_ok());
    for wrong in [
        &["watch"][..],
        &["serve", "--seed", "3"],
        &["--nope"],
        &["--seed", "many"],
        &["--listen", "8080"],
        &["--base-path", "/a/../b"],
    ] {
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

const CLUSTERS: &str = r##"
session-idle = "8h"
ledger = "postgresql://dash:s3cret@db/drove"
keep-runs = "7d"
keep-secret-env = false
keep-mb = 500

[[clusters]]
name = "prod"
label = "Production"
colour = "#b91c1c"
controllers = ["https://ctl-1:10000", "https://ctl-2:10000"]
username = "watcher"
password = "s3cret"
ca-file = "/etc/ca.pem"
delegate = { username = "ops", password = "s3cret" }

[[clusters]]
name = "test"
controllers = ["http://localhost:10000"]
auth-header = "O-Bearer s3cret"

[proxy-user]
header = "X-Forwarded-User"
addresses = ["10.0.0.0/8"]
"##;

#[test]
fn clusters_come_from_the_file_in_its_order_or_as_chosen() {
    let all = served(&[], CLUSTERS).unwrap();
    let [prod, test] = &all.clusters[..] else { panic!("{all:?}") };
    assert_eq!(
        (prod.label.as_str(), prod.colour.as_deref(), prod.controllers.len()),
        ("Production", Some("#b91c1c"), 2)
    );
    assert_eq!(prod.account.as_ref().unwrap().name(), "watcher");
    assert_eq!(prod.delegate.as_ref().unwrap().authorization(), "Basic b3BzOnMzY3JldA==");
    assert_eq!(prod.trust.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
    assert_eq!((test.label.as_str(), test.account.as_ref().unwrap().name()), ("test", "dashboard"));
    assert_eq!(all.sessions.idle, Duration::from_secs(8 * 3600));
    let retention = Retention { keep: Duration::from_secs(7 * 24 * 3600), bytes: Some(500 << 20), secret_env: false };
    assert_eq!((all.retention, all.ledger.is_some()), (retention, true));
    assert!(all.proxy.as_ref().unwrap().addresses[0].holds("10.9.9.9".parse().unwrap()));
    assert!(!format!("{all:?}").contains("s3cret") && !format!("{:?}", parse(CLUSTERS)).contains("s3cret"));

    let chosen = served(&["--cluster", "test", "--cluster", "prod"], CLUSTERS).unwrap();
    assert_eq!(chosen.clusters.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["test", "prod"]);
    let flags = ["--controller", "http://a:1", "--controller", "http://b:2", "--cluster", "test"];
    let mixed = served(&flags, CLUSTERS).unwrap();
    assert_eq!((mixed.clusters[0].name.as_str(), mixed.clusters[0].controllers.len()), ("default", 2));
    assert_eq!(mixed.clusters.len(), 2);
}

#[test]
fn a_cluster_is_chosen_by_its_name_whatever_others_are_called() {
    let section = |name: &str, label: &str| {
        format!("[[clusters]]\nname = \"{name}\"\nlabel = \"{label}\"\ncontrollers = [\"http://{name}:1\"]\n")
    };
    let both = [section("a", "b"), section("b", "B")].concat();
    let chosen = served(&["--cluster", "a", "--cluster", "b", "--cluster", "b"], &both).unwrap();
    assert_eq!(names(&chosen.clusters), [("a", "b"), ("b", "B")]);
    let flags = ["--controller", "http://ctl:1", "--cluster", "default"];
    let fault = served(&flags, &section("default", "x")).unwrap_err().to_string();
    assert!(fault.contains("two clusters named default"), "{fault}");
    assert_eq!(names(&served(&flags, "").unwrap().clusters), [("default", "default")]);
}

#[test]
fn clusters_of_drove_cli_are_known_by_their_sections() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drove");
    std::fs::write(&path, "[prod]\nendpoint = http://ctl:10000\nusername = eva\npassword = x\n[odd]\nendpoint = ctl\n")
        .unwrap();
    let at = ["--drove-file", path.to_str().unwrap(), "--cluster"];
    let prod = served(&[&at[..], &["prod"]].concat(), "").unwrap();
    assert_eq!(prod.clusters[0].controllers[0].to_string(), "http://ctl:10000");
    assert_eq!(prod.clusters[0].account.as_ref().unwrap().name(), "eva");
    let fault = served(&[&at[..], &["odd"]].concat(), "").unwrap_err().to_string();
    assert!(fault.contains("drove:6: key `endpoint`"), "{fault}");
    let fault = served(&[&at[..], &["nope"]].concat(), "").unwrap_err().to_string();
    assert!(fault.contains("there are odd, prod"), "{fault}");
}

#[test]
fn what_is_wrong_with_a_cluster_is_named_by_its_line() {
    let cluster = "[[clusters]]\nname = \"a\"\ncontrollers = [\"http://a:1\"]\n";
    for (text, place) in [
        ("[[clusters]]\nname = \"a b\"\ncontrollers = [\"http://a:1\"]\n".to_owned(), "dash.toml:2: key `name`"),
        ("[[clusters]]\nname = \"a\"\ncontrollers = []\n".to_owned(), "dash.toml:3: key `controllers`"),
        ("[[clusters]]\nname = \"a\"\ncontrollers = [\"ctl\"]\n".to_owned(), "dash.toml:3: key `controllers`"),
        (format!("{cluster}colour = \"red\"\n"), "dash.toml:4: key `colour`"),
        (format!("{cluster}usernme = \"eva\"\n"), "dash.toml:4: key `usernme`"),
        (format!("{cluster}username = \"eva\"\n"), "dash.toml:1: key `clusters`"),
        (format!("{cluster}\n{cluster}"), "dash.toml:5: key `clusters`"),
        ("session-key = \"short\"\n".to_owned(), "dash.toml:1: key `session-key`"),
        ("session-idle = \"0s\"\n".to_owned(), "dash.toml:1: key `session-idle`: nobody could stay signed in"),
        ("\nsession-longest = \"59s\"\n".to_owned(), "dash.toml:2: key `session-longest`"),
        ("[proxy-user]\nheader = \"X-User\"\naddresses = [\"nowhere\"]\n".to_owned(), "dash.toml:3: key `addresses`"),
    ] {
        let sentence = parse(&text).unwrap_err().to_string();
        assert!(sentence.starts_with(place), "{sentence}");
    }
    assert!(served(&[], "").unwrap_err().to_string().contains("--controller"));
    let fault = served(&["--ledger", "mysql://eva:s3cret@db/x"], CLUSTERS).unwrap_err().to_string();
    assert!(fault.contains("--ledger") && !fault.contains("s3cret"), "{fault}");
    let fault = served(&["--controller", "http://eva:s3cret@ctl"], "").unwrap_err().to_string();
    assert!(!fault.contains("s3cret"), "{fault}");
}

#[test]
fn values_of_secret_keys_are_never_printed() {
    let cluster = "[[clusters]]\nname = \"a\"\ncontrollers = [\"http://a:1\"]\n";
    for (text, place) in [
        ("password = 48151623\n".to_owned(), "dash.toml:1: key `password`"),
        ("session-key = 48151623\n".to_owned(), "dash.toml:1: key `session-key`"),
        ("ledger = [\"48151623\"]\n".to_owned(), "dash.toml:1: key `ledger`"),
        ("password = 48151623.5e\n".to_owned(), "dash.toml:1: key `password`"),
        (format!("{cluster}username = \"eva\"\npassword = 48151623\n"), "dash.toml:5: key `password`"),
        (format!("{cluster}auth-header = 48151623\n"), "dash.toml:4: key `auth-header`"),
        (format!("{cluster}delegate = {{ username = \"eva\", password = 48151623 }}\n"), "dash.toml:4: key `delegate`"),
        ("[[demo.users]]\nname = \"eva\"\npassword = 48151623\n".to_owned(), "dash.toml:3: key `password`"),
    ] {
        let sentence = parse(&text).unwrap_err().to_string();
        assert!(sentence.starts_with(place), "{sentence}");
        assert!(!sentence.contains("4815"), "{sentence}");
    }
}

/// The clusters of a file of drove-cli.
fn of_drove_cli(text: &str, flags: &[&str]) -> Result<Vec<ClusterConfig>, ConfigFault> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drove");
    std::fs::write(&path, text).unwrap();
    served(&[&["--drove-file", path.to_str().unwrap()], flags].concat(), "").map(|served| served.clusters)
}

fn names(clusters: &[ClusterConfig]) -> Vec<(&str, &str)> {
    clusters.iter().map(|cluster| (cluster.name.as_str(), cluster.label.as_str())).collect()
}

#[test]
fn whatever_drove_cli_calls_a_cluster_it_gets_a_name_that_can_stand_in_a_path() {
    let file = "[prod.eu]\nendpoint = http://eu:1\n[prod eu]\nendpoint = http://eu:2\n";
    let clusters = of_drove_cli(file, &["--cluster", "prod.eu", "--cluster", "prod eu"]).unwrap();
    assert_eq!(names(&clusters), [("prod-eu", "prod.eu"), ("prod-eu-2", "prod eu")]);
}

#[test]
fn the_cluster_that_drove_cli_uses_is_served_if_none_is_named() {
    // As `drove config init` writes it.
    let unnamed = "[DEFAULT]\nendpoint = http://ctl:1\nusername = eva\npassword = x\ncurrent_cluster = DEFAULT\n";
    for flags in [&[][..], &["--cluster", "default"], &["--cluster", "DEFAULT"]] {
        let clusters = of_drove_cli(unnamed, flags).unwrap();
        assert_eq!(
            (names(&clusters), clusters[0].account.as_ref().unwrap().name()),
            (vec![("default", "default")], "eva")
        );
    }
    let current = "[DEFAULT]\ncurrent_cluster = b\n[a]\nendpoint = http://a:1\n[b]\nendpoint = http://b:1\n";
    assert_eq!(names(&of_drove_cli(current, &[]).unwrap()), [("b", "b")]);
    assert_eq!(names(&of_drove_cli(current, &["--cluster", "a"]).unwrap()), [("a", "a")]);
    let fault = of_drove_cli(current, &["--cluster", "default"]).unwrap_err().to_string();
    assert!(fault.contains("there are a, b"), "{fault}");
    let fault = of_drove_cli("[a]\nendpoint = http://a:1\n", &[]).unwrap_err().to_string();
    assert!(fault.contains("--cluster"), "{fault}");
}

#[test]
fn certificates_are_chosen_for_clusters_of_drove_cli_too() {
    let file = "[a]\nendpoint = https://a\n[b]\nendpoint = https://b\nca_file = /b.pem\n[c]\nendpoint = https://c\ninsecure = true\n";
    let flags = ["--ca-file", "/all.pem", "--cluster", "a", "--cluster", "b", "--cluster", "c"];
    let clusters = of_drove_cli(file, &flags).unwrap();
    let trust: Vec<_> = clusters.iter().map(|c| (c.trust.ca_file.as_deref(), c.trust.insecure)).collect();
    let [all, of_b] = ["/all.pem", "/b.pem"].map(|path| Some(Path::new(path)));
    assert_eq!(trust, [(all, false), (of_b, false), (all, true)]);
    assert!(of_drove_cli(file, &["--insecure", "--cluster", "a"]).unwrap()[0].trust.insecure);
}
