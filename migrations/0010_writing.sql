-- Private writing on a board: rounds that somebody begins and ends, and what each member has written in them for later. What is
-- written is nobody else's until the round is revealed; then it becomes cards, and is here no more.

CREATE TABLE writing_round (
    id          uuid PRIMARY KEY,
    board_id    uuid NOT NULL REFERENCES board (id) ON DELETE CASCADE,
    title       text CHECK (length(title) BETWEEN 1 AND 120),
    begun_by    uuid REFERENCES member (id) ON DELETE SET NULL,
    begun_at    timestamptz NOT NULL DEFAULT now(),
    revealed_at timestamptz
);
CREATE UNIQUE INDEX writing_round_open ON writing_round (board_id) WHERE revealed_at IS NULL;
CREATE INDEX writing_round_board ON writing_round (board_id);

CREATE TABLE draft_card (
    id         uuid PRIMARY KEY, -- the card's, later
    round_id   uuid NOT NULL REFERENCES writing_round (id) ON DELETE CASCADE,
    member_id  uuid NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    section_id uuid,             -- null: loose; so it is, too, when the section is gone
    text       text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    colour     text NOT NULL CHECK (colour IN ('kalk', 'ockra', 'puts', 'gronjord', 'arg', 'himmel', 'skymning')),
    put_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    removed_at timestamptz       -- taken out by who leads; its writer sees that it was
);
CREATE INDEX draft_card_writer ON draft_card (round_id, member_id);
CREATE INDEX draft_card_member ON draft_card (member_id);

CREATE FUNCTION writing_round_json(r writing_round) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_strip_nulls(json_build_object('id', r.id, 'title', r.title, 'begun_by', person(r.begun_by), 'begun_at', ms(r.begun_at)))
$$;

-- Who writes holds the round as it is until the end of the transaction; who reveals waits for them, and keeps out those who come
-- later. A lock of this kind is given in turn, so that many who write do not starve who reveals.
CREATE FUNCTION writing_lock(round uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended('writing' || round::text, 0)
$$;

-- Whether the round is open, and held so; null: there is no such round on the board.
CREATE FUNCTION writing_hold(of_board uuid, of_round uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(writing_lock(of_round));
    RETURN (SELECT r.revealed_at IS NULL FROM writing_round r WHERE r.id = of_round AND r.board_id = of_board);
END $$;

-- Each statement in here sees what was committed before it began, so also what those did whom it waited for. No row: there is no
-- such round on the board. It is written when nothing that is told stands against it (server/board/writing.c).
CREATE FUNCTION draft_put(of_board uuid, of_round uuid, draft uuid, writer uuid, in_section uuid, words text, in_colour text, most integer)
    RETURNS TABLE (is_open boolean, has_section boolean, is_taken boolean, is_removed boolean, others bigint) LANGUAGE plpgsql AS $$
BEGIN
    is_open := writing_hold(of_board, of_round);
    IF is_open IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(writer::text || of_round::text, 0)); -- one's own are counted one at a time
    has_section := in_section IS NULL
        OR EXISTS (SELECT FROM section s WHERE s.id = in_section AND s.board_id = of_board AND s.deleted_at IS NULL);
    is_taken := EXISTS (SELECT FROM card c WHERE c.id = draft)
        OR EXISTS (SELECT FROM draft_card d WHERE d.id = draft AND (d.round_id <> of_round OR d.member_id <> writer));
    is_removed := EXISTS (SELECT FROM draft_card d WHERE d.id = draft AND d.removed_at IS NOT NULL);
    SELECT count(*) INTO others FROM draft_card d WHERE d.round_id = of_round AND d.member_id = writer AND d.id <> draft;
    IF is_open AND has_section AND NOT is_taken AND NOT is_removed AND others < most THEN
        INSERT INTO draft_card AS d (id, round_id, member_id, section_id, text, colour)
            VALUES (draft, of_round, writer, in_section, words, in_colour)
            ON CONFLICT (id) DO UPDATE SET section_id = in_section, text = words, colour = in_colour
            WHERE d.round_id = of_round AND d.member_id = writer;
        is_taken := NOT FOUND;
    END IF;
    RETURN NEXT;
END $$;

CREATE FUNCTION draft_delete(of_board uuid, of_round uuid, draft uuid, writer uuid)
    RETURNS TABLE (is_open boolean, is_done boolean) LANGUAGE plpgsql AS $$
BEGIN
    is_open := writing_hold(of_board, of_round);
    IF is_open IS NULL THEN
        RETURN;
    END IF;
    DELETE FROM draft_card d WHERE d.id = draft AND d.round_id = of_round AND d.member_id = writer;
    is_done := FOUND;
    RETURN NEXT;
END $$;

CREATE FUNCTION draft_remove(of_board uuid, of_round uuid, draft uuid) RETURNS TABLE (is_open boolean, is_done boolean) LANGUAGE plpgsql AS $$
BEGIN
    is_open := writing_hold(of_board, of_round);
    IF is_open IS NULL THEN
        RETURN;
    END IF;
    UPDATE draft_card d SET removed_at = coalesce(d.removed_at, now()) WHERE is_open AND d.id = draft AND d.round_id = of_round;
    is_done := FOUND;
    RETURN NEXT;
END $$;

CREATE FUNCTION writing_end(of_round uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(writing_lock(of_round));
    UPDATE writing_round SET revealed_at = now() WHERE id = of_round;
END $$;
