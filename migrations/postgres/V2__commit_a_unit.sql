-- One unit of work, committed by one statement: SELECT cashwrap_commit_v1($1).
--
-- The function locks the unit's rows and timers in the order of their keys, reaches the verdict, and only then
-- writes; the verdict is the one of src/store/plan.rs. Each statement inside sees what was committed before it
-- began (READ COMMITTED), so whatever was waited for is seen.
--
-- Tables are looked up key by key, in loops and scalar subqueries, never joined to the unit: a session keeps its
-- plans, and a join planned while the tables were small reads them whole when they are large (measured: two
-- thousand rows made a commit three times as slow).
--
-- What nobody can lock (a row, a timer or a counter that does not exist yet) is inserted plainly: when another
-- unit was first, unique_violation undoes all of this one, and the caller submits it again to learn who won.

-- The first write whose columns carry a unique value that another's carry, or null. A holder that the unit
-- itself rewrites does not count; `clash` is the caller's finding within the unit.
CREATE FUNCTION cashwrap_clash_v1(in_store text, work jsonb) RETURNS integer LANGUAGE plpgsql AS $clash$
DECLARE
    first_at integer := (work->>'clash')::integer;
    found_at integer;
    own text[];
BEGIN
    IF work->'attempts' <> '[]' THEN
        own := ARRAY(SELECT n->>'id' FROM jsonb_array_elements(work->'attempts') AS n);
        SELECT min(n.write_at) INTO found_at
        FROM jsonb_to_recordset(work->'attempts') AS n(write_at integer, tender text, live boolean)
        WHERE n.live AND NOT (
            SELECT o.id FROM attempt o WHERE o.store_id = in_store AND o.tender = n.tender AND o.live
        ) = ANY (own);
        first_at := least(first_at, found_at);
    END IF;
    IF work->'placements' <> '[]' THEN
        own := ARRAY(SELECT n->>'id' FROM jsonb_array_elements(work->'placements') AS n);
        SELECT min(n.write_at) INTO found_at
        FROM jsonb_to_recordset(work->'placements')
            AS n(write_at integer, checkout text, cart text, live boolean)
        WHERE n.live AND (
            NOT (
                SELECT o.id FROM placement o
                WHERE o.store_id = in_store AND o.checkout = n.checkout AND o.live
            ) = ANY (own)
            OR NOT (
                SELECT o.id FROM placement o WHERE o.store_id = in_store AND o.cart = n.cart AND o.live
            ) = ANY (own));
        first_at := least(first_at, found_at);
    END IF;
    IF work->'orders' <> '[]' THEN
        own := ARRAY(SELECT n->>'id' FROM jsonb_array_elements(work->'orders') AS n);
        SELECT min(n.write_at) INTO found_at
        FROM jsonb_to_recordset(work->'orders') AS n(write_at integer, checkout text, cart text)
        WHERE NOT (
                SELECT o.id FROM orders o WHERE o.store_id = in_store AND o.checkout = n.checkout
            ) = ANY (own)
            OR NOT (
                SELECT o.id FROM orders o WHERE o.store_id = in_store AND o.cart = n.cart
            ) = ANY (own);
        first_at := least(first_at, found_at);
    END IF;
    RETURN first_at;
END
$clash$;

-- The counters after the unit's moves, as {"after": [...]}, or the verdict {"verdict": "short", ...}. The
-- moves come sorted by name, and the counters are locked in that order.
CREATE FUNCTION cashwrap_counters_v1(in_store text, moves jsonb) RETURNS jsonb LANGUAGE plpgsql AS $counters$
DECLARE
    step record;
    standing record;
    current_name text;
    moved jsonb := '{}';
    available bigint;
