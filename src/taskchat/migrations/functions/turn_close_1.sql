-- Ends a turn in one round trip: status, reply and counters, if the turn is still the caller's.
--
-- Returns {"closed": true, "finished_at", "message_uid", "created_at"}, or {"closed": false} where the turn has
-- another owner or has ended.
CREATE FUNCTION turn_close_1(
    p_turn bigint,
    p_epoch integer,
    p_user bigint,
    p_conversation bigint,
    p_status text,
    p_error_code text,
    p_retryable boolean,
    p_message_uid uuid,
    p_content text,                 -- NULL: this end has no reply
    p_tool_calls json,
    p_tool_results json,
    p_metadata json,
    p_input_tokens integer,
    p_output_tokens integer,
    p_requests integer
) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz;
    v_seq integer;
    v_message record;
BEGIN
    PERFORM set_config('taskchat.uid', p_user::text, true);
    PERFORM 1 FROM conversations WHERE id = p_conversation FOR NO KEY UPDATE;
    v_now := clock_timestamp();
    UPDATE turns
    SET status = p_status, error_code = p_error_code, retryable = p_retryable,
        input_tokens = p_input_tokens, output_tokens = p_output_tokens, requests = p_requests,
        finished_at = v_now
    WHERE id = p_turn AND status = 'running' AND epoch = p_epoch
    RETURNING user_seq INTO v_seq;
    IF NOT FOUND THEN
        RETURN json_build_object('closed', false);
    END IF;
    IF p_content IS NULL THEN
        RETURN json_build_object('closed', true, 'finished_at', extract(epoch FROM v_now));
    END IF;
    -- A turn that is continued rewrites the reply of its earlier end: same row, same place.
    INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content, tool_calls,
                          tool_results, metadata, created_at, updated_at)
    VALUES (p_message_uid, p_conversation, p_user, p_turn, v_seq + 1, 'assistant', p_content,
            p_tool_calls, p_tool_results, p_metadata, v_now, v_now)
    ON CONFLICT (conversation_id, seq) DO UPDATE
    SET content = excluded.content, tool_calls = excluded.tool_calls,
        tool_results = excluded.tool_results, metadata = excluded.metadata,
        updated_at = excluded.updated_at
    WHERE messages.turn_id = p_turn
    RETURNING uid, created_at, created_at = v_now AS fresh INTO v_message;
    UPDATE conversations
    SET last_seq = greatest(last_seq, v_seq + 1),
        message_count = message_count + CASE WHEN v_message.fresh THEN 1 ELSE 0 END,
        last_message_at = v_now, updated_at = v_now
    WHERE id = p_conversation;
    RETURN json_build_object('closed', true, 'finished_at', extract(epoch FROM v_now),
                             'message_uid', v_message.uid,
                             'created_at', extract(epoch FROM v_message.created_at));
END
$$
