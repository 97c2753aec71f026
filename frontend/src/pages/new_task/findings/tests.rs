#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use super::*;
use crate::pages::new_task::form::EnvRow;
use serde_json::json;

type Edit = fn(&mut Draft);

fn said(draft: &Draft) -> Vec<(FieldId, String)> {
    errors(draft).into_iter().map(|f| (f.field, f.text)).collect()
}

fn fields(found: &[Finding]) -> Vec<FieldId> {
    found.iter().map(|f| f.field).collect()
}

fn row(name: &str, value: &str) -> EnvRow {
    EnvRow { name: name.into(), value: value.into() }
}

#[test]
fn the_example_has_nothing_wrong() {
    assert_eq!(errors(&Draft::example()), []);
    assert_eq!(warnings(&Draft::example()), []);
}

#[test]
fn droves_words_stand_at_their_field() {
    let mut draft = Draft::example();
    draft.edit_form(|f| {
        f.app.clear();
        f.id = "night ly".into();
        f.url.clear();
    });
    assert_eq!(
        said(&draft),
        [
            (FieldId::App, "Source Application name is mandatory".to_owned()),
            (FieldId::Id, "Only characters, numbers, hyphen and underscore is allowed".to_owned()),
            (FieldId::Url, "Specify url for container".to_owned()),
        ]
    );
    draft.edit_form(|f| f.app = "A".into());
    assert_eq!(errors(&draft)[0].instead.as_deref(), Some("night-ly"));
}

#[test]
fn every_required_field_that_is_emptied_is_an_error_at_the_field() {
    let empty: [(FieldId, Edit); 9] = [
        (FieldId::App, |d| d.edit_form(|f| f.app.clear())),
        (FieldId::Id, |d| d.edit_form(|f| f.id.clear())),
        (FieldId::Url, |d| d.edit_form(|f| f.url.clear())),
        (FieldId::PullTimeout, |d| d.edit_form(|f| f.pull_timeout.clear())),
        (FieldId::Cpu, |d| d.edit_form(|f| f.cpu.clear())),
        (FieldId::Memory, |d| d.edit_form(|f| f.memory.clear())),
        (FieldId::Timeout, |d| d.edit_operation(|o| o.timeout.clear())),
        (FieldId::Parallelism, |d| d.edit_operation(|o| o.parallelism.clear())),
        (FieldId::Policy, |d| {
            d.edit_form(|f| {
                f.placement.kind = PolicyKind::MaxNPerHost;
                f.placement.max.clear();
            });
        }),
    ];
    let mut all = Draft::example();
    for (field, edit) in empty {
        let mut draft = Draft::example();
        edit(&mut draft);
        assert_eq!(fields(&errors(&draft)), [field]);
        edit(&mut all);
    }
    assert_eq!(
        fields(&errors(&Draft::blank())),
        [FieldId::App, FieldId::Id, FieldId::Url, FieldId::Cpu, FieldId::Memory]
    );
    assert_eq!(errors(&all).len(), empty.len());
}

#[test]
fn one_unreadable_field_does_not_hide_the_others() {
    let mut draft = Draft::blank();
    draft.edit_form(|f| f.cpu = "many".into());
    assert_eq!(fields(&errors(&draft)), [FieldId::App, FieldId::Id, FieldId::Url, FieldId::Cpu, FieldId::Memory]);
}

#[test]
fn wrong_durations_name_the_right_one() {
    let mut draft = Draft::example();
    draft.edit_form(|f| f.pull_timeout = "5\u{a0}M".into());
    draft.edit_operation(|o| o.timeout = "90".into());
    let found = errors(&draft);
    let instead: Vec<_> = found.iter().map(|f| (f.field, f.instead.as_deref())).collect();
    assert_eq!(instead, [(FieldId::PullTimeout, Some("5 m")), (FieldId::Timeout, Some("90s"))]);
    assert!(found[0].text.ends_with("Character 2 is a no-break space (U+00A0)."), "{}", found[0].text);
}

#[test]
fn what_the_form_cannot_hold_is_said_at_the_document() {
    let mut document = Draft::example().document().clone();
    document["volumes"] = json!([{"pathInContainer": "/x", "mode": "READ_ONLY"}]);
    assert_eq!(
        said(&Draft::of(document.clone())),
        [(FieldId::Document, "volumes[0].pathOnHost - Provide host directory to mount".to_owned())]
    );
    document["logging"] = json!({"type": "NOWHERE"});
    assert_eq!(errors(&Draft::of(document))[0].field, FieldId::Document);
}

#[test]
fn numbers_and_names_are_checked_while_typing() {
    let mut draft = Draft::example();
    draft.edit_form(|f| {
        f.cpu = "four".into();
        f.memory = "-1".into();
        f.env.push(row("ITERATIONS", "1"));
    });
    draft.edit_operation(|o| o.parallelism = "33".into());
    assert_eq!(fields(&errors(&draft)), [FieldId::Cpu, FieldId::Memory, FieldId::Env, FieldId::Parallelism]);
}

#[test]
fn warnings_do_not_stop_anything() {
    let mut draft = Draft::example();
    draft.edit_form(|f| {
        f.cpu = "0".into();
        f.env[0].value.clear();
    });
    assert_eq!(errors(&draft), []);
    assert_eq!(fields(&warnings(&draft)), [FieldId::Cpu, FieldId::Env]);
}

#[test]
fn names_that_no_shell_takes_and_odd_characters_are_named() {
    let mut draft = Draft::example();
    draft.edit_form(|f| {
        f.env = vec![row("my-var", "1"), row("1ST", "it\u{2019}s"), row("GOOD_1", "2")];
        f.args = "run \u{201c}two words\u{201d}".into();
        f.app = "SHOP\u{a0}".into();
    });
    let texts: Vec<String> = warnings(&draft).into_iter().map(|f| f.text).collect();
    assert_eq!(
        texts,
        [
            "Character 5 is the typographic quotation mark “ (U+201C).",
            "No shell takes my-var, 1ST as a name: letters, digits and _, and no digit first.",
            "1ST: Character 3 is the typographic quotation mark ’ (U+2019).",
        ]
    );
    let found = errors(&draft);
    assert_eq!((found.len(), found[0].instead.as_deref()), (1, Some("SHOP")));
    assert!(found[0].text.ends_with("Character 5 is a no-break space (U+00A0)."), "{}", found[0].text);
}

#[test]
fn unknown_keys_are_named_with_a_suggestion_and_at_no_other_field() {
    let mut document = Draft::example().document().clone();
    document["executable"]["dockerpulltimeout"] = json!("5m");
    let found = warnings(&Draft::of(document));
    assert_eq!(found[0].field, FieldId::Document);
    let text = "executable.dockerpulltimeout: Drove ignores this field. Did you mean dockerPullTimeout?";
    assert_eq!(found[0].text, text);
}
