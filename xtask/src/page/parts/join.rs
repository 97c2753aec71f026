use std::{fs, path::Path};

use super::{FOLDER, LINK};
use crate::Outcome;

/// Where the parts lie, as the script that loads them says it.
const HERE: &str = "import.meta.url";
/// The same without the credentials of a page that was opened as `http://user:password@host/`: browsers refuse to fetch
/// an address that has some.
const PLAIN_HERE: &str = "location.origin + new URL(import.meta.url).pathname";

/// Moves the script that loads the parts into wasm-bindgen's own, which would import it. So the first load has one file
/// less, and none of the two needs to know the other's hashed name.
///
/// # Errors
/// When a script cannot be read or written, or one of them is not as expected.
pub fn join(out_dir: &Path, script: &Path) -> Outcome {
    let failed = |error: &dyn std::fmt::Display| format!("cannot join the parts to {}: {error}", script.display());
    let link = fs::read_to_string(out_dir.join(FOLDER).join(LINK)).map_err(|error| failed(&error))?;
    let bound = fs::read_to_string(script).map_err(|error| failed(&error))?;
    let joined = joined(&bound, &link).map_err(|error| failed(&error))?;
    fs::write(script, joined).map_err(|error| failed(&error))
}

fn joined(bound: &str, link: &str) -> Outcome<String> {
    let mut loaders = Vec::new();
    let mut body = String::new();
    for line in link.lines() {
        // `initSync` is at hand where the text is going.
        if line.starts_with("import ") {
            continue;
        }
        let line = match line.strip_prefix("export const ") {
            Some(rest) => {
                loaders.extend(rest.split(' ').next());
                format!("const {rest}")
            }
            None => line.to_owned(),
        };
        body.push_str(&line.replace(HERE, "here"));
        body.push('\n');
    }
    let from = format!(" from \"{LINK}\"");
    let import = |line: &&str| line.starts_with("import * as ") && line.trim_end_matches(';').ends_with(&from);
    if loaders.is_empty() || !link.contains(HERE) || !bound.lines().any(|line| import(&line)) {
        return Err("no part is loaded".into());
    }
    let mut text = format!(
        "const parts = (() => {{\nconst here = {PLAIN_HERE};\n{body}return {{ {} }};\n}})();\n",
        loaders.join(", ")
    );
    for line in bound.lines() {
        match line.strip_prefix("import * as ").filter(|_| import(&line)).and_then(|rest| rest.split(' ').next()) {
            Some(name) => text.push_str(&format!("const {name} = parts;")),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: &str = "import * as import1 from \"./parts.js\"\nimport * as import2 from \"./parts.js\"\n\
        function imports() { return { \"./parts.js\": import1, \"./parts.js\": import2 }; }\nfunction initSync() {}\n";
    const LINK: &str = "import { initSync } from \"./main.js\";\n\nlet shared;\n\
        export const __load_a = wrap(new URL(\"./a-0.wasm\", import.meta.url));\n\
        export const __load_b = wrap(new URL(\"./b-1.wasm\", import.meta.url));\n";

    #[test]
    fn the_loaders_stand_where_they_were_imported() {
        let joined = joined(BOUND, LINK).unwrap_or_default();
        assert!(!joined.contains("import *") && !joined.contains("export"), "{joined}");
        assert!(joined.starts_with("const parts = (() => {\nconst here = location.origin + "), "{joined}");
        assert!(joined.contains("wrap(new URL(\"./b-1.wasm\", here));\nreturn { __load_a, __load_b };\n})();"));
        assert!(joined.contains("const import1 = parts;\nconst import2 = parts;\n"));
        assert!(joined.ends_with("function initSync() {}\n"));
    }

    #[test]
    fn a_script_that_loads_no_part_is_an_error() {
        assert!(joined("function initSync() {}\n", LINK).is_err());
    }
}
