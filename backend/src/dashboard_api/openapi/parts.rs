//! Parts that many descriptions have in common.

use std::collections::BTreeMap;
use utoipa::{
    IntoParams, IntoResponses,
    openapi::{
        ContentBuilder, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

/// What every handler may answer instead.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let problem = |description: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ApiProblem"))).build();
            RefOr::T(ResponseBuilder::new().description(description).content("application/json", content).build())
        };
        BTreeMap::from([
            (
                "4XX".to_owned(),
                problem(
                    "401: nobody is signed in, or the name or the password is wrong. 403: the user, or the page that asks, may not. 404: \
                     it does not exist. 422: Drove refused, in its words. 429: too many attempts to sign in. 400, 405, 413, 421: the \
                     request cannot be taken.",
                ),
            ),
            (
                "5XX".to_owned(),
                problem(
                    "503: the cluster or the ledger cannot be reached; try again. 504: the cluster did not answer in time. 502: its \
                     answer cannot be read. 500: the log says why.",
                ),
            ),
        ])
    }
}

/// The query of a list of runs ([`model::dashboard::HistoryQuery`]).
pub struct HistoryParams;

/// Each with what it means.
pub const HISTORY: [(&str, &str); 14] = [
    ("tab", "Which runs: `active` (the default), `finished` or `all`"),
    ("q", "Part of app or task ID: anywhere from 3 characters, at the beginning below; case does not matter"),
    ("app", "A source app; like the next five it may be given several times, or with commas between its values"),
    ("state", "A state last reported"),
    ("outcome", "An outcome"),
    ("executor", "ID of an executor"),
    ("submitter", "A user; a comma in a name is written `\\,`, a backslash `\\\\`"),
    ("tag", "A tag of the spec, `NAME` or `NAME=VALUE`; commas as in `submitter`"),
    ("since", "Submitted at or after, in milliseconds since 1970"),
    ("until", "Submitted before"),
    (
        "sort",
        "`submitted`, `took`, `app`, `id`, `status`, `executor`, `ended`, `cores` or `memory`; with `-` in front the largest come first \
         (the default is `-submitted`)",
    ),
    ("page", "Number of the page, from 1"),
    ("after", "Where the page begins, as `next` of the page before it says; then `page` does not matter"),
    ("size", "Rows a page, 1 to 500 (the default is 100)"),
];

impl IntoParams for HistoryParams {
    fn into_params(_place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |(name, description): (&str, &str)| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build()
        };
        HISTORY.into_iter().map(parameter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        Outcome, TaskState, Timestamp,
        dashboard::{HistoryQuery, SortKey, Tab},
    };

    #[test]
    fn every_filter_is_described_and_no_other() {
        let text = || "x".to_owned();
        let query = HistoryQuery {
            tab: Tab::All,
            text: text(),
            apps: vec![text()],
            states: vec![TaskState::Running],
            outcomes: vec![Outcome::Failed],
            executors: vec![text()],
            submitters: vec![text()],
            tags: vec![text()],
            since: Some(Timestamp(1)),
            until: Some(Timestamp(2)),
            sort: SortKey::Took,
            descending: false,
            page: 2,
            after: Some(text()),
            size: 7,
        };
        let names: Vec<&str> = query.to_pairs().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, HISTORY.map(|(name, _)| name));
    }
}
