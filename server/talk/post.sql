-- Posts.

-- name: post_list
-- As many of the asked for as stay within 200,000 bytes, but one at least.
WITH latest AS (
    SELECT number, row_number() OVER latest_first AS n, sum(bytes) OVER latest_first AS bytes
    FROM (SELECT number, octet_length(text) + octet_length(html) AS bytes FROM post
          WHERE thread_id = $1::uuid AND number < $2::bigint ORDER BY number DESC LIMIT $3::bigint) AS p
    WINDOW latest_first AS (ORDER BY number DESC))
SELECT jsonb_build_object('posts', coalesce(jsonb_agg(post_json(p) ORDER BY p.number), '[]')) AS reply
FROM post p WHERE p.thread_id = $1::uuid AND p.number IN (SELECT number FROM latest WHERE n = 1 OR bytes <= 200000)

-- name: post_insert
-- No row: the post that it answers is not in this thread.
WITH t AS (UPDATE thread SET post_count = post_count + 1, last_post_at = greatest(last_post_at, statement_timestamp())
           WHERE id = $1::uuid
             AND ($5::uuid IS NULL OR EXISTS (SELECT FROM post WHERE thread_id = $1::uuid AND id = $5::uuid))
           RETURNING id, post_count)
INSERT INTO post (id, thread_id, number, author_id, reply_to, text, html, created_at)
SELECT $2::uuid, t.id, t.post_count, $6::uuid, $5::uuid, $3::text, $4::text, statement_timestamp() FROM t
RETURNING number, post_json(post) AS post

-- name: post_for_change
SELECT author_id, number, revision, deleted_at IS NOT NULL AS is_deleted
FROM post WHERE thread_id = $1::uuid AND id = $2::uuid

-- name: post_change
-- A thread's excerpt is how its first post begins.
WITH edited AS (UPDATE post SET text = $3::text, html = $4::text, revision = revision + 1, edited_at = statement_timestamp()
                WHERE thread_id = $1::uuid AND id = $2::uuid RETURNING number, revision, edited_at),
     shown AS (UPDATE thread SET excerpt = $5::text FROM edited WHERE thread.id = $1::uuid AND edited.number = 1)
SELECT revision, ms(edited_at) AS edited_at FROM edited

-- name: post_remove
-- The place stays, so that numbers and replies keep their meaning.
WITH gone AS (UPDATE post SET text = '', html = '', deleted_at = statement_timestamp()
              WHERE thread_id = $1::uuid AND id = $2::uuid RETURNING number)
UPDATE thread SET excerpt = CASE WHEN gone.number = 1 THEN '' ELSE excerpt END,
       last_post_at = coalesce((SELECT max(p.created_at) FROM post p
                                WHERE p.thread_id = $1::uuid AND p.id <> $2::uuid AND p.deleted_at IS NULL), created_at)
FROM gone WHERE thread.id = $1::uuid

-- name: post_forget
-- What the journal said in the deleted post's words: a viewer who catches up must not be told them again.
UPDATE event SET body = CASE type
           WHEN 'post.created' THEN jsonb_set(jsonb_set(body, '{post,text}', '""'), '{post,html}', '""')
           ELSE body || '{"text": "", "html": ""}' END
WHERE stream_id = $1::uuid
  AND (type = 'post.created' AND body #>> '{post,id}' = $2::text OR type = 'post.edited' AND body ->> 'post' = $2::text)
