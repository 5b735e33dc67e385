-- Schemes that an operator imported, packed, in the form in which they are joined with the embedded vocabulary.
CREATE TABLE vocabulary_import (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    classes BIGINT NOT NULL,
    report TEXT NOT NULL,
    packed BYTEA NOT NULL,
    imported TIMESTAMP NOT NULL
);
