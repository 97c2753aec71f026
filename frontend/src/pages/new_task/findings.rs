//! What is wrong with a draft, and at which field it is said. Pure: Drove's own words come from `model::validate` while
//! typing, and from the server when it was asked.

use super::{
    draft::Draft,
    form::PolicyKind,
    operation::{MOST_PARALLEL, OperationForm},
    place::Place,
};
use model::{DroveDuration, TaskSpec, validate};

/// Something to say at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
    /// A text that would be right in that field, if one is known.
    pub instead: Option<String>,
}

impl Finding {
    fn new(place: Place, text: impl Into<String>) -> Self {
        Self { place, text: text.into(), instead: None }
    }
}

/// Everything that keeps Drove from accepting the draft, as far as that can be told without asking. One for each place.
pub fn errors(draft: &Draft) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(fault) = draft.fault() {
        found.push(Finding::new(Place::Document, fault));
    }
    typed_wrong(draft, &mut found);
    match TaskSpec::from_json(draft.document()) {
        // A wrong duration makes the whole document unreadable; at its own field it is said better.
        Err(fault) if found.iter().all(|f| f.place != Place::PullTimeout) => {
            found.push(Finding::new(Place::Document, fault.message));
        }
        Err(_) => {}
        Ok(spec) => found.extend(validate::bean::spec(&spec).iter().map(|entry| of_entry(entry))),
    }
    if let Some(finding) = found.iter_mut().find(|f| f.place == Place::Id || f.place == Place::App) {
        finding.instead = finding.instead.take().or_else(|| plain_name(name_at(draft, finding.place)));
    }
    one_for_each_place(found)
}

/// What Drove lets pass and a user may not want.
pub fn warnings(draft: &Draft) -> Vec<Finding> {
    let Ok(spec) = TaskSpec::from_json(draft.document()) else { return Vec::new() };
    let hints = validate::hints(draft.document(), &spec);
    let mut found: Vec<Finding> = hints
        .into_iter()
        .map(|hint| {
            let place = Place::of_path(&hint.path);
            let at_field = place != Place::Document;
            Finding::new(place, if at_field { hint.message } else { format!("{}: {}", hint.path, hint.message) })
        })
        .collect();
    for row in draft.form().env.iter().filter(|row| row.value.is_empty() && !row.name.is_empty()) {
        found.push(Finding::new(Place::Env, format!("Empty takes {} from the executor’s own environment.", row.name)));
    }
    if draft.form().placement.kind == PolicyKind::RuleBased {
        found.push(Finding::new(
            Place::Policy,
            "Validation lets every rule pass. Here the scheduler counts any rule as false.",
        ));
    }
    found
}

/// An entry of Drove's, at its field: `executable.url - Specify url for container`.
pub fn of_entry(entry: &str) -> Finding {
    let (path, words) = entry.split_once(' ').unwrap_or((entry, ""));
    let path = path.strip_prefix("spec.").unwrap_or(path);
    let place = match path.strip_prefix("opSpec.") {
        Some("timeout") => Place::Timeout,
        Some("parallelism") => Place::Parallelism,
        Some(_) => Place::Strategy,
        None => Place::of_path(path),
    };
    // What belongs to no field keeps its path, or nobody would know what it is about.
    let at_field = place != Place::Document;
    Finding::new(place, if at_field { words.strip_prefix("- ").unwrap_or(words) } else { entry })
}

/// Texts that the document cannot even hold.
fn typed_wrong(draft: &Draft, found: &mut Vec<Finding>) {
    let (form, operation) = (draft.form(), draft.operation());
    let mut duration = |place, typed: &str| {
        if !typed.is_empty()
            && let Err(words) = DroveDuration::parse(typed)
        {
            found.push(Finding { instead: right_duration(typed), ..Finding::new(place, words) });
        }
    };
    duration(Place::PullTimeout, &form.pull_timeout);
    duration(Place::Timeout, &operation.timeout);
    let mut whole = |place, typed: &str, what: &str| {
        if !typed.trim().is_empty() && typed.trim().parse::<i64>().is_err() {
            found.push(Finding::new(place, format!("Whole {what}, without a unit.")));
        }
    };
    whole(Place::Cpu, &form.cpu, "cores");
    whole(Place::Memory, &form.memory, "MB");
    if form.placement.kind == PolicyKind::MaxNPerHost {
        whole(Place::Policy, &form.placement.max, "tasks");
    }
    found.extend(operation_errors(operation));
    let mut names: Vec<&str> = form.env.iter().map(|row| row.name.as_str()).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        found.push(Finding::new(Place::Env, format!("{} is there twice. Only the last one counts.", twice[0])));
    }
    if form.env.iter().any(|row| row.name.is_empty() && !row.value.is_empty()) {
        found.push(Finding::new(Place::Env, "A value without a name."));
    }
}

