-- What account asks of the database. Who a caller is, and when a session has ended, stand in the migrations as the
-- view `caller` and the function session_ends_at.

-- Who calls ---------------------------------------------------------------------------------------

-- name: caller_by_credential
-- $1 the credential's hash, $2 whether it came as a bearer token. A token is no cookie and a cookie no token.
WITH seen AS (
    UPDATE session s SET last_seen_at = now() FROM caller c
    WHERE c.hash = $1::text AND c.is_bearer = $2::boolean AND s.id = c.session AND s.last_seen_at < now() - interval '1 minute')
SELECT c.*, o.short AS organisation_short, o.name AS organisation_name FROM caller c JOIN organisation o ON o.id = c.organisation
WHERE c.hash = $1::text AND c.is_bearer = $2::boolean

-- name: callers_by_credential
-- The same for many at once. Sessions that another statement marks as seen at this moment are passed over, so that none waits.
WITH asked AS MATERIALIZED (
    SELECT a.n, c.* FROM unnest($1::text[], $2::boolean[]) WITH ORDINALITY AS a (hash, is_bearer, n)
    JOIN caller c ON c.hash = a.hash AND c.is_bearer = a.is_bearer),
stale AS MATERIALIZED (
    SELECT s.id FROM session s WHERE s.id IN (SELECT session FROM asked) AND s.last_seen_at < now() - interval '1 minute'
    FOR NO KEY UPDATE SKIP LOCKED),
seen AS (UPDATE session s SET last_seen_at = now() FROM stale WHERE s.id = stale.id)
SELECT asked.*, o.short AS organisation_short, o.name AS organisation_name FROM asked JOIN organisation o ON o.id = asked.organisation

-- name: caller_by_session
WITH seen AS (
    UPDATE session s SET last_seen_at = now() FROM caller c
    WHERE c.session = $1::uuid AND s.id = c.session AND s.last_seen_at < now() - interval '1 minute')
SELECT c.*, o.short AS organisation_short, o.name AS organisation_name FROM caller c JOIN organisation o ON o.id = c.organisation
WHERE c.session = $1::uuid

-- name: credential_ended
-- Which limit has ended a session that nobody else has.
SELECT CASE WHEN s.expires_at <= now() THEN 'limit.session' ELSE 'limit.session_idle' END AS setting FROM session s
WHERE s.hash = $1::text AND s.kind = 'browser' AND s.revoked_at IS NULL AND session_ends_at(s) <= now()

-- What streams are open to -------------------------------------------------------------------------

-- name: member_access
SELECT 'member' AS openness, NULL AS track, NULL AS cohort_id, NULL AS space_id, NULL AS board_id, id AS member_id,
       false AS is_archived
FROM member WHERE id = $1::uuid

-- name: network_access
SELECT 'admin' AS openness, NULL AS track, NULL AS cohort_id, NULL AS space_id, NULL AS board_id, NULL AS member_id,
       false AS is_archived
FROM stream WHERE id = $1::uuid AND kind = 'network'

-- Oneself ------------------------------------------------------------------------------------------

-- name: me_get
SELECT jsonb_build_object('member', m.id, 'name', m.name, 'mail', m.mail, 'organisation', person(m.id) -> 'organisation',
       'title', m.title, 'about', m.about, 'helps_with', m.helps_with, 'locale', m.locale, 'theme', m.theme,
       'is_administrator', m.is_administrator, 'cohorts', member_cohorts(m.id),
       'grants', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', g.id, 'scope', g.scope,
                                  'scope_id', g.scope_id)) ORDER BY g.granted_at, g.id), '[]')
                  FROM facilitator_grant g WHERE g.member_id = m.id),
       'session', $2::uuid) AS reply
FROM member m WHERE m.id = $1::uuid

-- name: me_update
UPDATE member SET name = coalesce($2::text, name), title = coalesce($3::text, title), about = coalesce($4::text, about),
       helps_with = coalesce($5::text, helps_with), locale = coalesce($6::text, locale), theme = coalesce($7::text, theme)
WHERE id = $1::uuid

-- name: session_list
SELECT jsonb_build_object('sessions', coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'name', s.name,
       'created_at', ms(s.created_at), 'last_seen_at', ms(s.last_seen_at), 'expires_at', ms(session_ends_at(s)),
       'is_current', s.id = $2::uuid) ORDER BY s.last_seen_at DESC, s.id), '[]')) AS reply
FROM session s WHERE s.member_id = $1::uuid AND s.revoked_at IS NULL AND session_ends_at(s) > now()

-- name: session_revoke
UPDATE session s SET revoked_at = now()
WHERE s.id = $1::uuid AND s.member_id = $2::uuid AND s.revoked_at IS NULL AND session_ends_at(s) > now() RETURNING s.id

