-- A batch that is decided in memory may stand on what was true at the last one. Its transaction begins with what makes sure of
-- it: when something is not so, KD001 ends it before anything is written.
CREATE FUNCTION assure(is_so boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF is_so IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'KD001', MESSAGE = 'it is not as it was';
    END IF;
END $$;

-- Locks a stream whose head is still this one. Who waited for the lock sees what was committed meanwhile.
CREATE FUNCTION stream_take(stream uuid, of_kind text, at_head bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stream s WHERE s.id = stream AND s.kind = of_kind AND s.head = at_head FOR NO KEY UPDATE;
    PERFORM assure(FOUND);
END $$;

-- Looked up by its key, for a plan that was made for many streams would read them all.
CREATE OR REPLACE FUNCTION event_has_stream() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one uuid;
BEGIN
    FOR one IN SELECT DISTINCT stream_id FROM inserted LOOP
        PERFORM FROM stream WHERE id = one;
        IF NOT FOUND THEN
            RAISE foreign_key_violation
                USING MESSAGE = 'an event of no stream', CONSTRAINT = 'event_has_stream', TABLE = 'event';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
