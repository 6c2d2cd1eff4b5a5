-- Cards. Each op is one statement. Those that place a card say what they found, and place it only when nothing is in
-- the way: has_place is false without the section, is_taken tells of another card there with the same order key,
-- next_order is the key after it. Loose cards are kept under the board's own id: see the index card_place.
-- "board_id IS NOT DISTINCT FROM" uses no index: a card is found by its key, whatever the planner believes of the
-- size of a board that has just grown.

-- name: card_insert
-- No `card` though nothing is in the way: the id is known already.
WITH here AS (SELECT (SELECT count(*) FROM card WHERE board_id = $1::uuid AND deleted_at IS NULL) AS live,
                     $3::uuid IS NULL OR EXISTS (SELECT FROM section WHERE board_id = $1::uuid AND id = $3::uuid
                                                 AND deleted_at IS NULL) AS has_place,
                     EXISTS (SELECT FROM card WHERE board_id = $1::uuid
                             AND coalesce(section_id, board_id) = coalesce($3::uuid, $1::uuid)
                             AND "order" = $10::text AND deleted_at IS NULL) AS is_taken,
                     (SELECT min("order") FROM card WHERE board_id = $1::uuid
                      AND coalesce(section_id, board_id) = coalesce($3::uuid, $1::uuid)
                      AND "order" > $10::text COLLATE "C" AND deleted_at IS NULL) AS next_order),
     made AS (INSERT INTO card (board_id, id, section_id, text, colour, x, y, width, height, "order", created_by, created_at)
              SELECT $1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::integer, $7::integer, $8::integer, $9::integer,
                     $10::text, $11::uuid, statement_timestamp()
              FROM here WHERE live < $12::bigint AND has_place AND NOT is_taken
              ON CONFLICT (id) DO NOTHING RETURNING card_json(card, person(card.created_by)) AS card)
SELECT here.live, here.has_place, here.is_taken, here.next_order, made.card FROM here LEFT JOIN made ON true

-- name: card_place
WITH here AS (SELECT EXISTS (SELECT FROM card WHERE id = $2::uuid AND board_id IS NOT DISTINCT FROM $1::uuid AND deleted_at IS NULL) AS is_found,
                     $3::uuid IS NULL OR EXISTS (SELECT FROM section WHERE board_id = $1::uuid AND id = $3::uuid
                                                 AND deleted_at IS NULL) AS has_place,
                     EXISTS (SELECT FROM card WHERE board_id = $1::uuid
                             AND coalesce(section_id, board_id) = coalesce($3::uuid, $1::uuid)
                             AND "order" = $6::text AND id <> $2::uuid AND deleted_at IS NULL) AS is_taken,
                     (SELECT min("order") FROM card WHERE board_id = $1::uuid
                      AND coalesce(section_id, board_id) = coalesce($3::uuid, $1::uuid)
                      AND "order" > $6::text COLLATE "C" AND id <> $2::uuid AND deleted_at IS NULL) AS next_order),
     moved AS (UPDATE card SET section_id = $3::uuid, x = $4::integer, y = $5::integer, "order" = $6::text
               FROM here WHERE card.id = $2::uuid AND card.board_id IS NOT DISTINCT FROM $1::uuid AND card.deleted_at IS NULL
                     AND here.has_place AND NOT here.is_taken RETURNING card.id)
SELECT here.is_found, 0 AS live, here.has_place, here.is_taken, here.next_order, moved.id IS NOT NULL AS is_done
FROM here LEFT JOIN moved ON true

-- name: card_resize
UPDATE card SET width = $3::integer, height = $4::integer
WHERE id = $2::uuid AND board_id IS NOT DISTINCT FROM $1::uuid AND deleted_at IS NULL RETURNING id

-- name: card_recolour
UPDATE card SET colour = $3::text WHERE id = $2::uuid AND board_id IS NOT DISTINCT FROM $1::uuid AND deleted_at IS NULL RETURNING id

-- name: card_edit
-- Based on another revision, nothing is written and the current one is told.
WITH edited AS (UPDATE card SET text = $3::text, revision = revision + 1
                WHERE id = $2::uuid AND board_id IS NOT DISTINCT FROM $1::uuid AND deleted_at IS NULL AND revision = $4::bigint RETURNING id)
SELECT card.revision, edited.id IS NOT NULL AS is_done FROM card LEFT JOIN edited ON true
WHERE card.id = $2::uuid AND card.board_id IS NOT DISTINCT FROM $1::uuid AND card.deleted_at IS NULL

-- name: card_delete
UPDATE card SET deleted_at = statement_timestamp()
WHERE id = $2::uuid AND board_id IS NOT DISTINCT FROM $1::uuid AND deleted_at IS NULL RETURNING id

-- name: card_restore
-- $3 is the order key to take instead of its own, or null. Loose when its section is gone.
WITH gone AS (SELECT c.id, c.board_id, s.id AS section_id, c.deleted_at IS NOT NULL AS is_deleted,
                     coalesce($3::text, c."order") COLLATE "C" AS "order"
              FROM card c LEFT JOIN section s ON s.id = c.section_id AND s.deleted_at IS NULL
              WHERE c.id = $2::uuid AND c.board_id IS NOT DISTINCT FROM $1::uuid),
     here AS (SELECT gone.*, true AS has_place,
                     (SELECT count(*) FROM card WHERE board_id = $1::uuid AND deleted_at IS NULL) AS live,
                     EXISTS (SELECT FROM card o WHERE o.board_id = $1::uuid
                             AND coalesce(o.section_id, o.board_id) = coalesce(gone.section_id, gone.board_id)
                             AND o."order" = gone."order" AND o.id <> gone.id AND o.deleted_at IS NULL) AS is_taken,
                     (SELECT min(o."order") FROM card o WHERE o.board_id = $1::uuid
                      AND coalesce(o.section_id, o.board_id) = coalesce(gone.section_id, gone.board_id)
                      AND o."order" > gone."order" AND o.id <> gone.id AND o.deleted_at IS NULL) AS next_order
              FROM gone),
     back AS (UPDATE card SET deleted_at = NULL, section_id = here.section_id, "order" = here."order"
              FROM here WHERE card.id = here.id AND here.is_deleted AND here.live < $4::bigint AND NOT here.is_taken
              RETURNING card_json(card, person(card.created_by)) AS card)
SELECT here.is_deleted, here."order", here.live, here.has_place, here.is_taken, here.next_order, back.card
FROM here LEFT JOIN back ON true
