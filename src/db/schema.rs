//! The tables as diesel sees them, the same for both dialects; a test compares them with what the migrations make.

diesel::table! {
    setting (name) {
        name -> Text,
        value -> Text,
        changed -> Timestamp,
    }
}

diesel::table! {
    organisation (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        country -> Nullable<Text>,
        homepage -> Nullable<Text>,
        simulated -> Bool,
        created -> Timestamp,
        changed -> Timestamp,
    }
}

diesel::table! {
    source (id) {
        id -> Text,
        organisation_id -> Text,
        name -> Text,
        protocol -> Text,
        address -> Text,
        state -> Text,
        interval_seconds -> Nullable<BigInt>,
        options -> Text,
        accepted_run_id -> Nullable<Text>,
        created -> Timestamp,
        changed -> Timestamp,
    }
}

diesel::table! {
    source_remainder (source_id) {
        source_id -> Text,
        graph -> Text,
        graph_hash -> Text,
        changed -> Timestamp,
    }
}

diesel::table! {
    data_set (id) {
        id -> Text,
        kind -> Text,
        lead_record_id -> Nullable<Text>,
        created -> Timestamp,
    }
}

diesel::table! {
    data_set_name (kind, name) {
        kind -> Text,
        name -> Text,
        data_set_id -> Text,
    }
}

diesel::table! {
    slug (kind, name) {
        kind -> Text,
        name -> Text,
        owner_id -> Text,
        created -> Timestamp,
    }
}

diesel::table! {
    record (id) {
        id -> Text,
        source_id -> Text,
        data_set_id -> Text,
        kind -> Text,
        iri -> Nullable<Text>,
        identity -> Text,
        slug -> Text,
        state -> Text,
        document -> Text,
        document_hash -> Text,
        graph_hash -> Text,
        profile -> Text,
        repairs -> Text,
        findings -> Text,
        sound -> Bool,
        version -> BigInt,
        first_seen -> Timestamp,
        last_seen -> Timestamp,
        changed -> Timestamp,
        published_at -> Nullable<Timestamp>,
        gone_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    record_version (record_id, version) {
        record_id -> Text,
        version -> BigInt,
        source_graph -> Text,
        graph_hash -> Text,
        profile -> Text,
        run_id -> Text,
        created -> Timestamp,
    }
}

diesel::table! {
    harvest_run (id) {
        id -> Text,
        source_id -> Text,
        cause -> Text,
        started -> Timestamp,
        finished -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        found -> BigInt,
        added -> BigInt,
        changed -> BigInt,
        unchanged -> BigInt,
        removed -> BigInt,
        refused -> BigInt,
        report -> Text,
    }
}

diesel::table! {
    staged_record (run_id, kind, identity) {
        run_id -> Text,
        kind -> Text,
        identity -> Text,
        iri -> Nullable<Text>,
        slug -> Text,
        names -> Text,
        document -> Text,
        document_hash -> Text,
        source_graph -> Text,
        graph_hash -> Text,
        profile -> Text,
        repairs -> Text,
        findings -> Text,
        sound -> Bool,
    }
}

diesel::table! {
    raw_body (hash) {
        hash -> Text,
        size -> BigInt,
        packed -> Binary,
    }
}

diesel::table! {
    raw_answer (run_id, position) {
        run_id -> Text,
        position -> BigInt,
        address -> Text,
        status -> BigInt,
        media_type -> Nullable<Text>,
        entity_tag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        body_hash -> Nullable<Text>,
        fetched -> Timestamp,
    }
}

diesel::table! {
    outbox (seq) {
        seq -> BigInt,
        record_id -> Text,
        operation -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    lease (name) {
        name -> Text,
        holder -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    job (id) {
        id -> Text,
        name -> Text,
        payload -> Text,
        dedupe_key -> Nullable<Text>,
        state -> Text,
        attempts -> BigInt,
        max_attempts -> BigInt,
        due -> Timestamp,
        locked_by -> Nullable<Text>,
        locked_until -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        created -> Timestamp,
        finished -> Nullable<Timestamp>,
    }
}

diesel::table! {
    schedule (name) {
        name -> Text,
        job_name -> Text,
        payload -> Text,
        interval_seconds -> BigInt,
        next_due -> Timestamp,
    }
}

diesel::table! {
    audit_entry (seq) {
        seq -> BigInt,
        at -> Timestamp,
        action -> Text,
        subject -> Text,
        actor_digest -> Text,
        detail_digest -> Text,
        previous -> Text,
        digest -> Text,
    }
}

diesel::table! {
    audit_detail (seq) {
        seq -> BigInt,
        actor -> Text,
        detail -> Text,
    }
}

diesel::table! {
    vocabulary_import (name) {
        name -> Text,
        title -> Text,
        file_name -> Text,
        file_hash -> Text,
        content_hash -> Text,
        classes -> BigInt,
        report -> Text,
        packed -> Binary,
        imported -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    audit_detail,
    audit_entry,
    data_set,
    data_set_name,
    harvest_run,
    job,
    lease,
    organisation,
    outbox,
    raw_answer,
    raw_body,
    record,
    record_version,
    schedule,
    setting,
    slug,
    source,
    source_remainder,
    staged_record,
    vocabulary_import,
);