BEGIN
    FOR step IN
        SELECT m->>'name' AS name, m->>'op' AS op, (m->>'quantity')::bigint AS quantity
        FROM jsonb_array_elements(moves) WITH ORDINALITY AS listed(m, nth) ORDER BY nth
    LOOP
        IF step.name IS DISTINCT FROM current_name THEN
            current_name := step.name;
            -- Locked and read in one: a counter that came into being since would be read unlocked.
            SELECT c.total, c.held, c.used, false AS fresh INTO standing
            FROM counter c WHERE c.store_id = in_store AND c.name = step.name FOR UPDATE;
            IF NOT FOUND THEN
                IF step.op <> 'limit' THEN
                    RETURN jsonb_build_object('verdict', 'short', 'name', step.name, 'left', 0);
                END IF;
                SELECT 0::bigint AS total, 0::bigint AS held, 0::bigint AS used, true AS fresh INTO standing;
            END IF;
        END IF;
        available := CASE step.op
            WHEN 'hold' THEN greatest(standing.total - standing.held - standing.used, 0)
            WHEN 'limit' THEN step.quantity
            ELSE standing.held
        END;
        IF step.quantity > available THEN
            RETURN jsonb_build_object('verdict', 'short', 'name', step.name, 'left', available);
        END IF;
        CASE step.op
            WHEN 'hold' THEN standing.held := standing.held + step.quantity;
            WHEN 'release' THEN standing.held := standing.held - step.quantity;
            WHEN 'limit' THEN standing.total := step.quantity;
            WHEN 'consume' THEN
                standing.held := standing.held - step.quantity;
                standing.used := standing.used + step.quantity;
        END CASE;
        moved := moved || jsonb_build_object(step.name, to_jsonb(standing));
    END LOOP;
    RETURN jsonb_build_object('after', moved);
END
$counters$;

-- Takes, finishes or frees the unit's reply key: null, or the verdict {"verdict": "taken", ...}. It is the last
-- look before the writes, because claiming is a write: nothing is written yet when it refuses.
CREATE FUNCTION cashwrap_reply_v1(in_store text, in_unit uuid, asked jsonb, at_time timestamptz)
RETURNS jsonb LANGUAGE plpgsql AS $reply$
DECLARE
    in_method text := asked->>'method';
    in_request uuid := (asked->>'request_id')::uuid;
    standing record;
BEGIN
    IF asked->>'op' = 'claim' THEN
        INSERT INTO reply AS r
            (store_id, method, request_id, fingerprint, subject_kind, subject_id, body, unit, expires_at)
        VALUES (in_store, in_method, in_request, decode(asked->>'fingerprint', 'base64'),
            asked->>'subject_kind', asked->>'subject_id', decode(asked->>'body', 'base64'), in_unit,
            at_time + (asked->>'keep_us')::bigint * interval '1 microsecond')
        ON CONFLICT (store_id, method, request_id) DO UPDATE
        SET fingerprint = excluded.fingerprint, subject_kind = excluded.subject_kind,
            subject_id = excluded.subject_id, body = excluded.body, unit = excluded.unit,
            expires_at = excluded.expires_at
        WHERE r.expires_at <= at_time;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    -- A conflict above has locked the row and waited for its writer: it is there, and it is seen.
    SELECT * INTO standing FROM reply r
    WHERE r.store_id = in_store AND r.method = in_method AND r.request_id = in_request FOR UPDATE;
    IF NOT FOUND OR (asked->>'op' <> 'claim' AND standing.expires_at <= at_time) THEN
        RETURN NULL;
    END IF;
    IF asked->>'op' = 'finish' AND standing.body IS NULL THEN
        UPDATE reply r SET body = decode(asked->>'body', 'base64'), unit = in_unit
        WHERE r.store_id = in_store AND r.method = in_method AND r.request_id = in_request;
        RETURN NULL;
    END IF;
    IF asked->>'op' = 'release' AND standing.body IS NULL THEN
        DELETE FROM reply r
        WHERE r.store_id = in_store AND r.method = in_method AND r.request_id = in_request;
        RETURN NULL;
    END IF;
    RETURN jsonb_build_object('verdict', 'taken', 'subject_kind', standing.subject_kind,
        'subject_id', standing.subject_id,
        'fingerprint', translate(encode(standing.fingerprint, 'base64'), E'\n', ''),
        'body', translate(encode(standing.body, 'base64'), E'\n', ''));
