-- What may be done on a board, and what on it is locked.

-- name: board_bars
-- What may keep a change from being made: to the board, to a section ($2, or null), to a card ($3, or null).
SELECT b.created_by, b.mode = 'look' AS is_look,
       EXISTS (SELECT FROM section s WHERE s.board_id = b.id AND s.is_locked AND s.deleted_at IS NULL
               AND s.id IN ($2::uuid, (SELECT c.section_id FROM card c WHERE c.id = $3::uuid))) AS is_section_locked,
       EXISTS (SELECT FROM card c WHERE c.id = $3::uuid AND c.board_id = b.id AND c.is_locked) AS is_card_locked
FROM board b WHERE b.id = $1::uuid

-- name: board_mode_put
UPDATE board SET mode = $2::text WHERE id = $1::uuid RETURNING id

-- name: card_lock_put
UPDATE card SET is_locked = $3::boolean WHERE id = $2::uuid AND board_id = $1::uuid AND deleted_at IS NULL RETURNING id

-- name: section_lock_put
UPDATE section SET is_locked = $3::boolean WHERE id = $2::uuid AND board_id = $1::uuid AND deleted_at IS NULL RETURNING id
