//! What the dashboard saw and sent: facts, and the views derived from them.
