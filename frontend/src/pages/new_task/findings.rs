//! What is wrong with a draft, and at which field it is said. Pure: Drove's own words come from `model::validate` while
//! typing, and from the server when it was asked.

use super::{
    draft::Draft,
    field::FieldId,
    form::{PolicyKind, TaskForm, is_closed, is_shell_name},
    operation::MOST_PARALLEL,
};
use model::{DroveDuration, TaskSpec, validate};
use serde_json::Value;

/// Something to say at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub field: FieldId,
    /// What.
    pub text: String,
    /// A text that would be right in that field, if one is known.
    pub instead: Option<String>,
}

impl Finding {
    /// A finding without a remedy.
    pub fn new(field: FieldId, text: impl Into<String>) -> Self {
        Self { field, text: text.into(), instead: None }
    }
}

/// Everything that certainly keeps Drove from accepting the draft, one for each field. What depends on the cluster is not
/// among it.
pub fn errors(draft: &Draft) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(fault) = draft.fault() {
        found.push(Finding::new(FieldId::Document, fault));
    }
    typed_wrong(draft, &mut found);
    match TaskSpec::from_json(draft.document()) {
        Err(fault) => {
            let (field, plain) = (FieldId::of_path(&fault.path), fault.plain());
            let at_field = field != FieldId::Document;
            found.push(Finding::new(field, if at_field { plain.into() } else { format!("{}: {plain}", fault.path) }));
            missing(draft.form(), &mut found);
        }
        Ok(spec) => found.extend(validate::bean::spec(&spec).iter().map(|entry| of_entry(entry, draft.document()))),
    }
    for finding in found.iter_mut().filter(|f| matches!(f.field, FieldId::App | FieldId::Id)) {
        let typed = if finding.field == FieldId::App { &draft.form().app } else { &draft.form().id };
        finding.text = with_odd(std::mem::take(&mut finding.text), typed);
        finding.instead = plain_name(typed);
    }
    one_for_each_field(found)
}

/// What Drove lets pass and a user may not want.
pub fn warnings(draft: &Draft) -> Vec<Finding> {
    let document = draft.remarks().iter().map(|remark| Finding::new(FieldId::Document, remark));
    let mut found: Vec<Finding> = document.collect();
    if let Ok(spec) = TaskSpec::from_json(draft.document()) {
        found.extend(validate::hints(draft.document(), &spec).into_iter().map(of_hint));
    }
    let form = draft.form();
    for (field, typed) in [(FieldId::Url, &form.url), (FieldId::Args, &form.args)] {
        found.extend(odd(typed).map(|odd| Finding::new(field, format!("{odd}."))));
    }
    let names = || form.env.iter().map(|row| row.name.as_str());
    let strange: Vec<&str> = names().filter(|name| !is_shell_name(name)).collect();
    if !strange.is_empty() {
        let text =
            format!("No shell takes {} as a name: letters, digits and _, and no digit first.", strange.join(", "));
        found.push(Finding::new(FieldId::Env, text));
    }
    let variables = draft.document().get("env").and_then(Value::as_object).into_iter().flatten();
    for (name, _) in variables.filter(|(_, value)| value.is_null()) {
        found.push(Finding::new(FieldId::Env, format!("{name} is null in the JSON and is sent as null.")));
    }
    for row in form.env.iter().filter(|row| !row.name.is_empty()) {
        if row.value.is_empty() {
            let text = format!("Empty takes {} from the executor’s own environment.", row.name);
            found.push(Finding::new(FieldId::Env, text));
        }
        found.extend(odd(&row.value).map(|odd| Finding::new(FieldId::Env, format!("{}: {odd}.", row.name))));
    }
    if form.placement.kind == PolicyKind::RuleBased {
        found.push(Finding::new(
            FieldId::Policy,
            "Validation lets every rule pass. Here the scheduler counts any rule as false.",
        ));
    }
    found
}

/// An entry of Drove's about what was sent, at its field: `executable.url - Specify url for container`.
pub fn of_entry(entry: &str, sent: &Value) -> Finding {
    Finding::new(validate::refused_field(entry, sent), validate::words_at_field(entry))
}

/// A hint at its field; an unknown field is not the one beside it.
fn of_hint(hint: validate::Hint) -> Finding {
    let field = FieldId::of_path(&hint.path);
    if field == FieldId::Document || hint.message.starts_with(validate::IGNORED) {
        return Finding::new(FieldId::Document, format!("{}: {}", hint.path, hint.message));
    }
    Finding::new(field, hint.message)
}

