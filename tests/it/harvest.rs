//! Tests of harvest.
