//! What goes wrong while values are computed, in the two classes that a deploy treats differently.

use std::fmt;

/// Which of PHP's two families a failure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultClass {
    /// An `\Exception` (also every PHP warning, notice and deprecation, which Magento's error
    /// handler throws as one). Only the stylesheet is lost.
    Exception,
    /// An `\Error`, for instance a division by zero or a missing argument. It ends the whole
    /// deploy.
    Error,
    /// A bound of this crate, which ends the compile.
    Limit,
}

/// A failure of arithmetic, of a comparison, of printing or of a built-in function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The family.
    pub(crate) class: FaultClass,
    /// The message of less.php, or of PHP without the file and line of PHP's own source.
    pub(crate) message: String,
}

impl Fault {
    /// A bound that was reached.
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self {
            class: FaultClass::Limit,
            message: message.into(),
        }
    }

    /// A failure that costs the stylesheet.
    pub(crate) fn exception(message: impl Into<String>) -> Self {
        Self {
            class: FaultClass::Exception,
            message: message.into(),
        }
    }

    /// A failure that PHP does not catch.
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Self {
            class: FaultClass::Error,
            message: message.into(),
        }
    }

    /// A PHP warning about a property that the class at hand does not have.
    pub(crate) fn undefined_property(class: &str, property: &str) -> Self {
        if matches!(class, "int" | "float" | "string") {
            return Self::exception(format!(
                "Warning: Attempt to read property \"{property}\" on {class}"
            ));
        }
        Self::exception(format!("Warning: Undefined property: {class}::${property}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}
