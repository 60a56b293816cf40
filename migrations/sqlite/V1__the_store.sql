-- The store: rows as versioned documents, and beside them what has to be unique, counted, timed or asked for.
-- The same tables as in migrations/postgres. Times are microseconds since 1970, ids and documents are text.

CREATE TABLE state (
    store_id TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL CHECK (version >= 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 0),
    unit     TEXT NOT NULL,
    label    TEXT,
    links    TEXT NOT NULL,
    document TEXT NOT NULL,
    void_at  INTEGER,
    PRIMARY KEY (store_id, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_by_label ON state (store_id, kind, label, id) WHERE label IS NOT NULL;
-- What has a life is swept once it is over.
CREATE INDEX state_by_life ON state (void_at) WHERE void_at IS NOT NULL;

-- Apart from the rows they belong to, so that erasure leaves an order whole.
CREATE TABLE personal (
    store_id TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (store_id, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    store_id     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    id           TEXT NOT NULL,
    sequence     INTEGER NOT NULL CHECK (sequence >= 1),
    type         TEXT NOT NULL,
    data         TEXT NOT NULL,
    unit         TEXT NOT NULL,
    committed_at INTEGER NOT NULL,
    PRIMARY KEY (store_id, kind, id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt (
    store_id     TEXT NOT NULL,
    id           TEXT NOT NULL,
    payment      TEXT NOT NULL,
    tender       TEXT NOT NULL,
    account      TEXT NOT NULL,
    state        TEXT NOT NULL,
    live         INTEGER NOT NULL CHECK (live IN (0, 1)),
    amount_minor INTEGER NOT NULL,
    currency     TEXT NOT NULL,
    object       TEXT,
    PRIMARY KEY (store_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempt_live_by_tender ON attempt (store_id, tender) WHERE live;
CREATE INDEX attempt_by_payment ON attempt (store_id, payment);

CREATE TABLE operation (
    store_id        TEXT NOT NULL,
    id              TEXT NOT NULL,
    attempt         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL,
    amount_minor    INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    reference       TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    send_by         INTEGER,
    PRIMARY KEY (store_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_by_attempt ON operation (store_id, attempt);

CREATE TABLE orders (
    store_id      TEXT NOT NULL,
    id            TEXT NOT NULL,
    checkout      TEXT NOT NULL,
    cart          TEXT NOT NULL,
    total_minor   INTEGER NOT NULL,
    currency      TEXT NOT NULL,
    state         TEXT NOT NULL,
    payment_state TEXT NOT NULL,
    placed_at     INTEGER NOT NULL,
    PRIMARY KEY (store_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX orders_by_checkout ON orders (store_id, checkout);
CREATE UNIQUE INDEX orders_by_cart ON orders (store_id, cart);

CREATE TABLE placement (
    store_id TEXT NOT NULL,
    id       TEXT NOT NULL,
    checkout TEXT NOT NULL,
    cart     TEXT NOT NULL,
    state    TEXT NOT NULL,
    live     INTEGER NOT NULL CHECK (live IN (0, 1)),
    PRIMARY KEY (store_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX placement_live_by_checkout ON placement (store_id, checkout) WHERE live;
CREATE UNIQUE INDEX placement_live_by_cart ON placement (store_id, cart) WHERE live;

CREATE TABLE counter (
    store_id TEXT NOT NULL,
    name     TEXT NOT NULL,
    total    INTEGER NOT NULL CHECK (total >= 0),
    held     INTEGER NOT NULL CHECK (held >= 0),
    used     INTEGER NOT NULL CHECK (used >= 0),
    PRIMARY KEY (store_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE reply (
    store_id     TEXT NOT NULL,
    method       TEXT NOT NULL,
    request_id   TEXT NOT NULL,
    fingerprint  BLOB NOT NULL CHECK (length(fingerprint) = 32),
    subject_kind TEXT,
    subject_id   TEXT,
    body         BLOB,
    unit         TEXT NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (store_id, method, request_id),
    CHECK ((subject_kind IS NULL) = (subject_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_by_expiry ON reply (expires_at);

-- Without a due time it was cleared, and keeps only its fence, so that none is given twice.
CREATE TABLE timer (
    store_id    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    id          TEXT NOT NULL,
    fence       INTEGER NOT NULL CHECK (fence >= 0),
    due_at      INTEGER,
    worker      TEXT,
    lease_until INTEGER,
    PRIMARY KEY (store_id, kind, id),
    CHECK ((worker IS NULL) = (lease_until IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_by_due ON timer (due_at) WHERE due_at IS NOT NULL;

-- For analysts: no personal data, no references that open anything at a gateway.
CREATE VIEW order_report AS
    SELECT store_id, id AS order_id, checkout, cart, total_minor, currency, state, payment_state, placed_at
    FROM orders;

CREATE VIEW attempt_report AS
    SELECT a.store_id, a.id AS attempt_id, a.payment, a.tender, a.account, a.state, a.live, a.amount_minor,
           a.currency, o.id AS operation_id, o.kind AS operation_kind, o.state AS operation_state,
           o.amount_minor AS operation_amount_minor
    FROM attempt a LEFT JOIN operation o ON o.store_id = a.store_id AND o.attempt = a.id;
