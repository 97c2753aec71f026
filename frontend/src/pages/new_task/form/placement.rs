//! `placementPolicy`: the policies that a form can hold. COMPOSITE and whatever else is kept as written.

use super::{number_or_text, text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Which policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyKind {
    /// None named: Drove 1.33 answers 500, the embedded core takes ANY.
    #[default]
    Unset,
    /// `ANY`: untagged executors.
    Any,
    /// `ONE_PER_HOST`.
    OnePerHost,
    /// `MAX_N_PER_HOST`.
    MaxNPerHost,
    /// `MATCH_TAG`.
    MatchTag,
    /// `NO_TAG`.
    NoTag,
    /// `RULE_BASED`.
    RuleBased,
    /// Another one, edited as JSON.
    Kept,
}

impl PolicyKind {
    /// All that can be chosen, in the order of the list.
    pub const CHOICES: &[PolicyKind] = &[
        PolicyKind::Any,
        PolicyKind::OnePerHost,
        PolicyKind::MaxNPerHost,
        PolicyKind::MatchTag,
        PolicyKind::NoTag,
        PolicyKind::RuleBased,
    ];

    /// Drove's name; empty where there is none of its own.
    pub fn wire(self) -> &'static str {
        match self {
            PolicyKind::Unset | PolicyKind::Kept => "",
            PolicyKind::Any => "ANY",
            PolicyKind::OnePerHost => "ONE_PER_HOST",
            PolicyKind::MaxNPerHost => "MAX_N_PER_HOST",
            PolicyKind::MatchTag => "MATCH_TAG",
            PolicyKind::NoTag => "NO_TAG",
            PolicyKind::RuleBased => "RULE_BASED",
        }
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            PolicyKind::Unset => "Not named",
            PolicyKind::Any => "Any executor without tags",
            PolicyKind::OnePerHost => "One per host",
            PolicyKind::MaxNPerHost => "At most N per host",
            PolicyKind::MatchTag => "Executor with a tag",
            PolicyKind::NoTag => "No tag",
            PolicyKind::RuleBased => "Rule",
            PolicyKind::Kept => "As written in JSON",
        }
    }

    /// The choice with this wire name.
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::CHOICES.iter().copied().find(|kind| kind.wire() == name)
    }
}

/// The policy and the fields that some policies need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementForm {
    /// Which.
    pub kind: PolicyKind,
    /// `max` of MAX_N_PER_HOST.
    pub max: String,
    /// `tag` of MATCH_TAG.
    pub tag: String,
    /// `rule` of RULE_BASED.
    pub rule: String,
    /// `ruleType` of RULE_BASED: `HOPE` or `MVEL`.
    pub rule_type: String,
}

impl PlacementForm {
    pub(super) fn read(document: &Value) -> Self {
        let Some(policy) = document.get("placementPolicy").filter(|p| !p.is_null()) else { return Self::default() };
        let kind =
            policy.get("type").and_then(Value::as_str).and_then(PolicyKind::from_wire).unwrap_or(PolicyKind::Kept);
        let of = |owner, name| if kind == owner { text(policy, name) } else { String::new() };
        Self {
            kind,
            max: of(PolicyKind::MaxNPerHost, "max"),
            tag: of(PolicyKind::MatchTag, "tag"),
            rule: of(PolicyKind::RuleBased, "rule"),
            rule_type: of(PolicyKind::RuleBased, "ruleType"),
        }
    }

    /// Writes the policy. One of the same kind keeps whatever else it holds; another kind takes its place.
    pub(super) fn write(&self, root: &mut Map<String, Value>) {
        if matches!(self.kind, PolicyKind::Unset | PolicyKind::Kept) {
            return;
        }
        let mut policy = match root.get("placementPolicy") {
            Some(Value::Object(old)) if old.get("type").and_then(Value::as_str) == Some(self.kind.wire()) => {
                old.clone()
            }
            _ => Map::from_iter([("type".to_owned(), Value::from(self.kind.wire()))]),
        };
        match self.kind {
            PolicyKind::MaxNPerHost => {
                match number_or_text(&self.max) {
                    Some(max) => policy.insert("max".into(), max),
                    None => policy.shift_remove("max"),
                };
            }
            PolicyKind::MatchTag => {
                policy.insert("tag".into(), self.tag.clone().into());
            }
            PolicyKind::RuleBased => {
                policy.insert("rule".into(), self.rule.clone().into());
                if !self.rule_type.is_empty() {
                    policy.insert("ruleType".into(), self.rule_type.clone().into());
                }
            }
            PolicyKind::Unset | PolicyKind::Any | PolicyKind::OnePerHost | PolicyKind::NoTag | PolicyKind::Kept => {}
        }
        root.insert("placementPolicy".into(), Value::Object(policy));
    }
}
