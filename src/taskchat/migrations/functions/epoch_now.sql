-- Seconds since 1970 by the database's own clock, at the moment of the call (not of the
-- transaction): leases and tickets are set and compared with it, never with a server's clock.
CREATE FUNCTION epoch_now() RETURNS double precision LANGUAGE sql VOLATILE
AS 'SELECT extract(epoch FROM clock_timestamp())::double precision'
