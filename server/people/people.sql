-- What people asks of the database. A row of the directory stands in the migrations as member_json.

-- Organisations -------------------------------------------------------------------------------------

-- name: organisation_list
-- replica
SELECT jsonb_build_object('organisations', coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'kind', o.kind,
       'short', o.short, 'name', o.name,
       'members', (SELECT count(*) FROM member m WHERE m.organisation_id = o.id AND m.suspended_at IS NULL))
       ORDER BY o.name COLLATE "sv-x-icu", o.id), '[]')) AS reply
FROM organisation o

-- name: organisation_insert
-- No row: the id, the short or the full name is another's.
INSERT INTO organisation (id, kind, short, name) VALUES ($1::uuid, $2::text, $3::text, $4::text)
ON CONFLICT DO NOTHING RETURNING id

-- Cohorts --------------------------------------------------------------------------------------------

-- name: cohort_list
-- replica
SELECT jsonb_build_object('cohorts', coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'track', c.track, 'round', c.round,
       'name', c.name,
       'members', (SELECT count(*) FROM cohort_member cm JOIN member m ON m.id = cm.member_id
                   WHERE cm.cohort_id = c.id AND m.suspended_at IS NULL),
       'meetings', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', t.id, 'ordinal', t.ordinal,
                            'theme_sv', t.theme_sv, 'theme_en', t.theme_en, 'held_by', t.held_by,
                            'held_on', t.held_on)) ORDER BY t.ordinal), '[]')
                    FROM meeting t WHERE t.cohort_id = c.id))
       ORDER BY c.track, c.round), '[]')) AS reply
FROM cohort c

-- name: cohort_insert
-- No row: the id, the round or the name is another's.
INSERT INTO cohort (id, track, round, name) VALUES ($1::uuid, $2::text, $3::integer, $4::text)
ON CONFLICT DO NOTHING RETURNING id

-- name: cohort_exists
SELECT id FROM cohort WHERE id = $1::uuid

-- name: meeting_forget
-- The cohort's meetings that are not in the plan $2.
DELETE FROM meeting WHERE cohort_id = $1::uuid
       AND id NOT IN (SELECT (p ->> 'id')::uuid FROM jsonb_array_elements($2::jsonb) p)

-- name: meeting_put
-- As many rows as the plan has, unless an id is another cohort's.
INSERT INTO meeting (id, cohort_id, ordinal, theme_sv, theme_en, held_by, held_on)
SELECT (p ->> 'id')::uuid, $1::uuid, (p ->> 'ordinal')::integer, p ->> 'theme_sv', p ->> 'theme_en', p ->> 'held_by',
       (p ->> 'held_on')::date
FROM jsonb_array_elements($2::jsonb) p
ON CONFLICT (id) DO UPDATE SET ordinal = excluded.ordinal, theme_sv = excluded.theme_sv, theme_en = excluded.theme_en,
       held_by = excluded.held_by, held_on = excluded.held_on
WHERE meeting.cohort_id = $1::uuid
RETURNING id

-- name: cohort_member_insert
WITH added AS (
    INSERT INTO cohort_member (cohort_id, member_id)
    SELECT c.id, m.id FROM cohort c, member m WHERE c.id = $1::uuid AND m.id = $2::uuid
    ON CONFLICT DO NOTHING RETURNING cohort_id
)
SELECT EXISTS (SELECT FROM cohort WHERE id = $1::uuid) AS is_cohort, EXISTS (SELECT FROM added) AS is_done

-- name: cohort_member_delete
WITH gone AS (
    DELETE FROM cohort_member WHERE cohort_id = $1::uuid AND member_id = $2::uuid RETURNING cohort_id
)
SELECT EXISTS (SELECT FROM cohort WHERE id = $1::uuid) AS is_cohort, EXISTS (SELECT FROM gone) AS is_done

-- The directory ----------------------------------------------------------------------------------------

