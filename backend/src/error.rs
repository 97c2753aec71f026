//! Errors of `/api/**` and their statuses.
