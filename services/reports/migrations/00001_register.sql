-- The register of cases (read model of the workflows), acts, evidence, exports, events, audit.

-- +goose Up
CREATE TABLE cases (
    id                   text PRIMARY KEY CHECK (id ~ '^[A-Z0-9-]+/[A-Z0-9-]+/[A-Z0-9-]+(/c[1-9][0-9]*)?$'),
    obligation_id        text NOT NULL CHECK (obligation_id <> ''),
    unit_id              text NOT NULL CHECK (unit_id <> ''),
    period_id            text NOT NULL CHECK (period_id <> ''),
    area_id              text NOT NULL DEFAULT '',
    workflow_type        text NOT NULL DEFAULT '',
    run_id               text NOT NULL CHECK (run_id <> ''),
    title_vi             text NOT NULL DEFAULT '',
    state                text NOT NULL CHECK (state IN ('open', 'submitted', 'returned', 'accepted', 'exempted', 'withdrawn', 'succeeded')),
    round                integer NOT NULL DEFAULT 1,
    submission           integer NOT NULL DEFAULT 0,
    due_day              date,
    due_of_law           boolean NOT NULL DEFAULT false,
    extended             boolean NOT NULL DEFAULT false,
    duty_done_on         date,
    submitted_at         timestamptz,
    accepted_at          timestamptz,
    late_working_days    integer NOT NULL DEFAULT 0,
    next_rung_id         text NOT NULL DEFAULT '',
    next_rung_day        date,
    reviewer_unit_id     text NOT NULL DEFAULT '',
    sealed               boolean NOT NULL DEFAULT false,
    clock_offset_seconds bigint NOT NULL DEFAULT 0,
    sequence             bigint NOT NULL,
    input                jsonb NOT NULL,
    state_body           jsonb NOT NULL,
    case_clock           timestamptz NOT NULL,
    opened_at            timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    export_sha256        text NOT NULL DEFAULT '' CHECK (export_sha256 = '' OR export_sha256 ~ '^[0-9a-f]{64}$'),
    CHECK (split_part(id, '/', 1) = obligation_id AND split_part(id, '/', 2) = unit_id AND split_part(id, '/', 3) = period_id)
);
-- the overview: obligation × period × state
CREATE INDEX cases_by_obligation ON cases (obligation_id, period_id, state);
-- "my cases" of a unit, and the cases of a list of units
CREATE INDEX cases_by_unit ON cases (unit_id, state);
-- a period over all obligations
CREATE INDEX cases_by_period ON cases (period_id, state);
CREATE INDEX cases_by_area ON cases (area_id) WHERE area_id <> '';
-- what waits for a reviewing body
CREATE INDEX cases_by_reviewer ON cases (reviewer_unit_id, state);
-- who is late
CREATE INDEX cases_by_due_day ON cases (due_day) WHERE state IN ('open', 'returned');

CREATE TABLE acts (
    act_id         text PRIMARY KEY CHECK (act_id ~ '^[A-Za-z0-9._-]{8,64}$'),
    case_id        text NOT NULL REFERENCES cases (id),
    kind           text NOT NULL CHECK (kind IN ('record_step', 'submit', 'recall', 'accept', 'return', 'explain',
                       'request_extension', 'decide_extension', 'exempt', 'transfer', 'withdraw', 'correct', 'note',
                       'shift_clock', 'seal')),
    official_id    text NOT NULL,
    content_sha256 bytea NOT NULL CHECK (length(content_sha256) = 32),
    body           jsonb NOT NULL,
    stored_at      timestamptz NOT NULL,
    delivered_at   timestamptz,
    outcome        jsonb,
    CHECK ((outcome IS NULL) = (delivered_at IS NULL)),
    CHECK (official_id <> '' OR kind = 'seal')
);
-- the acts of one case in their order
CREATE INDEX acts_by_case ON acts (case_id, stored_at, act_id);
-- what still has to reach its workflow
CREATE INDEX acts_pending ON acts (stored_at, act_id) WHERE outcome IS NULL;

CREATE TABLE files (
    id          text PRIMARY KEY,
    case_id     text NOT NULL REFERENCES cases (id),
    step_id     text NOT NULL DEFAULT '',
    name        text NOT NULL CHECK (name <> '' AND char_length(name) <= 120),
    size        bigint NOT NULL CHECK (size > 0),
    media_type  text NOT NULL,
    sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    blob_key    text NOT NULL,
    official_id text NOT NULL CHECK (official_id <> ''),
    uploaded_at timestamptz NOT NULL,
    -- the same content for the same step is the same file; also finds the files of a case
    UNIQUE (case_id, step_id, sha256)
);

CREATE TABLE exports (
    case_id     text NOT NULL REFERENCES cases (id),
    run_id      text NOT NULL,
    sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    events      bigint NOT NULL,
    blob_key    text NOT NULL,
    exported_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, run_id)
);

CREATE TABLE event_numbers (
    year integer PRIMARY KEY,
    last integer NOT NULL CHECK (last BETWEEN 1 AND 999999999)
);
CREATE TABLE trigger_events (
    id              text PRIMARY KEY CHECK (id ~ '^E-[0-9]{4}-[0-9]{4,9}$'),
    obligation_id   text NOT NULL CHECK (obligation_id ~ '^[A-Z0-9-]+$'),
    unit_id         text NOT NULL CHECK (unit_id ~ '^[A-Z0-9-]+$'),
    on_day          date NOT NULL,
    words           text NOT NULL DEFAULT '',
    example         boolean NOT NULL DEFAULT false,
    idempotency_key text NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    content_sha256  bytea NOT NULL CHECK (length(content_sha256) = 32),
    official_id     text NOT NULL DEFAULT '',
    recorded_at     timestamptz NOT NULL
);
-- which events a reconciliation opens cases for
CREATE INDEX trigger_events_by_obligation ON trigger_events (obligation_id, id);

CREATE TABLE audit (
    id          bigserial PRIMARY KEY,
    at          timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind <> ''),
    case_id     text NOT NULL DEFAULT '',
    official_id text NOT NULL DEFAULT '',
    body        jsonb NOT NULL,
    prev_hash   bytea NOT NULL CHECK (length(prev_hash) = 32),
    hash        bytea NOT NULL UNIQUE CHECK (length(hash) = 32)
);
-- one entry follows another: a fork of the chain is impossible
CREATE UNIQUE INDEX audit_chain ON audit (prev_hash);
-- the trail of one case
CREATE INDEX audit_by_case ON audit (case_id, id) WHERE case_id <> '';

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acts_no_delete BEFORE DELETE ON acts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acts_said_once BEFORE UPDATE OF act_id, case_id, kind, official_id, content_sha256, body, stored_at ON acts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE audit, trigger_events, event_numbers, exports, files, acts, cases;
DROP FUNCTION refuse_change();
