use std::{collections::HashMap, fs, path::Path};

use crate::Outcome;

/// What wasm-bindgen's names of functions begin with.
const BOUND: &str = "__wb";

/// Gives short names to the functions that the main part imports from its script. wasm-bindgen's carry a hash each, in both
/// files, and no compressor makes a hash smaller.
///
/// # Errors
/// When a file cannot be read, parsed or written.
pub fn shorten(script: &Path, main: &Path) -> Outcome {
    let failed = |error: &dyn std::fmt::Display| format!("cannot shorten names in {}: {error}", main.display());
    let text = fs::read_to_string(script).map_err(|error| failed(&error))?;
    let mut config = walrus::ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse_file(main).map_err(|error| failed(&error))?;
    let mut names = HashMap::new();
    for (number, import) in module.imports.iter_mut().filter(|import| import.name.starts_with(BOUND)).enumerate() {
        let long = std::mem::replace(&mut import.name, format!("${number:x}"));
        names.insert(long, import.name.clone());
    }
    fs::write(script, renamed(&text, &names))
        .and_then(|()| fs::write(main, module.emit_wasm()))
        .map_err(|error| failed(&error))
}

/// The script with each whole name replaced.
fn renamed(script: &str, names: &HashMap<String, String>) -> String {
    let belongs = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut text = String::with_capacity(script.len());
    let mut rest = script;
    while !rest.is_empty() {
        let end = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        text.push_str(names.get(word).map_or(word, String::as_str));
        let next = behind.find(belongs).unwrap_or(behind.len());
        text.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_are_replaced_and_parts_of_names_are_not() {
        let names = HashMap::from([("__wbg_a_1f".to_owned(), "$0".to_owned())]);
        let script = "return { __wbg_a_1f: f(), __wbg_a_1f0: g('ü') };\n";
        assert_eq!(renamed(script, &names), "return { $0: f(), __wbg_a_1f0: g('ü') };\n");
    }
}
