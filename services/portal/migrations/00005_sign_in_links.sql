-- One-time links by which officials sign in from their mail.

-- +goose Up
CREATE TABLE sign_in_links (
    hash        bytea       PRIMARY KEY CHECK (length(hash) = 32),     -- SHA-256 of a secret of 256 random bits, which needs no salt
    official_id text        NOT NULL,                                  -- empty: the address is nobody's; such a link leaves nowhere and opens nothing
    address     bytea       NOT NULL CHECK (length(address) = 32),     -- keyed hash of what was typed: only how often is counted
    browser     bytea       NOT NULL CHECK (length(browser) = 32),     -- SHA-256 of what the asking browser's session alone knows
    asked_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    CHECK (expires_at > asked_at AND expires_at <= asked_at + interval '15 minutes'),
    CHECK (used_at IS NULL OR (official_id <> '' AND used_at < expires_at))
);
-- Each asking counts those of the last hour, of the address and of the official, and sweeps the old ones.
CREATE INDEX sign_in_links_address ON sign_in_links (address, asked_at);
CREATE INDEX sign_in_links_official ON sign_in_links (official_id, asked_at) WHERE official_id <> '';
CREATE INDEX sign_in_links_asked ON sign_in_links (asked_at);

-- +goose Down
DROP TABLE sign_in_links;
