//! Our own API, `/api/**` (design section 4).
