-- +goose Up
-- Answers in words. An act's body, like the payload that travels, holds only their sum.
CREATE TABLE words (
    act_id  text NOT NULL REFERENCES acts (act_id),
    case_id text NOT NULL REFERENCES cases (id),
    step_id text NOT NULL CHECK (step_id <> ''),
    key     text NOT NULL CHECK (key <> ''),
    sum     text NOT NULL CHECK (sum ~ '^sha256:[0-9a-f]{64}$'),
    text    text NOT NULL CHECK (text <> '' AND char_length(text) <= 20000),
    PRIMARY KEY (act_id, step_id, key)
);
-- what was ever answered in a case, when its form is shown and when a sum is handed in in place of its words
CREATE INDEX words_by_case ON words (case_id, step_id, key);
CREATE TRIGGER words_no_delete BEFORE DELETE ON words FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER words_said_once BEFORE UPDATE ON words FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE words;
