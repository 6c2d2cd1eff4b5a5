-- Cards. What is done to them is decided in memory and written here, a batch at a time (board_write.c); only what brings a
-- card back asks first. Loose cards are kept under the board's own id: see the index card_place.
-- "board_id IS NOT DISTINCT FROM" uses no index: a card is found by its key, whatever the planner believes of the
-- size of a board that has just grown.

-- name: board_load
-- A board as its rules see it: itself first, then the sections, then the cards in them and the loose ones. A board is `locked`
-- to all but who lead it when it is for looking.
SELECT 'b'::"char" AS what, b.created_by AS id, NULL::uuid AS section_id, NULL AS "order", 0 AS revision, b.mode = 'look' AS is_locked
FROM board b WHERE b.id = $1::uuid
UNION ALL
SELECT 's', s.id, NULL, NULL, 0, s.is_locked
FROM section s WHERE s.board_id = $1::uuid AND s.deleted_at IS NULL
UNION ALL
SELECT 'c', c.id, s.id, c."order", c.revision, c.is_locked
FROM card c LEFT JOIN section s ON s.id = c.section_id AND s.deleted_at IS NULL
WHERE c.board_id = $1::uuid AND c.deleted_at IS NULL

-- name: cards_known
SELECT id FROM card WHERE id = ANY ($1::uuid[])

-- name: cards_insert
INSERT INTO card (board_id, id, section_id, "order", x, y, width, height, text, revision, colour, deleted_at, created_by, created_at)
SELECT $1::uuid, n.id, n.section_id, n."order", n.x, n.y, n.width, n.height, n.text, n.revision, n.colour,
       CASE WHEN n.is_deleted THEN statement_timestamp() END, n.created_by, to_timestamp(n.created_at / 1000.0)
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::text[],
            $10::integer[], $11::text[], $12::boolean[], $13::uuid[], $14::bigint[])
     AS n (id, section_id, "order", x, y, width, height, text, revision, colour, is_deleted, created_by, created_at)

-- name: cards_change
-- Of live cards: what is null stays as it is, but a card that is placed without a section is loose.
UPDATE card SET section_id = CASE WHEN n."order" IS NULL THEN card.section_id ELSE n.section_id END,
       "order" = coalesce(n."order", card."order"), x = coalesce(n.x, card.x), y = coalesce(n.y, card.y),
       width = coalesce(n.width, card.width), height = coalesce(n.height, card.height), text = coalesce(n.text, card.text),
       revision = coalesce(n.revision, card.revision), colour = coalesce(n.colour, card.colour),
       deleted_at = CASE WHEN n.is_deleted THEN statement_timestamp() END
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::text[],
            $10::integer[], $11::text[], $12::boolean[])
     AS n (id, section_id, "order", x, y, width, height, text, revision, colour, is_deleted)
WHERE card.id = n.id AND card.board_id IS NOT DISTINCT FROM $1::uuid

-- name: cards_place
-- Of live cards that were moved and nothing else, as most that change.
UPDATE card SET section_id = n.section_id, "order" = n."order", x = n.x, y = n.y
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::integer[]) AS n (id, section_id, "order", x, y)
WHERE card.id = n.id AND card.board_id IS NOT DISTINCT FROM $1::uuid

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
