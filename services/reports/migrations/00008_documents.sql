-- +goose Up
-- Templates of documents: an office's own .docx in the place of the house's form. One is in use for a kind and a unit; those that were before
-- stay, with who took them out of use.
CREATE TABLE document_templates (
    id          text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('unit-report', 'synthesis', 'late-list', 'minutes', 'decision')),
    unit_id     text NOT NULL, -- empty: every unit of the province that has none of its own
    name        text NOT NULL CHECK (name <> ''),
    content     bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 2097152),
    sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    fields      text NOT NULL,
    official_id text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    ended_by    text NOT NULL DEFAULT '',
    ended_at    timestamptz,
    CHECK (ended_at IS NULL OR ended_at >= uploaded_at)
);

-- The rule that one is in use, and the way each document finds its template.
CREATE UNIQUE INDEX document_templates_in_use ON document_templates (kind, unit_id) WHERE ended_at IS NULL;

-- +goose Down
DROP TABLE document_templates;
