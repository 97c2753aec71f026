use crate::{
    format::{format_ago, format_megabytes},
    state::ExecutorNames,
    ui::{Icon, IconName, IconSize},
};
use leptos::prelude::*;
use model::{
    Timestamp,
    fit::{Matrix, PolicyMiss, Row},
};

/// One executor: its verdict, then each check with the value that decided.
pub fn row(matrix: &Matrix, row: &Row, names: ExecutorNames, now: Timestamp) -> AnyView {
    let checks = &row.checks;
    let name = names.of(row.executor_id.as_str(), &row.hostname);
    let (icon, verdict, fits) = match () {
        () if checks.fits() => (IconName::Check, "Fits: ", "yes"),
        () if row.unread => (IconName::Cross, "Not read yet: ", "no"),
        () => (IconName::Cross, "Does not fit: ", "no"),
    };
    let state = if checks.active { String::new() } else { row.state.label().to_lowercase() };
    let placement = checks.policy_miss.as_ref().map(missed).unwrap_or_default();
    let cores = match checks.cores_fit {
        true => checks.best_cores.to_string(),
        false => format!("{} of {}", checks.best_cores, matrix.cores),
    };
    let memory = match checks.memory_fits {
        true => format_megabytes(checks.best_memory),
        false => format!("{} of {}", format_megabytes(checks.best_memory), format_megabytes(matrix.memory_mb)),
    };
    let reported = match row.reported {
        _ if row.unread => "not read yet".to_owned(),
        Some(at) => format_ago(at, now),
        None => "live".to_owned(),
    };
    view! {
        <tr data-fits=fits>
            <th scope="row" title=row.hostname.clone()>
                <span class="verdict-matrix__verdict">
                    <Icon name=icon/>
                    <span class="visually-hidden">{verdict}</span>
                    {name}
                </span>
            </th>
            <td>{check(checks.active, state)}</td>
            <td>{check(checks.policy_miss.is_none(), placement)}</td>
            <td>{check(checks.cores_fit, cores)}</td>
            <td>{check(checks.memory_fits, memory)}</td>
            <td class="muted nowrap">{reported}</td>
        </tr>
    }
    .into_any()
}

fn check(ok: bool, value: String) -> impl IntoView {
    let (icon, word, data) = if ok { (IconName::Check, "yes ", "yes") } else { (IconName::Cross, "no ", "no") };
    view! {
        <span class="verdict-matrix__check" data-ok=data>
            <Icon name=icon size=IconSize::Small/>
            <span class="visually-hidden">{word}</span>
            {value}
        </span>
    }
}

fn missed(miss: &PolicyMiss) -> String {
    match miss {
        PolicyMiss::Tagged { tags } => format!("tagged {}", tags.join(", ")),
        PolicyMiss::NoSuchTag { tag } => format!("no tag {tag}"),
        PolicyMiss::Full { active, max } => format!("{active} of {max} tasks of the app"),
        PolicyMiss::Rule => "rule counts as false".into(),
        PolicyMiss::Local => "not for tasks".into(),
        PolicyMiss::NoAlternative => "no alternative holds".into(),
    }
}
