//! Bitmap counting, shared by search facets and nodes.
