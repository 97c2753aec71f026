//! A typed client over any upstream.
