//! The `wasm-bindgen` that trunk finds on its PATH is xtask itself under that name. So its version is the one in our
//! Cargo.lock, which must equal that of the library in the page, and nothing is downloaded.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{Outcome, files, page::parts, workspace};

/// Set for a page that ships: then the shim drops what only debuggers read, a third of the bytes.
pub const SHIPPING: &str = "DROVE_DASHBOARD_SHIPPING_PAGE";

/// Answers as `wasm-bindgen` when called by that name.
pub fn answer(args: &[String]) -> Option<ExitCode> {
    let name = Path::new(args.first()?).file_stem()?;
    if name != "wasm-bindgen" {
        return None;
    }
    let asks_for_version = args.iter().any(|arg| arg == "--version");
    let outcome = if asks_for_version { wasm_bindgen(args.to_vec()) } else { bind(args.to_vec()) };
    Some(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("wasm-bindgen: {message}");
            ExitCode::FAILURE
        }
    })
}

/// Cuts the page into parts and binds the main one.
fn bind(mut args: Vec<String>) -> Outcome {
    let shipping = env::var_os(SHIPPING).is_some();
    let option = |name: &str| {
        let found = args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='));
        found.map(str::to_owned).ok_or_else(|| format!("called without {name}=, as trunk never does"))
    };
    let out_dir = PathBuf::from(option("--out-dir")?);
    let name = option("--out-name")?;
    let (script, main) = (out_dir.join(format!("{name}.js")), out_dir.join(format!("{name}_bg.wasm")));
    let linked = args.iter_mut().find(|arg| arg.ends_with(".wasm")).ok_or("called without a file to bind")?;
    *linked = parts::cut(Path::new(&*linked), &out_dir, shipping)?.display().to_string();
    // The parts import from the main one what the linker made for it: memory, table of functions, stack.
    args.push("--keep-lld-exports".into());
    if shipping {
        args.extend(["--remove-name-section", "--remove-producers-section"].map(String::from));
    }
    wasm_bindgen(args)?;
    parts::join(&out_dir, &script)?;
    if shipping { parts::shorten(&script, &main) } else { Ok(()) }
}

fn wasm_bindgen(args: Vec<String>) -> Outcome {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args).map_err(|error| format!("{error:?}"))
}

/// A PATH on which `wasm-bindgen` is a copy of this program.
///
/// # Errors
/// When the copy cannot be made, or Cargo.lock holds two versions that do not fit together.
pub fn path() -> Outcome<OsString> {
    check_versions(&files::text(Path::new("Cargo.lock"))?)?;
    let folder = install().map_err(|error| format!("cannot put wasm-bindgen into target/shim: {error}"))?;
    let before = env::var_os("PATH").unwrap_or_default();
    env::join_paths(std::iter::once(folder).chain(env::split_paths(&before)))
        .map_err(|error| format!("the checkout's path cannot stand in PATH: {error}"))
}

fn install() -> std::io::Result<PathBuf> {
    let folder = workspace::target_dir().join("shim");
    let program = folder.join(format!("wasm-bindgen{}", env::consts::EXE_SUFFIX));
    fs::create_dir_all(&folder)?;
    // A running copy cannot be overwritten, but it can be replaced.
    let fresh = folder.join("wasm-bindgen.new");
    fs::copy(env::current_exe()?, &fresh)?;
    fs::rename(fresh, program)?;
    Ok(folder)
}

fn check_versions(lock: &str) -> Outcome {
    let (library, tool) = (locked(lock, "wasm-bindgen"), locked(lock, "wasm-bindgen-cli"));
    if library.is_some() && library == tool {
        return Ok(());
    }
    Err(format!(
        "Cargo.lock has wasm-bindgen {} and wasm-bindgen-cli {}: they must be equal. \
         Name one version in frontend/Cargo.toml and xtask/Cargo.toml.",
        library.unwrap_or("none"),
        tool.unwrap_or("none")
    ))
}

fn locked<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(library: &str, tool: &str) -> String {
        format!(
            "[[package]]\nname = \"wasm-bindgen\"\nversion = \"{library}\"\n\n\
             [[package]]\nname = \"wasm-bindgen-cli\"\nversion = \"{tool}\"\n"
        )
    }

    #[test]
    fn equal_versions_pass() {
        assert_eq!(check_versions(&lock("0.2.130", "0.2.130")), Ok(()));
    }

    #[test]
    fn different_versions_are_named() {
        let error = check_versions(&lock("0.2.130", "0.2.131")).err();
        assert!(error.is_some_and(|words| words.contains("0.2.130") && words.contains("0.2.131")));
    }
}
