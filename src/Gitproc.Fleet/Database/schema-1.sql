-- The fleet's database, version 1. Machines agree here on who may hold what. Each machine's own database stays the truth
-- about its checkouts; what is here of them is a copy.
--
-- A machine calls the functions below, as its own role, and may do nothing else. They find out who calls from
-- session_user. Times are this server's.
--
-- Whoever grants or frees slots of a repository locks its row first, several in the order of their numbers, and after the
-- row of a machine. So grants of one repository follow each other, and those of others go on beside them. Where that
-- order cannot be kept, PostgreSQL ends one of two that wait for each other, and the machine calls again.

CREATE SCHEMA gitproc;

-- One row.
CREATE TABLE gitproc.fleet (
    is_only      boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    version      integer NOT NULL,
    -- Grows with each start of the server and each restore, which gitproc.now_begun() finds by the signature. Nothing is
    -- granted in a new incarnation before the machines have reported what they hold.
    incarnation  bigint NOT NULL DEFAULT 0,
    signature    text NOT NULL DEFAULT '',
    begun_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_open      boolean NOT NULL DEFAULT false,
    -- Set if a machine knows of a later grant than this database: then it was restored from an older backup.
    is_restored  boolean NOT NULL DEFAULT false,
    -- Grows with each change of a limit.
    revision     bigint NOT NULL DEFAULT 0,
    searched_at  timestamptz NOT NULL DEFAULT 'epoch',
    history_age  interval NOT NULL DEFAULT '90 days'
);

-- Numbers every grant of the fleet.
CREATE SEQUENCE gitproc.grant_number;

CREATE TABLE gitproc.machine (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL UNIQUE,
    role         name NOT NULL UNIQUE,
    -- new: has never beaten. silent: its slots were taken from it. left: it has none, and gets none.
    state        text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'active', 'silent', 'left')),
    is_drained   boolean NOT NULL DEFAULT false,
    beaten_at    timestamptz,
    silent_at    timestamptz,
    timeout      interval NOT NULL DEFAULT '10 minutes',
    -- The incarnation in which it has last reported what it holds, and the revision of the limits that it has.
    reported     bigint NOT NULL DEFAULT -1,
    revision     bigint NOT NULL DEFAULT -1,
    -- The last event that has come from which database of the machine's pool.
    pool         uuid,
    delivered    bigint NOT NULL DEFAULT 0,
    -- What the machine says of itself: host, pool, version, system, cores, load, disk.
    facts        jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50);

CREATE TABLE gitproc.repository (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key       text NOT NULL UNIQUE,
    most      integer CHECK (most >= 0),
    revision  bigint NOT NULL DEFAULT 0
);

-- A slot stays when it is free, with its fence. One above the limit exists where a machine held more than it may.
CREATE TABLE gitproc.slot (
    repository_id  integer NOT NULL REFERENCES gitproc.repository (id),
    number         integer NOT NULL,
    fence          bigint NOT NULL DEFAULT 0,
    lease          text UNIQUE,
    request        text,
    machine_id     integer REFERENCES gitproc.machine (id),
    who            text,
    since          timestamptz,
    PRIMARY KEY (repository_id, number)
) WITH (fillfactor = 50);
CREATE INDEX slot_machine ON gitproc.slot (machine_id) WHERE machine_id IS NOT NULL;

