-- Who exists: areas, units, officials, what they are in which unit, and since when.
-- Every day is a civil day in Asia/Ho_Chi_Minh; valid_to is the last day, NULL = still valid.
--
-- A province has about 300 areas, 1,500 units, 1,000 officials, 2,000 positions over all years: lists
-- and searches read a whole table within a millisecond, so only what is looked up row by row has an index.

-- +goose Up

-- Exclusion constraints below compare text and day ranges in one index.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE areas (
    id         text PRIMARY KEY CHECK (id ~ '^[A-Z0-9]+-[0-9]{4}$'),
    code       text NOT NULL CHECK (id LIKE code || '-%'),
    name       text NOT NULL CHECK (name <> ''),
    name_en    text NOT NULL DEFAULT '',
    level      text NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    kind       text NOT NULL CHECK (kind IN ('tinh', 'thanh-pho', 'thi-xa', 'huyen', 'phuong', 'thi-tran', 'xa')),
    parent_id  text REFERENCES areas DEFERRABLE INITIALLY DEFERRED CHECK (parent_id <> id),
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from),
    source     text NOT NULL DEFAULT '',
    folded     text NOT NULL,
    CHECK ((level = 'province') = (parent_id IS NULL)),
    -- Codes are given again, but never to two areas at once.
    EXCLUDE USING gist (code WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
COMMENT ON COLUMN areas.folded IS 'name and code without Vietnamese marks, in lower case: what a search looks in';

CREATE TABLE area_successions (
    from_id   text NOT NULL REFERENCES areas DEFERRABLE INITIALLY DEFERRED,
    to_id     text REFERENCES areas DEFERRABLE INITIALLY DEFERRED CHECK (to_id <> from_id),
    day       date NOT NULL,
    basis     text NOT NULL CHECK (basis <> ''),
    uncertain boolean NOT NULL,
    note      text NOT NULL DEFAULT '',
    UNIQUE NULLS NOT DISTINCT (from_id, to_id)
);
COMMENT ON COLUMN area_successions.to_id IS 'NULL = nothing follows, or it is not known what';
-- Each listed area asks for its predecessors; the unique index serves its successors.
CREATE INDEX area_successions_to ON area_successions (to_id, from_id);

CREATE TABLE area_predecessors_outside (
    to_id    text NOT NULL REFERENCES areas DEFERRABLE INITIALLY DEFERRED,
    code     text NOT NULL DEFAULT '',
    name     text NOT NULL CHECK (name <> ''),
    district text NOT NULL,
    province text NOT NULL,
    day      date NOT NULL,
    -- Also what each listed area asks for.
    PRIMARY KEY (to_id, name, district, province)
);

CREATE TABLE units (
    id           text PRIMARY KEY CHECK (id ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
    kind         text NOT NULL CHECK (kind ~ '^[a-z]+(-[a-z]+)*$'),
    name         text NOT NULL CHECK (name <> ''),
    name_en      text NOT NULL DEFAULT '',
    area_id      text NOT NULL REFERENCES areas DEFERRABLE INITIALLY DEFERRED,
    parent_id    text REFERENCES units DEFERRABLE INITIALLY DEFERRED CHECK (parent_id <> id),
    superior_id  text REFERENCES units DEFERRABLE INITIALLY DEFERRED CHECK (superior_id <> id),
    reviewer_id  text REFERENCES units DEFERRABLE INITIALLY DEFERRED CHECK (reviewer_id <> id),
    valid_from   date NOT NULL,
    valid_to     date CHECK (valid_to >= valid_from),
    example      boolean NOT NULL DEFAULT false,
    staff        integer NOT NULL DEFAULT 0 CHECK (staff >= 0),
    working_year text NOT NULL DEFAULT 'calendar' CHECK (working_year IN ('calendar', 'school')),
    source       text NOT NULL DEFAULT '',
    folded       text NOT NULL
);
COMMENT ON TABLE units IS 'parent, superior and reviewer are those of the last day, or of today; for an earlier day follow unit_successions';

CREATE TABLE unit_successions (
    from_id   text NOT NULL REFERENCES units DEFERRABLE INITIALLY DEFERRED,
    to_id     text REFERENCES units DEFERRABLE INITIALLY DEFERRED CHECK (to_id <> from_id),
    day       date NOT NULL,
    basis     text NOT NULL CHECK (basis <> ''),
    uncertain boolean NOT NULL,
    note      text NOT NULL DEFAULT '',
    UNIQUE NULLS NOT DISTINCT (from_id, to_id)
);
-- Each listed unit asks for its predecessors, and a role on an earlier day walks them.
CREATE INDEX unit_successions_to ON unit_successions (to_id, from_id);

CREATE TABLE officials (
    id      text PRIMARY KEY CHECK (id ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
    name    text NOT NULL CHECK (name <> ''),
    email   text NOT NULL DEFAULT '' CHECK (email = '' OR email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$'),
    phone   text NOT NULL DEFAULT '',
    example boolean NOT NULL DEFAULT false,
    folded  text NOT NULL
);
-- Sign-in finds an official by address: one address, one official.
CREATE UNIQUE INDEX officials_email ON officials (lower(email)) WHERE email <> '';

CREATE TABLE positions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    official_id text NOT NULL REFERENCES officials DEFERRABLE INITIALLY DEFERRED,
    unit_id     text NOT NULL REFERENCES units DEFERRABLE INITIALLY DEFERRED,
    role        text NOT NULL CHECK (role IN ('head', 'deputy', 'contact', 'reviewer', 'leader', 'supervisor', 'administrator', 'union-chair')),
    title       text NOT NULL CHECK (title <> ''),
    valid_from  date NOT NULL,
    valid_to    date CHECK (valid_to >= valid_from),
    -- Nobody holds the same position twice at once. Its index also finds an official's hats.
    EXCLUDE USING gist (official_id WITH =, unit_id WITH =, role WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
    -- A unit has one head at a time; contacts, deputies and reviewers may be several.
    CONSTRAINT one_head EXCLUDE USING gist (unit_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (role = 'head')
);
-- Every rung of every case asks who holds a role in a unit.
CREATE INDEX positions_unit_role ON positions (unit_id, role);

CREATE TABLE boards (
    id         text PRIMARY KEY CHECK (id ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$'),
    unit_id    text NOT NULL REFERENCES units DEFERRABLE INITIALLY DEFERRED,
    kind       text NOT NULL CHECK (kind IN ('steering-committee', 'peoples-inspection-board', 'community-investment-supervision-board')),
    name       text NOT NULL CHECK (name <> ''),
    decision   text NOT NULL DEFAULT '',
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from)
);
COMMENT ON COLUMN boards.valid_to IS 'last day of the term';

CREATE TABLE board_members (
    board_id    text NOT NULL REFERENCES boards DEFERRABLE INITIALLY DEFERRED,
    official_id text REFERENCES officials DEFERRABLE INITIALLY DEFERRED,
    name        text NOT NULL CHECK (name <> ''),
    role        text NOT NULL CHECK (role IN ('chair', 'deputy', 'standing', 'member')),
    valid_from  date NOT NULL,
    valid_to    date CHECK (valid_to >= valid_from),
    EXCLUDE USING gist (board_id WITH =, name WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
    CONSTRAINT one_chair EXCLUDE USING gist (board_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (role = 'chair')
);
COMMENT ON COLUMN board_members.official_id IS 'NULL = a resident, who has no account here';

CREATE TABLE days_off (
    day        date PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('off', 'off-swapped', 'working-swapped', 'unsettled')),
    name_vi    text NOT NULL CHECK (name_vi <> ''),
    source     text NOT NULL,
    confidence text NOT NULL
);

CREATE TABLE settings (
    key           text PRIMARY KEY CHECK (key ~ '^[a-z]+([.-][a-z0-9]+)*$'),
    value         text,
    default_value text NOT NULL,
    title_vi      text NOT NULL CHECK (title_vi <> ''),
    source        text NOT NULL
);
COMMENT ON COLUMN settings.value IS 'NULL = the default applies';

CREATE TABLE changes (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('loaded', 'units-imported')),
    service     text NOT NULL,
    official_id text REFERENCES officials DEFERRABLE INITIALLY DEFERRED,
    payload     jsonb NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER changes_are_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
