-- An op's answer is final, also when it is no: what was refused is remembered like what was done, so that the same op,
-- sent again or still under way on another node, is refused there too. Nodes forget refusals after a day.
CREATE TABLE refusal (
    actor  uuid NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    op     uuid NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    code   integer NOT NULL,
    field  text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (actor, op)
);
CREATE INDEX refusal_at ON refusal (at);

-- What this op was answered: no row when it is new. From here until the transaction's end nobody else gets to ask for
-- it, so one of two who have the same op decides and the other hears. Volatile: each statement in it sees what was
-- committed while the lock was waited for.
CREATE FUNCTION op_answer(who uuid, what uuid)
    RETURNS TABLE (result jsonb, code integer, field text, reason text) LANGUAGE plpgsql AS $$
BEGIN
    IF who IS NULL OR what IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(who::text || what::text, 0));
    RETURN QUERY SELECT e.result, 0, '', '' FROM event e WHERE e.actor = who AND e.op = what
        UNION ALL SELECT NULL, r.code, r.field, r.reason FROM refusal r WHERE r.actor = who AND r.op = what;
END $$;

-- Refuses this op for good, unless it has its answer: gives what it is answered.
CREATE FUNCTION op_refuse(who uuid, what uuid, why integer, at_field text, in_words text)
    RETURNS TABLE (result jsonb, code integer, field text, reason text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM op_answer(who, what);
    IF NOT FOUND THEN
        INSERT INTO refusal VALUES (who, what, now(), why, at_field, in_words);
        RETURN QUERY SELECT NULL::jsonb, why, at_field, in_words;
    END IF;
END $$;
