-- +goose Up
-- A matter climbs past every role that nobody holds, and each of them leaves a row of its own.
ALTER TABLE messages DROP CONSTRAINT messages_key_official_id_channel_key;
CREATE UNIQUE INDEX messages_once ON messages (key, official_id, channel) WHERE official_id <> '';
CREATE UNIQUE INDEX messages_nobody_once ON messages (key, role) WHERE official_id = '';

-- +goose Down
DROP INDEX messages_nobody_once, messages_once;
DELETE FROM messages a USING messages b WHERE a.official_id = '' AND b.official_id = '' AND a.key = b.key AND a.channel = b.channel AND a.id > b.id;
ALTER TABLE messages ADD UNIQUE (key, official_id, channel);
