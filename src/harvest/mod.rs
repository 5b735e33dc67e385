//! Harvesting in two phases: fetch and prove complete, then swap at once.
