//! The page is embedded in the binary: a new page is a new binary, also when it brings files of other names.

use std::io;

fn main() -> io::Result<()> {
    // A folder that is not there yet would count as changed each time.
    std::fs::create_dir_all("../dist")?;
    println!("cargo::rerun-if-changed=../dist");
    Ok(())
}
