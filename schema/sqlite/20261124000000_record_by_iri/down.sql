DROP INDEX record_by_iri;
