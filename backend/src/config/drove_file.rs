//! The file of drove-cli, `~/.drove`: sections with `endpoint`, `username`, `password`, `auth_header`, `insecure` (contract
//! 9.2), in the form of Python's `configparser`.

use super::ConfigFault;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Keys that every section inherits; with an endpoint it is a cluster itself, as `drove config init` writes it.
const DEFAULTS: &str = "DEFAULT";
/// The cluster of [`DEFAULTS`], as people call it.
const UNNAMED: &str = "default";

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct DroveFile {
    path: PathBuf,
    sections: BTreeMap<String, Section>,
}

/// One section. Never printed: it holds passwords.
#[derive(Clone, Default)]
pub(super) struct Section {
    /// Line of its header.
    line: usize,
    /// Value and line of each key.
    keys: BTreeMap<String, (String, usize)>,
}

impl std::fmt::Debug for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.keys()).finish()
    }
}

impl DroveFile {
    /// Where drove-cli looks for it.
    pub fn usual_path() -> Option<PathBuf> {
        directories::BaseDirs::new().map(|dirs| dirs.home_dir().join(".drove"))
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ConfigFault> {
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigFault::Unreadable { path: path.to_owned(), error })?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigFault> {
        let mut file = Self { path: path.to_owned(), sections: BTreeMap::new() };
        let mut current: Option<String> = None;
        for (number, line) in (1..).zip(text.lines()) {
            let content = line.trim();
            if content.is_empty() || content.starts_with(['#', ';']) {
                continue;
            }
            let fault = |message: &str| ConfigFault::Invalid {
                path: path.to_owned(),
                line: number,
                key: None,
                message: message.to_owned(),
            };
            if let Some(name) = content.strip_prefix('[') {
                let name = name.strip_suffix(']').ok_or_else(|| fault("a section begins as [NAME]"))?;
                file.sections.entry(name.to_owned()).or_default().line = number;
                current = Some(name.to_owned());
                continue;
            }
            let split = content.find(['=', ':']).ok_or_else(|| fault("expected [SECTION] or KEY = VALUE"))?;
            let name = current.as_ref().ok_or_else(|| fault("a value stands before the first [SECTION]"))?;
            // As configparser reads them: keys without case, a doubled percent sign is one.
            let key = content[..split].trim().to_ascii_lowercase();
            let value = content[split + 1..].trim().replace("%%", "%");
            file.sections.entry(name.clone()).or_default().keys.insert(key, (value, number));
        }
        Ok(file)
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of all clusters in it.
    pub fn names(&self) -> Vec<&str> {
        let named = self.sections.keys().map(String::as_str).filter(|name| *name != DEFAULTS);
        self.unnamed().map(|_| UNNAMED).into_iter().chain(named).collect()
    }

    /// The cluster that drove-cli uses when none is named.
    pub fn current(&self) -> Option<&str> {
        let current = self.sections.get(DEFAULTS).and_then(|defaults| defaults.get("current_cluster"));
        current.filter(|name| *name != DEFAULTS).or_else(|| self.unnamed().map(|_| UNNAMED))
    }

    /// The section of a cluster, with what it inherits.
    pub fn section(&self, name: &str) -> Option<Section> {
        let own = self.sections.get(name).filter(|_| name != DEFAULTS);
        let Some(own) = own else { return self.unnamed().filter(|_| name.eq_ignore_ascii_case(UNNAMED)).cloned() };
        let mut section = own.clone();
        for (key, value) in self.sections.get(DEFAULTS).into_iter().flat_map(|defaults| &defaults.keys) {
            section.keys.entry(key.clone()).or_insert_with(|| value.clone());
        }
        Some(section)
    }

    fn unnamed(&self) -> Option<&Section> {
        self.sections.get(DEFAULTS).filter(|defaults| defaults.get("endpoint").is_some())
    }
}

impl Section {
    /// A value that is there and not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(|(value, _)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A value as configparser reads truth; false if it is not there.
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| ["1", "yes", "true", "on"].contains(&value.to_ascii_lowercase().as_str()))
    }

    /// Line of a key, or of the header.
    pub fn line(&self, key: &str) -> usize {
        self.keys.get(key).map_or(self.line, |(_, line)| *line)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    const FILE: &str = "[DEFAULT]\ncurrent_cluster = local\ninsecure: True\n\n# a comment\n[local]\nendpoint = http://localhost:10000\n\
                        username = admin\npassword = 100%%=sure\n[prod]\nEndpoint=https://drove.example\nauth_header = O-Bearer t\n\
                        insecure = no\n";

    #[test]
    fn sections_are_read_as_drove_cli_does() {
        let file = DroveFile::parse(FILE, Path::new(".drove")).unwrap();
        assert_eq!(file.names(), ["local", "prod"]);
        let local = file.section("local").unwrap();
        assert_eq!((local.get("endpoint"), local.get("password")), (Some("http://localhost:10000"), Some("100%=sure")));
        assert!(local.is_true("insecure"));
        let prod = file.section("prod").unwrap();
        assert_eq!(
            (prod.get("endpoint"), prod.get("auth_header")),
            (Some("https://drove.example"), Some("O-Bearer t"))
        );
        assert!(!prod.is_true("insecure"));
        assert!(file.section("DEFAULT").is_none() && file.section("other").is_none());
        assert!(!format!("{file:?}").contains("sure"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line) in [("x = 1\n", 1), ("[a]\nnonsense\n", 2), ("\n[a\n", 2)] {
            let fault = DroveFile::parse(text, Path::new(".drove")).unwrap_err().to_string();
            assert!(fault.starts_with(&format!(".drove:{line}: ")), "{fault}");
        }
    }
}
