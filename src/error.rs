//! The user-facing error at the edge: what happened, why, and what to do next, in plain English.
//!
//! Policy: inner errors stay narrow and typed in their modules. Only what a person may read gets in here; the inner
//! cause is logged once, at the edge, and never shown. How it becomes an HTTP answer is the business of `web`.

use std::fmt;
use std::time::Duration;

/// What kind of failure it is; decides the status of the answer and its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request cannot be understood.
    BadRequest,
    /// There is no such thing here and never was, as far as we know.
    NotFound,
    /// It was here and has been taken back by its provider.
    Gone,
    /// The method is not offered at this address.
    MethodNotAllowed,
    /// None of the forms asked for is offered.
    NotAcceptable,
    /// What the request names by a condition is no longer so.
    PreconditionFailed,
    /// The range asked for lies outside.
    RangeNotSatisfiable,
    /// The request is larger than what is accepted.
    TooLarge,
    /// The request is in a form that is not read.
    UnsupportedMediaType,
    /// It is understood, and asks for more than one request may have.
    TooMuch,
    /// It is asked for more often than is fair to the others.
    TooManyRequests,
    /// Our fault.
    Internal,
    /// Busy or starting: worth another try.
    Unavailable,
    /// It took longer than what one request may take.
    TimedOut,
}

impl ErrorKind {
    /// The HTTP status code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            ErrorKind::BadRequest => 400,
            ErrorKind::NotFound => 404,
            ErrorKind::MethodNotAllowed => 405,
            ErrorKind::NotAcceptable => 406,
            ErrorKind::Gone => 410,
            ErrorKind::PreconditionFailed => 412,
            ErrorKind::TooLarge => 413,
            ErrorKind::UnsupportedMediaType => 415,
            ErrorKind::RangeNotSatisfiable => 416,
            ErrorKind::TooMuch => 422,
            ErrorKind::TooManyRequests => 429,
            ErrorKind::Internal => 500,
            ErrorKind::Unavailable => 503,
            ErrorKind::TimedOut => 504,
        }
    }

    /// The heading that a reader sees.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            ErrorKind::BadRequest => "This request cannot be understood",
            ErrorKind::NotFound => "Page not found",
            ErrorKind::MethodNotAllowed => "This address does not offer that",
            ErrorKind::NotAcceptable => "Not offered in that form",
            ErrorKind::Gone => "No longer published",
            ErrorKind::PreconditionFailed => "It has changed since",
            ErrorKind::RangeNotSatisfiable => "There is no such part of it",
            ErrorKind::TooLarge => "The request is too large",
            ErrorKind::UnsupportedMediaType => "The request is in a form that is not read here",
            ErrorKind::TooMuch => "This asks for too much at once",
            ErrorKind::TooManyRequests => "Too many requests",
            ErrorKind::Internal => "Something went wrong on our side",
            ErrorKind::Unavailable => "Busy at the moment",
            ErrorKind::TimedOut => "This took too long",
        }
    }

    /// The last part of the problem type's address, stable for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ErrorKind::BadRequest => "bad-request",
            ErrorKind::NotFound => "not-found",
            ErrorKind::MethodNotAllowed => "method-not-allowed",
            ErrorKind::NotAcceptable => "not-acceptable",
            ErrorKind::Gone => "gone",
            ErrorKind::PreconditionFailed => "precondition-failed",
            ErrorKind::RangeNotSatisfiable => "range-not-satisfiable",
            ErrorKind::TooLarge => "too-large",
            ErrorKind::UnsupportedMediaType => "unsupported-media-type",
            ErrorKind::TooMuch => "too-much",
            ErrorKind::TooManyRequests => "too-many-requests",
            ErrorKind::Internal => "internal",
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::TimedOut => "timed-out",
        }
    }
}

/// A working way on from an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What the link says.
    pub label: String,
    /// Path on this site.
    pub href: String,
}

/// An error as its reader meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// What happened, why, and what to do: whole plain sentences.
    pub detail: String,
    /// The parameter or field at fault, when there is one.
    pub field: Option<String>,
    /// Working ways on.
    pub ways: Vec<Way>,
    /// When another try makes sense.
    pub retry_after: Option<Duration>,
    /// The inner cause, for the log only.
    pub cause: Option<String>,
}

impl UserError {
    /// An error of the kind with its explanation.
    #[must_use]
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), field: None, ways: Vec::new(), retry_after: None, cause: None }
    }

    /// Our own failure; the cause goes to the log.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut error = Self::new(
            ErrorKind::Internal,
            "The page could not be made. The failure has been recorded; trying again in a minute often helps.",
        );
        error.cause = Some(cause.to_string());
        error
    }

    /// Busy: try again after so long.
    #[must_use]
    pub fn busy(detail: impl Into<String>, retry_after: Duration) -> Self {
        let mut error = Self::new(ErrorKind::Unavailable, detail);
        error.retry_after = Some(retry_after);
        error
    }

    /// Adds a working way on.
    #[must_use]
    pub fn way(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.ways.push(Way { label: label.into(), href: href.into() });
        self
    }

    /// Names the parameter at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind.code())?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => write!(f, ": {}", self.detail),
        }
    }
}

impl std::error::Error for UserError {}
