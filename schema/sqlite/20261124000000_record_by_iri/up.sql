-- A data set names its series by IRI; finding it must not read the whole catalogue.
CREATE INDEX record_by_iri ON record (iri, kind);
