use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

/// How long to wait before the connection is tried again, after `failures` in a row (from 1). `chance` from 0 to 1
/// spreads the pages of a server that restarts: a delay lies between half of its length and the whole.
pub fn delay(failures: u32, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(16)));
    doubled.min(LONGEST).mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_a_limit_and_are_spread() {
        assert_eq!(delay(1, 1.0), Duration::from_millis(250));
        assert_eq!(delay(1, 0.0), Duration::from_millis(125));
        assert_eq!(delay(3, 1.0), Duration::from_secs(1));
        assert_eq!(delay(40, 1.0), LONGEST);
    }
}
