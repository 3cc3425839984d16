-- Whose a session is, so that a person and an administrator can end it.

-- +goose Up

-- Whose the sessions of before are stands in them only as encoded; whoever is signed in signs in once more.
DELETE FROM sessions;
ALTER TABLE sessions
    ADD COLUMN id          bigint GENERATED ALWAYS AS IDENTITY UNIQUE, -- by which a page names it: the token is its holder's alone
    ADD COLUMN official_id text NOT NULL DEFAULT '',                   -- empty: nobody has signed in yet
    ADD COLUMN begun_at    timestamptz NOT NULL,
    ADD COLUMN seen_at     timestamptz NOT NULL,                       -- to some minutes: a request as such writes nothing
    ADD COLUMN browser     text NOT NULL DEFAULT '' CHECK (length(browser) <= 100),
    ADD COLUMN address     text NOT NULL DEFAULT '' CHECK (length(address) <= 100); -- its network only
-- The sessions of an official are listed and ended together.
CREATE INDEX sessions_official ON sessions (official_id) WHERE official_id <> '';

-- +goose Down
DELETE FROM sessions;
ALTER TABLE sessions DROP COLUMN id, DROP COLUMN official_id, DROP COLUMN begun_at, DROP COLUMN seen_at, DROP COLUMN browser, DROP COLUMN address;
