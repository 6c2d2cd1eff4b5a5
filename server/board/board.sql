-- Boards as wholes.

-- name: board_access
SELECT s.openness, s.track, s.cohort_id, s.id AS space_id, b.id AS board_id, NULL::uuid AS member_id,
       s.archived_at IS NOT NULL AS is_archived
FROM board b JOIN space s ON s.id = b.space_id WHERE b.id = $1::uuid

-- name: board_unchanged
SELECT assure(EXISTS (SELECT FROM board b JOIN space s ON s.id = b.space_id
                      WHERE b.id = $1::uuid AND s.openness = $2::text AND s.track IS NOT DISTINCT FROM $3::text
                        AND s.cohort_id IS NOT DISTINCT FROM $4::uuid AND s.id = $5::uuid
                        AND (s.archived_at IS NOT NULL) = $6::boolean))

-- name: board_snapshot
-- Few people make thousands of cards: each is looked up once.
WITH author AS MATERIALIZED (
    SELECT id, person(id) AS json
    FROM (SELECT DISTINCT created_by AS id FROM card WHERE board_id = $1::uuid AND deleted_at IS NULL) AS a)
SELECT st.head AS seq, json_build_object(
       'board', jsonb_strip_nulls(jsonb_build_object('id', b.id, 'title', b.title, 'created_by', person(b.created_by),
           'space', jsonb_build_object('id', s.id, 'name', s.name, 'openness', s.openness),
           'created_at', ms(b.created_at), 'mode', b.mode, 'template', b.template,
           'timer', (SELECT timer_json(t) FROM timer t WHERE t.board_id = b.id))),
       'sections', (SELECT coalesce(json_agg(section_json(sec) ORDER BY sec."order", sec.id), '[]')
                    FROM section sec WHERE sec.board_id = b.id AND sec.deleted_at IS NULL),
       'cards', (SELECT coalesce(json_agg(card_json(c, a.json) ORDER BY c."order", c.id), '[]')
                 FROM card c LEFT JOIN author a ON a.id = c.created_by WHERE c.board_id = b.id AND c.deleted_at IS NULL),
       'rounds', (SELECT coalesce(json_agg(vote_round_json(r) ORDER BY r.opened_at DESC, r.id), '[]')
                  FROM (SELECT * FROM vote_round v WHERE v.board_id = b.id ORDER BY v.opened_at DESC, v.id LIMIT 20) AS r),
       'writing', (SELECT coalesce(json_agg(writing_round_json(w)), '[]') FROM writing_round w
                   WHERE w.board_id = b.id AND w.revealed_at IS NULL)
       ) AS snapshot
FROM board b JOIN space s ON s.id = b.space_id JOIN stream st ON st.id = b.id WHERE b.id = $1::uuid

-- name: board_list
-- The journal knows when a board last changed.
WITH shown AS (
    SELECT b.*, s.name AS space_name, greatest(b.created_at, last.at) AS changed_at
    FROM board b JOIN space s ON s.id = b.space_id
         LEFT JOIN LATERAL (SELECT e.at FROM event e WHERE e.stream_id = b.id ORDER BY e.seq DESC LIMIT 1) AS last ON true
    WHERE b.space_id IN (SELECT space_id FROM readable_spaces($1::uuid)) AND ($2::uuid IS NULL OR b.space_id = $2::uuid)
    ORDER BY changed_at DESC, b.id LIMIT 500)
SELECT jsonb_build_object('boards', coalesce(jsonb_agg(jsonb_build_object('id', b.id,
           'space', jsonb_build_object('id', b.space_id, 'name', b.space_name), 'title', b.title, 'cards', card.count,
           'changed_at', ms(b.changed_at), 'created_by', person(b.created_by), 'organisations', card.organisations,
           'miniature', (SELECT coalesce(jsonb_agg(jsonb_build_object('x', c.x, 'y', c.y, 'width', c.width,
                                                                     'height', c.height, 'colour', c.colour)), '[]')
                         FROM (SELECT * FROM card WHERE board_id = b.id AND deleted_at IS NULL
                               ORDER BY created_at DESC, id LIMIT 40) AS c))
           ORDER BY b.changed_at DESC, b.id), '[]')) AS reply
FROM shown b
     CROSS JOIN LATERAL (SELECT count(*) AS count,
                                coalesce(jsonb_agg(DISTINCT m.organisation_id) FILTER (WHERE m.id IS NOT NULL), '[]') AS organisations
                         FROM card c LEFT JOIN member m ON m.id = c.created_by
                         WHERE c.board_id = b.id AND c.deleted_at IS NULL) AS card

-- name: board_insert
INSERT INTO board (id, space_id, title, created_by, template) VALUES ($1::uuid, $2::uuid, $3::text, $4::uuid, $5::text) RETURNING id

-- name: board_lay_sections
-- $2: an array of sections as they travel, of a board that is being made.
INSERT INTO section (board_id, id, title, x, y, width, height, "order", created_by)
SELECT $1::uuid, n.id, n.title, n.x, n.y, n.width, n.height, n."order", $3::uuid
FROM json_to_recordset($2::json) AS n (id uuid, title text, x integer, y integer, width integer, height integer, "order" text)

-- name: board_lay_cards
-- $2: an array of cards as they travel, likewise.
INSERT INTO card (board_id, id, section_id, text, revision, colour, x, y, width, height, "order", created_by, created_at)
SELECT $1::uuid, n.id, n.section, n.text, n.revision, n.colour, n.x, n.y, n.width, n.height, n."order", $3::uuid,
       to_timestamp(n.created_at / 1000.0)
FROM json_to_recordset($2::json) AS n (id uuid, section uuid, text text, revision integer, colour text, x integer, y integer,
                                       width integer, height integer, "order" text, created_at bigint)

-- name: board_for_change
SELECT created_by FROM board WHERE id = $1::uuid

-- name: board_retitle
UPDATE board SET title = $2::text WHERE id = $1::uuid RETURNING id
