-- Stores events of several streamed turns in one round trip, of each that is still the caller's; says of
-- which. Turns come by ascending id, since their rows are locked; the events of each, one after the other.
CREATE FUNCTION turns_tell_1(
    p_again boolean[],
    p_turns bigint[],
    p_epochs integer[],
    p_users bigint[],
    p_counts integer[],
    p_ids integer[],
    p_names text[],
    p_bodies text[]
) RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
    v_told boolean[];
    v_from integer := 1;
    v_until integer;
BEGIN
    -- Where one turn's row is not to be had, the others do not wait for it: they are told alone then.
    IF cardinality(p_turns) > 1 THEN
        PERFORM set_config('lock_timeout', '250ms', true);
    END IF;
    FOR v_place IN 1..cardinality(p_turns) LOOP
        v_until := v_from + p_counts[v_place] - 1;
        v_told[v_place] := turn_tell_1(
            p_again[v_place], p_turns[v_place], p_epochs[v_place], p_users[v_place],
            p_ids[v_from:v_until], p_names[v_from:v_until], p_bodies[v_from:v_until]
        );
        v_from := v_until + 1;
    END LOOP;
    RETURN v_told;
END
$$
