-- +goose Up
-- Written with the failure itself, so that neither a kill nor a service that is away loses what has to follow.
ALTER TABLE messages ADD COLUMN to_follow boolean NOT NULL DEFAULT false, ADD CONSTRAINT messages_to_follow CHECK (NOT to_follow OR state = 'failed');
COMMENT ON COLUMN messages.to_follow IS 'did not arrive, and what follows over another channel is not written yet';
CREATE INDEX messages_followers_due ON messages (id) WHERE to_follow;

-- +goose Down
ALTER TABLE messages DROP COLUMN to_follow;
