-- Who reads everything and does nothing: kiểm tra, giám sát.

-- +goose Up

ALTER TABLE positions
    DROP CONSTRAINT positions_role_check,
    ADD CONSTRAINT positions_role_check
        CHECK (role IN ('head', 'deputy', 'contact', 'reviewer', 'leader', 'supervisor', 'auditor', 'administrator', 'union-chair'));
ALTER TABLE delegations
    DROP CONSTRAINT delegations_role_check,
    ADD CONSTRAINT delegations_role_check
        CHECK (role IN ('head', 'deputy', 'contact', 'reviewer', 'leader', 'supervisor', 'auditor', 'administrator', 'union-chair'));
