-- +goose Up
CREATE TABLE sessions (
    token  text PRIMARY KEY CHECK (token <> ''),
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

-- +goose Down
DROP TABLE sessions;
