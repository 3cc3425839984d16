-- +goose Up
CREATE TABLE digests (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    official_id text        NOT NULL CHECK (official_id <> ''),
    channel     text        NOT NULL CHECK (channel IN ('email')),
    day         text        NOT NULL CHECK (day ~ '^\d{4}-\d{2}-\d{2}$'),
    leaves_at   text        NOT NULL DEFAULT '',
    state       text        NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')),
    name        text        NOT NULL,
    address     text        NOT NULL CHECK (address <> ''),
    subject     text        NOT NULL,
    body_text   text        NOT NULL,
    body_html   text        NOT NULL,
    lines       integer     NOT NULL CHECK (lines > 0),
    message_id  text        NOT NULL UNIQUE,
    answer      text        NOT NULL DEFAULT '',
    repeated    boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    sent_at     timestamptz,
    UNIQUE (official_id, channel, day),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX digests_unfinished ON digests (day) WHERE state IN ('waiting', 'sending');

CREATE TABLE messages (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text        NOT NULL CHECK (length(key) >= 3),
    case_id     text        NOT NULL,
    unit_id     text        NOT NULL,
    role        text        NOT NULL,
    official_id text        NOT NULL,
    channel     text        NOT NULL CHECK (channel IN ('email')),
    template    text        NOT NULL CHECK (template <> ''),
    rung_id     text        NOT NULL DEFAULT '',
    act_id      text        NOT NULL DEFAULT '',
    on_day      text        NOT NULL CHECK (on_day ~ '^\d{4}-\d{2}-\d{2}$'),
    state       text        NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'draft', 'dropped')),
    name        text        NOT NULL DEFAULT '',
    address     text        NOT NULL DEFAULT '',
    subject     text        NOT NULL,
    body_text   text        NOT NULL,
    body_html   text        NOT NULL,
    facts       jsonb       NOT NULL,
    message_id  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    sent_at     timestamptz,
    answer      text        NOT NULL DEFAULT '',
    repeated    boolean     NOT NULL DEFAULT false,
    digest_id   bigint      REFERENCES digests (id),
    UNIQUE (key, official_id, channel),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (official_id <> '' OR state = 'dropped')
);
COMMENT ON COLUMN messages.official_id IS 'empty: nobody held the role, the row tells so';
CREATE INDEX messages_of_case ON messages (case_id, id DESC);
CREATE INDEX messages_of_official ON messages (official_id, id DESC);
CREATE INDEX messages_waiting ON messages (id) WHERE state = 'waiting';
CREATE INDEX messages_of_digest ON messages (digest_id) WHERE digest_id IS NOT NULL;

-- +goose Down
DROP TABLE messages;
DROP TABLE digests;