/// Fields that are empty, or hold text that is no value of theirs.
fn typed_wrong(draft: &Draft, found: &mut Vec<Finding>) {
    let (form, operation) = (draft.form(), draft.operation());
    let mut duration = |field, typed: &str, such: &str| {
        if typed.is_empty() {
            found.push(Finding::new(field, format!("Required, for example {such}.")));
        } else if let Err(words) = DroveDuration::parse(typed) {
            let text = with_odd(words, typed);
            found.push(Finding { instead: right_duration(typed), ..Finding::new(field, text) });
        }
    };
    duration(FieldId::PullTimeout, &form.pull_timeout, "100 seconds");
    duration(FieldId::Timeout, &operation.timeout, "5m");
    if !is_closed(&form.args) {
        found.push(Finding::new(FieldId::Args, "A quote is not closed."));
    }
    let mut whole = |field, typed: &str, what: &str, needed: &str| {
        let text = match typed.trim().parse::<i64>() {
            _ if typed.trim().is_empty() => format!("Required: {needed}"),
            Err(_) => with_odd(format!("Whole {what}, without a unit."), typed),
            Ok(..0) => "0 or more.".to_owned(),
            Ok(0..) => return,
        };
        found.push(Finding::new(field, text));
    };
    whole(FieldId::Cpu, &form.cpu, "cores", "whole cores. With 0 the container shares every core.");
    whole(FieldId::Memory, &form.memory, "MB", "whole MB. With 0 there is no limit.");
    if form.placement.kind == PolicyKind::MaxNPerHost {
        whole(FieldId::Policy, &form.placement.max, "tasks", "tasks per host, 1 to 64.");
    }
    let parallel = operation.parallelism.trim().parse::<i64>();
    if !parallel.is_ok_and(|n| (1..=MOST_PARALLEL).contains(&n)) {
        found.push(Finding::new(FieldId::Parallelism, format!("A whole number from 1 to {MOST_PARALLEL}.")));
    }
    if operation.strategy.is_empty() {
        found.push(Finding::new(FieldId::Strategy, "Required."));
    }
    let mut names: Vec<&str> = form.env.iter().map(|row| row.name.as_str()).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        found.push(Finding::new(FieldId::Env, format!("{} is there twice. Only the last one counts.", twice[0])));
    }
    if form.env.iter().any(|row| row.name.is_empty() && !row.value.is_empty()) {
        found.push(Finding::new(FieldId::Env, "A value without a name."));
    }
}

/// Required fields that are empty, for a document that cannot be read and is therefore not validated.
fn missing(form: &TaskForm, found: &mut Vec<Finding>) {
    for (field, typed) in [(FieldId::App, &form.app), (FieldId::Id, &form.id), (FieldId::Url, &form.url)] {
        if typed.is_empty() {
            found.push(Finding::new(field, "Required."));
        }
    }
}

/// The first of each field: what comes first is nearest to what was typed.
fn one_for_each_field(found: Vec<Finding>) -> Vec<Finding> {
    FieldId::ALL.iter().filter_map(|field| found.iter().find(|f| f.field == *field).cloned()).collect()
}

/// `Character 5 is a no-break space (U+00A0)`, if a text holds such a character.
fn odd(typed: &str) -> Option<String> {
    let (at, name) = validate::first_odd(typed)?;
    Some(format!("Character {} is {name}", typed[..at].chars().count() + 1))
}

fn with_odd(text: String, typed: &str) -> String {
    let end = if text.ends_with('.') { "" } else { "." };
    odd(typed).map_or_else(|| text.clone(), |odd| format!("{text}{end} {odd}."))
}

/// `5M` → `5m`, ` 5m` → `5m`, `90` → `90s`.
fn right_duration(typed: &str) -> Option<String> {
    let plain: String = typed.chars().map(|c| if validate::odd_character(c).is_some() { ' ' } else { c }).collect();
    let plain = plain.trim().to_ascii_lowercase();
    [plain.clone(), format!("{plain}s")].into_iter().find(|text| DroveDuration::parse(text).is_ok())
}

/// The name without what is invisible, and with what Drove does not allow replaced.
fn plain_name(typed: &str) -> Option<String> {
    let seen = typed.trim_matches(|c: char| c.is_whitespace() || validate::odd_character(c).is_some());
    let plain: String = seen.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    (!plain.is_empty() && plain != typed && plain.chars().any(|c| c.is_ascii_alphanumeric())).then_some(plain)
}

#[cfg(test)]
mod tests;
