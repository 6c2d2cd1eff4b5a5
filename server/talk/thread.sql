-- Threads.

-- name: thread_access
SELECT s.openness, s.track, s.cohort_id, s.id AS space_id, NULL::uuid AS board_id, NULL::uuid AS member_id,
       s.archived_at IS NOT NULL AS is_archived
FROM thread t JOIN space s ON s.id = t.space_id WHERE t.id = $1::uuid

-- name: thread_snapshot
-- The latest posts: 50, or as many as stay within 200,000 bytes, but one at least.
WITH latest AS (
    SELECT number, row_number() OVER latest_first AS n, sum(bytes) OVER latest_first AS bytes
    FROM (SELECT number, octet_length(text) + octet_length(html) AS bytes FROM post
          WHERE thread_id = $1::uuid ORDER BY number DESC LIMIT 50) AS p
    WINDOW latest_first AS (ORDER BY number DESC))
SELECT st.head AS seq, jsonb_build_object(
       'thread', jsonb_build_object('id', t.id, 'title', t.title, 'created_by', person(t.created_by),
           'space', jsonb_build_object('id', s.id, 'name', s.name, 'openness', s.openness),
           'created_at', ms(t.created_at), 'posts', t.post_count,
           'organisations', (SELECT coalesce(jsonb_agg(DISTINCT m.organisation_id), '[]')
                             FROM post p JOIN member m ON m.id = p.author_id
                             WHERE p.thread_id = t.id AND p.deleted_at IS NULL)),
       'posts', (SELECT coalesce(jsonb_agg(post_json(p) ORDER BY p.number), '[]') FROM post p
                 WHERE p.thread_id = t.id AND p.number IN (SELECT number FROM latest WHERE n = 1 OR bytes <= 200000))
       ) AS snapshot
FROM thread t JOIN space s ON s.id = t.space_id JOIN stream st ON st.id = t.id WHERE t.id = $1::uuid

-- name: thread_list
-- $1 who asks, $2 space, $3 filter, $4 how many, $5 and $6 where the page before ended (microseconds, id).
-- Threads all of whose posts are deleted are left out. One more than asked for is read, to know whether there are more.
WITH page AS (
    SELECT t.* FROM thread t
    WHERE t.space_id IN (SELECT space_id FROM readable_spaces($1::uuid))
      AND ($2::uuid IS NULL OR t.space_id = $2::uuid)
      AND ($5::bigint IS NULL OR (t.last_post_at, t.id) < ('epoch'::timestamptz + $5::bigint * interval '1 microsecond', $6::uuid))
      AND CASE $3::text
          WHEN 'mine' THEN EXISTS (SELECT FROM post p WHERE p.thread_id = t.id AND p.author_id = $1::uuid AND p.deleted_at IS NULL)
          WHEN 'unanswered' THEN NOT EXISTS (SELECT FROM post p WHERE p.thread_id = t.id AND p.number > 1 AND p.deleted_at IS NULL)
                                 AND EXISTS (SELECT FROM post p WHERE p.thread_id = t.id AND p.number = 1 AND p.deleted_at IS NULL)
          ELSE EXISTS (SELECT FROM post p WHERE p.thread_id = t.id AND p.deleted_at IS NULL) END
    ORDER BY t.last_post_at DESC, t.id DESC LIMIT $4::bigint + 1),
shown AS (SELECT * FROM page ORDER BY last_post_at DESC, id DESC LIMIT $4::bigint)
SELECT jsonb_strip_nulls(jsonb_build_object('threads', coalesce(jsonb_agg(jsonb_build_object('id', t.id,
           'space', jsonb_build_object('id', s.id, 'name', s.name), 'title', t.title, 'author', person(t.created_by),
           'excerpt', t.excerpt, 'created_at', ms(t.created_at), 'last_post_at', ms(t.last_post_at),
           'last_author', person(last.author_id), 'replies', posts.replies, 'organisations', posts.organisations)
           ORDER BY t.last_post_at DESC, t.id DESC), '[]'),
       'next', CASE WHEN (SELECT count(*) FROM page) > $4::bigint THEN
           (SELECT (extract(epoch FROM last_post_at) * 1000000)::bigint || '_' || id FROM shown
            ORDER BY last_post_at, id LIMIT 1) END)) AS reply
FROM shown t JOIN space s ON s.id = t.space_id
     CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE p.number > 1) AS replies,
                                jsonb_agg(DISTINCT m.organisation_id) AS organisations
                         FROM post p JOIN member m ON m.id = p.author_id
                         WHERE p.thread_id = t.id AND p.deleted_at IS NULL) AS posts
     CROSS JOIN LATERAL (SELECT p.author_id FROM post p WHERE p.thread_id = t.id AND p.deleted_at IS NULL
                         ORDER BY p.number DESC LIMIT 1) AS last

-- name: thread_insert
WITH t AS (INSERT INTO thread (id, space_id, title, excerpt, created_by, created_at, last_post_at, post_count)
           VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::uuid, statement_timestamp(), statement_timestamp(), 1) RETURNING id)
INSERT INTO post (id, thread_id, number, author_id, text, html, created_at)
SELECT $6::uuid, t.id, 1, $5::uuid, $7::text, $8::text, statement_timestamp() FROM t RETURNING post_json(post) AS post

-- name: thread_for_change
SELECT created_by FROM thread WHERE id = $1::uuid

-- name: thread_retitle
UPDATE thread SET title = $2::text WHERE id = $1::uuid RETURNING id
