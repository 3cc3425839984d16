-- Who is away, who stands in by a delegation (ủy quyền), and telephone numbers sealed at rest.

-- +goose Up

-- The plain numbers of officials.phone are sealed by `nenep migrate`, which holds the key, and the column goes with them.
ALTER TABLE officials
    ADD COLUMN phone_sealed bytea,
    ADD CONSTRAINT email_fits CHECK (length(email) <= 254) NOT VALID;
COMMENT ON COLUMN officials.phone_sealed IS 'E.164, AES-256-GCM, bound to the official''s id; NULL = none is known';

CREATE TABLE absences (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    official_id text NOT NULL REFERENCES officials,
    from_day    date NOT NULL,
    to_day      date NOT NULL CHECK (to_day >= from_day),
    words       text NOT NULL DEFAULT '',
    recorded_by text REFERENCES officials,
    recorded_at timestamptz NOT NULL,
    ended_on    date CHECK (ended_on >= from_day - 1 AND ended_on <= to_day),
    -- Nobody is away twice at once. Its index also finds an official's absences.
    CONSTRAINT away_once EXCLUDE USING gist (official_id WITH =, daterange(from_day, coalesce(ended_on, to_day) + 1, '[)') WITH &&)
);
COMMENT ON COLUMN absences.recorded_by IS 'NULL = the terminal';
COMMENT ON COLUMN absences.ended_on IS 'came back early: the last day of the absence; the day before the first takes it back whole';

CREATE TABLE delegations (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    official_id text NOT NULL REFERENCES officials,
    unit_id     text NOT NULL REFERENCES units,
    role        text NOT NULL CHECK (role IN ('head', 'deputy', 'contact', 'reviewer', 'leader', 'supervisor', 'administrator', 'union-chair')),
    delegate_id text NOT NULL REFERENCES officials CHECK (delegate_id <> official_id),
    from_day    date NOT NULL,
    to_day      date NOT NULL CHECK (to_day >= from_day),
    document    text NOT NULL CHECK (document <> ''),
    recorded_by text REFERENCES officials,
    recorded_at timestamptz NOT NULL,
    revoked_on  date CHECK (revoked_on >= from_day AND revoked_on <= to_day),
    -- One position has one delegate at a time. Its index also finds what an official delegated.
    CONSTRAINT delegated_once EXCLUDE USING gist (official_id WITH =, unit_id WITH =, role WITH =, daterange(from_day, coalesce(revoked_on, to_day + 1), '[)') WITH &&)
);
COMMENT ON COLUMN delegations.revoked_on IS 'the first day on which it no longer holds; the first day of all takes it back whole';
-- A delegate's rights are looked up with every act.
CREATE INDEX delegations_delegate ON delegations (delegate_id);

ALTER TABLE changes DROP CONSTRAINT changes_kind_check;
ALTER TABLE changes ADD CONSTRAINT changes_kind_check CHECK (kind IN (
    'loaded', 'units-imported', 'setting-changed', 'days-off-changed', 'board-written', 'vacancy-recorded',
    'reorganisation-planned', 'reorganisation-cancelled', 'reorganisation-applied', 'reorganisation-finished', 'officials-loaded',
    'absence-recorded', 'absence-ended', 'delegation-recorded', 'delegation-revoked', 'reach-changed'));
