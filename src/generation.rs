//! Generation directories with an atomic CURRENT pointer, shared by search and RDF.
