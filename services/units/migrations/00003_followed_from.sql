-- From which day the system follows a unit: what was due before is not asked for.

-- +goose Up

ALTER TABLE units ADD COLUMN followed_from date;
-- A unit is followed from the day on which it was written down here, as the audit tells it: imported by
-- a file, begun by a reorganisation, or loaded with the province.
UPDATE units SET followed_from = coalesce(
    (SELECT min((c.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) FROM changes c
        WHERE c.kind = 'units-imported' AND c.payload->'added' @> jsonb_build_array(jsonb_build_object('ID', units.id))),
    CASE WHEN EXISTS (SELECT FROM changes c WHERE c.kind = 'reorganisation-applied' AND c.payload->'units_begun' ? units.id)
        THEN valid_from END,
    (SELECT min((c.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) FROM changes c WHERE c.kind = 'loaded'),
    valid_from);
ALTER TABLE units ALTER COLUMN followed_from SET NOT NULL;
COMMENT ON COLUMN units.followed_from IS 'what was due before this day is left to an import of records';
