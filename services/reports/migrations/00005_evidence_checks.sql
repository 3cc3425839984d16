-- +goose Up
-- Files that the nightly check found missing or damaged. A file that is whole again leaves the table; the audit trail keeps both.
CREATE TABLE file_faults (
    file_id  text PRIMARY KEY REFERENCES files (id),
    kind     text NOT NULL CHECK (kind IN ('missing', 'damaged')),
    found_at timestamptz NOT NULL
);

CREATE TABLE file_checks (
    day         date PRIMARY KEY,
    files       integer NOT NULL CHECK (files >= 0),
    bytes       bigint NOT NULL CHECK (bytes >= 0),
    faults      integer NOT NULL CHECK (faults BETWEEN 0 AND files),
    finished_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE file_checks;
DROP TABLE file_faults;
