-- Takes over turns whose owner is silent or has offered them: epoch + 1, a new lease.
--
-- Work across users, so it runs as the tables' owner; it tells ids and epochs only, and whoever has
-- claimed a turn then sets its user. A lease that ends too far ahead was set by a clock that has
-- been set back since.
CREATE FUNCTION turn_claim_2(p_limit integer, p_lease_s double precision)
RETURNS TABLE (id bigint, user_id bigint, epoch integer, takeovers integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_now double precision := epoch_now();
BEGIN
    PERFORM set_config('taskchat.service', 'on', true);
    RETURN QUERY
    -- By itself, so that it is read by the index of running turns. In order and with a limit, the
    -- planner would rather walk along the primary key, past every turn there ever was.
    WITH silent AS MATERIALIZED (
        SELECT turns.id FROM turns
        WHERE turns.status = 'running'
          AND (turns.offered OR turns.lease_until NOT BETWEEN v_now AND v_now + 60)
    ), lost AS MATERIALIZED (
        -- Asked again of each row under its lock: another copy may have been quicker.
        SELECT turns.id FROM turns JOIN silent ON silent.id = turns.id
        WHERE turns.status = 'running'
          AND (turns.offered OR turns.lease_until NOT BETWEEN v_now AND v_now + 60)
        ORDER BY turns.id LIMIT p_limit FOR NO KEY UPDATE OF turns SKIP LOCKED
    ), claimed AS (
        UPDATE turns
        SET epoch = turns.epoch + 1, lease_until = epoch_now() + p_lease_s,
            takeovers = turns.takeovers + CASE WHEN turns.offered THEN 0 ELSE 1 END,
            offered = false
        FROM lost WHERE turns.id = lost.id
        RETURNING turns.id, turns.user_id, turns.epoch, turns.takeovers
    ), doubted AS (
        -- Calls on other servers that were begun by the last owner may or may not have been made.
        UPDATE steps SET kind = 'in_doubt'
        FROM lost WHERE steps.turn_id = lost.id AND steps.kind = 'begun'
    )
    SELECT * FROM claimed;
    PERFORM set_config('taskchat.service', '', true);
END
$$
