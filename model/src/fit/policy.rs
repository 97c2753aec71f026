use super::ExecutorView;
use crate::{Combiner, PlacementPolicy, SourceAppName};
use serde::{Deserialize, Serialize};

/// Who asks: Drove's validation looks only at tags, its scheduler at everything (contract 4.4, 6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The resource check of CREATE and of spec validation.
    Validation,
    /// Choosing an executor.
    Scheduling,
}

/// Why a policy refuses an executor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum PolicyMiss {
    /// It is tagged, and the policy takes untagged executors only.
    Tagged {
        /// Its tags, without the hostname.
        tags: Vec<String>,
    },
    /// It lacks the tag.
    NoSuchTag {
        /// The tag asked for.
        tag: String,
    },
    /// It has as many active tasks of the source app as the policy allows.
    Full {
        /// How many it has.
        active: u32,
        /// How many are allowed.
        max: i64,
    },
    /// A rule decides; rules are not evaluated here and count as false.
    Rule,
    /// Local services only.
    Local,
    /// None of several alternatives accepts it.
    NoAlternative,
}

/// The policy as Drove applies it to a task: unless MATCH_TAG or RULE_BASED stands anywhere in it, NO_TAG is added; a
/// missing policy is ANY (contract 6.4).
pub fn effective_policy(policy: Option<&PlacementPolicy>) -> PlacementPolicy {
    let policy = policy.cloned().unwrap_or(PlacementPolicy::Any);
    if names_executors(&policy) {
        return policy;
    }
    PlacementPolicy::Composite { policies: vec![policy, PlacementPolicy::NoTag], combiner: Some(Combiner::And) }
}

fn names_executors(policy: &PlacementPolicy) -> bool {
    match policy {
        PlacementPolicy::MatchTag { .. } | PlacementPolicy::RuleBased { .. } => true,
        PlacementPolicy::Composite { policies, .. } => policies.iter().any(names_executors),
        PlacementPolicy::Any
        | PlacementPolicy::OnePerHost
        | PlacementPolicy::MaxNPerHost { .. }
        | PlacementPolicy::NoTag
        | PlacementPolicy::Local { .. } => false,
    }
}

/// Whether `policy` accepts `executor` for a task of `app`.
pub fn accepts(
    policy: &PlacementPolicy,
    executor: &ExecutorView,
    app: &SourceAppName,
    scope: Scope,
) -> Result<(), PolicyMiss> {
    let at_most = |max: i64| {
        let active = executor.active_by_app.get(app).copied().unwrap_or(0);
        if scope == Scope::Validation || i64::from(active) < max {
            Ok(())
        } else {
            Err(PolicyMiss::Full { active, max })
        }
    };
    match policy {
        PlacementPolicy::Any => Ok(()),
        PlacementPolicy::OnePerHost => at_most(1),
        PlacementPolicy::MaxNPerHost { max } => at_most(*max),
        PlacementPolicy::MatchTag { tag } if executor.tags.contains(tag) => Ok(()),
        PlacementPolicy::MatchTag { tag } => Err(PolicyMiss::NoSuchTag { tag: tag.clone() }),
        PlacementPolicy::NoTag => {
            let tags: Vec<String> = executor.tags.iter().filter(|tag| **tag != executor.hostname).cloned().collect();
            if tags.is_empty() { Ok(()) } else { Err(PolicyMiss::Tagged { tags }) }
        }
        PlacementPolicy::RuleBased { .. } if scope == Scope::Validation => Ok(()),
        PlacementPolicy::RuleBased { .. } => Err(PolicyMiss::Rule),
        PlacementPolicy::Local { .. } => Err(PolicyMiss::Local),
        PlacementPolicy::Composite { policies, combiner } => {
            let mut results = policies.iter().map(|inner| accepts(inner, executor, app, scope));
            if combiner == &Some(Combiner::Or) {
                if results.any(|result| result.is_ok()) { Ok(()) } else { Err(PolicyMiss::NoAlternative) }
            } else {
                results.collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::view::tests::executor;

    fn judge(policy: PlacementPolicy, tags: &[&str], active: u32) -> Result<(), PolicyMiss> {
        let mut view = executor("h", &[(4, 100)]);
        view.tags.extend(tags.iter().map(|t| (*t).to_owned()));
        view.active_by_app.insert("APP".into(), active);
        accepts(&effective_policy(Some(&policy)), &view, &"APP".into(), Scope::Scheduling)
    }

    #[test]
    fn without_a_tag_in_the_policy_only_untagged_executors_are_taken() {
        assert_eq!(judge(PlacementPolicy::Any, &[], 0), Ok(()));
        let tagged = Err(PolicyMiss::Tagged { tags: vec!["gpu".into()] });
        assert_eq!(judge(PlacementPolicy::Any, &["gpu"], 0), tagged);
        assert_eq!(judge(PlacementPolicy::OnePerHost, &["gpu"], 0), tagged);
    }

    #[test]
    fn match_tag_takes_the_tag_and_the_hostname() {
        assert_eq!(judge(PlacementPolicy::MatchTag { tag: "gpu".into() }, &["gpu"], 0), Ok(()));
        assert_eq!(judge(PlacementPolicy::MatchTag { tag: "h".into() }, &["gpu"], 0), Ok(()));
        let miss = Err(PolicyMiss::NoSuchTag { tag: "ssd".into() });
        assert_eq!(judge(PlacementPolicy::MatchTag { tag: "ssd".into() }, &["gpu"], 0), miss);
    }

    #[test]
    fn counting_policies_count_tasks_of_the_same_app() {
        assert_eq!(judge(PlacementPolicy::OnePerHost, &[], 1), Err(PolicyMiss::Full { active: 1, max: 1 }));
        assert_eq!(judge(PlacementPolicy::MaxNPerHost { max: 2 }, &[], 1), Ok(()));
        assert_eq!(judge(PlacementPolicy::MaxNPerHost { max: 2 }, &[], 2), Err(PolicyMiss::Full { active: 2, max: 2 }));
    }

    #[test]
    fn composites_combine() {
        let tag = |t: &str| PlacementPolicy::MatchTag { tag: t.into() };
        let both = |combiner| PlacementPolicy::Composite { policies: vec![tag("gpu"), tag("ssd")], combiner };
        assert_eq!(judge(both(Some(Combiner::Or)), &["gpu"], 0), Ok(()));
        assert_eq!(judge(both(None), &["gpu"], 0), Err(PolicyMiss::NoSuchTag { tag: "ssd".into() }));
        assert_eq!(judge(both(Some(Combiner::Or)), &[], 0), Err(PolicyMiss::NoAlternative));
        let rule = PlacementPolicy::RuleBased { rule: "true".into(), rule_type: None };
        assert_eq!(judge(rule, &[], 0), Err(PolicyMiss::Rule));
    }
}
