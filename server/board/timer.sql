-- A board's timer. It runs by this database's clock.

-- name: timer_for_change
SELECT b.created_by, t.board_id IS NOT NULL AS is_there, t.label, coalesce(t.duration, 0) AS duration,
       coalesce(ms(t.ends_at), 0) AS ends_at, coalesce(t.left_ms, 0) AS left_ms, ms(clock_timestamp()) AS now
FROM board b LEFT JOIN timer t ON t.board_id = b.id WHERE b.id = $1::uuid

-- name: timer_put
INSERT INTO timer (board_id, label, duration, ends_at, left_ms)
VALUES ($1::uuid, $2::text, $3::bigint, to_timestamp($4::bigint / 1000.0), $5::bigint)
ON CONFLICT (board_id) DO UPDATE SET label = excluded.label, duration = excluded.duration, ends_at = excluded.ends_at,
    left_ms = excluded.left_ms
RETURNING board_id

-- name: timer_delete
DELETE FROM timer WHERE board_id = $1::uuid RETURNING board_id

-- name: clock_now
SELECT jsonb_build_object('now', ms(clock_timestamp())) AS reply
