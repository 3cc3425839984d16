-- +goose Up
CREATE TABLE machine_tokens (
    id          text PRIMARY KEY CHECK (id ~ '^MT-[A-Z0-9]{8}$'),
    name        text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    official_id text NOT NULL CHECK (official_id <> ''), -- in whose name it calls
    scopes      text[] NOT NULL CHECK (cardinality(scopes) > 0),
    hash        bytea NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256 of a secret of 256 random bits, which needs no salt
    created_by  text NOT NULL CHECK (created_by <> ''),
    created_at  timestamptz NOT NULL,
    expires_on  date NOT NULL, -- last day, Asia/Ho_Chi_Minh
    last_used   date,
    revoked_at  timestamptz,
    revoked_by  text NOT NULL DEFAULT '',
    CHECK (expires_on <= ((created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + 366)),
    CHECK ((revoked_at IS NULL) = (revoked_by = ''))
);

-- +goose Down
DROP TABLE machine_tokens;
