//! The printed table, in the form that `docs/performance.md` keeps.

/// One measured figure beside its target.
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What was found, with its unit.
    pub measured: String,
    /// What must be reached.
    pub target: String,
    /// Whether it was.
    pub reached: bool,
}

impl Row {
    /// A figure that must not exceed `limit`.
    pub fn at_most(what: &str, measured: f64, limit: f64, unit: &str) -> Self {
        Self::new(what, measured, limit, unit, "≤", measured <= limit)
    }

    /// A figure that must not fall below `limit`.
    pub fn at_least(what: &str, measured: f64, limit: f64, unit: &str) -> Self {
        Self::new(what, measured, limit, unit, "≥", measured >= limit)
    }

    fn new(what: &str, measured: f64, limit: f64, unit: &str, sign: &str, reached: bool) -> Self {
        let text = |n: f64| match n {
            whole if whole.fract() == 0.0 || whole >= 100.0 => format!("{whole:.0}"),
            small if small < 1.0 => format!("{small:.2}"),
            n => format!("{n:.1}"),
        };
        Self {
            what: what.into(),
            measured: format!("{} {unit}", text(measured)),
            target: format!("{sign} {} {unit}", text(limit)),
            reached,
        }
    }
}

/// Prints the rows as a Markdown table.
pub fn print(rows: &[Row]) {
    println!("| What | Measured | Must reach | |\n|---|---|---|---|");
    for row in rows {
        let verdict = if row.reached { "reached" } else { "**missed**" };
        println!("| {} | {} | {} | {verdict} |", row.what, row.measured, row.target);
    }
}

/// The value that `share` (0 to 1) of `values` do not exceed; 0 without values.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    // A share of a length is a small non-negative number.
    values.get(((last as f64) * share).ceil() as usize).copied().unwrap_or(0.0)
}
