-- Opens a turn in one round trip: what `chat/journal.py` does statement by statement on SQLite.
--
-- Every statement of a volatile function has a snapshot of its own, so what is read after the
-- conversation's lock is current. There is no EXCEPTION block: a unique violation goes to the
-- caller, who calls again.
--
-- Returns {"outcome": opened | mine | same | reused | missing | limited | busy, ...}.
CREATE FUNCTION turn_open_4(
    p_again boolean,
    p_uid uuid,
    p_user bigint,
    p_conversation_id bigint,       -- the conversation by its number,
    p_conversation_uid uuid,        -- or by its UUID; a new one where p_begins
    p_begins boolean,
    p_title text,
    p_message_uid uuid,
    p_content text,
    p_metadata json,
    p_key text,
    p_hash text,
    p_ticket uuid,
    p_waited boolean,
    p_time_zone text,
    p_streamed boolean,
    p_lease_s double precision,
    p_ticket_s double precision,
    p_history integer,              -- the newest messages, so many at most
    p_history_tokens integer,       -- and what fits into so many tokens; NULL: no such limit
    p_rate integer,                 -- so many turns of the user within p_window_s; NULL: no limit
    p_window_s double precision,
    p_at_once integer,              -- so many running turns of the user; NULL: no limit
    p_tokens bigint                 -- so many tokens of the user in a UTC day; NULL: no limit
) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    c conversations;
    t turns;
    v_now timestamptz;
    v_history json;
    v_since timestamptz;
    v_room_s double precision;
    v_today timestamptz;
