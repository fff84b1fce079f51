-- The fleet's database, version 1. Machines agree here on who may hold what. Each machine's own database stays the truth
-- about its checkouts; what is here of them is a copy.
--
-- A machine calls the functions below, as its own role, and may do nothing else. They find out who calls from
-- session_user. Times are this server's. Each call is a transaction of its own. Other functions are called by these, and
-- with their search path.
--
-- Whoever grants or frees slots of a repository locks its row first, so grants of one repository follow each other, and
-- those of others go on beside them. Locks are taken in one order: a machine, the fleet, repositories by their numbers,
-- and then their slots and tickets. They are NO KEY locks, beside which rows that refer to these can be added.

CREATE SCHEMA gitproc;

-- One row.
CREATE TABLE gitproc.fleet (
    is_only      boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    version      integer NOT NULL,
    -- Grows with each start of the server and each restore. gitproc.now_begun() finds them by the signature, and
    -- gitproc.beat() by what machines know. Nothing is granted in a new incarnation before the machines have reported
    -- what they hold.
    incarnation  bigint NOT NULL DEFAULT 0,
    signature    text NOT NULL DEFAULT '',
    -- No machine is silent for longer than since then.
    begun_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_open      boolean NOT NULL DEFAULT false,
    -- Set until it is open if a machine knows more than this database: then it was restored from an older backup.
    is_restored  boolean NOT NULL DEFAULT false,
    -- A fence is this and the next grant_number. It grows after a restore, so that fences are not given again.
    fence_base   bigint NOT NULL DEFAULT 0,
    -- Grows with each change of a limit.
    revision     bigint NOT NULL DEFAULT 0,
    tended_at    timestamptz NOT NULL DEFAULT 'epoch',
    -- How many machines there were at that time.
    machines     integer NOT NULL DEFAULT 0,
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
    machine_id     integer REFERENCES gitproc.machine (id),
    lease          text,
    request        text,
    who            text,
    since          timestamptz,
    PRIMARY KEY (repository_id, number),
    UNIQUE (machine_id, lease),
    CHECK ((machine_id IS NULL) = (lease IS NULL))
) WITH (fillfactor = 50);

CREATE TABLE gitproc.ticket (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id  integer NOT NULL REFERENCES gitproc.repository (id),
    machine_id     integer NOT NULL REFERENCES gitproc.machine (id),
    request        text NOT NULL,
    leases         text[] NOT NULL CHECK (cardinality(leases) > 0),
    who            text NOT NULL,
    since          timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (machine_id, request)
);
CREATE INDEX ticket_repository ON gitproc.ticket (repository_id, id);

-- Machines that were granted something and have not been told yet. A machine finds out sooner or later without it.
CREATE UNLOGGED TABLE gitproc.untold (
    machine_id  integer NOT NULL
);
-- When machines were told last, in milliseconds. A sequence, which is read and set without a lock.
CREATE SEQUENCE gitproc.told_at;

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
CREATE FUNCTION gitproc.me() RETURNS integer
LANGUAGE plpgsql STABLE AS $$
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
RETURNS void LANGUAGE sql AS $$
    INSERT INTO gitproc.history (machine_id, pool, number, at, kind, repository, lease, who, why)
    SELECT 0, '00000000-0000-0000-0000-000000000000', nextval('gitproc.note_number'), clock_timestamp(), of_kind,
        of_repository, of_lease, (SELECT name FROM gitproc.machine WHERE id = of_machine), because
$$;

-- Begins a new incarnation if the server has been started, or the database been restored, since the last call. Every
-- machine then has its whole time again.
CREATE FUNCTION gitproc.now_begun() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found text := extract(epoch FROM pg_postmaster_start_time()) || ' '
        || (SELECT oid FROM pg_database WHERE datname = current_database()) || ' ' || 'gitproc.fleet'::regclass::oid;
