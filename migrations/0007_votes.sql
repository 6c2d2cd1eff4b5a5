-- Votes on a board's cards: rounds that somebody opens and closes, and what each member has given each card in them.

CREATE TABLE vote_round (
    id        uuid PRIMARY KEY,
    board_id  uuid NOT NULL REFERENCES board (id) ON DELETE CASCADE,
    title     text CHECK (length(title) BETWEEN 1 AND 120),
    budget    integer NOT NULL CHECK (budget BETWEEN 1 AND 50),
    most      integer NOT NULL CHECK (most BETWEEN 1 AND budget), -- one member's on one card
    per       text NOT NULL CHECK (per IN ('board', 'section')),
    sections  uuid[] NOT NULL, -- whose cards can be voted on; empty: all cards
    secret    boolean NOT NULL,
    live      boolean NOT NULL,
    opened_by uuid REFERENCES member (id) ON DELETE SET NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    -- What it came to, kept when it is closed: cards and members may go.
    voters    integer CHECK (voters >= 0),
    results   json,
    CHECK ((closed_at IS NULL) = (results IS NULL) AND (closed_at IS NULL) = (voters IS NULL))
);
CREATE UNIQUE INDEX vote_round_open ON vote_round (board_id) WHERE closed_at IS NULL;
CREATE INDEX vote_round_board ON vote_round (board_id, opened_at);

-- The budget counts by the section that the card lay in when it got the votes: moving cards exceeds nobody's.
CREATE TABLE vote (
    round_id   uuid NOT NULL REFERENCES vote_round (id) ON DELETE CASCADE,
    member_id  uuid NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    card_id    uuid NOT NULL REFERENCES card (id) ON DELETE CASCADE,
    section_id uuid,
    votes      integer NOT NULL CHECK (votes BETWEEN 1 AND 50),
    PRIMARY KEY (round_id, member_id, card_id)
);
CREATE INDEX vote_card ON vote (round_id, card_id);
CREATE INDEX vote_member ON vote (member_id);
CREATE INDEX vote_on ON vote (card_id);

-- Those that count: a deleted card's do not.
CREATE FUNCTION votes_of(round uuid) RETURNS SETOF vote LANGUAGE sql STABLE AS $$
    SELECT v.* FROM vote v JOIN card c ON c.id = v.card_id WHERE v.round_id = round AND c.deleted_at IS NULL
$$;

CREATE FUNCTION vote_totals(round uuid) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT coalesce(json_agg(json_build_object('card', t.card_id, 'votes', t.votes) ORDER BY t.votes DESC, t.card_id), '[]')
    FROM (SELECT card_id, sum(votes) AS votes FROM votes_of(round) GROUP BY card_id) AS t
$$;

CREATE FUNCTION vote_round_json(r vote_round) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_strip_nulls(json_build_object('id', r.id, 'title', r.title, 'budget', r.budget, 'most', r.most, 'per', r.per,
           'sections', CASE WHEN r.sections <> '{}' THEN r.sections END, 'secret', r.secret, 'live', r.live,
           'opened_by', person(r.opened_by), 'opened_at', ms(r.opened_at), 'closed_at', ms(r.closed_at),
           'voters', coalesce(r.voters, (SELECT count(DISTINCT member_id) FROM votes_of(r.id))),
           'results', coalesce(r.results, CASE WHEN r.live THEN vote_totals(r.id) END)))
$$;