-- name: member_list
-- replica
-- $1 words, $2 organisation, $3 cohort, $4 track, $5 how many, $6 the last id of the page before, $7 whether suspended ones
-- are shown. Every word must stand somewhere; a longer one that stands nowhere may be misspelt a little. Each word is looked
-- up by itself, so that the trigrams' index serves it (a rare word among 45,000 members: 20 ms instead of 900).
WITH word AS (
    SELECT DISTINCT w, '%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%' AS pattern
    FROM regexp_split_to_table(fold($1::text), '\s+') w WHERE w <> ''
), found AS MATERIALIZED (
    SELECT hit.id FROM word, LATERAL (
        SELECT m.id FROM member m WHERE m.search LIKE word.pattern
        UNION SELECT m.id FROM member m JOIN organisation o ON o.id = m.organisation_id
              WHERE fold(o.short || ' ' || o.name) LIKE word.pattern
        UNION SELECT m.id FROM member m WHERE length(word.w) > 3 AND m.search %> word.w
              AND NOT EXISTS (SELECT FROM member x WHERE x.search LIKE word.pattern)
              AND NOT EXISTS (SELECT FROM organisation o WHERE fold(o.short || ' ' || o.name) LIKE word.pattern)) hit
    GROUP BY hit.id HAVING count(*) = (SELECT count(*) FROM word)
), page AS (
    SELECT m.id, row_number() OVER (ORDER BY m.name COLLATE "sv-x-icu", m.id) AS place
    FROM member m
    WHERE ($7::boolean OR m.suspended_at IS NULL)
      AND ($2::uuid IS NULL OR m.organisation_id = $2::uuid)
      AND ($3::uuid IS NULL OR EXISTS (SELECT FROM cohort_member cm WHERE cm.member_id = m.id AND cm.cohort_id = $3::uuid))
      AND ($4::text IS NULL OR EXISTS (SELECT FROM cohort_member cm JOIN cohort c ON c.id = cm.cohort_id
                                       WHERE cm.member_id = m.id AND c.track = $4::text))
      AND ($6::uuid IS NULL OR (m.name COLLATE "sv-x-icu", m.id) > (SELECT a.name, a.id FROM member a WHERE a.id = $6::uuid))
      AND (NOT EXISTS (SELECT FROM word) OR m.id IN (SELECT f.id FROM found f))
    ORDER BY m.name COLLATE "sv-x-icu", m.id LIMIT $5::integer + 1
)
SELECT jsonb_strip_nulls(jsonb_build_object(
       'members', (SELECT coalesce(jsonb_agg(member_json(m) ORDER BY p.place), '[]')
                   FROM page p JOIN member m ON m.id = p.id WHERE p.place <= $5::integer),
       'next', (SELECT (array_agg(p.id ORDER BY p.place))[$5::integer] FROM page p HAVING count(*) > $5::integer))) AS reply

-- name: member_get
-- $2 who asks, $3 whether as an administrator. What is facilitated is told as far as the caller may read it.
SELECT member_json(m) || jsonb_build_object('about', m.about)
       || CASE WHEN $3::boolean OR m.id = $2::uuid THEN jsonb_build_object('mail', m.mail, 'grants', (
              SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', g.id, 'scope', g.scope,
                              'scope_id', g.scope_id)) ORDER BY g.granted_at, g.id), '[]')
              FROM facilitator_grant g
              WHERE g.member_id = m.id AND (m.id = $2::uuid OR g.scope IN ('network', 'cohort')
                    OR g.scope_id IN (SELECT r.space_id FROM readable_spaces($2::uuid) r)
                    OR g.scope_id IN (SELECT b.id FROM board b JOIN readable_spaces($2::uuid) r ON r.space_id = b.space_id))))
          ELSE '{}' END AS reply
FROM member m WHERE m.id = $1::uuid AND (m.suspended_at IS NULL OR $3::boolean OR m.id = $2::uuid)

-- Members, for administrators -------------------------------------------------------------------------------

-- name: member_check
-- What stands in the way of a new member: members are made on the network's stream only, so it stays true.
SELECT EXISTS (SELECT FROM stream WHERE id = $1::uuid) AS is_id_taken,
       EXISTS (SELECT FROM member WHERE mail = $2::citext) AS is_mail_taken,
       EXISTS (SELECT FROM organisation WHERE id = $3::uuid) AS is_organisation,
       $4::uuid IS NULL OR EXISTS (SELECT FROM cohort WHERE id = $4::uuid) AS is_cohort

-- name: member_insert
WITH own AS (
    INSERT INTO stream (id, kind) VALUES ($1::uuid, 'member') RETURNING id
), member AS (
    INSERT INTO member (id, mail, name, organisation_id)
    SELECT own.id, $2::citext, $3::text, $4::uuid FROM own RETURNING id
)
INSERT INTO cohort_member (cohort_id, member_id) SELECT $5::uuid, member.id FROM member WHERE $5::uuid IS NOT NULL

-- name: member_suspend
-- The last administrator stays: whoever shuts one out locks the others' rows first, so that two who do it to each other
-- take turns. Sessions and links end for good; a reinstated member signs in again.
WITH others AS (
    SELECT id FROM member WHERE is_administrator AND suspended_at IS NULL ORDER BY id FOR UPDATE
), done AS (
    UPDATE member SET suspended_at = now()
    WHERE id = $1::uuid AND suspended_at IS NULL
      AND (NOT is_administrator OR EXISTS (SELECT FROM others WHERE others.id <> $1::uuid))
    RETURNING id
), sessions AS (
    UPDATE session SET revoked_at = now() FROM done WHERE member_id = done.id AND revoked_at IS NULL
), links AS (
    UPDATE sign_in_link SET spent_at = now() FROM done WHERE member_id = done.id AND spent_at IS NULL
)
SELECT EXISTS (SELECT FROM done) AS is_done, m.suspended_at IS NOT NULL AS was_suspended
FROM member m WHERE m.id = $1::uuid