-- name: token_insert
-- At most 50 tokens live at once: nobody uses more, and a list stays readable.
INSERT INTO session (id, member_id, hash, kind, name, expires_at)
SELECT $1::uuid, $2::uuid, $3::text, 'token', $4::text, now() + $5::integer * interval '1 day'
WHERE (SELECT count(*) FROM session s WHERE s.member_id = $2::uuid AND s.kind = 'token' AND s.revoked_at IS NULL
       AND s.expires_at > now()) < 50
RETURNING id

-- Signing in ----------------------------------------------------------------------------------------

-- name: link_ask
-- A link for the address $1, if somebody has it who may sign in and it was not asked for $7 times in this hour; good for
-- $8 ms. One row always, in which the member is null when no link was made. The row of sign_in_budget is written for any
-- address; asked_at ends with now() exactly when this asking counts.
WITH budget AS (
    INSERT INTO sign_in_budget AS b (mail_hash, asked_at) VALUES ($2::text, ARRAY[now()])
    ON CONFLICT (mail_hash) DO UPDATE SET asked_at =
        CASE WHEN (SELECT count(*) FROM unnest(b.asked_at) t WHERE t > now() - interval '1 hour') < $7::integer
             THEN ARRAY(SELECT t FROM unnest(b.asked_at) t WHERE t > now() - interval '1 hour' ORDER BY t) || now()
             ELSE b.asked_at END
    RETURNING b.asked_at[cardinality(b.asked_at)] = now() AS is_within
), link AS (
    INSERT INTO sign_in_link (id, member_id, token_hash, code_hash, browser_hash, expires_at)
    SELECT $3::uuid, m.id, $4::text, $5::text, $6::text, now() + $8::bigint * interval '1 millisecond'
    FROM member m, budget WHERE m.mail = $1::citext AND m.suspended_at IS NULL AND budget.is_within
    RETURNING member_id
)
SELECT budget.is_within, m.mail, m.name, m.locale FROM budget LEFT JOIN link ON true LEFT JOIN member m ON m.id = link.member_id

-- name: link_redeem
-- $1 the token's hash, $2 the browser's (null: none), then the session to open: id, hash, name, ms in all and without use.
-- Of two at once, the second waits for the first's row and then finds it spent.
WITH link AS (
    SELECT l.id, l.member_id, l.browser_hash IS NULL OR l.browser_hash IS NOT DISTINCT FROM $2::text AS is_same
    FROM sign_in_link l JOIN member m ON m.id = l.member_id
    WHERE l.token_hash = $1::text AND l.spent_at IS NULL AND l.expires_at > now() AND m.suspended_at IS NULL
), spent AS (
    UPDATE sign_in_link l SET spent_at = now() FROM link
    WHERE l.id = link.id AND link.is_same AND l.spent_at IS NULL RETURNING l.member_id
), opened AS (
    INSERT INTO session (id, member_id, hash, kind, name, expires_at, idle)
    SELECT $3::uuid, member_id, $4::text, 'browser', $5::text, now() + $6::bigint * interval '1 millisecond',
           $7::bigint * interval '1 millisecond' FROM spent RETURNING member_id
), seen AS (
    UPDATE member m SET signed_in_at = now() FROM opened WHERE m.id = opened.member_id
)
SELECT EXISTS (SELECT FROM opened) AS is_open, EXISTS (SELECT FROM link WHERE NOT is_same) AS is_other_browser,
       (SELECT member_id FROM opened) AS member,
       EXISTS (SELECT FROM sign_in_link WHERE token_hash = $1::text AND spent_at IS NULL AND expires_at <= now()) AS is_late

-- name: code_redeem
-- $1 the browser's hash, $2 the code's, then the session as above. Every try counts against each link that this browser has asked for.
WITH tried AS (
    UPDATE sign_in_link l SET code_tries = l.code_tries + 1, spent_at = CASE WHEN l.code_hash = $2::text THEN now() END
    FROM member m
    WHERE l.browser_hash = $1::text AND l.spent_at IS NULL AND l.expires_at > now() AND l.code_tries < 5
      AND m.id = l.member_id AND m.suspended_at IS NULL
    RETURNING l.member_id, l.spent_at
), opened AS (
    INSERT INTO session (id, member_id, hash, kind, name, expires_at, idle)
    SELECT $3::uuid, member_id, $4::text, 'browser', $5::text, now() + $6::bigint * interval '1 millisecond',
           $7::bigint * interval '1 millisecond'
    FROM tried WHERE spent_at IS NOT NULL LIMIT 1 RETURNING member_id
), seen AS (
    UPDATE member m SET signed_in_at = now() FROM opened WHERE m.id = opened.member_id
)
SELECT EXISTS (SELECT FROM opened) AS is_open, false AS is_other_browser, (SELECT member_id FROM opened) AS member,
       EXISTS (SELECT FROM sign_in_link WHERE browser_hash = $1::text AND code_hash = $2::text AND spent_at IS NULL
               AND expires_at <= now()) AS is_late

