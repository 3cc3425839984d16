-- What an administrator's file came to when it was tried, so that what is written is what was read.

-- +goose Up

CREATE TABLE imports (
    sha256      text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    file        text NOT NULL DEFAULT '' CHECK (length(file) <= 300),
    sealed      bytea NOT NULL,
    official_id text REFERENCES officials,
    tried_at    timestamptz NOT NULL
);
COMMENT ON TABLE imports IS 'files that were tried; the next trial deletes those older than seven days';
COMMENT ON COLUMN imports.sealed IS 'AES-256-GCM, bound to the hash: a file may hold addresses and telephone numbers';
COMMENT ON COLUMN imports.official_id IS 'NULL = the terminal';
