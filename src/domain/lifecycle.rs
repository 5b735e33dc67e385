//! States of records and sources, and the moves between them.
