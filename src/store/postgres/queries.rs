//! The statements besides the commit, each one round trip.

/// Commits a unit (see the migrations).
pub(super) const COMMIT: &str = "SELECT cashwrap_commit_v1($1::jsonb)";

/// Rows by key ($1 store, $2 kinds, $3 ids) with what they link to, the reply ($4 store, $5 method, $6 request)
/// and counters ($7 stores, $8 names, and those of linked products and coupons, as `Kind::counter` names them),
/// told apart by their first column: one statement, so one moment. Each key is looked up by itself (LATERAL with a
/// limit), whatever the planner thought of the tables when they were small.
pub(super) const READ: &str = "
WITH asked AS (
    SELECT s.* FROM unnest($2::text[], $3::text[]) AS k(kind, id)
    CROSS JOIN LATERAL (
        SELECT s.kind, s.id, s.links FROM state s
        WHERE s.store_id = $1 AND s.kind = k.kind AND s.id = k.id LIMIT 1
    ) AS s
), reached AS (
    SELECT kind, id FROM asked
    UNION SELECT link->>0, link->>1 FROM asked, jsonb_array_elements(asked.links) AS link
)
SELECT 'row' AS what, s.kind, s.id, s.version, s.sequence, s.label, s.links, s.document::text,
    (SELECT p.document::text FROM personal p WHERE p.store_id = $1 AND p.kind = s.kind AND p.id = s.id),
    NULL::bytea AS fingerprint, NULL::bytea AS body
FROM reached r CROSS JOIN LATERAL (
    SELECT * FROM state s WHERE s.store_id = $1 AND s.kind = r.kind AND s.id = r.id LIMIT 1
) AS s
UNION ALL
SELECT 'reply', subject_kind, subject_id, NULL, NULL, NULL, NULL, NULL, NULL, fingerprint, body
FROM reply WHERE store_id = $4 AND method = $5 AND request_id = $6 AND expires_at > clock_timestamp()
UNION ALL
SELECT 'counter', NULL, c.name, greatest(c.total - c.held - c.used, 0), NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (
    SELECT * FROM unnest($7::text[], $8::text[]) AS named(store_id, name)
    UNION SELECT $1::text, CASE link->>0 WHEN 'product' THEN 'stock/' ELSE 'coupon/' END || (link->>1)
    FROM asked, jsonb_array_elements(asked.links) AS link WHERE link->>0 IN ('product', 'coupon')
) AS k CROSS JOIN LATERAL (
    SELECT * FROM counter c WHERE c.store_id = k.store_id AND c.name = k.name LIMIT 1
) AS c";

/// Rows of a kind, newest first: $1 store, $2 kind, $3 before, $4 limit. In the columns of [`READ`].
pub(super) const LIST: &str = "
SELECT 'row' AS what, s.kind, s.id, s.version, s.sequence, s.label, s.links, s.document::text,
    (SELECT p.document::text FROM personal p WHERE p.store_id = $1 AND p.kind = s.kind AND p.id = s.id),
    NULL::bytea AS fingerprint, NULL::bytea AS body
FROM (
    SELECT * FROM state WHERE store_id = $1 AND kind = $2 AND id < $3 ORDER BY id DESC LIMIT $4
) AS s ORDER BY s.id DESC";

/// [`LIST`] of one label, $5.
pub(super) const LIST_LABELLED: &str = "
SELECT 'row' AS what, s.kind, s.id, s.version, s.sequence, s.label, s.links, s.document::text,
    (SELECT p.document::text FROM personal p WHERE p.store_id = $1 AND p.kind = s.kind AND p.id = s.id),
    NULL::bytea AS fingerprint, NULL::bytea AS body
FROM (
    SELECT * FROM state WHERE store_id = $1 AND kind = $2 AND id < $3 AND label = $5 ORDER BY id DESC LIMIT $4
) AS s ORDER BY s.id DESC";

/// Claims due timers ($1 worker, $2 lease in microseconds, $3 at most), what moves money before the lives of carts and
/// checkouts, and sweeps some expired replies and void rows along.
pub(super) const CLAIM_DUE: &str = "
WITH swept AS (
    DELETE FROM reply WHERE (store_id, method, request_id) IN (
        SELECT store_id, method, request_id FROM reply
        WHERE expires_at <= now() LIMIT 100 FOR UPDATE SKIP LOCKED)
), void AS (
    DELETE FROM state WHERE (store_id, kind, id) IN (
        SELECT store_id, kind, id FROM state WHERE void_at <= now() LIMIT 100 FOR UPDATE SKIP LOCKED)
), money AS MATERIALIZED (
    SELECT store_id, kind, id, due_at, 0 AS turn FROM timer
    WHERE due_at <= now() AND (lease_until IS NULL OR lease_until <= now()) AND kind NOT IN ('cart', 'checkout')
    ORDER BY due_at, store_id, kind, id LIMIT $3::bigint FOR UPDATE SKIP LOCKED
), lives AS MATERIALIZED (
    SELECT store_id, kind, id, due_at, 1 AS turn FROM timer
    WHERE due_at <= now() AND (lease_until IS NULL OR lease_until <= now()) AND kind IN ('cart', 'checkout')
    ORDER BY due_at, store_id, kind, id
    LIMIT $3::bigint - (SELECT count(*) FROM money) FOR UPDATE SKIP LOCKED
), due AS (
    SELECT * FROM money UNION ALL SELECT * FROM lives
), taken AS (
    UPDATE timer t
    SET fence = t.fence + 1, worker = $1::uuid, lease_until = now() + $2::bigint * interval '1 microsecond'
    FROM due d WHERE t.store_id = d.store_id AND t.kind = d.kind AND t.id = d.id
    RETURNING t.store_id, t.kind, t.id, t.fence, d.due_at, d.turn
)
SELECT store_id, kind, id, fence FROM taken ORDER BY turn, due_at, store_id, kind, id";

/// Claims one timer, which is due from then on: $1 store, $2 kind, $3 id, $4 worker, $5 lease in microseconds.
pub(super) const CLAIM: &str = "
UPDATE timer
SET fence = fence + 1, worker = $4::uuid, due_at = least(due_at, clock_timestamp()),
    lease_until = clock_timestamp() + $5::bigint * interval '1 microsecond'
WHERE store_id = $1 AND kind = $2 AND id = $3 AND due_at IS NOT NULL
  AND (lease_until IS NULL OR lease_until <= clock_timestamp() OR worker = $4)
RETURNING fence";

/// Prolongs a lease: $1 store, $2 kind, $3 id, $4 fence, $5 lease in microseconds.
pub(super) const RENEW: &str = "
UPDATE timer SET lease_until = clock_timestamp() + $5::bigint * interval '1 microsecond'
WHERE store_id = $1 AND kind = $2 AND id = $3 AND fence = $4 AND lease_until IS NOT NULL RETURNING fence";

/// The events of a row ($1 store, $2 kind, $3 id) after $4.
pub(super) const EVENTS: &str = "
SELECT sequence, type, data, unit, (extract(epoch FROM committed_at) * 1000000)::bigint
FROM event WHERE store_id = $1 AND kind = $2 AND id = $3 AND sequence > $4 ORDER BY sequence";

/// The database's time in microseconds.
pub(super) const NOW: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