CREATE TABLE gitproc.ticket (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id  integer NOT NULL REFERENCES gitproc.repository (id),
    machine_id     integer NOT NULL REFERENCES gitproc.machine (id),
    request        text NOT NULL UNIQUE,
    leases         text[] NOT NULL,
    who            text NOT NULL,
    since          timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ticket_repository ON gitproc.ticket (repository_id, id);
CREATE INDEX ticket_machine ON gitproc.ticket (machine_id);

CREATE TABLE gitproc.checkout (
    machine_id  integer NOT NULL REFERENCES gitproc.machine (id),
    number      bigint NOT NULL,
    repository  text NOT NULL,
    state       text NOT NULL,
    commit_id   text,
    used_at     timestamptz,
    -- The checkout as gitproc list --json shows it.
    shown       jsonb NOT NULL,
    PRIMARY KEY (machine_id, number)
);
CREATE INDEX checkout_repository ON gitproc.checkout (repository, state);

CREATE TABLE gitproc.base (
    machine_id  integer NOT NULL REFERENCES gitproc.machine (id),
    repository  text NOT NULL,
    fetched_at  timestamptz,
    PRIMARY KEY (machine_id, repository)
);

CREATE TABLE gitproc.rescue (
    machine_id  integer NOT NULL REFERENCES gitproc.machine (id),
    id          text NOT NULL,
    shown       jsonb NOT NULL,
    PRIMARY KEY (machine_id, id)
);

-- Events of machines, numbered by each pool's database, and those of the fleet itself (machine 0).
CREATE TABLE gitproc.history (
    machine_id  integer NOT NULL,
    pool        uuid NOT NULL,
    number      bigint NOT NULL,
    at          timestamptz NOT NULL,
    kind        text NOT NULL,
    checkout    text,
    repository  text,
    lease       text,
    who         text,
    why         text,
    PRIMARY KEY (machine_id, pool, number)
);
CREATE INDEX history_at ON gitproc.history (at);
CREATE SEQUENCE gitproc.note_number;

INSERT INTO gitproc.fleet (version) VALUES (1);

-- Which machine calls.
CREATE FUNCTION gitproc.me() RETURNS integer LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE found integer;
BEGIN
    SELECT id INTO found FROM gitproc.machine WHERE role = session_user AND state <> 'left';
    IF found IS NULL THEN
        RAISE EXCEPTION 'The role % is of no machine of this fleet.', session_user
            USING ERRCODE = 'GP001', HINT = 'gitproc-fleet init --machine NAME';
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION gitproc.note(of_kind text, of_machine integer, of_repository text, of_lease text, because text)
RETURNS void LANGUAGE sql SET search_path = pg_catalog AS $$
    INSERT INTO gitproc.history (machine_id, pool, number, at, kind, repository, lease, who, why)
    SELECT 0, '00000000-0000-0000-0000-000000000000', nextval('gitproc.note_number'), clock_timestamp(), of_kind,
        of_repository, of_lease, (SELECT name FROM gitproc.machine WHERE id = of_machine), because
$$;

-- The incarnation. Begins a new one if the server has been started, or the database been restored, since the last call.
-- Every machine then has its whole time again.
CREATE FUNCTION gitproc.now_begun() RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    current gitproc.fleet;
    found text := extract(epoch FROM pg_postmaster_start_time()) || ' '
        || (SELECT oid FROM pg_database WHERE datname = current_database()) || ' ' || 'gitproc.fleet'::regclass::oid;
BEGIN
    SELECT * INTO current FROM gitproc.fleet;
    IF current.signature <> found THEN
        UPDATE gitproc.fleet SET signature = found, incarnation = incarnation + 1, begun_at = clock_timestamp(),
            is_open = false
        WHERE signature <> found;
        SELECT * INTO current FROM gitproc.fleet;
    END IF;
    RETURN current.incarnation;
END $$;

-- Gives free slots to those who wait, first come, first served. The caller has locked the repository's row. The tickets
-- of a machine that has not beaten for 30 s are passed over, and keep their places. Each other machine that gets
-- something is told once, at the commit.
CREATE FUNCTION gitproc.grant_next(of_repository integer) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    allowed integer;
    held integer;
    next gitproc.ticket;
    one text;
    slot_number integer;
BEGIN
    IF NOT (SELECT is_open FROM gitproc.fleet) THEN
        RETURN;
    END IF;
    SELECT most INTO allowed FROM gitproc.repository WHERE id = of_repository;
    SELECT count(*) INTO held FROM gitproc.slot WHERE repository_id = of_repository AND lease IS NOT NULL;
    LOOP
        SELECT ticket.* INTO next FROM gitproc.ticket JOIN gitproc.machine ON machine.id = machine_id
        WHERE repository_id = of_repository AND state = 'active'
            AND beaten_at > clock_timestamp() - interval '30 seconds'
        ORDER BY ticket.id LIMIT 1;
        EXIT WHEN next.id IS NULL OR held + cardinality(next.leases) > allowed;
        FOREACH one IN ARRAY next.leases LOOP
            SELECT min(number) INTO slot_number FROM gitproc.slot
            WHERE repository_id = of_repository AND lease IS NULL;
            IF slot_number IS NULL THEN
                SELECT coalesce(max(number), 0) + 1 INTO slot_number FROM gitproc.slot
                WHERE repository_id = of_repository;
                INSERT INTO gitproc.slot (repository_id, number) VALUES (of_repository, slot_number);
            END IF;
            UPDATE gitproc.slot SET fence = nextval('gitproc.grant_number'), lease = one, request = next.request,
                machine_id = next.machine_id, who = next.who, since = clock_timestamp()
            WHERE repository_id = of_repository AND number = slot_number;
        END LOOP;
        held := held + cardinality(next.leases);
        DELETE FROM gitproc.ticket WHERE id = next.id;
        IF (SELECT role FROM gitproc.machine WHERE id = next.machine_id) <> session_user THEN
            PERFORM pg_notify('gitproc_' || next.machine_id, '');
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION gitproc.grant_all() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE one integer;
BEGIN
    FOR one IN SELECT id FROM gitproc.repository
        WHERE id IN (SELECT repository_id FROM gitproc.ticket) ORDER BY id FOR UPDATE
    LOOP
        PERFORM gitproc.grant_next(one);
    END LOOP;
END $$;

-- Grants again if every machine has reported in this incarnation, or has been silent for its whole time. Machines that
-- were silent before count only after a restore: then this database does not know what they hold.
CREATE FUNCTION gitproc.open_if_known() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE current gitproc.fleet;
BEGIN
    SELECT * INTO current FROM gitproc.fleet;
    IF current.is_open OR EXISTS (
        SELECT FROM gitproc.machine
        WHERE reported < current.incarnation
            AND (state = 'active' OR (state = 'silent' AND current.is_restored))
            AND current.begun_at + timeout > clock_timestamp())
    THEN
        RETURN;
    END IF;
    UPDATE gitproc.fleet SET is_open = true, is_restored = false WHERE NOT is_open;
    PERFORM gitproc.grant_all();
END $$;

-- Takes the slots of machines that have been silent for their whole time. Called often, and looks at most each 2 s.
CREATE FUNCTION gitproc.find_silent() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    begun timestamptz;
    found integer[];
    lost record;
BEGIN
    IF (SELECT searched_at FROM gitproc.fleet) > clock_timestamp() - interval '2 seconds'
        OR NOT pg_try_advisory_xact_lock(hashtext('gitproc.find_silent'))
    THEN
        RETURN;
    END IF;
    UPDATE gitproc.fleet SET searched_at = clock_timestamp() RETURNING begun_at INTO begun;
    DELETE FROM gitproc.history WHERE at < clock_timestamp() - (SELECT history_age FROM gitproc.fleet);
    WITH silent AS (
        UPDATE gitproc.machine SET state = 'silent', silent_at = clock_timestamp()
        WHERE id IN (SELECT id FROM gitproc.machine
            WHERE state = 'active' AND greatest(beaten_at, begun) + timeout < clock_timestamp() FOR UPDATE SKIP LOCKED)
        RETURNING id, beaten_at), noted AS (
        SELECT id, gitproc.note('Silent', id, NULL, NULL, 'it has not been heard of since ' || beaten_at) FROM silent)
    SELECT array_agg(id) INTO found FROM noted;
    DELETE FROM gitproc.ticket WHERE machine_id = ANY (found);
    PERFORM FROM gitproc.repository
    WHERE id IN (SELECT repository_id FROM gitproc.slot WHERE machine_id = ANY (found)) ORDER BY id FOR UPDATE;
    FOR lost IN SELECT slot.*, key FROM gitproc.slot JOIN gitproc.repository ON id = repository_id
        WHERE machine_id = ANY (found) ORDER BY repository_id
    LOOP
        UPDATE gitproc.slot SET lease = NULL, request = NULL, machine_id = NULL, who = NULL, since = NULL
        WHERE repository_id = lost.repository_id AND number = lost.number;
        PERFORM gitproc.note('SlotLost', lost.machine_id, lost.key, lost.lease,
            'slot ' || lost.number || ' of ' || lost.who || ': the machine is silent');
        PERFORM gitproc.grant_next(lost.repository_id);
    END LOOP;
    PERFORM gitproc.open_if_known();
END $$;

-- A sign of life. What a machine knows of the fleet comes back: the limits only if they have changed.
--   told: revision, granted (the highest fence that it has seen), pool, timeout (seconds), facts
CREATE FUNCTION gitproc.beat(told jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    caller integer := gitproc.me();
    begun bigint := gitproc.now_begun();
    current gitproc.fleet;
    mine gitproc.machine;
BEGIN
    UPDATE gitproc.machine SET
        beaten_at = clock_timestamp(),
        state = CASE state WHEN 'new' THEN 'active' ELSE state END,
        revision = (told->>'revision')::bigint,
        timeout = make_interval(secs => coalesce((told->>'timeout')::double precision, 600)),
        delivered = CASE WHEN pool = (told->>'pool')::uuid THEN delivered ELSE coalesce(
            (SELECT max(number) FROM gitproc.history WHERE machine_id = caller AND history.pool = (told->>'pool')::uuid),
            0) END,
        pool = (told->>'pool')::uuid,
        facts = coalesce(told->'facts', facts)
    WHERE id = caller RETURNING * INTO mine;
    IF (told->>'granted')::bigint > (SELECT last_value FROM gitproc.grant_number) THEN
        PERFORM setval('gitproc.grant_number', (told->>'granted')::bigint);
        UPDATE gitproc.fleet SET is_restored = true, is_open = false;
        PERFORM gitproc.note('Restored', caller, NULL, NULL,
            'this machine knows a later grant than the database, which was restored from an older backup');
    END IF;
    PERFORM gitproc.find_silent();
    SELECT * INTO current FROM gitproc.fleet;
    RETURN jsonb_build_object(
        'incarnation', begun,
        'machine', caller,
        'name', mine.name,
        'revision', current.revision,
        'delivered', mine.delivered,
        'mustReport', mine.state = 'silent' OR mine.reported < begun,
        'wasSilent', mine.state = 'silent',
        'isDrained', mine.is_drained,
        'limits', CASE WHEN current.revision IS DISTINCT FROM (told->>'revision')::bigint THEN coalesce(
            (SELECT jsonb_object_agg(key, most) FROM gitproc.repository WHERE most IS NOT NULL), '{}') END);
END $$;

-- What the machine holds of limited repositories. It gets slots for all, beyond a limit if need be, which is noted.
--   held: an array of lease, repository, who, fence (null for a lease from before the limit)
CREATE FUNCTION gitproc.report(held jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    caller integer := gitproc.me();
    begun bigint := gitproc.now_begun();
    one record;
    free integer;
    count_held bigint;
BEGIN
    PERFORM FROM gitproc.machine WHERE id = caller FOR UPDATE;
    PERFORM FROM gitproc.repository
    WHERE key IN (SELECT value->>'repository' FROM jsonb_array_elements(held)) ORDER BY id FOR UPDATE;
    FOR one IN
        SELECT repository.id, repository.key, repository.most, value->>'lease' AS lease, value->>'who' AS who
        FROM jsonb_array_elements(held) JOIN gitproc.repository ON key = value->>'repository'
        WHERE most IS NOT NULL AND NOT EXISTS (SELECT FROM gitproc.slot WHERE slot.lease = value->>'lease')
    LOOP
        SELECT min(number) INTO free FROM gitproc.slot WHERE repository_id = one.id AND lease IS NULL;
        IF free IS NULL THEN
            SELECT coalesce(max(number), 0) + 1 INTO free FROM gitproc.slot WHERE repository_id = one.id;
            INSERT INTO gitproc.slot (repository_id, number) VALUES (one.id, free);
        END IF;
        UPDATE gitproc.slot SET fence = nextval('gitproc.grant_number'), lease = one.lease, request = NULL,
            machine_id = caller, who = one.who, since = clock_timestamp()
        WHERE repository_id = one.id AND number = free;
        SELECT count(*) INTO count_held FROM gitproc.slot WHERE repository_id = one.id AND lease IS NOT NULL;
        IF count_held > one.most THEN
            PERFORM gitproc.note('Overrun', caller, one.key, one.lease,
                count_held || ' are held, and the limit is ' || one.most || ': ' || one.who || ' was there already');
        END IF;
    END LOOP;
    UPDATE gitproc.machine SET reported = begun, state = 'active', silent_at = NULL, beaten_at = clock_timestamp()
    WHERE id = caller;
    PERFORM gitproc.open_if_known();
END $$;

-- Asks for a slot for each lease: all or none. A request has a place in the queue until it is served or withdrawn.
-- Returns unlimited; or slots; or place, ahead and why; or refused.
CREATE FUNCTION gitproc.ask(of_request text, of_repository text, of_leases text[], of_who text, may_wait boolean)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    caller integer := gitproc.me();
    wanted gitproc.repository;
    mine gitproc.machine;
    slots jsonb;
    place bigint;
BEGIN
    PERFORM gitproc.now_begun();
    SELECT * INTO wanted FROM gitproc.repository WHERE key = of_repository FOR UPDATE;
    IF wanted.most IS NULL THEN
        RETURN '{"unlimited": true}';
    END IF;
    SELECT * INTO mine FROM gitproc.machine WHERE id = caller;
    IF mine.is_drained THEN
        RETURN jsonb_build_object('refused', 'The machine ' || mine.name || ' is drained, and gets no new slots.');
    END IF;
    IF cardinality(of_leases) > wanted.most THEN
        RETURN jsonb_build_object('refused', 'The fleet may hold ' || wanted.most || ' of ' || wanted.key
            || ' at once, and you ask for ' || cardinality(of_leases) || '.');
    END IF;
    IF NOT EXISTS (SELECT FROM gitproc.slot WHERE repository_id = wanted.id AND request = of_request) THEN
        INSERT INTO gitproc.ticket (repository_id, machine_id, request, leases, who)
        VALUES (wanted.id, caller, of_request, of_leases, of_who) ON CONFLICT (request) DO NOTHING;
        PERFORM gitproc.grant_next(wanted.id);
    END IF;
    SELECT jsonb_agg(jsonb_build_object('lease', lease, 'number', number, 'fence', fence)) INTO slots
    FROM gitproc.slot WHERE repository_id = wanted.id AND request = of_request;
    IF slots IS NOT NULL THEN
        RETURN jsonb_build_object('slots', slots);
    END IF;
    SELECT count(*) INTO place FROM gitproc.ticket
    WHERE repository_id = wanted.id AND id < (SELECT id FROM gitproc.ticket WHERE request = of_request);
    IF NOT may_wait THEN
        DELETE FROM gitproc.ticket WHERE request = of_request;
    END IF;
    RETURN jsonb_build_object(
        'ahead', place,
        'most', wanted.most,
        'isOpen', (SELECT is_open FROM gitproc.fleet),
        'holders', coalesce((SELECT jsonb_agg(who || ' on ' || name) FROM (
            SELECT who, name FROM gitproc.slot JOIN gitproc.machine ON machine.id = machine_id
            WHERE repository_id = wanted.id ORDER BY since LIMIT 10) AS holder), '[]'));
END $$;

-- Withdraws requests, and frees the slots of leases.
CREATE FUNCTION gitproc.free(of_leases text[], of_requests text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    caller integer := gitproc.me();
    one integer;
    touched integer[];
BEGIN
    PERFORM gitproc.now_begun();
    SELECT array_agg(DISTINCT repository_id ORDER BY repository_id) INTO touched FROM (
        SELECT repository_id FROM gitproc.slot WHERE lease = ANY (of_leases) AND machine_id = caller
        UNION ALL
        SELECT repository_id FROM gitproc.ticket WHERE request = ANY (of_requests) AND machine_id = caller) AS found;
    PERFORM FROM gitproc.repository WHERE id = ANY (touched) ORDER BY id FOR UPDATE;
    DELETE FROM gitproc.ticket WHERE request = ANY (of_requests) AND machine_id = caller;
    UPDATE gitproc.slot SET lease = NULL, request = NULL, machine_id = NULL, who = NULL, since = NULL
    WHERE lease = ANY (of_leases) AND machine_id = caller;
    FOREACH one IN ARRAY coalesce(touched, '{}') LOOP
        PERFORM gitproc.grant_next(one);
    END LOOP;
END $$;

-- What the machine has here: its slots and its requests that wait, with their places.
CREATE FUNCTION gitproc.mine() RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE caller integer := gitproc.me();
BEGIN
    RETURN jsonb_build_object(
        'slots', coalesce((SELECT jsonb_agg(jsonb_build_object(
            'lease', lease, 'request', request, 'number', number, 'fence', fence))
            FROM gitproc.slot WHERE machine_id = caller), '[]'),
        'tickets', coalesce((SELECT jsonb_agg(jsonb_build_object('request', request, 'ahead', (
            SELECT count(*) FROM gitproc.ticket AS other
            WHERE other.repository_id = ticket.repository_id AND other.id < ticket.id)))
            FROM gitproc.ticket WHERE machine_id = caller), '[]'));
END $$;

-- Adds events in order. Those that are there already change nothing.
--   events: an array of number, at, kind, checkout, repository, lease, who, why
CREATE FUNCTION gitproc.deliver(of_pool uuid, events jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    caller integer := gitproc.me();
    newest bigint;
BEGIN
    INSERT INTO gitproc.history (machine_id, pool, number, at, kind, checkout, repository, lease, who, why)
    SELECT caller, of_pool, number, at, kind, checkout, repository, lease, who, why
    FROM jsonb_to_recordset(events) AS event(number bigint, at timestamptz, kind text, checkout text, repository text,
        lease text, who text, why text)
    ON CONFLICT DO NOTHING;
    SELECT max((value->>'number')::bigint) INTO newest FROM jsonb_array_elements(events);
    UPDATE gitproc.machine SET delivered = greatest(delivered, newest) WHERE id = caller AND pool = of_pool
    RETURNING delivered INTO newest;
    RETURN newest;
END $$;

-- Brings the copies of the machine's checkouts, base repositories and rescues up to date.
--   checkouts: an array of number, repository, state, commit, usedAt, shown; those that have changed, or all
--   gone: numbers of checkouts that are no more; null to remove all that are not in the array
CREATE FUNCTION gitproc.mirror(checkouts jsonb, gone bigint[], bases jsonb, rescues jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE caller integer := gitproc.me();
BEGIN
    DELETE FROM gitproc.checkout WHERE machine_id = caller AND CASE WHEN gone IS NULL
        THEN number NOT IN (SELECT (value->>'number')::bigint FROM jsonb_array_elements(checkouts))
        ELSE number = ANY (gone) END;
    INSERT INTO gitproc.checkout (machine_id, number, repository, state, commit_id, used_at, shown)
    SELECT caller, number, repository, state, "commit", "usedAt", shown
    FROM jsonb_to_recordset(checkouts) AS told(number bigint, repository text, state text, "commit" text,
        "usedAt" timestamptz, shown jsonb)
    ON CONFLICT (machine_id, number) DO UPDATE SET repository = excluded.repository, state = excluded.state,
        commit_id = excluded.commit_id, used_at = excluded.used_at, shown = excluded.shown
    WHERE checkout.shown IS DISTINCT FROM excluded.shown;
    IF bases IS NOT NULL THEN
        DELETE FROM gitproc.base WHERE machine_id = caller
            AND repository NOT IN (SELECT value->>'repository' FROM jsonb_array_elements(bases));
        INSERT INTO gitproc.base (machine_id, repository, fetched_at)
        SELECT caller, repository, "fetchedAt"
        FROM jsonb_to_recordset(bases) AS told(repository text, "fetchedAt" timestamptz)
        ON CONFLICT (machine_id, repository) DO UPDATE SET fetched_at = excluded.fetched_at
        WHERE base.fetched_at IS DISTINCT FROM excluded.fetched_at;
    END IF;
    IF rescues IS NOT NULL THEN
        DELETE FROM gitproc.rescue WHERE machine_id = caller
            AND id NOT IN (SELECT value->>'id' FROM jsonb_array_elements(rescues));
        INSERT INTO gitproc.rescue (machine_id, id, shown)
        SELECT caller, value->>'id', value FROM jsonb_array_elements(rescues)
        ON CONFLICT (machine_id, id) DO UPDATE SET shown = excluded.shown
        WHERE rescue.shown IS DISTINCT FROM excluded.shown;
    END IF;
END $$;

-- For operators.

CREATE FUNCTION gitproc.set_limit(of_repository text, allowed integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    changed integer;
    one integer;
BEGIN
    PERFORM gitproc.now_begun();
    UPDATE gitproc.fleet SET revision = revision + 1;
    INSERT INTO gitproc.repository (key, most, revision) SELECT of_repository, allowed, revision FROM gitproc.fleet
    ON CONFLICT (key) DO UPDATE SET most = excluded.most, revision = excluded.revision
    RETURNING id INTO changed;
    PERFORM gitproc.note('Limit', NULL, of_repository, NULL,
        coalesce('at most ' || allowed || ' are held at once', 'no limit any longer') || ', set by ' || session_user);
    IF allowed IS NULL THEN
        UPDATE gitproc.slot SET lease = NULL, request = NULL, machine_id = NULL, who = NULL, since = NULL
        WHERE repository_id = changed;
    ELSE
        PERFORM gitproc.grant_next(changed);
    END IF;
    FOR one IN SELECT id FROM gitproc.machine WHERE state = 'active' ORDER BY id LOOP
        PERFORM pg_notify('gitproc_' || one, 'limits');
    END LOOP;
END $$;

CREATE FUNCTION gitproc.drain(of_name text, is_on boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE changed integer;
BEGIN
    UPDATE gitproc.machine SET is_drained = is_on WHERE name = of_name AND state <> 'left' RETURNING id INTO changed;
    IF changed IS NULL THEN
        RAISE EXCEPTION 'The fleet has no machine %.', of_name USING ERRCODE = 'GP002', HINT = 'gitproc fleet machines';
    END IF;
    PERFORM gitproc.note(CASE WHEN is_on THEN 'Drained' ELSE 'Undrained' END, changed, NULL, NULL, 'by ' || session_user);
    PERFORM pg_notify('gitproc_' || changed, 'limits');
END $$;

-- Takes a machine out of the fleet: the caller's own, or any for an operator. What it holds goes on, and counts no more.
CREATE FUNCTION gitproc.leave(of_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    leaving gitproc.machine;
    one integer;
BEGIN
    SELECT * INTO leaving FROM gitproc.machine WHERE name = of_name AND state <> 'left' FOR UPDATE;
    IF leaving.id IS NULL THEN
        RAISE EXCEPTION 'The fleet has no machine %.', of_name USING ERRCODE = 'GP002', HINT = 'gitproc fleet machines';
    END IF;
    IF leaving.role <> session_user AND NOT pg_has_role(session_user, 'gitproc_operator', 'MEMBER') THEN
        RAISE EXCEPTION 'Only an operator may take another machine out of the fleet.' USING ERRCODE = '42501';
    END IF;
    UPDATE gitproc.machine SET state = 'left' WHERE id = leaving.id;
    DELETE FROM gitproc.ticket WHERE machine_id = leaving.id;
    FOR one IN SELECT id FROM gitproc.repository
        WHERE id IN (SELECT repository_id FROM gitproc.slot WHERE machine_id = leaving.id) ORDER BY id FOR UPDATE
    LOOP
        UPDATE gitproc.slot SET lease = NULL, request = NULL, machine_id = NULL, who = NULL, since = NULL
        WHERE repository_id = one AND machine_id = leaving.id;
        PERFORM gitproc.grant_next(one);
    END LOOP;
    DELETE FROM gitproc.checkout WHERE machine_id = leaving.id;
    DELETE FROM gitproc.base WHERE machine_id = leaving.id;
    DELETE FROM gitproc.rescue WHERE machine_id = leaving.id;
    PERFORM gitproc.note('Left', leaving.id, NULL, NULL, 'by ' || session_user);
    PERFORM gitproc.open_if_known();
END $$;

-- What machines and operators may see.
CREATE VIEW gitproc.machine_view AS
SELECT machine.id, name, state, is_drained, beaten_at, silent_at, timeout, machine.revision, facts, delivered,
    clock_timestamp() - beaten_at AS age,
    state = 'active' AND beaten_at > clock_timestamp() - interval '60 seconds' AS is_beating,
    (SELECT count(*) FROM gitproc.checkout WHERE machine_id = machine.id) AS checkouts,
    (SELECT count(*) FROM gitproc.checkout WHERE machine_id = machine.id AND checkout.state = 'Locked') AS locked,
    (SELECT count(*) FROM gitproc.slot WHERE machine_id = machine.id) AS slots,
    (SELECT count(*) FROM gitproc.ticket WHERE machine_id = machine.id) AS waiting
FROM gitproc.machine WHERE state <> 'left';

CREATE VIEW gitproc.limit_view AS
SELECT key AS repository, most, revision,
    (SELECT count(*) FROM gitproc.slot WHERE repository_id = repository.id AND lease IS NOT NULL) AS held,
    (SELECT count(*) FROM gitproc.ticket WHERE repository_id = repository.id) AS waiting,
    coalesce((SELECT array_agg(name ORDER BY name) FROM gitproc.machine
        WHERE machine.revision < repository.revision AND state IN ('active', 'silent')), '{}') AS unseen_by
FROM gitproc.repository WHERE most IS NOT NULL;

CREATE VIEW gitproc.queue_view AS
SELECT key AS repository, row_number() OVER (PARTITION BY repository_id ORDER BY ticket.id) AS place, who, name AS machine,
    since, cardinality(leases) AS wanted
FROM gitproc.ticket JOIN gitproc.repository ON repository.id = repository_id JOIN gitproc.machine ON machine.id = machine_id;

CREATE VIEW gitproc.slot_view AS
SELECT key AS repository, number, fence, lease, who, name AS machine, since
FROM gitproc.slot JOIN gitproc.repository ON repository.id = repository_id JOIN gitproc.machine ON machine.id = machine_id;

CREATE VIEW gitproc.checkout_view AS
SELECT name AS machine, number, repository, checkout.state, commit_id, used_at, shown
FROM gitproc.checkout JOIN gitproc.machine ON machine.id = machine_id;

CREATE VIEW gitproc.rescue_view AS
SELECT name AS machine, rescue.id, shown FROM gitproc.rescue JOIN gitproc.machine ON machine.id = machine_id;

CREATE VIEW gitproc.history_view AS
SELECT coalesce((SELECT name FROM gitproc.machine WHERE id = machine_id), '') AS machine, number, at, kind, checkout,
    repository, lease, who, why
FROM gitproc.history;

CREATE VIEW gitproc.base_view AS
SELECT name AS machine, repository, fetched_at FROM gitproc.base JOIN gitproc.machine ON machine.id = machine_id;

CREATE VIEW gitproc.fleet_view AS SELECT version, incarnation, begun_at, is_open, is_restored, revision FROM gitproc.fleet;
