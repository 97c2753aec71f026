//! Drove's dialect over the embedded core, `/apis/**`.