END
$reply$;

-- Locks what the unit stands on, rows before timers, each in the order of the keys.
CREATE FUNCTION cashwrap_lock_v1(in_store text, work jsonb) RETURNS void LANGUAGE plpgsql AS $lock$
DECLARE
    x record;
BEGIN
    FOR x IN
        SELECT w.kind, w.id FROM jsonb_to_recordset(work->'writes') AS w(kind text, id text)
        ORDER BY w.kind COLLATE "C", w.id COLLATE "C"
    LOOP
        PERFORM FROM state s WHERE s.store_id = in_store AND s.kind = x.kind AND s.id = x.id FOR UPDATE;
    END LOOP;
    IF work->'timers' <> '[]' OR work->'fence' <> 'null' THEN
        FOR x IN
            SELECT t.kind, t.id FROM (
                SELECT w.kind, w.id FROM jsonb_to_recordset(work->'timers') AS w(kind text, id text)
                UNION SELECT work->'fence'->>'kind', work->'fence'->>'id'
            ) AS t ORDER BY t.kind COLLATE "C", t.id COLLATE "C"
        LOOP
            PERFORM FROM timer t WHERE t.store_id = in_store AND t.kind = x.kind AND t.id = x.id FOR UPDATE;
        END LOOP;
    END IF;
END
$lock$;

