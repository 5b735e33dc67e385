//! Data sets and a base address to FAIR Data Point graphs; pure.
