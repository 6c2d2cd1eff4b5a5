-- Sections. Statements that place one say what they found, and place it only when nothing is in the way: is_taken
-- tells of another section with the same order key, next_order is the key after it.

-- name: section_insert
-- The id of a deleted section of the same board makes that one again; another known id gives no `section`.
WITH here AS (SELECT count(*) AS live, count(*) FILTER (WHERE "order" = $8::text) > 0 AS is_taken,
                     min("order") FILTER (WHERE "order" > $8::text COLLATE "C") AS next_order
              FROM section WHERE board_id = $1::uuid AND deleted_at IS NULL),
     made AS (INSERT INTO section (board_id, id, title, x, y, width, height, "order", created_by)
              SELECT $1::uuid, $2::uuid, $3::text, $4::integer, $5::integer, $6::integer, $7::integer, $8::text, $9::uuid
              FROM here WHERE live < $10::bigint AND NOT is_taken
              ON CONFLICT (id) DO UPDATE SET title = excluded.title, x = excluded.x, y = excluded.y, width = excluded.width,
                  height = excluded.height, "order" = excluded."order", created_by = excluded.created_by, deleted_at = NULL,
                  is_locked = false
                  WHERE section.board_id = excluded.board_id AND section.deleted_at IS NOT NULL
              RETURNING section_json(section) AS section)
SELECT here.live, true AS has_place, here.is_taken, here.next_order, made.section FROM here LEFT JOIN made ON true

-- name: section_change
WITH here AS (SELECT count(*) FILTER (WHERE id = $2::uuid) > 0 AS is_found,
                     count(*) FILTER (WHERE "order" = $8::text AND id <> $2::uuid) > 0 AS is_taken,
                     min("order") FILTER (WHERE "order" > $8::text COLLATE "C" AND id <> $2::uuid) AS next_order
              FROM section WHERE board_id = $1::uuid AND deleted_at IS NULL),
     changed AS (UPDATE section SET title = coalesce($3::text, title), x = coalesce($4::integer, x), y = coalesce($5::integer, y),
                        width = coalesce($6::integer, width), height = coalesce($7::integer, height),
                        "order" = coalesce($8::text, "order")
                 FROM here WHERE section.board_id = $1::uuid AND section.id = $2::uuid AND section.deleted_at IS NULL
                       AND NOT here.is_taken RETURNING section.id)
SELECT here.is_found, 0 AS live, true AS has_place, here.is_taken, here.next_order, changed.id IS NOT NULL AS is_done FROM here LEFT JOIN changed ON true

-- name: section_for_delete
SELECT s.created_by, b.created_by AS board_by, b.mode = 'look' AS is_look, s.is_locked,
       EXISTS (SELECT FROM card c WHERE c.board_id = b.id AND c.section_id = s.id AND c.is_locked AND c.deleted_at IS NULL) AS holds_locked
FROM section s JOIN board b ON b.id = s.board_id
WHERE s.board_id = $1::uuid AND s.id = $2::uuid AND s.deleted_at IS NULL

-- name: section_delete
-- Its cards become loose where they are. Equal order keys may come of that: viewers order those by id.
WITH loose AS (UPDATE card SET section_id = NULL
               WHERE board_id = $1::uuid AND section_id = $2::uuid AND deleted_at IS NULL)
UPDATE section SET deleted_at = statement_timestamp() WHERE board_id = $1::uuid AND id = $2::uuid RETURNING id
