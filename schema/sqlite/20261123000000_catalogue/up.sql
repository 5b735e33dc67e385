-- The catalogue: who publishes, what was harvested, what is shown, and the machinery that keeps it true.
-- Law of both dialects: ids are UUIDv7 TEXT, times are UTC TIMESTAMPs, documents are JSON TEXT and never queried
-- inside, enumerations are TEXT with a CHECK, counts are BIGINT.

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    changed TIMESTAMP NOT NULL
);

CREATE TABLE organisation (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    country TEXT,
    homepage TEXT,
    simulated BOOLEAN NOT NULL,
    created TIMESTAMP NOT NULL,
    changed TIMESTAMP NOT NULL
);

CREATE TABLE source (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    name TEXT NOT NULL UNIQUE,
    protocol TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'suspended')),
    interval_seconds BIGINT CHECK (interval_seconds > 0),
    options TEXT NOT NULL,
    accepted_run_id TEXT,
    created TIMESTAMP NOT NULL,
    changed TIMESTAMP NOT NULL
);
CREATE INDEX source_by_organisation ON source (organisation_id, id);

-- What a source's documents say beside its records.
CREATE TABLE source_remainder (
    source_id TEXT NOT NULL PRIMARY KEY REFERENCES source (id),
    graph TEXT NOT NULL,
    graph_hash TEXT NOT NULL,
    changed TIMESTAMP NOT NULL
);

-- A data set or series itself, across all sources that describe it.
CREATE TABLE data_set (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('dataset', 'series')),
    lead_record_id TEXT,
    created TIMESTAMP NOT NULL
);

-- Every name under which it is known everywhere: IRIs and DOIs.
CREATE TABLE data_set_name (
    kind TEXT NOT NULL CHECK (kind IN ('dataset', 'series')),
    name TEXT NOT NULL,
    data_set_id TEXT NOT NULL REFERENCES data_set (id),
    PRIMARY KEY (kind, name)
);
CREATE INDEX data_set_name_by_data_set ON data_set_name (data_set_id);

-- Public names, fixed at first sight; a row is never deleted and so a name is never reused.
CREATE TABLE slug (
    kind TEXT NOT NULL CHECK (kind IN ('dataset', 'series', 'provider')),
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE INDEX slug_by_owner ON slug (owner_id);

CREATE TABLE record (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES source (id),
    data_set_id TEXT NOT NULL REFERENCES data_set (id),
    kind TEXT NOT NULL CHECK (kind IN ('dataset', 'series')),
    iri TEXT,
    identity TEXT NOT NULL,
    slug TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('quarantined', 'agreed', 'published', 'withdrawn', 'gone')),
    document TEXT NOT NULL,
    document_hash TEXT NOT NULL,
    graph_hash TEXT NOT NULL,
    profile TEXT NOT NULL,
    repairs TEXT NOT NULL,
    findings TEXT NOT NULL,
    sound BOOLEAN NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    first_seen TIMESTAMP NOT NULL,
    last_seen TIMESTAMP NOT NULL,
    changed TIMESTAMP NOT NULL,
    published_at TIMESTAMP,
    gone_at TIMESTAMP,
    UNIQUE (source_id, kind, identity),
    UNIQUE (kind, slug)
);
CREATE INDEX record_by_state ON record (state, kind, id);
CREATE INDEX record_by_data_set ON record (data_set_id, id);

-- The source's statements of every version, as canonical N-Quads; append-only by habit of the code.
CREATE TABLE record_version (
    record_id TEXT NOT NULL REFERENCES record (id),
    version BIGINT NOT NULL CHECK (version >= 1),
    source_graph TEXT NOT NULL,
    graph_hash TEXT NOT NULL,
    profile TEXT NOT NULL,
    run_id TEXT NOT NULL,
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (record_id, version)
);

CREATE TABLE harvest_run (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES source (id),
    cause TEXT NOT NULL,
    started TIMESTAMP NOT NULL,
    finished TIMESTAMP,
    outcome TEXT CHECK (outcome IN ('complete', 'unchanged', 'salvaged', 'refused', 'unreachable', 'forbidden', 'gone',
                                    'empty-held', 'held', 'failed')),
    found BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    report TEXT NOT NULL
);
CREATE INDEX harvest_run_by_source ON harvest_run (source_id, started, id);

-- What a run has read and not yet taken over. An empty graph with an empty document: as stored already.
CREATE TABLE staged_record (
    run_id TEXT NOT NULL REFERENCES harvest_run (id),
    kind TEXT NOT NULL CHECK (kind IN ('dataset', 'series')),
    identity TEXT NOT NULL,
    iri TEXT,
    slug TEXT NOT NULL,
    names TEXT NOT NULL,
    document TEXT NOT NULL,
    document_hash TEXT NOT NULL,
    source_graph TEXT NOT NULL,
    graph_hash TEXT NOT NULL,
    profile TEXT NOT NULL,
    repairs TEXT NOT NULL,
    findings TEXT NOT NULL,
    sound BOOLEAN NOT NULL,
    PRIMARY KEY (run_id, kind, identity)
);

CREATE TABLE raw_body (
    hash TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    packed BLOB NOT NULL
);

CREATE TABLE raw_answer (
    run_id TEXT NOT NULL REFERENCES harvest_run (id),
    position BIGINT NOT NULL,
    address TEXT NOT NULL,
    status BIGINT NOT NULL,
    media_type TEXT,
    entity_tag TEXT,
    last_modified TEXT,
    body_hash TEXT REFERENCES raw_body (hash),
    fetched TIMESTAMP NOT NULL,
    PRIMARY KEY (run_id, position)
);
CREATE INDEX raw_answer_by_address ON raw_answer (address, fetched);
CREATE INDEX raw_answer_by_body ON raw_answer (body_hash);

CREATE TABLE outbox (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    record_id TEXT NOT NULL,
    operation TEXT NOT NULL CHECK (operation IN ('put', 'drop')),
    at TIMESTAMP NOT NULL
);

CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until TIMESTAMP NOT NULL
);

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedupe_key TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL CHECK (max_attempts >= 1),
    due TIMESTAMP NOT NULL,
    locked_by TEXT,
    locked_until TIMESTAMP,
    last_error TEXT,
    created TIMESTAMP NOT NULL,
    finished TIMESTAMP
);
CREATE UNIQUE INDEX job_dedupe ON job (dedupe_key) WHERE state IN ('queued', 'running');
CREATE INDEX job_by_due ON job (state, due, id);

CREATE TABLE schedule (
    name TEXT NOT NULL PRIMARY KEY,
    job_name TEXT NOT NULL,
    payload TEXT NOT NULL,
    interval_seconds BIGINT NOT NULL CHECK (interval_seconds > 0),
    next_due TIMESTAMP NOT NULL
);

-- The log of what people did. Personal details sit in audit_detail, whose rows can be erased; the chain holds keyed
-- digests of them and stays provable.
CREATE TABLE audit_entry (
    seq INTEGER NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor_digest TEXT NOT NULL,
    detail_digest TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL
);

CREATE TABLE audit_detail (
    seq INTEGER NOT NULL PRIMARY KEY REFERENCES audit_entry (seq),
    actor TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE TRIGGER audit_entry_keeps_rows BEFORE DELETE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
CREATE TRIGGER audit_entry_keeps_values BEFORE UPDATE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
CREATE TRIGGER audit_detail_keeps_values BEFORE UPDATE ON audit_detail
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
