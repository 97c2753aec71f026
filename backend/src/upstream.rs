//! The seam: an HTTP service that speaks Drove's API, and hints at what changed.
