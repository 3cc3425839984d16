-- +goose Up
CREATE TABLE form_drafts (
    official_id text NOT NULL CHECK (official_id <> ''),
    address     text NOT NULL CHECK (address LIKE '/%' AND length(address) <= 600),
    act_id      text NOT NULL, -- of the showing of the form; empty where the form has none
    content     jsonb,         -- NULL once the form with act_id was taken: a late autosave of it brings nothing back
    saved_at    timestamptz NOT NULL,
    PRIMARY KEY (official_id, address),
    CHECK (octet_length(content::text) <= 600000)
);
-- The sweep at a sign-in looks for the old ones of everybody.
CREATE INDEX form_drafts_saved ON form_drafts (saved_at);

-- +goose Down
DROP TABLE form_drafts;
