-- Stores steps of a turn, and the tasks that they add, in one round trip, if the turn is still the caller's;
-- says whether. For acts that need to read nothing: what they do is known before.
--
-- Whoever calls has taken the ids of the tasks before (`task_ids_1`).
CREATE FUNCTION turn_act_1(
    p_again boolean,
    p_turn bigint,
    p_epoch integer,
    p_user bigint,
    p_input_tokens integer,         -- what the turn has used so far
    p_output_tokens integer,
    p_requests integer,
    p_lease_s double precision,     -- the lease begins anew; NULL: it stays as it is
    p_idx integer,                  -- of the first step
    p_steps json,                   -- [{idx, kind, body}], each body as JSON in a text
    p_tasks json,                   -- [{id, title, description, priority, due_at, all_day}], or NULL
    p_events json                   -- [{id, name, body}] of a streamed turn, shown after this; or NULL
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('taskchat.uid', p_user::text, true);
    UPDATE turns
    SET input_tokens = p_input_tokens, output_tokens = p_output_tokens, requests = p_requests,
        lease_until = coalesce(epoch_now() + p_lease_s, lease_until)
    WHERE id = p_turn AND user_id = p_user AND status = 'running' AND epoch = p_epoch;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- Sent again because the answer was lost: that may have been the answer of a commit. The steps are
    -- then these, since nobody else writes at this epoch.
    IF p_again AND EXISTS (SELECT 1 FROM steps
                           WHERE user_id = p_user AND turn_id = p_turn AND idx = p_idx) THEN
        RETURN true;
    END IF;
    IF p_tasks IS NOT NULL THEN
        INSERT INTO tasks (user_id, id, created_at, updated_at, title, description, priority, due_at,
                           all_day, completed)
        SELECT p_user, added.id, now, now, added.title, added.description, added.priority,
               added.due_at, added.all_day, false
        FROM clock_timestamp() AS now, json_to_recordset(p_tasks)
             AS added(id integer, title text, description text, priority text, due_at timestamptz,
                      all_day boolean);
    END IF;
    INSERT INTO steps (turn_id, idx, user_id, kind, epoch, body, created_at)
    SELECT p_turn, step.idx, p_user, step.kind, p_epoch, step.body::json, clock_timestamp()
    FROM json_to_recordset(p_steps) AS step(idx integer, kind text, body text);
    IF p_events IS NOT NULL THEN
        INSERT INTO turn_events (turn_id, id, user_id, name, body, created_at)
        SELECT p_turn, told.id, p_user, told.name, told.body::json, clock_timestamp()
        FROM json_to_recordset(p_events) AS told(id integer, name text, body text);
    END IF;
    RETURN true;
END
$$
