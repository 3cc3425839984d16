-- +goose Up
ALTER TABLE messages DROP CONSTRAINT messages_channel_check;
ALTER TABLE messages DROP CONSTRAINT messages_check;
ALTER TABLE messages
    ADD COLUMN alone          boolean NOT NULL DEFAULT false,
    ADD COLUMN leaves_at      timestamptz,
    ADD COLUMN personal       boolean NOT NULL DEFAULT false,
    ADD COLUMN delegated_by   text    NOT NULL DEFAULT '',
    ADD COLUMN vacant_role    text    NOT NULL DEFAULT '',
    ADD COLUMN sender_unit_id text    NOT NULL DEFAULT '',
    ADD COLUMN decided_by     text    NOT NULL DEFAULT '',
    ADD COLUMN decided_at     timestamptz,
    ADD COLUMN words          text    NOT NULL DEFAULT '',
    ADD COLUMN follows_id     bigint  UNIQUE REFERENCES messages (id),
    ADD COLUMN code           text    NOT NULL DEFAULT '',
    ADD COLUMN delivered_at   timestamptz,
    ADD COLUMN delivery       text    NOT NULL DEFAULT '' CHECK (delivery IN ('', 'delivered', 'failed')),
    ADD COLUMN folded         text    NOT NULL DEFAULT '',
    ADD COLUMN folded_answer  text    NOT NULL DEFAULT '',
    ADD CONSTRAINT messages_channel_check CHECK (channel IN ('email', 'sms', 'zalo', 'webhook', 'paper')),
    ADD CONSTRAINT messages_sent CHECK ((state <> 'sent' OR sent_at IS NOT NULL) AND (sent_at IS NULL OR state IN ('sent', 'failed'))),
    ADD CONSTRAINT messages_delivery CHECK ((delivery = '') = (delivered_at IS NULL)),
    ADD CONSTRAINT messages_decided CHECK ((decided_by = '') = (decided_at IS NULL) AND (state <> 'draft' OR decided_by = '')),
    ADD CONSTRAINT messages_follows CHECK (follows_id <> id);
COMMENT ON COLUMN messages.alone IS 'leaves by itself and not with a digest';
COMMENT ON COLUMN messages.leaves_at IS 'not before: the end of the quiet hours of the next working day';
COMMENT ON COLUMN messages.follows_id IS 'the message on another channel that did not arrive';
COMMENT ON COLUMN messages.code IS 'the short link of a message that has no room for a signed one';
COMMENT ON COLUMN messages.folded IS 'subject, name and case as they are searched: lower case, without diacritics';

-- What a killed process left in doubt leaves again by itself; what is in the ledger is found by its words.
UPDATE messages SET alone = true WHERE state = 'sending' AND digest_id IS NULL;
UPDATE messages SET
    folded = lower(translate(regexp_replace(normalize(subject || ' ' || name || ' ' || case_id, NFD), '[\u0300-\u036F]', '', 'g'), 'đĐ', 'dd')),
    folded_answer = lower(translate(regexp_replace(normalize(answer, NFD), '[\u0300-\u036F]', '', 'g'), 'đĐ', 'dd'));

-- What leaves by itself, in the order in which it may.
CREATE INDEX messages_alone ON messages (leaves_at, id) WHERE alone AND digest_id IS NULL AND state IN ('waiting', 'sending');
-- The ledger is read newest first: by day, by unit, of one body's drafts, of roles that nobody held.
CREATE INDEX messages_by_day ON messages (created_at, id);
CREATE INDEX messages_of_unit ON messages (unit_id, id DESC);
CREATE INDEX messages_of_sender ON messages (sender_unit_id, id DESC) WHERE sender_unit_id <> '';
CREATE INDEX messages_to_nobody ON messages (id DESC) WHERE official_id = '';
-- A bounce names the mail, a short link its code.
CREATE INDEX messages_by_mail ON messages (message_id);
CREATE UNIQUE INDEX messages_by_code ON messages (code) WHERE code <> '';

ALTER TABLE digests RENAME COLUMN leaves_at TO leaves_window;
ALTER TABLE digests DROP CONSTRAINT digests_channel_check;
ALTER TABLE digests DROP CONSTRAINT digests_check;
ALTER TABLE digests DROP CONSTRAINT digests_address_check; -- emptied with the body, when its term is over
ALTER TABLE digests
    ADD COLUMN delivered_at timestamptz,
    ADD COLUMN delivery     text NOT NULL DEFAULT '' CHECK (delivery IN ('', 'delivered', 'failed')),
    ADD CONSTRAINT digests_channel_check CHECK (channel IN ('email', 'sms', 'zalo', 'webhook')),
    ADD CONSTRAINT digests_sent CHECK ((state <> 'sent' OR sent_at IS NOT NULL) AND (sent_at IS NULL OR state IN ('sent', 'failed'))),
    ADD CONSTRAINT digests_delivery CHECK ((delivery = '') = (delivered_at IS NULL)),
    ADD CONSTRAINT digests_address CHECK (address <> '' OR state NOT IN ('waiting', 'sending'));
CREATE INDEX digests_by_day ON digests (created_at, id);