BEGIN
    IF (SELECT signature FROM gitproc.fleet) <> found THEN
        UPDATE gitproc.fleet SET signature = found, incarnation = incarnation + 1, begun_at = clock_timestamp(),
            is_open = false
        WHERE signature <> found;
    END IF;
END $$;

-- Locks repositories, in the order of their numbers, and returns them.
CREATE FUNCTION gitproc.lock_repositories(ids integer[]) RETURNS integer[]
LANGUAGE plpgsql AS $$
DECLARE
    ordered integer[] := ARRAY(SELECT id FROM unnest(ids) AS id ORDER BY id);
    one integer;
BEGIN
    FOREACH one IN ARRAY ordered LOOP
        PERFORM FROM gitproc.repository WHERE id = one FOR NO KEY UPDATE;
    END LOOP;
    RETURN ordered;
END $$;

-- A free slot, which is added if there is none. The caller has locked the repository.
CREATE FUNCTION gitproc.free_slot(of_repository integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE found integer;
BEGIN
    SELECT number INTO found FROM gitproc.slot WHERE repository_id = of_repository AND lease IS NULL
    ORDER BY number LIMIT 1;
    IF found IS NULL THEN
        INSERT INTO gitproc.slot (repository_id, number)
        SELECT of_repository, coalesce(max(number), 0) + 1 FROM gitproc.slot WHERE repository_id = of_repository
        RETURNING number INTO found;
    END IF;
    RETURN found;
END $$;

-- Gives free slots to those who wait, first come, first served. The caller has locked the repository. These tickets are
-- passed over, and keep their places: those of a machine that is drained or has not beaten for 30 s, and those that want
-- more than the limit. The caller ends with gitproc.tell(); one that asks at this moment has its answer without it.
CREATE FUNCTION gitproc.grant_next(of_repository integer, asking text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    current gitproc.fleet;
    allowed integer;
    held integer;
    next gitproc.ticket;
    one text;
    free integer;
BEGIN
    SELECT * INTO current FROM gitproc.fleet;
    SELECT most INTO allowed FROM gitproc.repository WHERE id = of_repository;
    SELECT count(*) INTO held FROM gitproc.slot WHERE repository_id = of_repository AND lease IS NOT NULL;
    WHILE current.is_open AND held < allowed LOOP
        SELECT ticket.* INTO next FROM gitproc.ticket JOIN gitproc.machine ON machine.id = machine_id
        WHERE repository_id = of_repository AND cardinality(leases) <= allowed
            AND state = 'active' AND NOT is_drained AND beaten_at > clock_timestamp() - interval '30 seconds'
        ORDER BY ticket.id LIMIT 1;
        EXIT WHEN next.id IS NULL OR held + cardinality(next.leases) > allowed;
        DELETE FROM gitproc.ticket WHERE id = next.id;
        -- A machine that asks for what it has must not keep those behind it from theirs.
        CONTINUE WHEN EXISTS (
            SELECT FROM gitproc.slot WHERE machine_id = next.machine_id AND lease = ANY (next.leases));
        FOREACH one IN ARRAY next.leases LOOP
            free := gitproc.free_slot(of_repository);
            UPDATE gitproc.slot SET fence = current.fence_base + nextval('gitproc.grant_number'),
                machine_id = next.machine_id, lease = one, request = next.request, who = next.who,
                since = clock_timestamp()
            WHERE repository_id = of_repository AND number = free;
        END LOOP;
        held := held + cardinality(next.leases);
        IF next.request IS DISTINCT FROM asking THEN
            INSERT INTO gitproc.untold (machine_id) VALUES (next.machine_id);
        END IF;
    END LOOP;
END $$;

-- Tells machines what they were granted, at the commit, once for a grant. Each commit that tells something wakes all
-- sessions that listen (PostgreSQL 15: async.c, SignalBackends): 300 grants a second would keep ten processors busy with
-- 1,000 machines. So the more machines there are, the more grants are told at once: 1,000 machines hear each 200 ms. The
-- next call of any machine tells what is left, and one that waits looks each second.
CREATE FUNCTION gitproc.tell() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    milliseconds bigint := extract(epoch FROM clock_timestamp()) * 1000;
    told integer[];
BEGIN
    IF milliseconds < (SELECT last_value FROM gitproc.told_at) + (SELECT machines / 5 FROM gitproc.fleet) THEN
        RETURN;
    END IF;
    WITH gone AS (
        DELETE FROM gitproc.untold
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM gitproc.untold FOR UPDATE SKIP LOCKED)) RETURNING machine_id)
    SELECT array_agg(DISTINCT machine_id) INTO told FROM gone;
    IF told IS NOT NULL THEN
        PERFORM setval('gitproc.told_at', milliseconds);
        PERFORM pg_notify('gitproc_' || id, '') FROM unnest(told) AS id;
    END IF;
