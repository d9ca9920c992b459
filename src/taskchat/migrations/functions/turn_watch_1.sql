-- Which of the turns that a copy runs, of whichever users, are still its own. Only reads: a copy asks
-- twice a second, so that one that was cancelled elsewhere stops asking its model.
CREATE FUNCTION turn_watch_1(p_ids bigint[], p_epochs integer[])
RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('taskchat.service', 'on', true);
    RETURN QUERY
    SELECT turns.id FROM turns
    JOIN unnest(p_ids, p_epochs) AS held(id, epoch)
      ON turns.id = held.id AND turns.epoch = held.epoch
    WHERE turns.status = 'running';
    PERFORM set_config('taskchat.service', '', true);
END
$$
