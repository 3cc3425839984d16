-- The head of the audit trail as each day was closed. It also leaves the database: to auditors by mail, and to a store of its own.

-- +goose Up
CREATE TABLE audit_heads (
    day       date PRIMARY KEY,
    entries   bigint NOT NULL CHECK (entries >= 0),
    last_id   bigint NOT NULL CHECK (last_id >= 0),
    hash      bytea NOT NULL CHECK (length(hash) = 32),
    closed_at timestamptz NOT NULL,
    CHECK ((entries = 0) = (last_id = 0))
);
CREATE TRIGGER audit_heads_append_only BEFORE UPDATE OR DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE audit_heads;
