-- Spaces: the rows that threads and boards lie in, and who may read them.

-- name: space_access
SELECT s.openness, s.track, s.cohort_id, s.id AS space_id, NULL::uuid AS board_id, NULL::uuid AS member_id,
       s.archived_at IS NOT NULL AS is_archived
FROM space s WHERE s.id = $1::uuid

-- name: space_snapshot
SELECT st.head AS seq, jsonb_build_object('space', space_json(s, $2::uuid)) ||
       CASE WHEN s.openness = 'private' THEN jsonb_build_object('members',
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name) ORDER BY m.name, m.id), '[]')
            FROM space_member sm JOIN member m ON m.id = sm.member_id WHERE sm.space_id = s.id))
       ELSE '{}' END AS snapshot
FROM space s JOIN stream st ON st.id = s.id WHERE s.id = $1::uuid

-- name: space_list
SELECT jsonb_build_object('spaces', coalesce(jsonb_agg(space_json(s, $1::uuid)
           ORDER BY s.archived_at IS NOT NULL, lower(s.name), s.id), '[]')) AS reply
FROM space s WHERE s.id IN (SELECT space_id FROM readable_spaces($1::uuid))

-- name: space_get
SELECT space_json(s, $2::uuid) ||
       CASE WHEN s.openness = 'private' THEN jsonb_build_object('members',
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name) ORDER BY m.name, m.id), '[]')
            FROM space_member sm JOIN member m ON m.id = sm.member_id WHERE sm.space_id = s.id))
       ELSE '{}' END AS reply
FROM space s WHERE s.id = $1::uuid

-- name: space_insert
-- No row: there is no such cohort.
INSERT INTO space (id, name, description, openness, track, cohort_id, created_by)
SELECT $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::uuid, $7::uuid
WHERE $6::uuid IS NULL OR EXISTS (SELECT FROM cohort WHERE id = $6::uuid)
RETURNING id

-- name: space_insert_private
-- Its first event is written here, because the change runs on its maker's own stream: that is what makes every
-- node read the maker's rights again. Nobody else can be looking at the new stream yet.
WITH st AS (INSERT INTO stream (id, kind, head) VALUES ($1::uuid, 'space', 1) RETURNING id),
     s AS (INSERT INTO space (id, name, description, openness, created_by)
           SELECT id, $2::text, $3::text, 'private', $4::uuid FROM st RETURNING *),
     first AS (INSERT INTO event (stream_id, seq, actor, type, body)
               SELECT id, 1, $4::uuid, 'space.created', jsonb_build_object('space', id, 'name', name,
                      'description', description, 'openness', openness) FROM s),
     owner AS (INSERT INTO facilitator_grant (id, member_id, scope, scope_id, granted_by)
               SELECT $5::uuid, $4::uuid, 'space', id, $4::uuid FROM s)
INSERT INTO space_member (space_id, member_id) SELECT id, $4::uuid FROM s RETURNING space_id

-- name: space_change
UPDATE space SET name = coalesce($2::text, name), description = coalesce($3::text, description),
       archived_at = CASE WHEN $4::boolean IS NULL THEN archived_at
                          WHEN $4::boolean THEN coalesce(archived_at, statement_timestamp()) END
WHERE id = $1::uuid RETURNING id

-- name: space_lock
-- Who belongs to a space changes on the streams of several members, which take turns here.
SELECT id FROM space WHERE id = $1::uuid FOR NO KEY UPDATE

-- name: space_belonging
-- What a space is open to, and whether one member belongs to it.
SELECT s.openness, s.track, s.cohort_id, s.id AS space_id, NULL::uuid AS board_id, NULL::uuid AS member_id,
       s.archived_at IS NOT NULL AS is_archived,
       EXISTS (SELECT FROM space_member WHERE space_id = s.id AND member_id = $2::uuid) AS is_in,
       (SELECT count(*) FROM space_member WHERE space_id = s.id) AS members
FROM space s WHERE s.id = $1::uuid

-- name: space_join
INSERT INTO space_member (space_id, member_id) VALUES ($1::uuid, $2::uuid) RETURNING space_id

-- name: space_leave
-- Who leaves lays the facilitator's role for the space down as well.
WITH role AS (DELETE FROM facilitator_grant WHERE member_id = $2::uuid AND scope = 'space' AND scope_id = $1::uuid)
DELETE FROM space_member WHERE space_id = $1::uuid AND member_id = $2::uuid RETURNING space_id
