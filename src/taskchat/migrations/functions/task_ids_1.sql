-- Takes so many ids for tasks of a user, and gives the last of them; NULL where there is no such user.
--
-- A transaction of its own, so that the counter's row is not locked while tasks are stored. It does not
-- wait for the disk: what makes a task durable has made the counter durable before it, since both
-- stand in one log in this order.
CREATE FUNCTION task_ids_1(p_user bigint, p_count integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_last integer;
BEGIN
    PERFORM set_config('taskchat.uid', p_user::text, true);
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE users SET last_task_id = last_task_id + p_count WHERE id = p_user
    RETURNING last_task_id INTO v_last;
    RETURN v_last;
END
$$
