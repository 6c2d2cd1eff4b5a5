-- Votes. All that changes them is done alone on the board's stream, so that what one statement finds holds for the next.

-- name: vote_board
-- $3: the sections that are asked for.
SELECT b.created_by, EXISTS (SELECT FROM vote_round r WHERE r.board_id = b.id AND r.closed_at IS NULL) AS is_open,
       (SELECT count(*) FROM section s WHERE s.board_id = b.id AND s.deleted_at IS NULL AND s.id = ANY ($2::uuid[])) AS sections
FROM board b WHERE b.id = $1::uuid

-- name: vote_round_insert
INSERT INTO vote_round (board_id, id, title, budget, most, per, sections, secret, live, opened_by)
VALUES ($1::uuid, $2::uuid, $3::text, $4::integer, $5::integer, $6::text, $7::uuid[], $8::boolean, $9::boolean, $10::uuid)
ON CONFLICT (id) DO NOTHING RETURNING vote_round_json(vote_round) AS round

-- name: vote_for_close
SELECT b.created_by, r.id IS NOT NULL AS is_found, r.closed_at IS NOT NULL AS is_closed
FROM board b LEFT JOIN vote_round r ON r.board_id = b.id AND r.id = $2::uuid WHERE b.id = $1::uuid

-- name: vote_round_close
UPDATE vote_round SET closed_at = statement_timestamp(), results = vote_totals(id),
       voters = (SELECT count(DISTINCT member_id) FROM votes_of(id))
WHERE board_id = $1::uuid AND id = $2::uuid
RETURNING json_build_object('round', id, 'closed_at', ms(closed_at), 'voters', voters, 'results', results) AS closed

-- name: vote_for_cast
-- What member $4 has given elsewhere within the same budget, and others have given the card.
SELECT r.budget, r.most, r.live, r.closed_at IS NOT NULL AS is_closed, c.id IS NOT NULL AS has_card,
       r.sections = '{}' OR coalesce(c.section_id = ANY (r.sections), false) AS is_asked,
       (SELECT coalesce(sum(v.votes), 0) FROM votes_of(r.id) v
        WHERE v.member_id = $4::uuid AND v.card_id <> $3::uuid
          AND (r.per = 'board' OR v.section_id IS NOT DISTINCT FROM c.section_id)) AS elsewhere
FROM vote_round r LEFT JOIN card c ON c.id = $3::uuid AND c.board_id = r.board_id AND c.deleted_at IS NULL
WHERE r.board_id = $1::uuid AND r.id = $2::uuid

-- name: vote_clear
-- What the member has given the card, and given cards that are deleted: all that is to be given anew.
DELETE FROM vote v USING card c
WHERE c.id = v.card_id AND v.round_id = $1::uuid AND v.member_id = $3::uuid AND (c.id = $2::uuid OR c.deleted_at IS NOT NULL)

-- name: vote_insert
INSERT INTO vote (round_id, card_id, member_id, section_id, votes)
SELECT $1::uuid, c.id, $3::uuid, c.section_id, $4::integer FROM card c WHERE c.id = $2::uuid AND $4::integer > 0

-- name: vote_count
SELECT (SELECT count(DISTINCT member_id) FROM votes_of($1::uuid)) AS voters,
       (SELECT coalesce(sum(votes), 0) FROM votes_of($1::uuid) WHERE card_id = $2::uuid) AS votes

-- name: vote_list
SELECT json_strip_nulls(json_build_object(
       'mine', (SELECT coalesce(json_agg(json_build_object('card', card_id, 'votes', votes) ORDER BY card_id), '[]')
                FROM votes_of(r.id) WHERE member_id = $3::uuid),
       'votes', CASE WHEN NOT r.secret AND (r.live OR r.closed_at IS NOT NULL) THEN
                    (SELECT coalesce(json_agg(json_build_object('voter', person(member_id), 'card', card_id, 'votes', votes)), '[]')
                     FROM (SELECT * FROM votes_of(r.id) ORDER BY card_id, member_id LIMIT 5000) AS v) END)) AS reply
FROM vote_round r WHERE r.board_id = $1::uuid AND r.id = $2::uuid
