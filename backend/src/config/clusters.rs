//! The clusters to serve: from `--controller`, from `[[clusters]]`, from the sections of drove-cli's file.

use super::{
    ConfigFault, Credential,
    command_line::ServeFlags,
    drove_file::{DroveFile, Section},
    file::ConfigFile,
    unused::{self, Served},
};
use crate::upstream::{endpoint::Endpoint, trust::Trust};
use std::path::{Path, PathBuf};

/// Name of the cluster that `--controller` describes.
const UNNAMED: &str = "default";
/// Password and `Authorization` for that cluster: a command line can be read by everybody on the machine.
pub(super) const PASSWORD_VARIABLE: &str = "DROVE_DASHBOARD_PASSWORD";
pub(super) const AUTH_HEADER_VARIABLE: &str = "DROVE_DASHBOARD_AUTH_HEADER";

/// One real cluster.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Name, as in `/clusters/NAME/`: letters, digits, `-` and `_`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// `#rrggbb`.
    pub colour: Option<String>,
    /// Its controllers; at least one.
    pub controllers: Vec<Endpoint>,
    /// The dashboard's own account, by which it watches; absent: the cluster asks for none.
    pub account: Option<Credential>,
    /// The account that operates for users whom a reverse proxy vouches for.
    pub delegate: Option<Credential>,
    /// Whose certificates to believe.
    pub trust: Trust,
}

/// The clusters to serve, the default one first.
///
/// # Errors
/// None is named, one is not described anywhere or twice, its description is wrong, or something is said about none of
/// them.
pub(super) fn chosen(flags: &ServeFlags, file: &ConfigFile) -> Result<Vec<ClusterConfig>, ConfigFault> {
    let mut clusters = Vec::new();
    let controllers = if flags.controller.is_empty() { &file.controller } else { &flags.controller };
    let mut served = Served { unnamed: !controllers.is_empty(), of_drove_cli: false };
    if served.unnamed {
        clusters.push(unnamed(flags, file, controllers)?);
    }
    let names = if flags.cluster.is_empty() { &file.cluster } else { &flags.cluster };
    if served.unnamed
        && names.iter().any(|name| name == UNNAMED)
        && file.clusters.iter().any(|section| section.config.name == UNNAMED)
    {
        return Err(ConfigFault::Wrong(format!(
            "there are two clusters named {UNNAMED}: that of --controller, and one in [[clusters]]; give that one another name"
        )));
    }
    if clusters.is_empty() && names.is_empty() {
        clusters.extend(file.clusters.iter().map(|section| section.config.clone()));
    }
    let mut drove_file = None;
    for name in names {
        let section = file.clusters.iter().find(|section| section.config.name == *name);
        // A label may be another one's name; what drove-cli calls a cluster is its label here.
        if clusters.iter().any(|cluster| cluster.name == *name || (section.is_none() && cluster.label == *name)) {
            continue;
        }
        clusters.push(match section {
            Some(section) => section.config.clone(),
            None => {
                if drove_file.is_none() {
                    drove_file = Some(read_drove_file(flags, file, name)?);
                }
                of_section(drove_file.as_ref(), name, trust(flags, file), &clusters)?
            }
        });
    }
    served.of_drove_cli = drove_file.is_some() || clusters.is_empty();
    if clusters.is_empty() {
        clusters.extend(current(flags, file)?);
    }
    if clusters.is_empty() {
        return Err(ConfigFault::NoCluster);
    }
    unused::check(flags, file, served)?;
    Ok(clusters)
}

fn unnamed(flags: &ServeFlags, file: &ConfigFile, controllers: &[String]) -> Result<ClusterConfig, ConfigFault> {
    let controllers = controllers.iter().map(|text| text.parse()).collect::<Result<Vec<Endpoint>, String>>();
    let user = flags.username.clone().or_else(|| file.username.clone());
    let password = variable(PASSWORD_VARIABLE).or_else(|| file.password.clone());
    let account = match (user, variable(AUTH_HEADER_VARIABLE)) {
        (Some(user), _) => {
            let password = password.ok_or_else(|| {
                ConfigFault::Wrong(format!("--username {user} has no password: set {PASSWORD_VARIABLE}"))
            })?;
            let refused = || ConfigFault::Wrong(format!("the account {user} cannot be sent to Drove"));
            Some(Credential::basic(&user, &password).ok_or_else(refused)?)
        }
        (None, _) if password.is_some() => {
            let sentence = "a password is given for the cluster of --controller, and no user: give --username";
            return Err(ConfigFault::Wrong(sentence.to_owned()));
        }
        (None, Some(header)) => {
            let refused = || ConfigFault::Wrong(format!("{AUTH_HEADER_VARIABLE} cannot be sent as a header"));
            Some(Credential::header("dashboard", &header).ok_or_else(refused)?)
        }
        (None, None) => None,
    };
    Ok(ClusterConfig {
        name: UNNAMED.to_owned(),
        label: UNNAMED.to_owned(),
        colour: None,
        controllers: controllers.map_err(ConfigFault::Wrong)?,
        account,
        delegate: None,
        trust: trust(flags, file),
    })
}

