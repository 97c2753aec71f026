//! What would mean nothing is refused, and told where it belongs.

use super::*;

const CLUSTER: &str = "[[clusters]]\nname = \"a\"\ncontrollers = [\"http://a:1\"]\n";

fn fault(arguments: &[&str], file: &str) -> String {
    served(arguments, file).unwrap_err().to_string()
}

#[test]
fn an_account_or_a_certificate_is_about_a_cluster_that_is_served() {
    for (flags, key, said) in [
        (&[][..], "username = \"eva\"", "username"),
        (&[], "password = \"s3cret\"", "password"),
        (&[], "ca-file = \"/ca.pem\"", "ca-file"),
        (&[], "insecure = true", "insecure"),
        (&["--cluster", "a", "--username", "eva"], "", "--username"),
        (&["--cluster", "a", "--ca-file", "/ca.pem"], "", "--ca-file"),
        (&["--insecure"], "", "--insecure"),
    ] {
        let sentence = fault(flags, &format!("{key}\n{CLUSTER}"));
        assert!(sentence.contains(said) && sentence.contains("[[clusters]]"), "{sentence}");
        assert!(!sentence.contains("s3cret"), "{sentence}");
    }
    let account = "username = \"eva\"\npassword = \"x\"\nca-file = \"/ca.pem\"\n";
    let flags = ["--controller", "http://b:1", "--cluster", "a"];
    assert_eq!(served(&flags, &format!("{account}{CLUSTER}")).unwrap().clusters.len(), 2);
    let at = of_drove_cli("[b]\nendpoint = http://b:1\n", &["--cluster", "b", "--username", "eva"]);
    assert!(at.unwrap_err().to_string().starts_with("--username"));
}

#[test]
fn an_account_has_both_halves() {
    let controller = "controller = [\"http://a:1\"]\n";
    assert!(fault(&[], &format!("{controller}username = \"eva\"\n")).contains("has no password"));
    let sentence = fault(&[], &format!("{controller}password = \"s3cret\"\n"));
    assert!(sentence.contains("no user") && !sentence.contains("s3cret"), "{sentence}");
}

#[test]
fn one_cluster_and_several_are_not_described_in_one_file() {
    let sentence = fault(&[], &format!("\ncontroller = [\"http://b:1\"]\n{CLUSTER}"));
    assert!(sentence.contains("dash.toml:2: key `controller`") && sentence.contains("[[clusters]]"), "{sentence}");
}

#[test]
fn a_ledger_keeps_something() {
    for (key, place) in [("keep-runs = \"0s\"", "key `keep-runs`"), ("keep-mb = 0", "key `keep-mb`")] {
        for sentence in [fault(&[], &format!("{key}\n{CLUSTER}")), load(&[], key).unwrap_err().to_string()] {
            assert!(sentence.contains("dash.toml:1") && sentence.contains(place), "{sentence}");
        }
    }
}

#[test]
fn a_host_is_named_as_browsers_ask_for_it() {
    let allowed = |name: &str| load(&[], &format!("allow-host = [\"{name}\"]\n")).map(|config| config.allowed_hosts);
    for (name, is_asked_for) in [("dash.example.org", "dash.example.org"), ("dash.", "dash"), ("10.0.0.7", "10.0.0.7")]
    {
        assert_eq!(allowed(name).unwrap(), [is_asked_for]);
    }
    for wrong in ["https://dash.example.org", "dash.example.org:8443", "dash.example.org/", "*.example.org", ""] {
        let sentence = allowed(wrong).unwrap_err().to_string();
        assert!(sentence.contains("dash.toml:1: key `allow-host`"), "{sentence}");
        let line = ["drove-dashboard", "--allow-host", wrong];
        assert_eq!(CommandLine::try_parse_from(line).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn a_key_that_is_none_is_named_also_beside_a_secret() {
    let sentence = |text: &str| parse(text).unwrap_err().to_string();
    assert_eq!(
        sentence("auth-header = \"s3cret\"\n"),
        "dash.toml:1: key `auth-header`: `auth-header` is no key here; clusters have theirs in [[clusters]]"
    );
    let misspelt = sentence(&format!("{CLUSTER}passwords = \"s3cret\"\n"));
    assert!(misspelt.contains("unknown field `passwords`, expected one of `name`"), "{misspelt}");
    let inline = sentence(&format!("{CLUSTER}delegate = {{ name = \"eva\", password = \"s3cret\" }}\n"));
    assert!(inline.contains("unknown field `name`, expected") && !inline.contains("s3cret"), "{inline}");
}

#[test]
fn a_cluster_that_lacks_something_is_named() {
    for text in ["controllers = [\"http://a:1\"]\nusername = \"eva\"\n", "username = \"eva\"\n"] {
        let sentence = parse(&format!("[[clusters]]\nname = \"prod\"\n{text}")).unwrap_err().to_string();
        assert!(sentence.contains("cluster prod: "), "{sentence}");
    }
}
