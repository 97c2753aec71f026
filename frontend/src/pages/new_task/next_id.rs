//! A free ID for a clone: counted up from the one that is taken. Pure.

/// The ID that follows: a number at the end goes up (`T0012` → `T0013`), but a date at the end stays and a number is
/// added (`nightly-2026-11-23` → `nightly-2026-11-23-2`): another date would say something else.
pub fn next_id(id: &str) -> String {
    let digits = id.len() - id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (stem, number) = id.split_at(digits);
    if ends_in_date(id) || number.is_empty() {
        return format!("{id}-2");
    }
    match number.parse::<u64>().ok().and_then(|n| n.checked_add(1)) {
        Some(next) => format!("{stem}{next:0width$}", width = number.len()),
        None => format!("{id}-2"),
    }
}

/// Whether it ends in `YYYY-MM-DD` or `YYYYMMDD` (also with `_` between).
fn ends_in_date(id: &str) -> bool {
    let tail: String = id.chars().rev().take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '_')).collect();
    let digits: String = tail.chars().rev().filter(char::is_ascii_digit).collect();
    let Some(date) = digits.len().checked_sub(8).and_then(|from| digits.get(from..)) else { return false };
    let between = |from: usize, to: usize, least: u32, most: u32| {
        date.get(from..to).and_then(|d| d.parse::<u32>().ok()).is_some_and(|n| (least..=most).contains(&n))
    };
    let last_group = tail.split(['-', '_']).next().map_or(0, str::len);
    matches!(last_group, 2 | 8) && between(0, 4, 1990, 2199) && between(4, 6, 1, 12) && between(6, 8, 1, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_up_and_dates_stay() {
        for (id, next) in [
            ("T0012", "T0013"),
            ("T99", "T100"),
            ("vendor-sync-2231", "vendor-sync-2232"),
            ("nightly", "nightly-2"),
            ("nightly-2", "nightly-3"),
            ("nightly-2026-11-23", "nightly-2026-11-23-2"),
            ("nightly-2026-11-23-2", "nightly-2026-11-23-3"),
            ("export_20261123", "export_20261123-2"),
            ("x18446744073709551615", "x18446744073709551615-2"),
        ] {
            assert_eq!(next_id(id), next);
        }
    }
}
