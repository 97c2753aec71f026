use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::{FOLDER, MAIN, hash};
use crate::{Outcome, workspace};

/// `cargo xtask place-parts`, which trunk calls when it has put its files together: lays the parts beside them.
///
/// # Errors
/// When not called by trunk, or a file cannot be read or written.
pub fn place() -> Outcome {
    let given = |name| env::var_os(name).ok_or(format!("only trunk calls this: {name} is not set"));
    let built = PathBuf::from(given("TRUNK_STAGING_DIR")?);
    let bound = workspace::target_dir().join("wasm-bindgen").join(given("TRUNK_PROFILE")?);
    copy_parts(&bound.join(FOLDER), &built)
        .and_then(|()| rename_main(&built))
        .and_then(|()| load_by_plain_address(&built))
        .map_err(|error| format!("cannot put the parts of the page into {}: {error}", built.display()))
}

fn copy_parts(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let is_part = Path::new(&entry.file_name()).extension().is_some_and(|ending| ending == "wasm");
        if is_part && entry.file_name() != MAIN {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Trunk names the main part by what the compiler linked. What became of that depends on more: it names parts, which must
/// not be asked for by a script that a browser keeps for ever under an unchanged name.
fn rename_main(built: &Path) -> io::Result<()> {
    let index = built.join("index.html");
    let page = fs::read_to_string(&index)?;
    let old = main_name(&page).ok_or_else(|| io::Error::other("index.html starts no script of ours"))?;
    let file = |name: &str, rest: &str| built.join(format!("{name}{rest}"));
    let new = format!("frontend-{}", hash(&[&fs::read(file(old, ".js"))?, &fs::read(file(old, "_bg.wasm"))?]));
    for rest in [".js", "_bg.wasm"] {
        fs::rename(file(old, rest), file(&new, rest))?;
    }
    fs::write(index, page.replace(old, &new))
}

/// Browsers refuse to fetch an address with credentials, and a path inherits those of a page that was opened as
/// `http://user:password@host/`.
fn load_by_plain_address(built: &Path) -> io::Result<()> {
    let index = built.join("index.html");
    let page = with_plain_address(&fs::read_to_string(&index)?);
    fs::write(index, page.ok_or_else(|| io::Error::other("index.html loads no WebAssembly of ours"))?)
}

/// `init({ module_or_path: '/PATH' })` with the origin before the path.
fn with_plain_address(page: &str) -> Option<String> {
    const PATH: &str = "module_or_path: '";
    page.contains(PATH).then(|| page.replacen(PATH, "module_or_path: location.origin + '", 1))
}

/// `frontend-HASH` out of `import init, * as bindings from '/frontend-HASH.js'`.
fn main_name(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("import init")?;
    let (_, rest) = rest.split_once("/frontend-")?;
    let (hash, _) = rest.split_once(".js")?;
    let end = page.len() - rest.len() + hash.len();
    page.get(end - hash.len() - "frontend-".len()..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webassembly_is_fetched_without_credentials() {
        let page = "const wasm = await init({ module_or_path: '/frontend-1f_bg.wasm' });";
        let plain = "const wasm = await init({ module_or_path: location.origin + '/frontend-1f_bg.wasm' });";
        assert_eq!(with_plain_address(page).as_deref(), Some(plain));
        assert_eq!(with_plain_address("init()"), None);
    }

    #[test]
    fn the_main_part_is_found_in_the_page() {
        let page = "<script type=\"module\">\nimport init, * as bindings from '/frontend-1f.js';\ninit()</script>";
        assert_eq!(main_name(page), Some("frontend-1f"));
        assert_eq!(main_name("<script src=\"/other.js\">"), None);
    }
}
