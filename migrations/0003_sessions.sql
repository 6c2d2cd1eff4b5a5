-- How long a browser's session lives without use is a setting: each keeps what held when it began, as it does its end.
ALTER TABLE session ADD COLUMN idle interval NOT NULL DEFAULT interval '14 days' CHECK (idle > interval '0');

CREATE OR REPLACE FUNCTION session_ends_at(s session) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE s.kind WHEN 'browser' THEN least(s.expires_at, s.last_seen_at + s.idle) ELSE s.expires_at END
$$;
