//! Sources, onboarding and the publication gate.
