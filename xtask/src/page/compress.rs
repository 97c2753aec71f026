//! Compresses the page once, when it is built, so that no request has to.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use crate::Outcome;

/// Below this many bytes the answer's head weighs more than what compression saves.
const WORTH_IT: usize = 512;

/// Puts `NAME.br` and `NAME.gz` beside each file they make smaller, and prints the sizes.
///
/// # Errors
/// When a file cannot be read or written.
pub fn all(folder: &Path) -> Outcome {
    let total = all_in(folder).map_err(|error| format!("cannot compress {}: {error}", folder.display()))?;
    eprintln!("      {:<44} {:>9} {:>9}", "all, bytes and brotli", total.0, total.1);
    Ok(())
}

fn all_in(folder: &Path) -> io::Result<(usize, usize)> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    let mut total = (0, 0);
    for file in files {
        let plain = fs::read(&file)?;
        let mut sent = plain.len();
        if plain.len() > WORTH_IT {
            sent = sent.min(write_if_smaller(&file, "br", &plain, &brotli(&plain)?)?);
            write_if_smaller(&file, "gz", &plain, &gzip(&plain)?)?;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        eprintln!("      {name:<44} {:>9} {sent:>9}", plain.len());
        total = (total.0 + plain.len(), total.1 + sent);
    }
    Ok(total)
}

fn write_if_smaller(file: &Path, ending: &str, plain: &[u8], packed: &[u8]) -> io::Result<usize> {
    if packed.len() < plain.len() {
        let mut name = file.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        fs::write(name, packed)?;
    }
    Ok(packed.len())
}

fn brotli(plain: &[u8]) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: plain.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &params)?;
    Ok(packed)
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    encoder.finish()
}
