use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{FOLDER, LINK, MAIN, hash};
use crate::Outcome;

/// Takes a linked file apart. The parts lie in a folder below `out_dir`, named by their content except for the main part,
/// whose path is returned: wasm-bindgen has yet to work on it.
///
/// # Errors
/// When the file was not linked with `--emit-relocs`, or a file cannot be read or written.
pub fn cut(linked: &Path, out_dir: &Path, shipping: bool) -> Outcome<PathBuf> {
    let folder = out_dir.join(FOLDER);
    let main = folder.join(MAIN);
    let failed = |error: &dyn std::fmt::Display| format!("cannot cut {} into parts: {error}", linked.display());
    let bytes = fs::read(linked).map_err(|error| failed(&error))?;
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| failed(&error))?;
    }
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.link_name = LINK;
    let cut = wasm_split_cli_support::transform(options).map_err(|error| failed(&format!("{error:#}")))?;

    let link = folder.join(LINK);
    let mut script = fs::read_to_string(&link).map_err(|error| failed(&error))?;
    for part in cut.split_modules {
        let small = shrink(&fs::read(&part).map_err(|error| failed(&error))?, shipping)
            .map_err(|error| failed(&format!("{error:#}")))?;
        let stem = part.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{}.wasm", hash(&[&small]));
        script = script.replace(&format!("\"./{stem}.wasm\""), &format!("\"./{name}\""));
        fs::write(folder.join(name), small).and_then(|()| fs::remove_file(&part)).map_err(|error| failed(&error))?;
    }
    fs::write(link, script).map_err(|error| failed(&error))?;
    Ok(main)
}

/// A part as it is sent. The linker leaves room in every number for later changes, which wasm-bindgen takes out of the
/// main part only; and names are for debuggers.
fn shrink(part: &[u8], shipping: bool) -> anyhow::Result<Vec<u8>> {
    let mut config = walrus::ModuleConfig::new();
    config.generate_name_section(!shipping).generate_producers_section(!shipping);
    let mut module = config.parse(part)?;
    walrus::passes::gc::run(&mut module);
    if shipping {
        let custom: Vec<_> = module.customs.iter().map(|(id, _)| id).collect();
        custom.into_iter().for_each(|id| drop(module.customs.delete(id)));
    }
    Ok(module.emit_wasm())
}
