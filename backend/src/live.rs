//! Live push to the pages: one subscription per view, shared by its readers.
