//! Reading of the recordings, and turning their requests into ours.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// One recorded request and what a real cluster answered.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchange {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub at_ms: u64,
    #[serde(default)]
    pub situation: String,
    pub request: Request,
    pub response: Response,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub method: String,
    pub path: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(rename = "as")]
    pub user: Option<String>,
    pub password: Option<String>,
    body: Option<Value>,
    body_base64: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: Value,
    pub body_omitted: Option<Value>,
}

/// A command of drove-cli and the requests it made.
#[derive(Deserialize)]
pub struct CliCommand {
    pub id: String,
    #[serde(default)]
    pub exchanges: Vec<Exchange>,
}

/// All exchanges of a group, in order.
pub fn group(name: &str) -> Vec<Exchange> {
    read(name)
}

/// All commands of the `cli` group, in order.
pub fn cli() -> Vec<CliCommand> {
    read("cli")
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings").join(format!("{name}.json"));
    serde_json::from_slice(&fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl Request {
    /// The body as it was sent; absent if there was none.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        if let Some(encoded) = &self.body_base64 {
            return Some(STANDARD.decode(encoded).unwrap());
        }
        let body = self.body.as_ref()?;
        Some(body.as_str().map_or_else(|| serde_json::to_vec(body).unwrap(), |text| text.as_bytes().to_vec()))
    }
}

#[test]
fn the_readme_names_every_recording() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    for folder in [folder.clone(), folder.join("trimmed")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(path.is_dir() || readme.contains(&format!("`{name}`")) || name == "README", "{name}");
        }
    }
}
