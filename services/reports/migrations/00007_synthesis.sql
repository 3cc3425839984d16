-- The numbered versions of a synthesis: what the reports of a period came to when each was drawn up. Nothing in them changes afterwards.

-- +goose Up
CREATE TABLE syntheses (
    case_id       text NOT NULL REFERENCES cases (id),
    version       integer NOT NULL CHECK (version >= 1),
    obligation_id text NOT NULL CHECK (obligation_id <> ''), -- whose reports it adds up
    period_id     text NOT NULL CHECK (period_id <> ''),
    window_from   date,
    window_to     date,
    tree_day      date NOT NULL,
    drawn_up_at   timestamptz NOT NULL,
    drawn_up_by   text NOT NULL, -- empty: by itself
    sha256        text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    indicators    jsonb NOT NULL CHECK (jsonb_typeof(indicators) = 'array'),
    owed          integer NOT NULL CHECK (owed = in_time + late + returned + missing),
    in_time       integer NOT NULL CHECK (in_time >= 0),
    late          integer NOT NULL CHECK (late >= 0),
    returned      integer NOT NULL CHECK (returned >= 0),
    missing       integer NOT NULL CHECK (missing >= 0),
    exempted      integer NOT NULL CHECK (exempted >= 0),
    -- against the version before
    figures_changed    integer NOT NULL DEFAULT 0 CHECK (figures_changed >= 0),
    sources_added      integer NOT NULL DEFAULT 0 CHECK (sources_added >= 0),
    sources_removed    integer NOT NULL DEFAULT 0 CHECK (sources_removed >= 0),
    sources_corrected  integer NOT NULL DEFAULT 0 CHECK (sources_corrected >= 0),
    standings_changed  integer NOT NULL DEFAULT 0 CHECK (standings_changed >= 0),
    PRIMARY KEY (case_id, version)
);

-- One row for the whole, for each kind of unit and for each unit of the tree, with all sums there: a version of 5 000 units and 39
-- indicators is 5 000 rows, not 200 000, and no question asks for one indicator over many versions.
CREATE TABLE synthesis_figures (
    case_id   text NOT NULL,
    version   integer NOT NULL,
    scope     text NOT NULL CHECK (scope IN ('whole', 'kind', 'unit')),
    place     text NOT NULL, -- '' | kind of unit | unit
    ordinal   integer NOT NULL CHECK (ordinal >= 0), -- a parent before its children
    parent_id text NOT NULL DEFAULT '',
    name      text NOT NULL DEFAULT '',
    unit_kind text NOT NULL DEFAULT '',
    figures   jsonb NOT NULL CHECK (jsonb_typeof(figures) = 'object'),
    PRIMARY KEY (case_id, version, scope, place),
    FOREIGN KEY (case_id, version) REFERENCES syntheses (case_id, version),
    CHECK ((scope = 'whole') = (place = '') OR scope = 'kind'),
    CHECK (parent_id = '' OR scope = 'unit' AND parent_id <> place)
);
-- the units directly below one, on the way down from a figure
CREATE INDEX synthesis_figures_below ON synthesis_figures (case_id, version, parent_id) WHERE scope = 'unit';

CREATE TABLE synthesis_sources (
    case_id        text NOT NULL,
    version        integer NOT NULL,
    source_case_id text NOT NULL REFERENCES cases (id),
    unit_id        text NOT NULL CHECK (unit_id <> ''),
    report_version integer NOT NULL CHECK (report_version >= 1),
    standing       text NOT NULL CHECK (standing IN ('counted', 'counted-flows', 'contained', 'outside')),
    counted_at     text NOT NULL DEFAULT '',
    contained_in   text NOT NULL DEFAULT '',
    added          jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(added) = 'object'), -- what it adds, by indicator
    steps          jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(steps) = 'array'),  -- the acts and files it was recorded with
    PRIMARY KEY (case_id, version, source_case_id),
    UNIQUE (case_id, version, unit_id), -- a unit counts once
    FOREIGN KEY (case_id, version) REFERENCES syntheses (case_id, version),
    CHECK ((standing = 'contained') = (contained_in <> '')),
    CHECK ((standing = 'outside') = (counted_at = '')),
    CHECK (standing IN ('counted', 'counted-flows') OR added = '{}')
);

CREATE TABLE synthesis_units (
    case_id        text NOT NULL,
    version        integer NOT NULL,
    unit_id        text NOT NULL CHECK (unit_id <> ''),
    name           text NOT NULL DEFAULT '',
    unit_kind      text NOT NULL DEFAULT '',
    parent_id      text NOT NULL DEFAULT '',
    report_case_id text NOT NULL REFERENCES cases (id),
    standing       text NOT NULL CHECK (standing IN ('in-time', 'late', 'returned', 'missing', 'exempted')),
    due_day        date,
    submitted_on   date,
    late_days      integer NOT NULL DEFAULT 0 CHECK (late_days >= 0),
    accepted       boolean NOT NULL DEFAULT false,
    ground         text NOT NULL DEFAULT '',
    PRIMARY KEY (case_id, version, unit_id),
    FOREIGN KEY (case_id, version) REFERENCES syntheses (case_id, version),
    CHECK ((standing IN ('in-time', 'late')) = (submitted_on IS NOT NULL)),
    CHECK ((standing = 'late') = (late_days > 0))
);

CREATE TABLE synthesis_signatures (
    case_id          text NOT NULL,
    version          integer NOT NULL,
    number           text NOT NULL CHECK (number <> ''),
    day              date NOT NULL,
    file_id          text REFERENCES files (id),
    official_id      text NOT NULL CHECK (official_id <> ''),
    signed_at        timestamptz NOT NULL,
    seal_workflow_id text NOT NULL DEFAULT '', -- empty until the sealing has started
    PRIMARY KEY (case_id, version),
    FOREIGN KEY (case_id, version) REFERENCES syntheses (case_id, version)
);
-- sealings that could not be started yet
CREATE INDEX synthesis_signatures_waiting ON synthesis_signatures (signed_at) WHERE seal_workflow_id = '';

-- +goose StatementBegin
CREATE FUNCTION number_synthesis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM syntheses WHERE case_id = NEW.case_id) THEN
        RAISE EXCEPTION 'version % does not follow the last one of %', NEW.version, NEW.case_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION sign_last_synthesis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <> (SELECT max(version) FROM syntheses WHERE case_id = NEW.case_id) THEN
        RAISE EXCEPTION 'version % is not the last one of %', NEW.version, NEW.case_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER syntheses_without_gaps BEFORE INSERT ON syntheses FOR EACH ROW EXECUTE FUNCTION number_synthesis();
CREATE TRIGGER signatures_of_the_last BEFORE INSERT ON synthesis_signatures FOR EACH ROW EXECUTE FUNCTION sign_last_synthesis();

CREATE TRIGGER syntheses_append_only BEFORE UPDATE OR DELETE ON syntheses FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER synthesis_figures_append_only BEFORE UPDATE OR DELETE ON synthesis_figures FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER synthesis_sources_append_only BEFORE UPDATE OR DELETE ON synthesis_sources FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER synthesis_units_append_only BEFORE UPDATE OR DELETE ON synthesis_units FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER synthesis_signatures_no_delete BEFORE DELETE ON synthesis_signatures FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER synthesis_signatures_said_once BEFORE UPDATE OF case_id, version, number, day, file_id, official_id, signed_at ON synthesis_signatures
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE synthesis_signatures, synthesis_units, synthesis_sources, synthesis_figures, syntheses;
DROP FUNCTION sign_last_synthesis();
DROP FUNCTION number_synthesis();
