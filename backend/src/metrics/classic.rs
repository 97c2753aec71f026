//! From OpenMetrics to the text format of Prometheus (0.0.4), in which a counter's name ends with `_total` in its description
//! too, and nothing marks the end.

use std::collections::BTreeSet;

/// The same metrics in the older form.
pub fn of_open_metrics(text: &str) -> String {
    let kind = |line: &str| line.strip_prefix("# TYPE ")?.strip_suffix(" counter").map(str::to_owned);
    let counters: BTreeSet<String> = text.lines().filter_map(kind).collect();
    let mut classic = String::with_capacity(text.len());
    for line in text.lines().filter(|line| *line != "# EOF") {
        let described = ["# HELP ", "# TYPE "].iter().find_map(|keyword| {
            let (name, rest) = line.strip_prefix(keyword)?.split_once(' ')?;
            counters.contains(name).then(|| format!("{keyword}{name}_total {rest}"))
        });
        classic.push_str(described.as_deref().unwrap_or(line));
        classic.push('\n');
    }
    classic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_described_by_their_whole_names() {
        let open =
            "# HELP a Number of a.\n# TYPE a counter\na_total{x=\"y\"} 3\n# HELP b B.\n# TYPE b gauge\nb 1\n# EOF\n";
        let classic = "# HELP a_total Number of a.\n# TYPE a_total counter\na_total{x=\"y\"} 3\n# HELP b B.\n# TYPE b gauge\nb 1\n";
        assert_eq!(of_open_metrics(open), classic);
    }
}
