//! How much of the page a browser fetches before it shows anything.

use std::{fs, io, path::Path};

use crate::{Outcome, workspace};

/// Most bytes of the first load, compressed: of `index.html` and the files it names. What the server adds (headers, the
/// first frame of the live stream) is measured by `cargo xtask bench first-load`.
const MOST: u64 = 300 * 1_024;

/// # Errors
/// When `dist/` was not built or cannot be read, the first load is too big, or nothing is left to be loaded later.
pub fn check() -> Outcome {
    let dist = workspace::dist_dir();
    let (first, later) = sizes(&dist).map_err(|error| format!("cannot read {}: {error}", dist.display()))?;
    eprintln!("      first load {first} bytes of at most {MOST}, later {later}");
    judge(first, later)
}

fn judge(first: u64, later: u64) -> Outcome {
    if later == 0 {
        return Err("the page was not cut into parts: its first load is all of it".into());
    }
    if first > MOST {
        return Err(format!(
            "the first load of the page is {first} bytes, and may be {MOST}. Move what the list of tasks does not need \
             behind frontend/src/pages/lazy.rs, or find out what made it grow."
        ));
    }
    Ok(())
}

/// Bytes as sent to a browser: of the first load, and of the parts that come later.
fn sizes(dist: &Path) -> io::Result<(u64, u64)> {
    let index = fs::read_to_string(dist.join("index.html"))?;
    let mut sum = (0, 0);
    for entry in fs::read_dir(dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let packed = dist.join(format!("{name}.br"));
        let sent = fs::metadata(if packed.is_file() { packed } else { dist.join(&name) })?.len();
        if name == "index.html" || index.contains(&format!("/{name}")) {
            sum.0 += sent;
        } else {
            sum.1 += sent;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_in_one_piece_or_above_the_budget_is_refused() {
        assert_eq!(judge(MOST, 1), Ok(()));
        assert!(judge(MOST + 1, 1).is_err_and(|words| words.contains("may be")));
        assert!(judge(1, 0).is_err());
    }
}
