//! What a query asks of the runs of one block. [`HistoryQuery::matches`] says the same in plain code; a test holds the
//! two together.

use super::block::{Block, Status};
use memchr::memmem;
use model::dashboard::{HistoryQuery, Tab, has_tag};

/// From this many characters a text is looked for anywhere, below it at the beginning.
const ANYWHERE_FROM: usize = 3;

/// The filters of a query.
pub struct Filter<'a> {
    query: &'a HistoryQuery,
    /// In lower case, without blanks around it.
    text: String,
}

/// The filters that also narrow the counts by tab, state and outcome, worked out for one block.
pub struct Narrow {
    /// By number of the app; absent, as the next two, where all pass.
    apps: Option<Vec<bool>>,
    /// By number of the executor.
    places: Option<Vec<bool>>,
    /// By number of submitter and tags.
    origins: Option<Vec<bool>>,
    /// By run.
    found: Option<Vec<bool>>,
    since: i64,
    until: i64,
}

impl<'a> Filter<'a> {
    /// The filters of `query`.
    pub fn of(query: &'a HistoryQuery) -> Self {
        Self { query, text: query.text.trim().to_lowercase() }
    }

    /// Whether any filter narrows the counts.
    pub fn is_narrow(&self) -> bool {
        let query = self.query;
        !self.text.is_empty()
            || [&query.apps, &query.executors, &query.submitters, &query.tags].iter().any(|list| !list.is_empty())
            || query.since.is_some()
            || query.until.is_some()
    }

    /// Whether runs of this status are on the list, whatever else is asked.
    pub fn takes(&self, status: &Status) -> bool {
        let query = self.query;
        let on_tab = match query.tab {
            Tab::Active => !status.is_over,
            Tab::Finished => status.is_over,
            Tab::All | Tab::Other(_) => true,
        };
        let is_one = |wanted: &str, given: &str| wanted.eq_ignore_ascii_case(given);
        on_tab
            && (query.states.is_empty() || query.states.iter().any(|state| is_one(state.as_str(), &status.state)))
            && (query.outcomes.is_empty()
                || query.outcomes.iter().any(|outcome| Some(outcome.as_str()) == status.outcome.as_deref()))
    }

    /// The narrowing filters for a block; nothing if they leave none of its runs.
    pub fn narrow(&self, block: &Block) -> Option<Narrow> {
        let query = self.query;
        let one_of = |wanted: &[String], given: Option<&str>| {
            wanted.is_empty() || given.is_some_and(|given| wanted.iter().any(|wanted| wanted == given))
        };
        let apps: Vec<bool> = block.apps.values().map(|(app, _)| one_of(&query.apps, Some(app))).collect();
        let places = block.places.values().map(|(place, _)| one_of(&query.executors, place.executor.as_deref()));
        let places: Vec<bool> = places.collect();
        let origins = block.origins.values().map(|(origin, _)| {
            one_of(&query.submitters, origin.submitter.as_deref())
                && (query.tags.is_empty() || query.tags.iter().any(|wanted| has_tag(&origin.tags, wanted)))
        });
        let origins: Vec<bool> = origins.collect();
        let limits = |taken: Vec<bool>| taken.contains(&false).then_some(taken);
        let is_empty = [&apps, &places, &origins].iter().any(|taken| !taken.contains(&true));
        if is_empty {
            return None;
        }
        let found = if self.text.is_empty() { None } else { Some(self.found(block)) };
        Some(Narrow {
            apps: limits(apps),
            places: limits(places),
            origins: limits(origins),
            found,
            since: query.since.map_or(i64::MIN, |since| since.millis()),
            until: query.until.map_or(i64::MAX, |until| until.millis()),
        })
    }

    /// Runs whose app or ID holds the text.
    fn found(&self, block: &Block) -> Vec<bool> {
        let is_short = self.text.chars().count() < ANYWHERE_FROM;
        let apps: Vec<bool> = block
            .apps
            .values()
            .map(|(app, _)| {
                let app = app.to_lowercase();
                if is_short { app.starts_with(&self.text) } else { app.contains(&self.text) }
            })
            .collect();
        let mut marks: Vec<bool> = block.apps.rows().iter().map(|app| apps[usize::from(*app)]).collect();
        if is_short {
            block.tasks.mark_prefix(&self.text, &mut marks);
        } else {
            block.tasks.mark_found(&memmem::Finder::new(&self.text), &mut marks);
        }
        marks
    }
}

impl Narrow {
    /// Whether run `at` of the block passes.
    pub fn takes(&self, block: &Block, at: usize) -> bool {
        let passes =
            |taken: &Option<Vec<bool>>, rows: &[u16]| taken.as_ref().is_none_or(|taken| taken[usize::from(rows[at])]);
        let submitted = block.submitted[at];
        self.found.as_ref().is_none_or(|found| found[at])
            && passes(&self.apps, block.apps.rows())
            && passes(&self.places, block.places.rows())
            && passes(&self.origins, block.origins.rows())
            && submitted >= self.since
            && submitted < self.until
    }
}
