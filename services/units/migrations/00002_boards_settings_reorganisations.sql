-- Boards that begin and end, the province's decisions about settings and days off, and what a
-- reorganisation changes on its day.

-- +goose Up

ALTER TABLE units
    ADD COLUMN special        boolean NOT NULL DEFAULT false,
    ADD COLUMN special_ground text NOT NULL DEFAULT '',
    ADD CONSTRAINT special_by_a_document CHECK (NOT special OR special_ground <> '');
COMMENT ON COLUMN units.special IS 'of a special kind, which the law leaves out of some obligations';

ALTER TABLE boards
    ADD COLUMN members  integer NOT NULL DEFAULT 0 CHECK (members >= 0),
    ADD COLUMN project  text NOT NULL DEFAULT '',
    ADD COLUMN case_id  text NOT NULL DEFAULT '',
    ADD COLUMN ended_by text NOT NULL DEFAULT '',
    ADD CONSTRAINT projects_are_supervised CHECK (project = '' OR kind = 'community-investment-supervision-board'),
    ADD CONSTRAINT ended_on_a_day CHECK (ended_by = '' OR valid_to IS NOT NULL),
    -- A unit has as many supervision boards as projects, and one of any other kind at a time.
    ADD CONSTRAINT one_board EXCLUDE USING gist (unit_id WITH =, kind WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
        WHERE (kind <> 'community-investment-supervision-board');
COMMENT ON COLUMN boards.case_id IS 'the case by which it was set up; empty = written by hand';
COMMENT ON COLUMN boards.ended_by IS 'the reorganisation, or the decision of the board that followed';

CREATE TABLE board_vacancies (
    board_id  text NOT NULL REFERENCES boards,
    on_day    date NOT NULL,
    role      text NOT NULL CHECK (role IN ('chair', 'deputy', 'member')),
    filled_on date CHECK (filled_on >= on_day),
    PRIMARY KEY (board_id, on_day, role)
);

ALTER TABLE days_off
    ADD COLUMN by_administrator boolean NOT NULL DEFAULT false,
    ADD COLUMN removed          boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT removed_by_somebody CHECK (NOT removed OR by_administrator);
COMMENT ON COLUMN days_off.by_administrator IS 'a release does not overwrite the row';
COMMENT ON COLUMN days_off.removed IS 'an ordinary day: kept so that a release does not bring the row back';

ALTER TABLE settings
    ADD COLUMN title_en text NOT NULL DEFAULT '',
    ADD COLUMN unit     text NOT NULL DEFAULT '',
    ADD COLUMN document text NOT NULL DEFAULT '',
    ADD COLUMN retired  boolean NOT NULL DEFAULT false;
UPDATE settings SET document = 'Không ghi' WHERE value IS NOT NULL;
ALTER TABLE settings ADD CONSTRAINT decided_by_a_document CHECK ((value IS NULL) = (document = ''));
COMMENT ON COLUMN settings.retired IS 'no catalogue of this release has it; the value is kept for a release that does';

CREATE TABLE reorganisation_numbers (
    year integer PRIMARY KEY,
    last integer NOT NULL CHECK (last > 0)
);

CREATE TABLE reorganisations (
    id                   text PRIMARY KEY CHECK (id ~ '^SX-[0-9]{4}-[0-9]{4,}$'),
    decision             text NOT NULL CHECK (decision <> ''),
    decided_on           date,
    effective_on         date NOT NULL,
    title                text NOT NULL DEFAULT '',
    operations           jsonb NOT NULL CHECK (jsonb_typeof(operations) = 'array' AND operations <> '[]'),
    successions          jsonb NOT NULL CHECK (jsonb_typeof(successions) = 'array'),
    state                text NOT NULL CHECK (state IN ('planned', 'applied', 'finished', 'cancelled')),
    idempotency_key      text NOT NULL UNIQUE,
    content_sha256       bytea NOT NULL,
    clock_offset_seconds bigint NOT NULL DEFAULT 0,
    official_id          text REFERENCES officials,
    recorded_at          timestamptz NOT NULL,
    result               jsonb,
    CHECK ((state = 'finished') = (result IS NOT NULL))
);
COMMENT ON COLUMN reorganisations.successions IS 'of units: what the plan came to when it was stored, and once more when it was applied';

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check CHECK (kind IN (
    'loaded', 'units-imported', 'setting-changed', 'days-off-changed', 'board-written', 'vacancy-recorded',
    'reorganisation-planned', 'reorganisation-cancelled', 'reorganisation-applied', 'reorganisation-finished', 'officials-loaded'));
