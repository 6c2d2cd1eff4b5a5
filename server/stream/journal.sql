-- name: stream_lock
-- The lock is written to the log. So a transaction that only finds an op's first answer waits for a synchronous standby as the
-- first one should have: if its wait was cut off, the op is in this server's log and nowhere else.
SELECT head FROM stream WHERE id = $1::uuid AND kind = $2::text FOR NO KEY UPDATE

-- name: stream_insert
INSERT INTO stream (id, kind) VALUES ($1::uuid, $2::text)

-- name: stream_advance
UPDATE stream SET head = $2::bigint WHERE id = $1::uuid

-- name: op_answer
SELECT * FROM op_answer($1::uuid, $2::uuid)

-- name: op_refuse
SELECT * FROM op_refuse($1::uuid, $2::uuid, $3::integer, $4::text, $5::text)

-- name: refusals_forget
DELETE FROM refusal WHERE at < now() - interval '1 day'

-- name: stream_take
SELECT stream_take($1::uuid, $2::text, $3::bigint)

-- name: event_append
-- op and result stand on the first event of a command.
INSERT INTO event (stream_id, seq, at, actor, op, type, body, result)
SELECT $1::uuid, $2::bigint + e.n - 1, to_timestamp($3::bigint / 1000.0), $4::uuid,
       CASE WHEN e.n = 1 THEN $5::uuid END, e.v ->> 'type', e.v -> 'body', CASE WHEN e.n = 1 THEN $6::jsonb END
FROM jsonb_array_elements($7::jsonb) WITH ORDINALITY AS e (v, n)

-- name: stream_heads
SELECT id, head FROM stream WHERE id = ANY ($1::uuid[])

-- name: stream_events
-- The events after a number, as they travel: so many, or as many as begin within 128 KiB. A slow reader's memory is
-- bounded by that.
SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last, count(*) AS count,
       coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('seq', seq, 'at', ms(at), 'actor', told_actor(type, actor), 'op', op,
                                                                'type', type, 'body', body)) ORDER BY seq), '[]') AS events
FROM (SELECT *, sum(bytes) OVER (ORDER BY seq) - bytes AS before
      FROM (SELECT seq, at, actor, op, type, body, octet_length(body::text) AS bytes FROM event
            WHERE stream_id = $1::uuid AND seq > $2::bigint ORDER BY seq LIMIT $3::bigint) AS next) AS missing
WHERE before < 131072

-- name: stream_since
-- What a returning viewer missed; events is null when that is too much (so many, or over 1 MiB: an answer has to fit into
-- the connection's queue), or when the viewer is ahead of us.
SELECT s.head, CASE WHEN $2::bigint <= s.head AND s.head - $2::bigint <= $3::bigint
            AND (SELECT coalesce(sum(octet_length(body::text)), 0) FROM event
                 WHERE stream_id = s.id AND seq > $2::bigint AND seq <= s.head) <= 1048576 THEN
           (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('seq', seq, 'at', ms(at), 'actor', told_actor(type, actor), 'op', op,
                                                                'type', type, 'body', body)) ORDER BY seq), '[]')
            FROM event WHERE stream_id = s.id AND seq > $2::bigint AND seq <= s.head) END AS events
FROM stream s WHERE s.id = $1::uuid AND s.kind = $4::text

-- What batches that are decided in memory ask and write: many rows at once, as arrays. ----------------------

-- name: op_answers
-- Which of these ops have their answer, by their place in the list. Their stream's lock makes those of one stream wait for
-- one another; see journal.h for an op on two streams.
SELECT o.n, a.* FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS o (actor, op, n)
CROSS JOIN LATERAL (
    (SELECT e.result, 0 AS code, '' AS field, '' AS reason FROM event e WHERE e.actor = o.actor AND e.op = o.op LIMIT 1)
    UNION ALL
    (SELECT NULL, r.code, r.field, r.reason FROM refusal r WHERE r.actor = o.actor AND r.op = o.op LIMIT 1)
    LIMIT 1) AS a
ORDER BY o.n

-- name: stream_missed
-- What was committed after a number; when that is too much, not all of it.
SELECT seq, type, body FROM event WHERE stream_id = $1::uuid AND seq > $2::bigint ORDER BY seq LIMIT 1000

-- name: events_append
-- A result that is not given is {"seq": <its number>}, as most are.
INSERT INTO event (stream_id, seq, at, actor, op, type, body, result)
SELECT $1::uuid, $2::bigint + e.n - 1, to_timestamp($3::bigint / 1000.0), e.actor, e.op, e.type, e.body,
       coalesce(e.result, jsonb_build_object('seq', $2::bigint + e.n - 1))
FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::jsonb[], $8::jsonb[]) WITH ORDINALITY AS e (actor, op, type, body, result, n)

-- name: ops_unrefused
SELECT assure(NOT EXISTS (SELECT FROM unnest($1::uuid[], $2::uuid[]) AS o (actor, op)
                          JOIN refusal r ON r.actor = o.actor AND r.op = o.op))

-- name: ops_refuse
INSERT INTO refusal (actor, op, at, code, field, reason)
SELECT r.actor, r.op, now(), r.code, r.field, r.reason
FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[]) AS r (actor, op, code, field, reason)
ON CONFLICT (actor, op) DO NOTHING
