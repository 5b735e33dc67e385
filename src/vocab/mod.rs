//! Concept schemes: loading, hierarchy, synonyms, canonical readings.
