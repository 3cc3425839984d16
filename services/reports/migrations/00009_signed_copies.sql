-- Signed copies of the cases' documents; files whose retention ended and whose content was deleted by an order.

-- +goose Up
CREATE TABLE signed_copies (
    act_id      text PRIMARY KEY REFERENCES acts (act_id) DEFERRABLE INITIALLY DEFERRED,
    case_id     text NOT NULL REFERENCES cases (id),
    -- the highest is the version of record; two people at once cannot both make the next one
    version     integer NOT NULL CHECK (version > 0),
    file_id     text NOT NULL REFERENCES files (id),
    number      text NOT NULL CHECK (number <> '' AND char_length(number) <= 60),
    signed_on   date NOT NULL,
    signer_post text NOT NULL CHECK (signer_post <> '' AND char_length(signer_post) <= 200),
    reason      text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 4000),
    reading     jsonb NOT NULL, -- the signatures as they were read when it was filed
    official_id text NOT NULL CHECK (official_id <> ''),
    filed_at    timestamptz NOT NULL,
    UNIQUE (case_id, version),
    CHECK ((version = 1) = (reason = ''))
);
CREATE TRIGGER signed_copies_stay BEFORE UPDATE OR DELETE ON signed_copies FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE deletion_orders (
    id          text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9._-]{8,64}$'),
    document    text NOT NULL CHECK (document <> '' AND char_length(document) <= 200),
    issued_on   date NOT NULL,
    as_of       date NOT NULL, -- the day of the list that was ordered to be deleted
    listed      text NOT NULL CHECK (listed ~ '^[0-9a-f]{64}$'), -- fingerprint of that list
    official_id text NOT NULL CHECK (official_id <> ''),
    ordered_at  timestamptz NOT NULL
);
CREATE TRIGGER deletion_orders_stay BEFORE UPDATE OR DELETE ON deletion_orders FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What is known of a file stays; its content goes, unless another file that is kept has the same.
CREATE TABLE deleted_files (
    file_id  text PRIMARY KEY REFERENCES files (id),
    order_id text NOT NULL REFERENCES deletion_orders (id),
    class    text NOT NULL CHECK (class <> ''),
    content  text NOT NULL DEFAULT 'pending' CHECK (content IN ('pending', 'removed', 'shared'))
);
-- what is still to be removed from the store
CREATE INDEX deleted_files_pending ON deleted_files (file_id) WHERE content = 'pending';
-- which files have the same content
CREATE INDEX files_by_content ON files (blob_key);

-- +goose Down
DROP INDEX files_by_content;
DROP TABLE deleted_files, deletion_orders, signed_copies;
