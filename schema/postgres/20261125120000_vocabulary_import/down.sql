DROP TABLE vocabulary_import;