/// A variable that is not a flag's; one that is set to nothing is not set.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What flags and file say for clusters that are not in `[[clusters]]`.
fn trust(flags: &ServeFlags, file: &ConfigFile) -> Trust {
    Trust { ca_file: flags.ca_file.clone().or_else(|| file.ca_file.clone()), insecure: flags.insecure || file.insecure }
}

fn drove_file_path(flags: &ServeFlags, file: &ConfigFile) -> Option<PathBuf> {
    let named = flags.drove_file.clone().or_else(|| file.drove_file.clone());
    named.or_else(|| DroveFile::usual_path().filter(|path| path.exists()))
}

fn read_drove_file(flags: &ServeFlags, file: &ConfigFile, name: &str) -> Result<DroveFile, ConfigFault> {
    let path = drove_file_path(flags, file).ok_or_else(|| ConfigFault::UnknownCluster {
        name: name.to_owned(),
        known: file.clusters.iter().map(|section| section.config.name.clone()).collect(),
    })?;
    DroveFile::read(&path)
}

/// The cluster that drove-cli uses, when no other is named.
fn current(flags: &ServeFlags, file: &ConfigFile) -> Result<Option<ClusterConfig>, ConfigFault> {
    let drove_file = drove_file_path(flags, file).map(|path| DroveFile::read(&path)).transpose()?;
    let name = drove_file.as_ref().and_then(DroveFile::current);
    name.map(|name| of_section(drove_file.as_ref(), name, trust(flags, file), &[])).transpose()
}

/// A cluster as drove-cli knows it, beside `others`; `trust` unless it says otherwise.
fn of_section(
    file: Option<&DroveFile>,
    name: &str,
    trust: Trust,
    others: &[ClusterConfig],
) -> Result<ClusterConfig, ConfigFault> {
    let unknown = || ConfigFault::UnknownCluster {
        name: name.to_owned(),
        known: file.map(|file| file.names().into_iter().map(str::to_owned).collect()).unwrap_or_default(),
    };
    let file = file.ok_or_else(unknown)?;
    let section = file.section(name).ok_or_else(unknown)?;
    let fault = |key: &str, message: String| invalid(file.path(), &section, key, message);
    let endpoint = section.get("endpoint").ok_or_else(|| fault("endpoint", "it is missing".to_owned()))?;
    let endpoint = endpoint.parse().map_err(|message| fault("endpoint", message))?;
    // As drove-cli chooses: user and password, else the header.
    let account = match (section.get("username"), section.get("password"), section.get("auth_header")) {
        (Some(user), Some(password), _) => Credential::basic(user, password)
            .map(Some)
            .ok_or_else(|| fault("username", "this account cannot be sent to Drove".to_owned()))?,
        (_, _, Some(header)) => Credential::header("dashboard", header)
            .map(Some)
            .ok_or_else(|| fault("auth_header", "it cannot be sent as a header".to_owned()))?,
        _ => None,
    };
    Ok(ClusterConfig {
        name: plain_name(name, others),
        label: if name == "DEFAULT" { UNNAMED.to_owned() } else { name.to_owned() },
        colour: None,
        controllers: vec![endpoint],
        account,
        delegate: None,
        trust: Trust {
            ca_file: section.get("ca_file").map(PathBuf::from).or(trust.ca_file),
            insecure: trust.insecure || section.is_true("insecure"),
        },
    })
}

fn invalid(path: &Path, section: &Section, key: &str, message: String) -> ConfigFault {
    ConfigFault::Invalid {
        path: path.to_owned(),
        line: section.line(key),
        key: (!key.is_empty()).then(|| key.to_owned()),
        message,
    }
}

/// A name for a section that drove-cli would take, whatever it is called; none of `others`.
fn plain_name(section: &str, others: &[ClusterConfig]) -> String {
    let plain: String = section.chars().take(60).map(|c| if is_plain(c) { c } else { '-' }).collect();
    let plain = if section == "DEFAULT" { UNNAMED.to_owned() } else { plain };
    let numbered = (2..).map(|n| format!("{plain}-{n}"));
    let mut names = std::iter::once(plain.clone()).chain(numbered);
    // There are more numbers than clusters.
    names.find(|name| others.iter().all(|other| other.name != *name)).unwrap_or(plain)
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// A name that can stand in a path, a folder and a cookie.
pub(super) fn check_name(name: &str) -> Result<String, String> {
    match !name.is_empty() && name.len() <= 64 && name.chars().all(is_plain) {
        true => Ok(name.to_owned()),
        false => Err(format!("`{name}` cannot name a cluster: use letters, digits, - and _, at most 64")),
    }
}
