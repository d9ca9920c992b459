-- Drops what was told of turns that ended before `p_before`, of whichever users; says how much.
-- The last row of a turn stays, since the number of its end follows from it.
CREATE FUNCTION turn_events_purge_1(p_before timestamptz)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_dropped bigint;
BEGIN
    PERFORM set_config('taskchat.service', 'on', true);
    DELETE FROM turn_events
    USING turns
    WHERE turns.id = turn_events.turn_id AND turns.status <> 'running'
      AND turns.finished_at < p_before
      AND turn_events.id < (SELECT max(later.id) FROM turn_events AS later
                            WHERE later.turn_id = turn_events.turn_id);
    GET DIAGNOSTICS v_dropped = ROW_COUNT;
    PERFORM set_config('taskchat.service', '', true);
    RETURN v_dropped;
END
$$
