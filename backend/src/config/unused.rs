//! What flags, environment and file say about clusters that are not served: somebody meant something by it.

use super::{
    ConfigFault,
    clusters::{AUTH_HEADER_VARIABLE, PASSWORD_VARIABLE, variable},
    command_line::ServeFlags,
    file::ConfigFile,
};

/// Which clusters are served that the keys beside `[[clusters]]` can be about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    /// That of `--controller`.
    pub unnamed: bool,
    /// One of drove-cli's file.
    pub of_drove_cli: bool,
}

/// Passes if everything that is said is about a cluster that is served.
///
/// # Errors
/// Something is not.
pub(super) fn check(flags: &ServeFlags, file: &ConfigFile, served: Served) -> Result<(), ConfigFault> {
    let account = [
        ("--username", flags.username.is_some()),
        ("the key username beside [[clusters]]", file.username.is_some()),
        ("the key password beside [[clusters]]", file.password.is_some()),
        (PASSWORD_VARIABLE, variable(PASSWORD_VARIABLE).is_some()),
        (AUTH_HEADER_VARIABLE, variable(AUTH_HEADER_VARIABLE).is_some()),
    ];
    let trust = [
        ("--ca-file", flags.ca_file.is_some()),
        ("--insecure", flags.insecure),
        ("the key ca-file beside [[clusters]]", file.ca_file.is_some()),
        ("the key insecure beside [[clusters]]", file.insecure),
    ];
    let first = |said: &[(&'static str, bool)]| said.iter().find(|(_, is_said)| *is_said).map(|(name, _)| *name);
    if let Some(name) = first(&account).filter(|_| !served.unnamed) {
        return Err(ConfigFault::Wrong(format!(
            "{name} is about the cluster of --controller, and there is none: clusters of [[clusters]], and of drove-cli's \
             file, have their accounts there"
        )));
    }
    if let Some(name) = first(&trust).filter(|_| !served.unnamed && !served.of_drove_cli) {
        return Err(ConfigFault::Wrong(format!(
            "{name} is about the clusters of --controller and of drove-cli's file, and none of them is served: clusters of \
             [[clusters]] have their own ca-file and insecure there"
        )));
    }
    Ok(())
}