-- name: member_reinstate
UPDATE member SET suspended_at = NULL WHERE id = $1::uuid AND suspended_at IS NOT NULL RETURNING id

-- Roles -------------------------------------------------------------------------------------------------------

-- name: administrator_grant
UPDATE member SET is_administrator = true WHERE id = $1::uuid AND NOT is_administrator RETURNING id

-- name: administrator_revoke
WITH others AS (
    SELECT id FROM member WHERE is_administrator AND suspended_at IS NULL ORDER BY id FOR UPDATE
), done AS (
    UPDATE member SET is_administrator = false
    WHERE id = $1::uuid AND is_administrator AND EXISTS (SELECT FROM others WHERE others.id <> $1::uuid)
    RETURNING id
)
SELECT EXISTS (SELECT FROM done) AS is_done, m.is_administrator AS was_administrator FROM member m WHERE m.id = $1::uuid

-- name: grant_insert
INSERT INTO facilitator_grant (id, member_id, scope, scope_id, granted_by)
VALUES ($1::uuid, $2::uuid, $3::text, $4::uuid, $5::uuid)
ON CONFLICT DO NOTHING RETURNING id

-- name: grant_delete
DELETE FROM facilitator_grant
WHERE member_id = $1::uuid AND scope = $2::text AND scope_id IS NOT DISTINCT FROM $3::uuid RETURNING id

-- Importing ---------------------------------------------------------------------------------------------------

-- name: import_resolve
-- $1 an array of {row, mail, organisation, track, cohort}: texts as they stand in the list, track and cohort perhaps empty.
-- A cohort is given by its round or its name.
SELECT r."row", o.id AS organisation, c.id AS cohort, m.id AS member, m.suspended_at IS NOT NULL AS is_suspended,
       m.name AS known_name, m.organisation_id = o.id AS is_same_organisation,
       EXISTS (SELECT FROM cohort_member cm WHERE cm.member_id = m.id AND cm.cohort_id = c.id) AS is_in_cohort
FROM jsonb_to_recordset($1::jsonb) AS r ("row" integer, mail text, organisation text, track text, cohort text)
LEFT JOIN LATERAL (SELECT o.id FROM organisation o
                   WHERE lower(o.short) = lower(r.organisation) OR lower(o.name) = lower(r.organisation)
                   ORDER BY lower(o.short) = lower(r.organisation) DESC LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT c.id FROM cohort c
                   WHERE (c.track = r.track OR r.track = '') AND r.cohort <> ''
                     AND (lower(c.name) = lower(r.cohort) OR (c.track = r.track AND c.round::text = r.cohort))
                   ORDER BY lower(c.name) = lower(r.cohort) DESC LIMIT 1) c ON true
LEFT JOIN member m ON m.mail = r.mail::citext
ORDER BY r."row"

-- name: import_apply
-- $1 an array of {member, mail, name, organisation, cohort?, is_new, is_changed, is_joining}, $2 who imports, $3 when in ms.
-- Those who are there already hear of it on their own streams, which are locked in order first, as by every change; nodes
-- where they are signed in look at these every second.
WITH good AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (member uuid, mail text, name text, organisation uuid, cohort uuid,
                                                     is_new boolean, is_changed boolean, is_joining boolean)
), told AS (
    SELECT g.member, 'member.changed' AS type, 1 AS nth,
           jsonb_build_object('member', g.member, 'name', g.name) AS body FROM good g WHERE g.is_changed AND NOT g.is_new
    UNION ALL
    SELECT g.member, 'cohort.joined', 2, jsonb_build_object('cohort', g.cohort) FROM good g WHERE g.is_joining AND NOT g.is_new
), own AS (
    INSERT INTO stream (id, kind) SELECT member, 'member' FROM good WHERE is_new RETURNING id
), locked AS MATERIALIZED (
    SELECT s.id, s.head FROM stream s WHERE s.id IN (SELECT member FROM told) ORDER BY s.id FOR NO KEY UPDATE
), stepped AS (
    UPDATE stream s SET head = l.head + (SELECT count(*) FROM told t WHERE t.member = l.id) FROM locked l WHERE s.id = l.id
), events AS (
    INSERT INTO event (stream_id, seq, at, actor, type, body)
    SELECT l.id, l.head + row_number() OVER (PARTITION BY l.id ORDER BY t.nth), to_timestamp($3::bigint / 1000.0), $2::uuid,
           t.type, t.body
    FROM locked l JOIN told t ON t.member = l.id
), changed AS (
    UPDATE member m SET name = g.name, organisation_id = g.organisation FROM good g JOIN locked l ON l.id = g.member
    WHERE m.id = g.member AND g.is_changed
), added AS (
    INSERT INTO member (id, mail, name, organisation_id)
    SELECT g.member, g.mail::citext, g.name, g.organisation FROM good g JOIN own ON own.id = g.member RETURNING id
), joined AS (
    INSERT INTO cohort_member (cohort_id, member_id) SELECT g.cohort, g.member FROM good g WHERE g.is_joining
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS count FROM good
