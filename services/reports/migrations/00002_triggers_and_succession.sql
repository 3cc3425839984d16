-- Events by trigger, with facts; cases raised out of others; cases that go on with others; the acts
-- of a reorganisation; acts undone by reinstating a case; orders to amend running cases.

-- +goose Up
ALTER TABLE cases
    ADD COLUMN origin_case_id text NOT NULL DEFAULT '', -- raised out of this case
    ADD COLUMN reinstated_as  text NOT NULL DEFAULT '' CHECK (reinstated_as <> id),
    ADD COLUMN opened_with    jsonb; -- the input it opened with, once another was put in its place
CREATE INDEX cases_by_origin ON cases (origin_case_id) WHERE origin_case_id <> '';
CREATE UNIQUE INDEX cases_reinstated_once ON cases (reinstated_as) WHERE reinstated_as <> '';

-- A case goes on with another: it follows it, took it over, or is the successor it was handed to.
-- The other may be registered later, so neither is a foreign key.
CREATE TABLE lineage (
    case_id      text NOT NULL CHECK (case_id <> ''),
    from_case_id text NOT NULL CHECK (from_case_id <> ''),
    PRIMARY KEY (case_id, from_case_id),
    CHECK (case_id <> from_case_id)
);
-- who may read the evidence of a case because he goes on with it
CREATE INDEX lineage_by_from ON lineage (from_case_id);
INSERT INTO lineage (case_id, from_case_id)
SELECT id, input ->> 'follows_case_id' FROM cases WHERE coalesce(input ->> 'follows_case_id', '') NOT IN ('', id)
UNION
SELECT state_body ->> 'successor_case_id', id FROM cases WHERE coalesce(state_body ->> 'successor_case_id', '') NOT IN ('', id);

ALTER TABLE acts
    DROP CONSTRAINT acts_kind_check,
    ADD CONSTRAINT acts_kind_check CHECK (kind IN ('record_step', 'submit', 'recall', 'accept', 'return', 'explain',
        'request_extension', 'decide_extension', 'exempt', 'transfer', 'withdraw', 'correct', 'note', 'shift_clock', 'seal',
        'record_item', 'take_over', 'amend', 'revoke', 'reinstate')),
    DROP CONSTRAINT acts_check1,
    -- what the system itself does upon a case
    ADD CONSTRAINT acts_by_someone CHECK (official_id <> '' OR kind IN ('seal', 'take_over', 'amend', 'transfer'));

ALTER TABLE trigger_events
    ADD COLUMN trigger_id        text NOT NULL DEFAULT '',
    ADD COLUMN facts             jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(facts) = 'object'),
    ADD COLUMN origin_case_id    text REFERENCES cases (id),
    ADD COLUMN raised_by_step    text NOT NULL DEFAULT '', -- a step of the origin, done; empty: a person raised it
    ADD COLUMN board_id          text NOT NULL DEFAULT '',
    ADD COLUMN passed_to_unit_id text NOT NULL DEFAULT '', -- the successor it belongs to now
    ADD COLUMN passed_by         text NOT NULL DEFAULT '', -- the reorganisation
    ADD CHECK (raised_by_step = '' OR origin_case_id IS NOT NULL),
    ADD CHECK ((passed_to_unit_id = '') = (passed_by = ''));
-- what was raised out of a case
CREATE INDEX trigger_events_by_origin ON trigger_events (origin_case_id) WHERE origin_case_id IS NOT NULL;
-- the events of a unit as it stands today
CREATE INDEX trigger_events_by_unit ON trigger_events ((CASE WHEN passed_to_unit_id = '' THEN unit_id ELSE passed_to_unit_id END));
CREATE TRIGGER events_no_delete BEFORE DELETE ON trigger_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_said_once BEFORE UPDATE OF id, obligation_id, unit_id, on_day, words, example, idempotency_key, content_sha256,
    official_id, recorded_at, trigger_id, facts, origin_case_id, raised_by_step, board_id ON trigger_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE amendment_orders (
    order_id      text PRIMARY KEY,
    case_id       text NOT NULL DEFAULT '',
    obligation_id text NOT NULL DEFAULT '',
    reason        text NOT NULL CHECK (reason IN ('catalogue', 'settings')),
    document      text NOT NULL CHECK (document <> ''),
    words         text NOT NULL DEFAULT '',
    official_id   text NOT NULL CHECK (official_id <> ''),
    ordered_at    timestamptz NOT NULL,
    CHECK ((case_id = '') <> (obligation_id = ''))
);

-- +goose Down
DROP TABLE amendment_orders, lineage;
DROP TRIGGER events_said_once ON trigger_events;
DROP TRIGGER events_no_delete ON trigger_events;
ALTER TABLE trigger_events DROP COLUMN trigger_id, DROP COLUMN facts, DROP COLUMN origin_case_id, DROP COLUMN raised_by_step,
    DROP COLUMN board_id, DROP COLUMN passed_to_unit_id, DROP COLUMN passed_by;
ALTER TABLE cases DROP COLUMN origin_case_id, DROP COLUMN reinstated_as, DROP COLUMN opened_with;
