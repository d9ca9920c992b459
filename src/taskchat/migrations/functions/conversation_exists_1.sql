-- Whether there is such a conversation, whoever's, and nothing more about it.
--
-- Asked when a conversation was not found among the caller's own: `/api/v1/chat` tells another
-- user's from one that does not exist. It looks at all rows, so it runs as the tables' owner.
CREATE FUNCTION conversation_exists_1(p_uid uuid)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_found boolean;
BEGIN
    PERFORM set_config('taskchat.service', 'on', true);
    v_found := EXISTS (SELECT 1 FROM conversations WHERE uid = p_uid AND deleted_at IS NULL);
    PERFORM set_config('taskchat.service', '', true);
    RETURN v_found;
END
$$
