-- Stores events of a streamed turn in one round trip, if the turn is still the caller's; says whether.
CREATE FUNCTION turn_tell_1(
    p_again boolean,
    p_turn bigint,
    p_epoch integer,
    p_user bigint,
    p_ids integer[],
    p_names text[],
    p_bodies text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('taskchat.uid', p_user::text, true);
    PERFORM 1 FROM turns WHERE id = p_turn AND epoch = p_epoch AND status = 'running'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- Sent again because the answer was lost: that may have been the answer of a commit.
    IF p_again AND EXISTS (SELECT 1 FROM turn_events WHERE turn_id = p_turn AND id = p_ids[1]) THEN
        RETURN true;
    END IF;
    INSERT INTO turn_events (turn_id, id, user_id, name, body, created_at)
    SELECT p_turn, told.id, p_user, told.name, told.body::json, clock_timestamp()
    FROM unnest(p_ids, p_names, p_bodies) AS told(id, name, body);
    RETURN true;
END
$$
