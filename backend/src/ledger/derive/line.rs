//! From recorded facts to the line of states that a run went through.
//!
//! Events are dated by the leader when it takes in a report, reads by the executor when it entered the state: a read may carry
//! an earlier time than the event of an earlier state. Events make the line, and none is left out. Reads fill in states whose
//! events are missing, and say by when a state had begun that its event dates later.

use super::{follows, goes_on, is_ordered};
use model::{BegunBy, Repeat, Source, Timestamp, Transition};

/// The states of a run in the order in which it entered them.
pub fn line(facts: &[Transition]) -> Vec<Transition> {
    let is_event = |fact: &&Transition| fact.source == Source::Event;
    // LOST and UNKNOWN are dated by the leader, and after them any event is believed: they belong to the frame.
    let (mut frame, mut reads): (Vec<&Transition>, Vec<&Transition>) =
        facts.iter().partition(|fact| is_event(fact) || !is_ordered(&fact.state));
    frame.sort_by_key(|fact| (fact.at, !is_event(fact), fact.state.rank()));
    reads.sort_by_key(|fact| (fact.at, fact.state.rank()));
    let mut line: Vec<Transition> = Vec::with_capacity(facts.len());
    frame.into_iter().for_each(|fact| add(&mut line, fact));
    reads.into_iter().for_each(|read| fill_in(&mut line, read));
    line
}

/// Adds a fact of the frame, which is later than all before it.
fn add(line: &mut Vec<Transition>, fact: &Transition) {
    if follows(line.last().map(|t| &t.state), &fact.state) {
        line.push(fact.clone());
    } else if let Some(last) = line.last_mut().filter(|_| fact.source == Source::Event) {
        match last.source == Source::Event || last.state != fact.state {
            true => {
                let repeat = Repeat { state: fact.state.clone(), at: fact.at, event_id: fact.event_id.clone() };
                last.repeats.push(repeat);
            }
            false => *last = fact.clone(),
        }
    }
}

/// Finds the place of a read by the order of states, as far as no LOST or UNKNOWN lies in between, and else by its time.
fn fill_in(line: &mut Vec<Transition>, read: &Transition) {
    let order = |t: &Transition| (t.at, t.state.rank());
    let mut place = line.iter().rposition(|t| order(t) <= order(read)).map_or(0, |last| last + 1);
    while line.get(place).is_some_and(|t| goes_on(&t.state, &read.state)) {
        place += 1;
    }
    let is_same = |n: usize| line.get(n).is_some_and(|t| t.state == read.state);
    let same = place.checked_sub(1).filter(|n| is_same(*n)).or(Some(place).filter(|n| is_same(*n)));
    let before = match same {
        Some(n) => {
            note(&mut line[n], read.at, read.source.clone());
            n
        }
        None if follows(place.checked_sub(1).map(|n| &line[n].state), &read.state) => {
            line.insert(place, read.clone());
            place
        }
        None => return,
    };
    let earlier = line[..before].iter_mut().rev().take_while(|t| is_ordered(&t.state));
    earlier.for_each(|t| note(t, read.at, Source::Inferred));
}

