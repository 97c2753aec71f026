//! Many executors, grouped by the first thing that keeps them from fitting. Pure.

use model::fit::{Matrix, Row};

/// Rows that share a verdict.
pub struct Group<'a> {
    /// What they share; empty for a group of all.
    pub title: &'static str,
    /// The rows.
    pub rows: Vec<&'a Row>,
}

impl<'a> Group<'a> {
    /// Everything, without a title.
    pub fn all(matrix: &'a Matrix) -> Self {
        Self { title: "", rows: matrix.rows.iter().collect() }
    }
}

const TITLES: &[&str] = &[
    "fit",
    "not read yet",
    "too few cores on one node",
    "too little memory there",
    "not for this placement",
    "take no tasks",
];

/// Groups with rows, those that fit first.
pub fn groups(matrix: &Matrix) -> Vec<Group<'_>> {
    TITLES
        .iter()
        .map(|title| Group { title, rows: matrix.rows.iter().filter(|row| title_of(row) == *title).collect() })
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn title_of(row: &Row) -> &'static str {
    let checks = &row.checks;
    match () {
        () if checks.fits() => "fit",
        () if !checks.active => "take no tasks",
        () if checks.policy_miss.is_some() => "not for this placement",
        () if row.unread => "not read yet",
        () if !checks.cores_fit => "too few cores on one node",
        () => "too little memory there",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ExecutorState, fit::Checks};

    fn row(active: bool, cores_fit: bool, node: Option<u32>) -> Row {
        Row {
            executor_id: "e".into(),
            hostname: "h".into(),
            state: ExecutorState::Active,
            checks: Checks {
                active,
                policy_miss: None,
                best_cores: 1,
                cores_fit,
                best_memory: 1,
                memory_fits: true,
                node,
            },
            reported: None,
            unread: false,
        }
    }

    #[test]
    fn every_row_is_in_one_group() {
        let rows =
            vec![row(true, true, Some(0)), row(false, true, None), row(true, false, None), row(true, true, None)];
        let matrix = Matrix { rows, ..Matrix::default() };
        let counted: Vec<_> = groups(&matrix).iter().map(|g| (g.title, g.rows.len())).collect();
        assert_eq!(
            counted,
            [("fit", 1), ("too few cores on one node", 1), ("too little memory there", 1), ("take no tasks", 1)]
        );
    }
}
