//! The page in parts: the first load carries the shell and the list of tasks, every other page comes when it is opened.
//!
//! `frontend/src/pages/lazy.rs` marks where to cut. The compiler links one WebAssembly file; [`cut`] takes it apart before
//! wasm-bindgen sees it, [`join`] tells wasm-bindgen's script how to load the parts, and [`place`] puts them beside it.

mod cut;
mod join;
mod place;
mod shorten;

pub use cut::cut;
pub use join::join;
pub use place::place;
pub use shorten::shorten;

/// Where the parts lie between [`cut`] and [`place`], inside wasm-bindgen's output folder.
const FOLDER: &str = "parts";

/// The part that is loaded first, as wasm-bindgen gets it.
const MAIN: &str = "main.wasm";

/// The script that loads the others. No such file is served: [`join`] moves its text into wasm-bindgen's script.
const LINK: &str = "./parts.js";

/// How many hexadecimal digits of a content's hash stand in a name; the backend knows such names by them.
const HASH_DIGITS: usize = 16;

/// The beginning of a content's SHA-256.
fn hash(contents: &[&[u8]]) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    contents.iter().for_each(|content| hasher.update(content));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..HASH_DIGITS].to_owned()
}