END $$;

-- Grants again if every machine has reported in this incarnation, or has had its whole time. Machines that were silent
-- before count only after a restore: then this database does not know what they hold. The caller has locked the fleet.
-- Returns true if it has opened the fleet, which then has to grant to all who wait.
CREATE FUNCTION gitproc.open_if_known() RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gitproc.fleet SET is_open = true, is_restored = false
    WHERE NOT is_open AND NOT EXISTS (
        SELECT FROM gitproc.machine
        WHERE reported < incarnation AND (state = 'active' OR (state = 'silent' AND is_restored))
            AND begun_at + timeout > clock_timestamp());
    RETURN found;
END $$;

-- What has to be done now and then. Called with each beat; does something at most each 2 s.
CREATE FUNCTION gitproc.tend() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    current gitproc.fleet;
    oldest timestamptz;
    one record;
    locked integer[];
BEGIN
    IF (SELECT tended_at FROM gitproc.fleet) > clock_timestamp() - interval '2 seconds'
        OR NOT pg_try_advisory_xact_lock(hashtext('gitproc.tend'))
    THEN
        RETURN;
    END IF;
    -- If nobody has come for a minute, it was the server that was away, and no machine was silent.
    UPDATE gitproc.fleet SET
        tended_at = clock_timestamp(),
        machines = (SELECT count(*) FROM gitproc.machine WHERE state = 'active'),
        begun_at =
            CASE WHEN tended_at < clock_timestamp() - interval '1 minute' THEN clock_timestamp() ELSE begun_at END
    RETURNING * INTO current;
    -- Not all at once: others wait for the fleet's row. This is more than can come in the meantime.
    oldest := clock_timestamp() - current.history_age;
    DELETE FROM gitproc.history WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM gitproc.history WHERE at < oldest ORDER BY at LIMIT 10000));

    FOR one IN
        UPDATE gitproc.machine SET state = 'silent', silent_at = clock_timestamp()
        WHERE id IN (
            SELECT id FROM gitproc.machine
            WHERE state = 'active' AND greatest(beaten_at, current.begun_at) + timeout < clock_timestamp()
            FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id, beaten_at
    LOOP
        PERFORM gitproc.note('Silent', one.id, NULL, NULL, 'it has not been heard of since '
            || to_char(one.beaten_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'));
    END LOOP;
    PERFORM gitproc.open_if_known();

    locked := gitproc.lock_repositories(ARRAY(
        SELECT repository_id FROM gitproc.slot JOIN gitproc.machine ON machine.id = machine_id
        WHERE state IN ('silent', 'left')
        UNION
        SELECT repository_id FROM gitproc.ticket JOIN gitproc.machine ON machine.id = machine_id
        WHERE state IN ('silent', 'left')
        UNION
        -- A machine may have begun to beat again, or have become silent before others.
        SELECT id FROM gitproc.repository
        WHERE EXISTS (SELECT FROM gitproc.ticket WHERE repository_id = repository.id)
            AND most > (SELECT count(*) FROM gitproc.slot WHERE repository_id = repository.id AND lease IS NOT NULL)));
    DELETE FROM gitproc.ticket USING gitproc.machine
    WHERE machine.id = machine_id AND state IN ('silent', 'left') AND repository_id = ANY (locked);
    FOR one IN
        SELECT slot.*, key, state FROM gitproc.slot JOIN gitproc.repository ON repository.id = repository_id
            JOIN gitproc.machine ON machine.id = machine_id
        WHERE machine.state IN ('silent', 'left') AND repository_id = ANY (locked)
        ORDER BY repository_id, number
    LOOP
        UPDATE gitproc.slot SET machine_id = NULL, lease = NULL, request = NULL, who = NULL, since = NULL
        WHERE repository_id = one.repository_id AND number = one.number;
        PERFORM gitproc.note('SlotLost', one.machine_id, one.key, one.lease,
            'slot ' || one.number || ' of ' || one.who || ': the machine is ' || one.state);
    END LOOP;
    PERFORM gitproc.grant_next(id) FROM unnest(locked) AS id;
END $$;

-- A sign of life. What a machine knows of the fleet comes back: the limits only if they have changed.
--   told: revision, granted (the highest fence that it has seen), pool, timeout (seconds), facts
CREATE FUNCTION gitproc.beat(told jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    caller integer := gitproc.me();
    knows_revision bigint := coalesce((told->>'revision')::bigint, -1);
    knows_fence bigint := coalesce((told->>'granted')::bigint, 0);
    newest_fence bigint;
    current gitproc.fleet;
    mine gitproc.machine;
BEGIN
    PERFORM gitproc.now_begun();
    -- A pool at the same place is the machine's own, made anew. Two that live would free each other's slots.
    SELECT * INTO mine FROM gitproc.machine WHERE id = caller FOR NO KEY UPDATE;
    IF mine.pool <> (told->>'pool')::uuid AND mine.beaten_at > clock_timestamp() - mine.timeout
        AND (mine.facts->>'host' <> told->'facts'->>'host' OR mine.facts->>'pool' <> told->'facts'->>'pool')
    THEN
        RAISE EXCEPTION 'The machine % is the pool % on %, alive % s ago. Each pool needs a machine of its own.',
            mine.name, mine.facts->>'pool', mine.facts->>'host',
            extract(epoch FROM clock_timestamp() - mine.beaten_at)::int
            USING ERRCODE = 'GP002', HINT = 'gitproc-fleet init --machine NAME';
    END IF;
    UPDATE gitproc.machine SET
        beaten_at = clock_timestamp(),
        state = CASE state WHEN 'new' THEN 'active' ELSE state END,
        revision = knows_revision,
        timeout = make_interval(secs => coalesce((told->>'timeout')::double precision, 600)),
        delivered = CASE WHEN pool = (told->>'pool')::uuid THEN delivered ELSE coalesce(
            (SELECT max(number) FROM gitproc.history
                WHERE machine_id = caller AND history.pool = (told->>'pool')::uuid), 0) END,
        pool = (told->>'pool')::uuid,
        facts = coalesce(told->'facts', facts)
    WHERE id = caller RETURNING * INTO mine;

    -- One that has never reported comes from another fleet.
    SELECT fence_base + CASE WHEN is_called THEN last_value ELSE 0 END INTO newest_fence
    FROM gitproc.fleet, gitproc.grant_number;
    IF mine.reported >= 0 AND (
        knows_fence > newest_fence OR knows_revision > (SELECT revision FROM gitproc.fleet))
    THEN
        UPDATE gitproc.fleet SET
            incarnation = CASE WHEN is_restored THEN incarnation ELSE incarnation + 1 END,
            begun_at = CASE WHEN is_restored THEN begun_at ELSE clock_timestamp() END,
            is_open = false,
            is_restored = true,
            fence_base = fence_base + greatest(0, knows_fence - newest_fence),
            revision = CASE WHEN knows_revision > revision THEN knows_revision + 1 ELSE revision END;
        PERFORM gitproc.note('Restored', caller, NULL, NULL,
            'this machine knows more than the database, which was restored from an older backup');
    END IF;

    PERFORM gitproc.tend();
    PERFORM gitproc.tell();
    SELECT * INTO current FROM gitproc.fleet;
    RETURN jsonb_build_object(
        'incarnation', current.incarnation,
        'machine', caller,
        'name', mine.name,
        'revision', current.revision,
        'delivered', mine.delivered,
        'mustReport', mine.state = 'silent' OR mine.reported < current.incarnation,
        'wasSilent', mine.state = 'silent',
        'betweenPlaces', greatest(5, current.machines / 40),
        'limits', CASE WHEN current.revision <> knows_revision THEN coalesce(
            (SELECT jsonb_object_agg(key, most) FROM gitproc.repository WHERE most IS NOT NULL), '{}') END);
END $$;

-- What the machine holds of limited repositories. It gets slots for all, beyond a limit if need be, which is noted.
--   held: an array of lease, repository, who, and, for a lease that got them, slot (its number) and fence, and request if
--     the lease is still to be made
CREATE FUNCTION gitproc.report(held jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    caller integer := gitproc.me();
    current gitproc.fleet;
    one record;
    free integer;
    count_held bigint;
    locked integer[];
BEGIN
    PERFORM gitproc.now_begun();
    PERFORM FROM gitproc.machine WHERE id = caller FOR NO KEY UPDATE;
    -- Until all have reported they do so one after the other, so that the last one knows that it is the last.
    PERFORM FROM gitproc.fleet WHERE NOT is_open FOR NO KEY UPDATE;
    SELECT * INTO current FROM gitproc.fleet;
    locked := gitproc.lock_repositories(ARRAY(
        SELECT repository.id FROM jsonb_array_elements(held) CROSS JOIN LATERAL (
            SELECT id FROM gitproc.repository WHERE key = value->>'repository' LIMIT 1) AS repository
        UNION
        SELECT repository_id FROM gitproc.ticket WHERE NOT current.is_open));
    FOR one IN
        SELECT DISTINCT ON (number, lease) told.*, repository.id, repository.most
        FROM (SELECT value->>'lease' AS lease, value->>'repository' AS key, coalesce(value->>'who', '') AS who,
            value->>'request' AS request, (value->>'slot')::integer AS number, (value->>'fence')::bigint AS fence
            FROM jsonb_array_elements(held)) AS told
        CROSS JOIN LATERAL (SELECT * FROM gitproc.repository WHERE repository.key = told.key LIMIT 1) AS repository
        WHERE most IS NOT NULL
        ORDER BY number, lease
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM gitproc.slot WHERE machine_id = caller AND lease = one.lease);
        -- The holder knows its number. The same one keeps numbers unique, also after a restore. A lease with a lower
        -- fence is one of the backup, and had given it back before.
        INSERT INTO gitproc.slot (repository_id, number)
        SELECT one.id, generate_series(1, least(one.number, one.most)) ON CONFLICT DO NOTHING;
        SELECT number INTO free FROM gitproc.slot
        WHERE repository_id = one.id AND number = one.number AND (lease IS NULL OR fence < one.fence);
        free := coalesce(free, gitproc.free_slot(one.id));
        UPDATE gitproc.slot SET
            fence = greatest(fence, coalesce(one.fence, current.fence_base + nextval('gitproc.grant_number'))),
            machine_id = caller, lease = one.lease, request = one.request, who = one.who, since = clock_timestamp()
        WHERE repository_id = one.id AND number = free;
        SELECT count(*) INTO count_held FROM gitproc.slot WHERE repository_id = one.id AND lease IS NOT NULL;
        IF count_held > one.most THEN
            PERFORM gitproc.note('Overrun', caller, one.key, one.lease,
                count_held || ' are held, and the limit is ' || one.most || ': ' || one.who || ' was there already');
        END IF;
    END LOOP;
    UPDATE gitproc.machine SET reported = current.incarnation, state = 'active', silent_at = NULL,
        beaten_at = clock_timestamp()
    WHERE id = caller;
    IF NOT current.is_open AND gitproc.open_if_known() THEN
        PERFORM gitproc.grant_next(id) FROM unnest(locked) AS id;
        PERFORM gitproc.tell();
    END IF;
END $$;

-- What all who wait for a slot of a repository are told.
CREATE FUNCTION gitproc.queue_of(of_repository integer) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object(
        'most', most,
        'isOpen', (SELECT is_open FROM gitproc.fleet),
        'holders', coalesce((SELECT jsonb_agg(who || ' on ' || (
            SELECT name FROM gitproc.machine WHERE id = machine_id)) FROM (
            SELECT who, machine_id FROM gitproc.slot
            WHERE repository_id = of_repository AND lease IS NOT NULL ORDER BY since LIMIT 10) AS holder), '[]'))
    FROM gitproc.repository WHERE id = of_repository);
END $$;

-- Asks for a slot for each lease: all or none. A request has a place in the queue until it is served or withdrawn.
-- Returns unlimited; or slots; or refused; or ahead, and what gitproc.queue_of() returns.
CREATE FUNCTION gitproc.ask(of_request text, of_repository text, of_leases text[], of_who text, may_wait boolean)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    caller integer := gitproc.me();
    wanted gitproc.repository;
    mine gitproc.machine;
    place bigint;
    slots jsonb;
BEGIN
    PERFORM gitproc.now_begun();
    SELECT * INTO wanted FROM gitproc.repository WHERE key = of_repository FOR NO KEY UPDATE;
    IF wanted.most IS NULL THEN
        RETURN '{"unlimited": true}';
    END IF;
    IF NOT EXISTS (SELECT FROM gitproc.slot WHERE machine_id = caller AND request = of_request) THEN
        SELECT id INTO place FROM gitproc.ticket WHERE machine_id = caller AND request = of_request;
        IF cardinality(of_leases) > wanted.most THEN
            DELETE FROM gitproc.ticket WHERE id = place;
            RETURN jsonb_build_object('refused', 'The fleet may hold ' || wanted.most || ' of ' || wanted.key
                || ' at once, and you ask for ' || cardinality(of_leases) || '.');
        END IF;
        IF place IS NULL THEN
            SELECT * INTO mine FROM gitproc.machine WHERE id = caller;
            IF mine.is_drained THEN
                RETURN jsonb_build_object(
                    'refused', 'The machine ' || mine.name || ' is drained, and gets no new slots.');
            END IF;
            IF cardinality(of_leases) <> (SELECT count(DISTINCT lease) FROM unnest(of_leases) AS lease) THEN
                RAISE EXCEPTION 'Each lease of a request needs an id of its own.' USING ERRCODE = '22023';
            END IF;
            INSERT INTO gitproc.ticket (repository_id, machine_id, request, leases, who)
            VALUES (wanted.id, caller, of_request, of_leases, of_who) RETURNING id INTO place;
        END IF;
        PERFORM gitproc.grant_next(wanted.id, of_request);
        PERFORM gitproc.tell();
    END IF;
    SELECT jsonb_agg(jsonb_build_object('lease', lease, 'number', number, 'fence', fence)) INTO slots
    FROM gitproc.slot WHERE machine_id = caller AND request = of_request;
    IF slots IS NOT NULL THEN
        RETURN jsonb_build_object('slots', slots);
    END IF;
    IF NOT may_wait THEN
        DELETE FROM gitproc.ticket WHERE id = place;
    END IF;
    RETURN gitproc.queue_of(wanted.id) || jsonb_build_object(
        'ahead', (SELECT count(*) FROM gitproc.ticket WHERE repository_id = wanted.id AND id < place));
END $$;

-- Withdraws requests, and frees the slots of leases. A request that was granted meanwhile is not withdrawn: its leases
-- may be live.
CREATE FUNCTION gitproc.free(of_leases text[], of_requests text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    caller integer := gitproc.me();
    locked integer[];
BEGIN
    PERFORM gitproc.now_begun();
    locked := gitproc.lock_repositories(ARRAY(
        SELECT repository_id FROM gitproc.slot WHERE machine_id = caller AND lease = ANY (of_leases)
        UNION
        SELECT repository_id FROM gitproc.ticket WHERE machine_id = caller AND request = ANY (of_requests)));
    DELETE FROM gitproc.ticket WHERE machine_id = caller AND request = ANY (of_requests);
    UPDATE gitproc.slot SET machine_id = NULL, lease = NULL, request = NULL, who = NULL, since = NULL
    WHERE machine_id = caller AND lease = ANY (of_leases);
    PERFORM gitproc.grant_next(id) FROM unnest(locked) AS id;
    PERFORM gitproc.tell();
END $$;

-- What the machine has here: its slots, and its requests that wait; with places, each with what gitproc.ask() answers.
CREATE FUNCTION gitproc.mine(with_places boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE caller integer := gitproc.me();
BEGIN
    RETURN jsonb_build_object(
        'slots', coalesce((SELECT jsonb_agg(jsonb_build_object(
            'lease', lease, 'request', request, 'number', number, 'fence', fence))
            FROM gitproc.slot WHERE machine_id = caller), '[]'),
        'tickets', CASE WHEN NOT with_places THEN coalesce((
            SELECT jsonb_agg(jsonb_build_object('request', request)) FROM gitproc.ticket WHERE machine_id = caller), '[]')
        ELSE coalesce((SELECT jsonb_agg(jsonb_build_object(
            'request', request, 'answer', told || jsonb_build_object('ahead', ahead)))
            FROM (SELECT repository_id, gitproc.queue_of(repository_id) AS told FROM (
                SELECT DISTINCT repository_id FROM gitproc.ticket WHERE machine_id = caller) AS mine) AS wanted,
                LATERAL (SELECT machine_id, request, row_number() OVER (ORDER BY id) - 1 AS ahead
                    FROM gitproc.ticket WHERE repository_id = wanted.repository_id) AS queue
            WHERE machine_id = caller), '[]') END);
END $$;

-- Adds events in order. Those that are there already change nothing.
--   events: an array of number, at, kind, checkout, repository, lease, who, why
CREATE FUNCTION gitproc.deliver(of_pool uuid, events jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Another pool has become that of the machine meanwhile.'
            USING ERRCODE = 'GP002', HINT = 'gitproc fleet doctor';
    END IF;
    RETURN newest;
END $$;

-- Brings the copies of the machine's checkouts, base repositories and rescues up to date.
--   checkouts: an array of number, repository, state, commit, usedAt, shown; those that have changed, or all
--   gone: numbers of checkouts that are no more; null to remove all that are not in the array
CREATE FUNCTION gitproc.mirror(checkouts jsonb, gone bigint[], bases jsonb, rescues jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE changed integer;
BEGIN
    PERFORM gitproc.now_begun();
    UPDATE gitproc.fleet SET revision = revision + 1;
    INSERT INTO gitproc.repository (key, most, revision) SELECT of_repository, allowed, revision FROM gitproc.fleet
    ON CONFLICT (key) DO UPDATE SET most = excluded.most, revision = excluded.revision
    RETURNING id INTO changed;
    PERFORM gitproc.note('Limit', NULL, of_repository, NULL,
        coalesce('at most ' || allowed || ' are held at once', 'no limit any longer') || ', set by ' || session_user);
    IF allowed IS NULL THEN
        -- Those who wait ask again, and hear it.
        DELETE FROM gitproc.ticket WHERE repository_id = changed;
        UPDATE gitproc.slot SET machine_id = NULL, lease = NULL, request = NULL, who = NULL, since = NULL
        WHERE repository_id = changed;
    ELSE
        PERFORM gitproc.grant_next(changed);
        PERFORM gitproc.tell();
    END IF;
    PERFORM pg_notify('gitproc_' || id, 'limits') FROM gitproc.machine WHERE state = 'active' ORDER BY id;
END $$;

CREATE FUNCTION gitproc.drain(of_name text, is_on boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE changed integer;
BEGIN
    UPDATE gitproc.machine SET is_drained = is_on WHERE name = of_name AND state <> 'left' RETURNING id INTO changed;
    IF changed IS NULL THEN
        RAISE EXCEPTION 'The fleet has no machine %.', of_name USING ERRCODE = 'GP002', HINT = 'gitproc fleet machines';
    END IF;
    PERFORM gitproc.note(
        CASE WHEN is_on THEN 'Drained' ELSE 'Undrained' END, changed, NULL, NULL, 'by ' || session_user);
    PERFORM gitproc.grant_next(id) FROM unnest(gitproc.lock_repositories(ARRAY(
        SELECT repository_id FROM gitproc.ticket WHERE machine_id = changed))) AS id;
    PERFORM gitproc.tell();
    PERFORM pg_notify('gitproc_' || changed, 'limits');
END $$;

-- Takes a machine out of the fleet: the caller's own, or any for an operator. What it holds goes on, and counts no more.
CREATE FUNCTION gitproc.leave(of_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    leaving gitproc.machine;
    was_open boolean;
    locked integer[];
BEGIN
    IF NOT pg_has_role(session_user, 'gitproc_operator', 'MEMBER')
        AND NOT EXISTS (SELECT FROM gitproc.machine WHERE name = of_name AND role = session_user)
    THEN
        RAISE EXCEPTION 'Only an operator may take another machine out of the fleet.' USING ERRCODE = '42501';
    END IF;
    PERFORM gitproc.now_begun();
    -- It must report if it joins again.
    UPDATE gitproc.machine SET state = 'left', reported = -1 WHERE name = of_name AND state <> 'left'
    RETURNING * INTO leaving;
    IF leaving.id IS NULL THEN
        RAISE EXCEPTION 'The fleet has no machine %.', of_name USING ERRCODE = 'GP002', HINT = 'gitproc fleet machines';
    END IF;
    PERFORM FROM gitproc.fleet WHERE NOT is_open FOR NO KEY UPDATE;
    SELECT is_open INTO was_open FROM gitproc.fleet;
    locked := gitproc.lock_repositories(ARRAY(
        SELECT repository_id FROM gitproc.slot WHERE machine_id = leaving.id
        UNION
        SELECT repository_id FROM gitproc.ticket WHERE machine_id = leaving.id OR NOT was_open));
    DELETE FROM gitproc.ticket WHERE machine_id = leaving.id;
    UPDATE gitproc.slot SET machine_id = NULL, lease = NULL, request = NULL, who = NULL, since = NULL
    WHERE machine_id = leaving.id;
    DELETE FROM gitproc.checkout WHERE machine_id = leaving.id;
    DELETE FROM gitproc.base WHERE machine_id = leaving.id;
    DELETE FROM gitproc.rescue WHERE machine_id = leaving.id;
    PERFORM gitproc.note('Left', leaving.id, NULL, NULL, 'by ' || session_user);
    PERFORM gitproc.open_if_known() WHERE NOT was_open;
    PERFORM gitproc.grant_next(id) FROM unnest(locked) AS id;
    PERFORM gitproc.tell();
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
SELECT key AS repository, row_number() OVER (PARTITION BY repository_id ORDER BY ticket.id) AS place, who,
    name AS machine, since, cardinality(leases) AS wanted
FROM gitproc.ticket JOIN gitproc.repository ON repository.id = repository_id
    JOIN gitproc.machine ON machine.id = machine_id;

CREATE VIEW gitproc.slot_view AS
SELECT key AS repository, number, fence, lease, who, name AS machine, since
FROM gitproc.slot JOIN gitproc.repository ON repository.id = repository_id
    JOIN gitproc.machine ON machine.id = machine_id;

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

CREATE VIEW gitproc.fleet_view AS
SELECT version, incarnation, begun_at, is_open, is_restored, revision FROM gitproc.fleet;
