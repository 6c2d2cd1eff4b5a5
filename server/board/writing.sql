-- Private writing. Rounds begin and end alone on the board's stream; drafts are written beside it, against the round alone
-- (writing_hold in the migrations).

-- name: writing_board
SELECT b.created_by, EXISTS (SELECT FROM writing_round r WHERE r.board_id = b.id AND r.revealed_at IS NULL) AS is_open
FROM board b WHERE b.id = $1::uuid

-- name: writing_round_insert
INSERT INTO writing_round (board_id, id, title, begun_by) VALUES ($1::uuid, $2::uuid, $3::text, $4::uuid)
ON CONFLICT (id) DO NOTHING RETURNING writing_round_json(writing_round) AS round

-- name: writing_for_lead
SELECT b.created_by, r.id IS NOT NULL AS is_found, r.revealed_at IS NOT NULL AS is_revealed
FROM board b LEFT JOIN writing_round r ON r.board_id = b.id AND r.id = $2::uuid WHERE b.id = $1::uuid

-- name: writing_end
SELECT writing_end($1::uuid)

-- name: writing_ground
-- What lies on the board: sections first, then the cards in them and the loose ones.
SELECT s.id, NULL::uuid AS section_id, s.x, s.y, s.width, s.height, NULL AS "order", true AS is_section
FROM section s WHERE s.board_id = $1::uuid AND s.deleted_at IS NULL
UNION ALL
SELECT c.id, s.id, c.x, c.y, c.width, c.height, c."order", false
FROM card c LEFT JOIN section s ON s.id = c.section_id AND s.deleted_at IS NULL
WHERE c.board_id = $1::uuid AND c.deleted_at IS NULL

-- name: writing_drafts
-- What is to become cards, in an order that says nothing of when it was written.
SELECT d.id, s.id AS section_id
FROM draft_card d LEFT JOIN section s ON s.id = d.section_id AND s.board_id = $1::uuid AND s.deleted_at IS NULL
WHERE d.round_id = $2::uuid AND d.removed_at IS NULL AND NOT EXISTS (SELECT FROM card c WHERE c.id = d.id)
ORDER BY gen_random_uuid()

-- name: writing_reveal
WITH n AS (SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::integer[]) WITH ORDINALITY
               AS n (id, section_id, "order", x, y, place)),
     gone AS (DELETE FROM draft_card d USING n WHERE d.id = n.id RETURNING d.id, d.member_id, d.text, d.colour),
     made AS (INSERT INTO card (board_id, id, section_id, "order", x, y, width, height, text, colour, created_by, created_at)
              SELECT $1::uuid, n.id, n.section_id, n."order", n.x, n.y, $7::integer, $8::integer, gone.text, gone.colour, gone.member_id,
                     to_timestamp($9::bigint / 1000.0)
              FROM n JOIN gone ON gone.id = n.id
              RETURNING card.id, card_json(card, person(card.created_by)) AS card)
SELECT made.card FROM made JOIN n ON n.id = made.id ORDER BY n.place

-- name: draft_put
SELECT * FROM draft_put($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::text, $7::text, $8::integer)

-- name: draft_delete
SELECT * FROM draft_delete($1::uuid, $2::uuid, $3::uuid, $4::uuid)

-- name: draft_remove
SELECT * FROM draft_remove($1::uuid, $2::uuid, $3::uuid)

-- name: draft_list
SELECT json_build_object('drafts', coalesce(json_agg(json_strip_nulls(json_build_object('id', d.id, 'section', s.id, 'text', d.text,
           'colour', d.colour, 'removed', CASE WHEN d.removed_at IS NOT NULL THEN true END)) ORDER BY d.put_at, d.id)
       FILTER (WHERE d.id IS NOT NULL), '[]')) AS reply
FROM writing_round r
     LEFT JOIN draft_card d ON d.round_id = r.id AND d.member_id = $3::uuid
     LEFT JOIN section s ON s.id = d.section_id AND s.board_id = r.board_id AND s.deleted_at IS NULL
WHERE r.board_id = $1::uuid AND r.id = $2::uuid GROUP BY r.id

-- name: draft_review
-- Shuffled, and nothing in it of whose they are or of when they were written.
SELECT json_build_object('drafts', coalesce(json_agg(json_strip_nulls(json_build_object('id', d.id, 'section', d.section_id,
           'text', d.text, 'colour', d.colour)) ORDER BY d.place), '[]')) AS reply
FROM (SELECT d.id, s.id AS section_id, d.text, d.colour, gen_random_uuid() AS place
      FROM draft_card d LEFT JOIN section s ON s.id = d.section_id AND s.board_id = $1::uuid AND s.deleted_at IS NULL
      WHERE d.round_id = $2::uuid AND d.removed_at IS NULL ORDER BY place LIMIT 5000) AS d
