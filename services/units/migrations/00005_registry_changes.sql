-- What administrators keep by hand: positions by a document, members of boards, posts that are handed over, and who changed what.

-- +goose Up

ALTER TABLE positions
    ADD COLUMN document text NOT NULL DEFAULT '',
    ADD CONSTRAINT title_fits CHECK (length(title) <= 300) NOT VALID;
COMMENT ON COLUMN positions.document IS 'by which it was given; empty = loaded with the province';

ALTER TABLE officials
    ADD COLUMN put_key text UNIQUE,
    ADD CONSTRAINT name_fits CHECK (length(name) <= 200) NOT VALID;
COMMENT ON COLUMN officials.put_key IS 'of the form by which he was written down: sent twice it is one official';
CREATE SEQUENCE official_numbers;

ALTER TABLE board_members ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;

CREATE TABLE hand_overs (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id          text NOT NULL REFERENCES units,
    role             text NOT NULL CHECK (role <> ''),
    from_official_id text NOT NULL REFERENCES officials,
    to_official_id   text NOT NULL REFERENCES officials CHECK (to_official_id <> from_official_id),
    title            text NOT NULL CHECK (title <> ''),
    day              date NOT NULL,
    document         text NOT NULL CHECK (document <> ''),
    recorded_by      text REFERENCES officials,
    recorded_at      timestamptz NOT NULL,
    told_at          timestamptz,
    idempotency_key  text NOT NULL UNIQUE,
    clock_offset_seconds bigint NOT NULL DEFAULT 0,
    -- One hands a post over once: the same twice would tell two people that they hold it.
    CONSTRAINT handed_over_once UNIQUE (unit_id, role, from_official_id, day)
);
COMMENT ON COLUMN hand_overs.recorded_by IS 'NULL = the terminal';
COMMENT ON COLUMN hand_overs.role IS 'of a position that stood then';
COMMENT ON COLUMN hand_overs.day IS 'first day of him who takes over';

ALTER TABLE changes ADD COLUMN subjects text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN changes.subjects IS 'ids of what was changed: units, officials, areas, positions, boards';
-- The page of a unit or an official asks for its own few changes among all that ever were.
CREATE INDEX changes_of_subject ON changes USING gin (subjects);

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check CHECK (kind IN (
    'loaded', 'units-imported', 'setting-changed', 'days-off-changed', 'board-written', 'vacancy-recorded',
    'reorganisation-planned', 'reorganisation-cancelled', 'reorganisation-applied', 'reorganisation-finished', 'officials-loaded',
    'absence-recorded', 'absence-ended', 'delegation-recorded', 'delegation-revoked', 'reach-changed',
    'official-written', 'position-given', 'position-ended', 'position-corrected', 'position-removed', 'unit-written', 'area-written',
    'member-written', 'member-ended', 'post-handed-over'));