-- Whether the unit's claim is gone, or it would take another worker's lease along.
CREATE FUNCTION cashwrap_fenced_v1(in_store text, work jsonb, at_time timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $fenced$
BEGIN
    IF work->'fence' <> 'null' THEN
        PERFORM FROM timer t
        WHERE t.store_id = in_store AND t.kind = work->'fence'->>'kind' AND t.id = work->'fence'->>'id'
          AND t.fence = (work->'fence'->>'fence')::bigint AND t.due_at IS NOT NULL;
        IF NOT FOUND THEN
            RETURN true;
        END IF;
    END IF;
    RETURN work->'timers' <> '[]' AND coalesce(bool_or((
        SELECT NOT coalesce(t.worker = x.worker AND t.lease_until > at_time, false)
        FROM timer t
        WHERE t.store_id = in_store AND t.kind = x.kind AND t.id = x.id AND t.due_at IS NOT NULL)), false)
    FROM jsonb_to_recordset(work->'timers') AS x(kind text, id text, op text, own boolean, worker uuid)
    WHERE x.op = 'lease' AND NOT x.own;
END
$fenced$;

-- Whether the unit is durable already: by its first row or an event of it, or by its reply where it has no rows.
CREATE FUNCTION cashwrap_recognised_v1(in_store text, in_unit uuid, work jsonb) RETURNS boolean
LANGUAGE plpgsql AS $recognised$
DECLARE
    first_kind text := work->'writes'->0->>'kind';
    first_id text := work->'writes'->0->>'id';
BEGIN
    IF first_id IS NOT NULL THEN
        RETURN EXISTS (
            SELECT FROM state s WHERE s.store_id = in_store AND s.kind = first_kind AND s.id = first_id
                AND s.unit = in_unit)
        OR EXISTS (
            SELECT FROM event e WHERE e.store_id = in_store AND e.kind = first_kind AND e.id = first_id
                AND e.unit = in_unit);
    END IF;
    RETURN EXISTS (
        SELECT FROM reply r WHERE r.store_id = in_store AND r.method = work->'reply'->>'method'
            AND r.request_id = (work->'reply'->>'request_id')::uuid AND r.unit = in_unit);
END
$recognised$;

-- The rows, their events and their personal data. Events are numbered from the row's old sequence, so they
-- come first.
CREATE FUNCTION cashwrap_write_rows_v1(in_store text, in_unit uuid, work jsonb, at_time timestamptz)
RETURNS void LANGUAGE plpgsql AS $rows$
DECLARE
    w record;
BEGIN
    IF work->'events' <> '[]' THEN
        INSERT INTO event (store_id, kind, id, sequence, type, data, unit, committed_at)
        SELECT in_store, e.kind, e.id, e.nth + coalesce((
                SELECT s.sequence FROM state s
                WHERE s.store_id = in_store AND s.kind = e.kind AND s.id = e.id), 0),
            e.type, coalesce(e.data, 'null'), in_unit, at_time
        FROM jsonb_to_recordset(work->'events') AS e(kind text, id text, nth bigint, type text, data jsonb);
    END IF;
    FOR w IN
        SELECT * FROM jsonb_to_recordset(work->'writes') AS n(kind text, id text, expected bigint,
            emitted bigint, label text, links jsonb, document jsonb, personal jsonb, void_at timestamptz)
        ORDER BY n.kind COLLATE "C", n.id COLLATE "C"
    LOOP
        IF w.expected = 0 THEN
            INSERT INTO state (store_id, kind, id, version, sequence, unit, label, links, document, void_at)
            VALUES (in_store, w.kind, w.id, 1, w.emitted, in_unit, w.label, w.links, w.document, w.void_at);
        ELSE
            UPDATE state s
            SET version = s.version + 1, sequence = s.sequence + w.emitted, unit = in_unit,
                label = w.label, links = w.links, document = w.document, void_at = w.void_at
            WHERE s.store_id = in_store AND s.kind = w.kind AND s.id = w.id;
        END IF;
        IF w.personal IS NOT NULL THEN
            INSERT INTO personal AS p (store_id, kind, id, document)
            VALUES (in_store, w.kind, w.id, w.personal)
            ON CONFLICT (store_id, kind, id) DO UPDATE SET document = excluded.document;
        ELSIF w.expected > 0 THEN
            DELETE FROM personal p WHERE p.store_id = in_store AND p.kind = w.kind AND p.id = w.id;
        END IF;
    END LOOP;
END
$rows$;

-- The real columns. Those that are no longer live come first, so that their unique values are free.
CREATE FUNCTION cashwrap_write_columns_v1(in_store text, work jsonb) RETURNS void
LANGUAGE plpgsql AS $columns$
BEGIN
    IF work->'attempts' <> '[]' THEN
        INSERT INTO attempt
            (store_id, id, payment, tender, account, state, live, amount_minor, currency, object)
        SELECT in_store, n.id, n.payment, n.tender, n.account, n.state, n.live, n.amount_minor, n.currency, n.object
        FROM jsonb_to_recordset(work->'attempts') AS n(id text, payment text, tender text, account text,
            state text, live boolean, amount_minor bigint, currency text, object text)
        ORDER BY n.live, n.id
        ON CONFLICT (store_id, id) DO UPDATE
        SET payment = excluded.payment, tender = excluded.tender, account = excluded.account,
            state = excluded.state, live = excluded.live, amount_minor = excluded.amount_minor,
            currency = excluded.currency, object = excluded.object;
    END IF;
    IF work->'operations' <> '[]' THEN
        INSERT INTO operation
            (store_id, id, attempt, kind, state, amount_minor, currency, reference, idempotency_key, send_by)
        SELECT in_store, n.id, n.attempt, n.kind, n.state, n.amount_minor, n.currency, n.reference,
            n.idempotency_key, n.send_by
        FROM jsonb_to_recordset(work->'operations') AS n(id text, attempt text, kind text, state text,
            amount_minor bigint, currency text, reference text, idempotency_key text, send_by timestamptz)
        ORDER BY n.id
        ON CONFLICT (store_id, id) DO UPDATE
        SET attempt = excluded.attempt, kind = excluded.kind, state = excluded.state,
            amount_minor = excluded.amount_minor, currency = excluded.currency,
            reference = excluded.reference, idempotency_key = excluded.idempotency_key,
            send_by = excluded.send_by;
    END IF;
    IF work->'orders' <> '[]' THEN
        INSERT INTO orders
            (store_id, id, checkout, cart, total_minor, currency, state, payment_state, placed_at)
        SELECT in_store, n.id, n.checkout, n.cart, n.total_minor, n.currency, n.state, n.payment_state, n.placed_at
        FROM jsonb_to_recordset(work->'orders') AS n(id text, checkout text, cart text, total_minor bigint,
            currency text, state text, payment_state text, placed_at timestamptz)
        ORDER BY n.id
        ON CONFLICT (store_id, id) DO UPDATE
        SET checkout = excluded.checkout, cart = excluded.cart, total_minor = excluded.total_minor,
            currency = excluded.currency, state = excluded.state, payment_state = excluded.payment_state,
            placed_at = excluded.placed_at;
    END IF;
    IF work->'placements' <> '[]' THEN
        INSERT INTO placement (store_id, id, checkout, cart, state, live)
        SELECT in_store, n.id, n.checkout, n.cart, n.state, n.live
        FROM jsonb_to_recordset(work->'placements')
            AS n(id text, checkout text, cart text, state text, live boolean)
        ORDER BY n.live, n.id
        ON CONFLICT (store_id, id) DO UPDATE
        SET checkout = excluded.checkout, cart = excluded.cart, state = excluded.state, live = excluded.live;
    END IF;
END
$columns$;

CREATE FUNCTION cashwrap_write_counters_v1(in_store text, moved jsonb) RETURNS void
LANGUAGE plpgsql AS $counters$
DECLARE
    a record;
BEGIN
    FOR a IN
        SELECT m.name, n.* FROM jsonb_each(moved) AS m(name, value),
            jsonb_to_record(m.value) AS n(total bigint, held bigint, used bigint, fresh boolean)
        ORDER BY m.name COLLATE "C"
    LOOP
        IF a.fresh THEN
            INSERT INTO counter (store_id, name, total, held, used)
            VALUES (in_store, a.name, a.total, a.held, a.used);
        ELSE
            UPDATE counter c SET total = a.total, held = a.held, used = a.used
            WHERE c.store_id = in_store AND c.name = a.name;
        END IF;
    END LOOP;
END
$counters$;

CREATE FUNCTION cashwrap_write_timers_v1(in_store text, timers jsonb, at_time timestamptz) RETURNS void
LANGUAGE plpgsql AS $timers$
DECLARE
    x record;
    until timestamptz;
BEGIN
    FOR x IN
        SELECT * FROM jsonb_to_recordset(timers)
            AS t(kind text, id text, op text, own boolean, worker uuid, span_us bigint)
        ORDER BY t.kind COLLATE "C", t.id COLLATE "C"
    LOOP
        until := at_time + x.span_us * interval '1 microsecond';
        IF x.op = 'clear' THEN
            -- The fence goes on where it is left: a worker that sleeps since then must not hold the next one.
            UPDATE timer t SET fence = t.fence + 1, due_at = NULL, worker = NULL, lease_until = NULL
            WHERE t.store_id = in_store AND t.kind = x.kind AND t.id = x.id AND t.due_at IS NOT NULL;
        ELSIF x.op = 'lease' THEN
            -- Said again here, because a timer may have come into being since the verdict.
            UPDATE timer t SET due_at = at_time, worker = x.worker, lease_until = until
            WHERE t.store_id = in_store AND t.kind = x.kind AND t.id = x.id
              AND (x.own OR t.due_at IS NULL OR (t.worker = x.worker AND t.lease_until > at_time));
            IF NOT FOUND THEN
                INSERT INTO timer (store_id, kind, id, fence, due_at, worker, lease_until)
                VALUES (in_store, x.kind, x.id, 1, at_time, x.worker, until);
            END IF;
        ELSE
            INSERT INTO timer AS t (store_id, kind, id, fence, due_at)
            VALUES (in_store, x.kind, x.id, 0, until)
            ON CONFLICT (store_id, kind, id) DO UPDATE
            SET due_at = excluded.due_at,
                worker = CASE WHEN x.own THEN NULL ELSE t.worker END,
                lease_until = CASE WHEN x.own THEN NULL ELSE t.lease_until END;
        END IF;
    END LOOP;
END
$timers$;

-- The verdict, and null when the unit may be written. `counters` comes back filled then.
CREATE FUNCTION cashwrap_weigh_v1(
    in_store text, in_unit uuid, work jsonb, at_time timestamptz, OUT verdict jsonb, OUT counters jsonb)
LANGUAGE plpgsql AS $weigh$
DECLARE
    stale record;
    clash integer;
BEGIN
    IF cashwrap_fenced_v1(in_store, work, at_time) THEN
        verdict := '{"verdict": "fenced"}';
        RETURN;
    END IF;
    SELECT w.kind, w.id INTO stale
    FROM jsonb_to_recordset(work->'writes') AS w(write_at integer, kind text, id text, expected bigint)
    WHERE w.expected <> coalesce((
        SELECT s.version FROM state s WHERE s.store_id = in_store AND s.kind = w.kind AND s.id = w.id), 0)
    ORDER BY w.write_at LIMIT 1;
    IF FOUND THEN
        verdict := jsonb_build_object('verdict', 'stale', 'kind', stale.kind, 'id', stale.id);
        RETURN;
    END IF;
    clash := cashwrap_clash_v1(in_store, work);
    IF clash IS NOT NULL THEN
        verdict := jsonb_build_object('verdict', 'stale', 'kind', work->'writes'->clash->>'kind',
            'id', work->'writes'->clash->>'id');
        RETURN;
    END IF;
    IF work->'counters' <> '[]' THEN
        counters := cashwrap_counters_v1(in_store, work->'counters');
        IF counters ? 'verdict' THEN
            verdict := counters;
            RETURN;
        END IF;
        counters := counters->'after';
    END IF;
    IF work->'reply' <> 'null' THEN
        verdict := cashwrap_reply_v1(in_store, in_unit, work->'reply', at_time);
    END IF;
END
$weigh$;

CREATE FUNCTION cashwrap_commit_v1(work jsonb) RETURNS jsonb LANGUAGE plpgsql AS $commit$
DECLARE
    in_store text := work->>'store';
    in_unit uuid := (work->>'id')::uuid;
    at_time timestamptz;
    weighed record;
BEGIN
    PERFORM cashwrap_lock_v1(in_store, work);
    -- Read once the locks are held: a wait must not date an event before the one it waited for.
    at_time := clock_timestamp();
    SELECT * INTO weighed FROM cashwrap_weigh_v1(in_store, in_unit, work, at_time);
    IF weighed.verdict IS NOT NULL THEN
        -- A unit that is durable has moved its first row on, or taken its reply key: it always comes by here.
        IF cashwrap_recognised_v1(in_store, in_unit, work) THEN
            RETURN '{"verdict": "committed"}';
        END IF;
        RETURN weighed.verdict;
    END IF;
    IF work->'writes' <> '[]' THEN
        PERFORM cashwrap_write_rows_v1(in_store, in_unit, work, at_time);
        PERFORM cashwrap_write_columns_v1(in_store, work);
    END IF;
    IF weighed.counters IS NOT NULL THEN
        PERFORM cashwrap_write_counters_v1(in_store, weighed.counters);
    END IF;
    IF work->'timers' <> '[]' THEN
        PERFORM cashwrap_write_timers_v1(in_store, work->'timers', at_time);
    END IF;
    RETURN '{"verdict": "committed"}';
END
$commit$;
