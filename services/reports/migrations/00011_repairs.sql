-- Orders to bring the register and Temporal together again, and the cases that begin again by them.

-- +goose Up
CREATE TABLE repair_orders (
    id          text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9._-]{8,64}$'),
    kind        text NOT NULL CHECK (kind IN ('rebuild', 'reopen', 'resend')),
    case_id     text NOT NULL DEFAULT '',
    words       text NOT NULL CHECK (words <> '' AND char_length(words) <= 2000),
    official_id text NOT NULL DEFAULT '', -- empty: the terminal, with the services' key
    ordered_at  timestamptz NOT NULL
);
CREATE TRIGGER repair_orders_stay BEFORE UPDATE OR DELETE ON repair_orders FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE reopenings (
    order_id    text NOT NULL REFERENCES repair_orders (id),
    case_id     text NOT NULL REFERENCES cases (id),
    snapshot    jsonb NOT NULL, -- what the case begins again with: fixed with the order, so that a repetition begins the same
    lost_run_id text NOT NULL,
    run_id      text NOT NULL DEFAULT '', -- of the workflow that began; empty: none has yet
    ordered_at  timestamptz NOT NULL,
    done_at     timestamptz,
    PRIMARY KEY (order_id, case_id)
);
-- a case is under one order at a time; also finds it
CREATE UNIQUE INDEX reopenings_under_way ON reopenings (case_id) WHERE done_at IS NULL;
-- how a case was reopened, for its history
CREATE INDEX reopenings_by_case ON reopenings (case_id, ordered_at);

-- +goose Down
DROP TABLE reopenings, repair_orders;