fn operation_errors(operation: &OperationForm) -> Vec<Finding> {
    let mut found = Vec::new();
    if operation.timeout.is_empty() {
        found.push(Finding::new(Place::Timeout, "must not be null"));
    }
    let parallel = operation.parallelism.trim().parse::<i64>();
    if !parallel.is_ok_and(|n| (1..=MOST_PARALLEL).contains(&n)) {
        found.push(Finding::new(Place::Parallelism, format!("A whole number from 1 to {MOST_PARALLEL}.")));
    }
    found
}

/// The first of each place: what comes first is nearest to what was typed.
fn one_for_each_place(found: Vec<Finding>) -> Vec<Finding> {
    Place::ALL.iter().filter_map(|place| found.iter().find(|f| f.place == *place).cloned()).collect()
}

fn name_at(draft: &Draft, place: Place) -> &str {
    if place == Place::App { &draft.form().app } else { &draft.form().id }
}

/// `5M` → `5m`, ` 5m` → `5m`, `90` → `90s`.
fn right_duration(typed: &str) -> Option<String> {
    let plain = typed.trim().to_ascii_lowercase();
    [plain.clone(), format!("{plain}s")].into_iter().find(|text| DroveDuration::parse(text).is_ok())
}

/// The name with what Drove does not allow replaced.
fn plain_name(typed: &str) -> Option<String> {
    let plain: String =
        typed.trim().chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    (!plain.is_empty() && plain != typed && plain.chars().any(|c| c.is_ascii_alphanumeric())).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(draft: &Draft) -> Vec<(Place, String)> {
        errors(draft).into_iter().map(|f| (f.place, f.text)).collect()
    }

    #[test]
    fn the_example_has_nothing_wrong() {
        assert_eq!(errors(&Draft::default()), []);
        assert_eq!(warnings(&Draft::default()), []);
    }

    #[test]
    fn droves_words_stand_at_their_field() {
        let mut draft = Draft::default();
        draft.edit_form(|f| {
            f.app.clear();
            f.id = "night ly".into();
            f.url.clear();
        });
        assert_eq!(
            said(&draft),
            [
                (Place::App, "Source Application name is mandatory".to_owned()),
                (Place::Id, "Only characters, numbers, hyphen and underscore is allowed".to_owned()),
                (Place::Url, "Specify url for container".to_owned()),
            ]
        );
        draft.edit_form(|f| f.app = "A".into());
        assert_eq!(errors(&draft)[0].instead.as_deref(), Some("night-ly"));
    }

    #[test]
    fn wrong_durations_name_the_right_one() {
        let mut draft = Draft::default();
        draft.edit_form(|f| f.pull_timeout = "5M".into());
        draft.edit_operation(|o| o.timeout = "90".into());
        let found = errors(&draft);
        let instead: Vec<_> = found.iter().map(|f| (f.place, f.instead.as_deref())).collect();
        assert_eq!(instead, [(Place::PullTimeout, Some("5m")), (Place::Timeout, Some("90s"))]);
    }

    #[test]
    fn what_the_form_cannot_hold_is_said_at_the_document() {
        let mut document = Draft::default().document().clone();
        document["volumes"] = json!([{"pathInContainer": "/x", "mode": "READ_ONLY"}]);
        assert_eq!(
            said(&Draft::of(document.clone())),
            [(Place::Document, "volumes[0].pathOnHost - Provide host directory to mount".to_owned())]
        );
        document["logging"] = json!({"type": "NOWHERE"});
        assert_eq!(errors(&Draft::of(document))[0].place, Place::Document);
    }

    #[test]
    fn numbers_and_names_are_checked_while_typing() {
        let mut draft = Draft::default();
        draft.edit_form(|f| {
            f.cpu = "four".into();
            f.env.push(super::super::form::EnvRow { name: "ITERATIONS".into(), value: "1".into() });
        });
        draft.edit_operation(|o| o.parallelism = "33".into());
        assert_eq!(
            errors(&draft).iter().map(|f| f.place).collect::<Vec<_>>(),
            [Place::Cpu, Place::Env, Place::Parallelism]
        );
    }

    #[test]
    fn warnings_do_not_stop_anything() {
        let mut draft = Draft::default();
        draft.edit_form(|f| {
            f.cpu = "0".into();
            f.env[0].value.clear();
        });
        assert_eq!(errors(&draft), []);
        assert_eq!(warnings(&draft).iter().map(|f| f.place).collect::<Vec<_>>(), [Place::Cpu, Place::Env]);
    }
}
