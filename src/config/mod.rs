//! Configuration: one file per concern, every key documented where it is read; unknown keys are errors.
