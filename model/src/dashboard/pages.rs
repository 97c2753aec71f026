//! The paths that are pages. The server answers them with the page and 200, everything else with 404 (design section 3);
//! the page's routes are made of the same list.

/// Header of the page's own requests. A page of another site cannot send it, since it would have to ask first.
pub const PAGE_HEADER: &str = "dashboard-page";

/// Every page: `{…}` stands for one segment.
pub const PAGES: &[&str] = &["/", "/tasks", "/tasks/{app}/{id}", "/new", "/executors", "/executors/{id}", "/login"];

/// Whether `path` (without query, and without `/clusters/NAME` before it) is a page. One trailing slash is accepted.
pub fn is_page(path: &str) -> bool {
    let Some(path) = path.strip_prefix('/') else { return false };
    let path = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
    PAGES.iter().any(|page| {
        let page = &page[1..];
        page.split('/').count() == path.split('/').count()
            && page
                .split('/')
                .zip(path.split('/'))
                .all(|(wanted, given)| if wanted.starts_with('{') { !given.is_empty() } else { wanted == given })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_and_nothing_else_is() {
        for page in ["/", "/tasks", "/tasks/", "/tasks/APP/T-1", "/tasks/APP/T%2F1", "/new", "/executors/e-1", "/login"]
        {
            assert!(is_page(page), "{page}");
        }
        for other in
            ["", "tasks", "/tasks/APP", "/tasks/APP/T/1", "/tasks//T", "//", "/nope", "/Tasks", "/executors/a/b"]
        {
            assert!(!is_page(other), "{other}");
        }
    }
}