-- name: sign_out
-- Ends the session with this hash and journals it on its member's stream, which nodes with sockets of it look at every
-- second. The stream's row is locked first, as by every change.
WITH stepped AS (
    UPDATE stream st SET head = st.head + 1 FROM session s
    WHERE s.hash = $1::text AND s.kind = 'browser' AND s.revoked_at IS NULL AND st.id = s.member_id
    RETURNING st.id, st.head, s.id AS session
), ended AS (
    UPDATE session s SET revoked_at = now() FROM stepped WHERE s.id = stepped.session AND s.revoked_at IS NULL
)
INSERT INTO event (stream_id, seq, actor, type, body)
SELECT id, head, id, 'session.revoked', jsonb_build_object('session', session) FROM stepped

-- Invitations ---------------------------------------------------------------------------------------

-- name: invitation_add
WITH invited AS (
    UPDATE member SET invited_at = now() WHERE id = ANY ($1::uuid[]) AND suspended_at IS NULL RETURNING id
)
INSERT INTO invitation (member_id) SELECT id FROM invited
ON CONFLICT (member_id) DO UPDATE SET due_at = now(), tries = 0
RETURNING member_id

-- name: invitation_claim
-- Another node leaves them alone for a while; if this one dies, they become due again, later each time.
WITH claimed AS (
    UPDATE invitation i SET tries = i.tries + 1, due_at = now() + interval '10 minutes' * power(2, i.tries)
    WHERE i.member_id IN (SELECT d.member_id FROM invitation d WHERE d.due_at <= now() ORDER BY d.due_at
                          LIMIT $1::integer FOR UPDATE SKIP LOCKED)
    RETURNING i.member_id
)
SELECT m.id, m.mail, m.name, m.locale FROM claimed JOIN member m ON m.id = claimed.member_id

-- name: invitation_done
DELETE FROM invitation WHERE member_id = $1::uuid

-- Housekeeping ----------------------------------------------------------------------------------------

-- name: account_purge
-- What nobody can use any more. Ended sessions are kept for a month, for whoever asks what happened.
WITH links AS (DELETE FROM sign_in_link WHERE expires_at < now() - interval '1 day'),
     budgets AS (DELETE FROM sign_in_budget WHERE asked_at[cardinality(asked_at)] < now() - interval '1 hour'),
     sessions AS (DELETE FROM session s WHERE s.revoked_at < now() - interval '30 days'
                  OR session_ends_at(s) < now() - interval '30 days')
DELETE FROM invitation WHERE tries > 8

-- For operators -----------------------------------------------------------------------------------------

-- name: operator_link
INSERT INTO sign_in_link (id, member_id, token_hash, expires_at)
SELECT $1::uuid, m.id, $3::text, now() + $4::integer * interval '1 minute'
FROM member m WHERE m.mail = $2::citext AND m.suspended_at IS NULL RETURNING id

-- name: operator_token
INSERT INTO session (id, member_id, hash, kind, name, expires_at)
SELECT $1::uuid, m.id, $3::text, 'token', $4::text, now() + interval '365 days'
FROM member m WHERE m.mail = $2::citext AND m.suspended_at IS NULL RETURNING id

-- name: operator_promote
-- Makes the member with address $1 an administrator, and says so on the member's stream. No row: nobody has the address.
WITH stepped AS (
    UPDATE stream st SET head = st.head + 1 FROM member m
    WHERE m.mail = $1::citext AND NOT m.is_administrator AND st.id = m.id RETURNING st.id, st.head
), promoted AS (
    UPDATE member m SET is_administrator = true FROM stepped WHERE m.id = stepped.id
), told AS (
    INSERT INTO event (stream_id, seq, type, body)
    SELECT id, head, 'role.granted', jsonb_build_object('role', 'administrator') FROM stepped
)
SELECT id FROM member WHERE mail = $1::citext AND suspended_at IS NULL

-- name: operator_admin
-- A new administrator: $1 address, $2 name, $3 the member's id, $4 the id of an organisation for those who belong to none.
WITH made AS (
    INSERT INTO organisation (id, kind, short, name)
    SELECT $4::uuid, 'other', 'ÖVRIGA', 'Övriga' WHERE NOT EXISTS (SELECT FROM organisation WHERE kind = 'other')
    RETURNING id
), other AS (
    (SELECT id FROM organisation WHERE kind = 'other' ORDER BY id LIMIT 1) UNION ALL SELECT id FROM made
), own AS (
    INSERT INTO stream (id, kind) VALUES ($3::uuid, 'member') RETURNING id
), member AS (
    INSERT INTO member (id, mail, name, organisation_id, is_administrator)
    SELECT own.id, $1::citext, $2::text, other.id, true FROM own, other RETURNING id
), stepped AS (
    UPDATE stream SET head = head + 1 WHERE kind = 'network' RETURNING id, head
)
INSERT INTO event (stream_id, seq, type, body)
SELECT stepped.id, stepped.head, 'member.added', jsonb_build_object('member', member.id) FROM stepped, member
RETURNING stream_id
