-- Renews the leases of the turns that a copy runs, of whichever users; gives the ids of those that
-- are still its own. Rows are locked by ascending id, as everywhere.
CREATE FUNCTION turn_renew_1(p_ids bigint[], p_epochs integer[], p_lease_s double precision)
RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('taskchat.service', 'on', true);
    RETURN QUERY
    WITH mine AS MATERIALIZED (
        SELECT turns.id FROM turns
        JOIN unnest(p_ids, p_epochs) AS held(id, epoch)
          ON turns.id = held.id AND turns.epoch = held.epoch
        WHERE turns.status = 'running'
        ORDER BY turns.id FOR NO KEY UPDATE OF turns
    )
    UPDATE turns SET lease_until = epoch_now() + p_lease_s
    FROM mine WHERE turns.id = mine.id
    RETURNING turns.id;
    PERFORM set_config('taskchat.service', '', true);
END
$$