-- Every handing of a message to a channel, and what the channel said afterwards.
CREATE TABLE attempts (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id  bigint      REFERENCES messages (id),
    digest_id   bigint      REFERENCES digests (id),
    official_id text        NOT NULL,
    channel     text        NOT NULL CHECK (channel IN ('email', 'sms', 'zalo', 'webhook')),
    at          timestamptz NOT NULL,
    fate        text        NOT NULL CHECK (fate IN ('taken', 'later', 'never', 'unknown', 'delivered', 'failed')),
    answer      text        NOT NULL DEFAULT '',
    provider_id text        NOT NULL DEFAULT '',
    CHECK (num_nonnulls(message_id, digest_id) = 1)
);
CREATE INDEX attempts_of_official ON attempts (official_id, channel, id DESC);
CREATE INDEX attempts_of_channel ON attempts (channel, id DESC);
CREATE INDEX attempts_by_provider ON attempts (channel, provider_id) WHERE provider_id <> '';
CREATE INDEX attempts_by_day ON attempts (at, id);

-- +goose StatementBegin
CREATE FUNCTION attempts_are_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.answer = ''
        AND (NEW.id, NEW.message_id, NEW.digest_id, NEW.official_id, NEW.channel, NEW.at, NEW.fate, NEW.provider_id)
            IS NOT DISTINCT FROM (OLD.id, OLD.message_id, OLD.digest_id, OLD.official_id, OLD.channel, OLD.at, OLD.fate, OLD.provider_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'attempts are only added';
END $$;
-- +goose StatementEnd
CREATE TRIGGER attempts_are_only_added BEFORE UPDATE OR DELETE ON attempts FOR EACH ROW EXECUTE FUNCTION attempts_are_only_added();

CREATE TABLE preferences (
    official_id   text        PRIMARY KEY CHECK (official_id <> ''),
    language      text        NOT NULL DEFAULT '' CHECK (language IN ('', 'vi', 'en')),
    channels      jsonb       NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(channels) = 'array'),
    digest_window text        NOT NULL DEFAULT '' CHECK (digest_window ~ '^(\d{2}:\d{2})?$'),
    idle_since    text        NOT NULL DEFAULT '' CHECK (idle_since ~ '^(\d{4}-\d{2}-\d{2})?$'),
    updated_at    timestamptz NOT NULL
);
COMMENT ON COLUMN preferences.idle_since IS 'the day on which it was first seen that the official holds no position; empty = holds one';
CREATE TABLE mutes (
    official_id text NOT NULL CHECK (official_id <> ''),
    case_id     text NOT NULL CHECK (case_id <> ''),
    until_day   text NOT NULL CHECK (until_day ~ '^\d{4}-\d{2}-\d{2}$'),
    PRIMARY KEY (official_id, case_id)
);
CREATE TABLE consents (
    official_id text NOT NULL CHECK (official_id <> ''),
    channel     text NOT NULL CHECK (channel IN ('sms', 'zalo')),
    on_day      text NOT NULL CHECK (on_day ~ '^\d{4}-\d{2}-\d{2}$'),
    PRIMARY KEY (official_id, channel)
);

CREATE TABLE feeds (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    official_id   text        NOT NULL CHECK (official_id <> ''),
    secret_sha256 text        NOT NULL UNIQUE CHECK (secret_sha256 ~ '^[0-9a-f]{64}$'),
    opened_at     timestamptz NOT NULL,
    read_at       timestamptz,
    revoked_at    timestamptz
);
CREATE UNIQUE INDEX feeds_open ON feeds (official_id) WHERE revoked_at IS NULL;
CREATE TABLE case_revisions (
    case_id    text        PRIMARY KEY,
    due_day    text        NOT NULL,
    ended      boolean     NOT NULL DEFAULT false,
    sequence   integer     NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    changed_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE case_revisions;
DROP TABLE feeds;
DROP TABLE consents;
DROP TABLE mutes;
DROP TABLE preferences;
DROP TABLE attempts;
DROP FUNCTION attempts_are_only_added();
DROP INDEX digests_by_day;
ALTER TABLE digests
    DROP CONSTRAINT digests_channel_check, DROP CONSTRAINT digests_sent, DROP CONSTRAINT digests_delivery, DROP CONSTRAINT digests_address,
    DROP COLUMN delivered_at, DROP COLUMN delivery,
    ADD CONSTRAINT digests_channel_check CHECK (channel IN ('email')) NOT VALID,
    ADD CONSTRAINT digests_check CHECK ((state = 'sent') = (sent_at IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT digests_address_check CHECK (address <> '') NOT VALID;
ALTER TABLE digests RENAME COLUMN leaves_window TO leaves_at;
DROP INDEX messages_by_code, messages_by_mail, messages_to_nobody, messages_of_sender, messages_of_unit, messages_by_day, messages_alone;
ALTER TABLE messages
    DROP CONSTRAINT messages_channel_check, DROP CONSTRAINT messages_sent, DROP CONSTRAINT messages_delivery,
    DROP CONSTRAINT messages_decided, DROP CONSTRAINT messages_follows,
    DROP COLUMN alone, DROP COLUMN leaves_at, DROP COLUMN personal, DROP COLUMN delegated_by, DROP COLUMN vacant_role,
    DROP COLUMN sender_unit_id, DROP COLUMN decided_by, DROP COLUMN decided_at, DROP COLUMN words, DROP COLUMN follows_id,
    DROP COLUMN code, DROP COLUMN delivered_at, DROP COLUMN delivery, DROP COLUMN folded, DROP COLUMN folded_answer,
    ADD CONSTRAINT messages_channel_check CHECK (channel IN ('email')) NOT VALID,
    ADD CONSTRAINT messages_check CHECK ((state = 'sent') = (sent_at IS NOT NULL)) NOT VALID;
