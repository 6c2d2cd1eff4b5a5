-- Who did what is told with it; but not of what people do in secret (hides_actor in the protocol's tables; a test holds them
-- together).
CREATE FUNCTION told_actor(type text, actor uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN type <> 'vote.cast' THEN actor END
$$;
