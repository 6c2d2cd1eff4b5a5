-- What a board is led with: a timer that all share, what may be done on it, and what is locked.

-- Of each board at most one. It runs until ends_at, by the database's clock, which is one for all nodes; paused, it has
-- left_ms. One whose time is out stays until it is stopped or another is started.
CREATE TABLE timer (
    board_id uuid PRIMARY KEY REFERENCES board (id) ON DELETE CASCADE,
    label    text CHECK (length(label) BETWEEN 1 AND 80),
    duration bigint NOT NULL CHECK (duration > 0), -- ms: what it was started for, and what was added
    ends_at  timestamptz,
    left_ms  bigint CHECK (left_ms > 0),
    CHECK ((ends_at IS NULL) <> (left_ms IS NULL))
);

CREATE FUNCTION timer_json(t timer) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('label', t.label, 'duration', t.duration, 'ends_at', ms(t.ends_at),
           'left', t.left_ms))
$$;

ALTER TABLE board ADD COLUMN mode text NOT NULL DEFAULT 'write' CHECK (mode IN ('write', 'look'));
ALTER TABLE section ADD COLUMN is_locked boolean NOT NULL DEFAULT false;
ALTER TABLE card ADD COLUMN is_locked boolean NOT NULL DEFAULT false;

-- `locked` is said of what is locked.
CREATE OR REPLACE FUNCTION section_json(s section) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_strip_nulls(json_build_object('id', s.id, 'title', s.title, 'x', s.x, 'y', s.y, 'width', s.width,
           'height', s.height, 'order', s."order", 'locked', nullif(s.is_locked, false)))
$$;

CREATE OR REPLACE FUNCTION card_json(c card, author jsonb) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_strip_nulls(json_build_object('id', c.id, 'section', c.section_id, 'text', c.text,
           'revision', c.revision, 'colour', c.colour, 'x', c.x, 'y', c.y, 'width', c.width, 'height', c.height,
           'order', c."order", 'author', author, 'created_at', ms(c.created_at), 'locked', nullif(c.is_locked, false)))
$$;
