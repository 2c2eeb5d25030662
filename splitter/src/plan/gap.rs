//! What the plan does not say though an emitter asks for it: always a defect of this crate, never of the input.

use std::fmt;

/// Something that the plan does not say, and where it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    what: String,
    function: Option<String>,
}

impl Gap {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Gap {
            what: what.into(),
            function: None,
        }
    }

    /// Names the function whose body needs it.
    pub(crate) fn in_function(self, name: String) -> Self {
        Gap {
            function: Some(name),
            ..self
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.function {
            Some(name) => write!(f, "in {name}: the plan does not say {}", self.what),
            None => write!(f, "the plan does not say {}", self.what),
        }
    }
}
