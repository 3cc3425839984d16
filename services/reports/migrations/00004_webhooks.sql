-- +goose Up
CREATE TABLE webhooks (
    id                text PRIMARY KEY CHECK (id ~ '^WH-[A-Z2-7]{8}$'),
    name              text NOT NULL CHECK (name <> ''),
    url               text NOT NULL CHECK (url ~ '^https?://'),
    kinds             text[] NOT NULL, -- empty: every kind
    obligation_ids    text[] NOT NULL, -- empty: every obligation
    under_unit_id     text NOT NULL DEFAULT '',
    state             text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
    reason            text NOT NULL DEFAULT '' CHECK (reason IN ('', 'by-hand', 'failing', 'gone')),
    secret_sealed     bytea NOT NULL,
    old_secret_sealed bytea,
    old_secret_until  timestamptz,
    idempotency_key   text NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    created_by        text NOT NULL,
    created_at        timestamptz NOT NULL,
    CHECK ((state = 'active') = (reason = '')),
    CHECK ((old_secret_sealed IS NULL) = (old_secret_until IS NULL))
);

CREATE TABLE webhook_deliveries (
    number       bigserial PRIMARY KEY, -- grows with the writes of one case, since they wait for each other
    id           text NOT NULL UNIQUE CHECK (id ~ '^evt_[a-z2-7]{26}$'),
    webhook_id   text NOT NULL REFERENCES webhooks (id),
    kind         text NOT NULL,
    case_id      text NOT NULL DEFAULT '',
    unit_id      text NOT NULL DEFAULT '',
    body         text NOT NULL, -- the bytes that are signed
    created_at   timestamptz NOT NULL,
    delivered_at timestamptz,
    left_out     boolean NOT NULL DEFAULT false,
    attempts     integer NOT NULL DEFAULT 0,
    status       integer NOT NULL DEFAULT 0,
    answer       text NOT NULL DEFAULT '',
    last_at      timestamptz
);
-- what waits, oldest first
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, number) WHERE delivered_at IS NULL AND NOT left_out;
-- the last deliveries of a subscription, for its page
CREATE INDEX webhook_deliveries_last ON webhook_deliveries (webhook_id, number DESC);
-- what is old enough to be forgotten
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

-- +goose Down
DROP TABLE webhook_deliveries, webhooks;