/// A state had begun by `at`; of several times the earliest counts, and the log of the executor before all.
pub(super) fn note(state: &mut Transition, at: Timestamp, source: Source) {
    let is_dated = state.begun_by.as_ref().is_some_and(|by| by.source == Source::Log);
    let is_news = source == Source::Log || at < state.begun_by.as_ref().map_or(state.at, |by| by.at);
    if at < state.at && is_news && !is_dated {
        state.begun_by = Some(BegunBy { at, source });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::{collections::BTreeSet, path::Path};

    #[derive(Deserialize)]
    struct Recorded {
        run: u32,
        facts: Vec<Transition>,
    }

    /// Runs of a real cluster under leader faults, each with the facts that the watcher recorded.
    fn recorded() -> Vec<Recorded> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings/leader_faults.jsonl");
        let text = std::fs::read_to_string(file).expect("the recording is part of the repository");
        text.lines().map(|line| serde_json::from_str(line).expect("a run as JSON")).collect()
    }

    #[test]
    fn keeps_every_recorded_event_in_the_line() {
        let (mut events, mut repeated) = (0, 0);
        for Recorded { run, facts } in recorded() {
            let told: BTreeSet<&str> = facts.iter().filter_map(|fact| fact.event_id.as_deref()).collect();
            let line = line(&facts);
            let repeats = line.iter().flat_map(|t| &t.repeats);
            repeated += repeats.clone().count();
            let kept: BTreeSet<&str> = line
                .iter()
                .map(|t| &t.event_id)
                .chain(repeats.map(|r| &r.event_id))
                .flatten()
                .map(String::as_str)
                .collect();
            assert_eq!(told, kept, "run {run}: {line:?}");
            assert!(line.windows(2).all(|pair| follows(Some(&pair[0].state), &pair[1].state)), "run {run}: {line:?}");
            events += told.len();
        }
        assert!(events > 300 && repeated > 60, "{events} events, {repeated} of them repeated a state");
    }

    #[test]
    fn an_event_outranks_a_read_that_carries_an_earlier_time() {
        let recorded = recorded();
        let states = |number| {
            let run = recorded.iter().find(|recorded| recorded.run == number).expect("the run is recorded");
            let line = line(&run.facts);
            line.iter().map(|t| (t.state.to_string(), t.source.clone())).collect::<Vec<_>>()
        };
        let by_event =
            |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Source::Event)).collect::<Vec<_>>();
        let whole = by_event(&["PROVISIONING", "STARTING", "RUNNING", "RUN_COMPLETED", "DEPROVISIONING", "STOPPED"]);
        // The list showed DEPROVISIONING 116 ms before the event of RUN_COMPLETED.
        assert_eq!(states(117), whole);
        // A look-up showed STOPPED before the event of DEPROVISIONING.
        assert_eq!(states(114), whole);
        // The list showed STARTING 12 s before the event of PROVISIONING.
        assert_eq!(states(440), by_event(&["PROVISIONING", "STARTING", "RUNNING", "STOPPED"]));
    }

    fn fact(state: &str, at: i64, source: Source) -> Transition {
        let event_id = (source == Source::Event).then(|| format!("{state}-{at}"));
        Transition { event_id, ..Transition::new(model::TaskState::from_wire(state), Timestamp(at), source) }
    }

    #[test]
    fn a_read_dates_the_beginning_of_states_whose_events_came_late() {
        let line = line(&[
            fact("STARTING", 400, Source::List),
            fact("PROVISIONING", 12_000, Source::Event),
            fact("STARTING", 12_100, Source::Event),
            fact("RUNNING", 12_200, Source::Event),
        ]);
        let by: Vec<_> = line.iter().map(|t| t.begun_by.clone().map(|by| (by.at.millis(), by.source))).collect();
        assert_eq!(by, [Some((400, Source::Inferred)), Some((400, Source::List)), None]);
    }

    #[test]
    fn the_log_of_the_executor_dates_a_beginning_exactly() {
        let mut line = line(&[
            fact("RUNNING", 32_600, Source::Event),
            fact("RUNNING", 500, Source::Log),
            fact("PROVISIONING", 100, Source::Log),
        ]);
        assert_eq!(line[1].begun_by, Some(BegunBy { at: Timestamp(500), source: Source::Log }));
        note(&mut line[1], Timestamp(90), Source::Inferred);
        assert_eq!(line[1].begun_by.as_ref().map(|by| by.at), Some(Timestamp(500)));
        assert_eq!((line[0].state.as_str(), line[0].source.clone()), ("PROVISIONING", Source::Log));
    }

    #[test]
    fn lost_follows_what_was_read_of_the_same_moment() {
        let line = line(&[fact("RUNNING", 500, Source::List), fact("LOST", 500, Source::Instance)]);
        assert_eq!(line.last().map(|t| t.state.as_str()), Some("LOST"));
    }

    #[test]
    fn a_read_stands_where_its_event_is_missing() {
        let facts = [
            fact("DEPROVISIONING", 900, Source::List),
            fact("RUNNING", 500, Source::Event),
            fact("RUN_COMPLETED", 1_000, Source::Event),
            fact("LOST", 2_000, Source::Instance),
            fact("RUNNING", 3_000, Source::Event),
            fact("RUNNING", 4_000, Source::Event),
        ];
        let line = line(&facts);
        let states: Vec<&str> = line.iter().map(|t| t.state.as_str()).collect();
        assert_eq!(states, ["RUNNING", "RUN_COMPLETED", "DEPROVISIONING", "LOST", "RUNNING"]);
        assert_eq!(line[4].repeats.iter().map(|repeat| repeat.at.millis()).collect::<Vec<_>>(), [4_000]);
    }
}
