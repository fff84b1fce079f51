-- The roles of the fleet, which belong to the whole server. A machine's own role is a member of gitproc_machine, and may
-- call what machines call. Run at each init, so that functions of a newer version are covered.

DO $$ BEGIN
    CREATE ROLE gitproc_machine NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
DO $$ BEGIN
    CREATE ROLE gitproc_operator NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

REVOKE ALL ON SCHEMA gitproc FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gitproc FROM PUBLIC;
GRANT USAGE ON SCHEMA gitproc TO gitproc_machine, gitproc_operator;
GRANT EXECUTE ON FUNCTION gitproc.beat, gitproc.report, gitproc.ask, gitproc.free, gitproc.mine, gitproc.deliver,
    gitproc.mirror, gitproc.leave TO gitproc_machine;
GRANT EXECUTE ON FUNCTION gitproc.set_limit, gitproc.drain, gitproc.leave TO gitproc_operator;
GRANT SELECT ON gitproc.machine_view, gitproc.limit_view, gitproc.queue_view, gitproc.slot_view, gitproc.checkout_view,
    gitproc.rescue_view, gitproc.history_view, gitproc.base_view, gitproc.fleet_view
    TO gitproc_machine, gitproc_operator;
