use web_sys::{AbortController, AbortSignal};

/// Stops a request that nobody waits for any more: dropping it aborts what carries its signal.
pub struct Abort(Option<AbortController>);

impl Abort {
    /// A new one.
    pub fn new() -> Self {
        Self(AbortController::new().ok())
    }

    /// What a request carries.
    pub fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }
}

impl Default for Abort {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}
