use model::dashboard::Count;

/// With a comma between thousands: `10,000`.
pub fn format_number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count that may be a lower bound: `225`, `10,000+`.
pub fn format_count(count: Count) -> String {
    format!("{}{}", format_number(count.n), if count.more { "+" } else { "" })
}

/// Megabytes as Drove counts them (2^20 bytes): `512 MiB`, `8 GiB`, `1.5 GiB`.
pub fn format_megabytes(megabytes: i64) -> String {
    if megabytes.abs() < 1_024 {
        return format!("{megabytes} MiB");
    }
    let tenths = megabytes.saturating_mul(10) / 1_024;
    match tenths % 10 {
        0 => format!("{} GiB", tenths / 10),
        rest => format!("{}.{} GiB", tenths / 10, rest.abs()),
    }
}

/// `1 byte`, `12 KiB`, `1.5 MiB`.
pub fn format_bytes(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KiB", bytes / 1_024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// `1 core`, `4 cores`.
pub fn format_cores(cores: i64) -> String {
    if cores == 1 { "1 core".into() } else { format!("{cores} cores") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(7, "7"), (225, "225"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(format_number(number), text);
        }
        assert_eq!(format_count(Count { n: 10_000, more: true }), "10,000+");
    }

    #[test]
    fn memory_has_the_unit_it_is_counted_in() {
        for (megabytes, text) in [(64, "64 MiB"), (1_024, "1 GiB"), (1_536, "1.5 GiB"), (61_440, "60 GiB")] {
            assert_eq!(format_megabytes(megabytes), text);
        }
    }
}