BEGIN
    PERFORM set_config('taskchat.uid', p_user::text, true);

    IF NOT p_begins THEN
        IF p_conversation_id IS NOT NULL THEN
            SELECT * INTO c FROM conversations
            WHERE id = p_conversation_id AND user_id = p_user AND deleted_at IS NULL
            FOR NO KEY UPDATE;
        ELSE
            SELECT * INTO c FROM conversations
            WHERE uid = p_conversation_uid AND user_id = p_user AND deleted_at IS NULL
            FOR NO KEY UPDATE;
        END IF;
    END IF;

    -- Sent again because the answer was lost: it may have been done. Asked under the lock, which the
    -- first one holds while it still runs; and before `missing`, since it may be deleted by now.
    IF p_again THEN
        SELECT * INTO t FROM turns WHERE uid = p_uid AND user_id = p_user;
        IF FOUND THEN
            RETURN json_build_object('outcome', 'mine', 'turn_id', t.id, 'epoch', t.epoch);
        END IF;
    END IF;

    IF NOT p_begins AND c.id IS NULL THEN
        RETURN json_build_object('outcome', 'missing');
    END IF;

    IF p_key IS NOT NULL THEN
        SELECT * INTO t FROM turns WHERE user_id = p_user AND idempotency_key = p_key;
        IF FOUND THEN
            IF t.status <> 'running' AND t.created_at < clock_timestamp() - interval '24 hours' THEN
                UPDATE turns SET idempotency_key = NULL WHERE id = t.id;
            ELSIF t.request_hash <> p_hash OR t.began_conversation <> p_begins
                  OR NOT p_begins AND t.conversation_id <> c.id THEN
                RETURN json_build_object('outcome', 'reused');
            ELSIF EXISTS (SELECT 1 FROM conversations
                          WHERE id = t.conversation_id AND deleted_at IS NOT NULL) THEN
                RETURN json_build_object('outcome', 'missing');
            ELSE
                RETURN json_build_object('outcome', 'same', 'turn_id', t.id);
            END IF;
        END IF;
    END IF;

    -- The age of the n-th newest turn tells whether there is room: no counter, nothing to write.
    IF p_rate IS NOT NULL THEN
        -- In a variable: a volatile function in the condition would keep it out of the index, and
        -- every turn that the user ever had would be read.
        v_since := clock_timestamp() - make_interval(secs => p_window_s);
        SELECT p_window_s - extract(epoch FROM clock_timestamp() - created_at) INTO v_room_s
        FROM turns
        WHERE user_id = p_user
          AND created_at > v_since
        ORDER BY created_at DESC OFFSET p_rate - 1 LIMIT 1;
        IF FOUND THEN
            RETURN json_build_object('outcome', 'limited', 'by', 'rate', 'room_s', v_room_s);
        END IF;
    END IF;
    IF p_at_once IS NOT NULL AND p_at_once <=
        (SELECT count(*) FROM turns WHERE user_id = p_user AND status = 'running') THEN
        RETURN json_build_object('outcome', 'limited', 'by', 'at_once', 'room_s', 1);
    END IF;
    -- Last of the limits, since it reads every turn of the day. The day is UTC's, and a turn counts
    -- where it was accepted; of one that runs, what is known so far.
    IF p_tokens IS NOT NULL THEN
        v_now := clock_timestamp();
        v_today := date_trunc('day', v_now AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
        IF p_tokens <= (SELECT sum(input_tokens::bigint + output_tokens) FROM turns
                        WHERE user_id = p_user AND created_at >= v_today) THEN
            RETURN json_build_object(
                'outcome', 'limited', 'by', 'tokens',
                'room_s', extract(epoch FROM v_today + interval '24 hours' - v_now),
                'resets_at', extract(epoch FROM v_today + interval '24 hours'));
        END IF;
    END IF;

    IF NOT p_begins AND (
        EXISTS (SELECT 1 FROM turns WHERE conversation_id = c.id AND status = 'running')
        OR EXISTS (
            SELECT 1 FROM waiters
            -- As with leases: one that ends too far ahead is of a clock that was set back since.
            WHERE conversation_id = c.id AND uid <> p_ticket
              AND seen_until BETWEEN epoch_now() AND epoch_now() + 60
              AND id < coalesce((SELECT id FROM waiters WHERE uid = p_ticket), 9223372036854775807)
        )
    ) THEN
        INSERT INTO waiters (uid, user_id, conversation_id, seen_until)
        VALUES (p_ticket, p_user, c.id, epoch_now() + p_ticket_s)
        ON CONFLICT (uid) DO UPDATE SET seen_until = excluded.seen_until;
        RETURN json_build_object('outcome', 'busy', 'conversation_id', c.id);
    END IF;

    v_now := clock_timestamp();
    IF p_begins THEN
        INSERT INTO conversations (uid, user_id, title, last_seq, message_count, last_message_at,
                                   created_at, updated_at)
        VALUES (p_conversation_uid, p_user, p_title, 1, 1, v_now, v_now, v_now)
        RETURNING * INTO c;
        v_history := '[]';
    ELSE
        UPDATE conversations
        SET last_seq = last_seq + 1, message_count = message_count + 1, last_message_at = v_now,
            updated_at = v_now, title = CASE WHEN auto_title THEN p_title ELSE title END,
            auto_title = false
        WHERE id = c.id
        RETURNING * INTO c;
        -- A reply comes only directly after its question: without it, it would pass for the answer
        -- to an earlier question that has none. How tokens are counted: `chat/window.py`.
        SELECT coalesce(json_agg(json_build_array(role, content, tool_calls, tool_results, seq)
                                 ORDER BY seq), '[]')
        INTO v_history
        FROM (SELECT *, lag(seq) OVER (ORDER BY seq) AS before,
                     sum(tokens) OVER (ORDER BY seq DESC) AS total
              FROM (SELECT seq, role, content, tool_calls, tool_results,
                           CASE WHEN p_history_tokens IS NULL THEN 0
                                ELSE 8 + (length(content) + coalesce(length(tool_calls::text), 0)
                                          + coalesce(length(tool_results::text), 0)) / 4
                           END AS tokens
                    FROM messages
                    WHERE conversation_id = c.id AND deleted_at IS NULL
                    ORDER BY seq DESC LIMIT p_history) newest) paired
        WHERE (role = 'user' OR before = seq - 1) AND total <= coalesce(p_history_tokens, total);
    END IF;
    INSERT INTO turns (uid, user_id, conversation_id, status, lease_until, streamed,
                       idempotency_key, request_hash, began_conversation, user_seq, time_zone,
                       created_at)
    VALUES (p_uid, p_user, c.id, 'running', epoch_now() + p_lease_s, p_streamed,
            p_key, p_hash, p_begins, c.last_seq, p_time_zone, v_now)
    RETURNING * INTO t;
    INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content, metadata,
                          created_at, updated_at)
    VALUES (p_message_uid, c.id, p_user, t.id, c.last_seq, 'user', p_content, p_metadata,
            v_now, v_now);
    IF p_waited THEN
        -- Ours, and those that a copy which died has left.
        DELETE FROM waiters
        WHERE conversation_id = c.id AND (uid = p_ticket
              OR seen_until NOT BETWEEN epoch_now() AND epoch_now() + 60);
    END IF;
    RETURN json_build_object(
        'outcome', 'opened', 'turn_id', t.id, 'conversation_id', c.id, 'conversation_uid', c.uid,
        'user_seq', t.user_seq, 'created_at', extract(epoch FROM v_now), 'history', v_history,
        'summary', c.summary, 'summary_seq', c.summary_seq);
END
$$
