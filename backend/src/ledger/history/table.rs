//! All runs of the ledger as lists need them, in memory: any filter and any sort is one pass over narrow columns, with
//! exact counts, whatever index a database would have lacked for it. A view: loaded at start, renewed at each commit.
//!
//! Readers work on a copy that shares its blocks with the original, so neither waits for the other.

use super::{
    block::{Block, GOES_ON, Line, Origin, Place, Status},
    status_rank,
};
use model::dashboard::{ExecutorChoice, FilterChoices, TaskRow};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Runs in one block: copied as a whole when one of them changes while somebody reads.
const BLOCK: usize = 4_096;

/// The runs. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// None is empty; ids rise from each to the next.
    pub blocks: Vec<Arc<Block>>,
    apps: Arc<BTreeSet<String>>,
    /// ID → host.
    executors: Arc<BTreeMap<String, String>>,
    /// Revision of the ledger that this shows.
    pub revision: u64,
}

impl Table {
    /// Number of runs.
    pub fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.len()).sum()
    }

    /// The last run.
    pub fn newest_run(&self) -> Option<i64> {
        self.blocks.last().and_then(|block| block.run_ids.last()).copied()
    }

    /// Takes a run in, or what changed of it.
    pub fn put(&mut self, line: &Line) {
        self.offer(line);
        let after = self.blocks.partition_point(|block| block.run_ids.first().is_some_and(|id| *id <= line.run_id));
        let place = after.saturating_sub(1);
        let is_new = self.newest_run().is_none_or(|newest| newest < line.run_id);
        let is_full = self.blocks.get(place).is_none_or(|block| block.len() >= BLOCK);
        if is_new && is_full {
            self.blocks.push(Arc::default());
            let last = self.blocks.len() - 1;
            Arc::make_mut(&mut self.blocks[last]).put(line);
        } else {
            Arc::make_mut(&mut self.blocks[place]).put(line);
        }
    }

    /// Takes runs out that the ledger no longer keeps.
    pub fn forget(&mut self, run_ids: &BTreeSet<i64>) {
        for block in &mut self.blocks {
            let (Some(first), Some(last)) = (block.run_ids.first(), block.run_ids.last()) else { continue };
            if run_ids.range(*first..=*last).next().is_none() {
                continue;
            }
            let mut rest = Block::default();
            let kept = (0..block.len()).filter(|at| !run_ids.contains(&block.run_ids[*at]));
            kept.for_each(|at| rest.put(&block.line(at)));
            *block = Arc::new(rest);
        }
        self.blocks.retain(|block| block.len() > 0);
    }

    /// Values that filters offer.
    pub fn choices(&self) -> FilterChoices {
        let mut executors: Vec<ExecutorChoice> =
            self.executors.iter().map(|(id, host)| ExecutorChoice { id: id.clone(), host: host.clone() }).collect();
        executors.sort_by(|a, b| (&a.host, &a.id).cmp(&(&b.host, &b.id)));
        FilterChoices { apps: self.apps.iter().cloned().collect(), executors }
    }

    fn offer(&mut self, line: &Line) {
        if !self.apps.contains(&line.app) {
            Arc::make_mut(&mut self.apps).insert(line.app.clone());
        }
        if let (Some(id), Some(host)) = (&line.place.executor, &line.place.host)
            && self.executors.get(id) != Some(host)
        {
            Arc::make_mut(&mut self.executors).insert(id.clone(), host.clone());
        }
    }
}

impl Line {
    /// The line of a row.
    pub fn of(row: &TaskRow) -> Self {
        Self {
            run_id: row.run_id,
            app: row.key.app.0.clone(),
            task: row.key.id.0.clone(),
            status: Status {
                is_over: row.is_over(),
                state: row.state_name().to_owned(),
                outcome: row.outcome.as_ref().map(|outcome| outcome.as_str().to_owned()),
                rank: status_rank(row),
            },
            place: Place { executor: row.executor_id.as_ref().map(|id| id.0.clone()), host: row.executor_host.clone() },
            origin: Origin { submitter: row.submitter.clone(), tags: row.tags.clone() },
            submitted: row.submitted.millis(),
            ended: row.ended.map_or(GOES_ON, |ended| ended.millis()),
            cores: capped(row.cores),
            memory_mb: capped(row.memory_mb),
        }
    }
}

/// No executor has so much of anything that two larger numbers would have to be told apart.
pub fn capped(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(if n < 0 { i32::MIN } else { i32::MAX })
}

/// The table that the writer renews and readers copy.
#[derive(Debug, Default)]
pub struct Lists(Mutex<Arc<Table>>);

impl Lists {
    /// The runs as they stand.
    pub fn now(&self) -> Arc<Table> {
        self.lock().clone()
    }

    /// Changes them; readers see all of it or nothing.
    pub fn update(&self, change: impl FnOnce(&mut Table)) {
        change(Arc::make_mut(&mut self.lock()));
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Table>> {
        // A change that panicked has touched the runs it was about, and no others.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(run_id: i64) -> Line {
        let row = TaskRow { run_id, key: model::TaskKey::new("APP", format!("t-{run_id}")), ..TaskRow::default() };
        Line::of(&row)
    }

    #[test]
    fn runs_come_in_any_order_and_go_again() {
        let mut table = Table::default();
        let ids = (0..10_000).map(|n| (n * 7_919) % 10_000);
        ids.for_each(|id| table.put(&line(id)));
        table.put(&line(5));
        let held: Vec<i64> = table.blocks.iter().flat_map(|block| block.run_ids.iter().copied()).collect();
        assert_eq!(held, (0..10_000).collect::<Vec<_>>());
        let before = table.clone();
        table.forget(&(0..9_990).collect());
        assert_eq!((table.len(), table.blocks.len(), before.len()), (10, 1, 10_000));
        assert_eq!(table.blocks[0].line(3), line(9_993));
    }
}
