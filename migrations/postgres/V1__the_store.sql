-- The store: rows as versioned documents, and beside them what has to be unique, counted, timed or asked for.
--
-- store_id leads every key and every unique index, so that the tables can be split by it. Names compare by
-- their bytes (collation C), as they do in the service. Amounts are minor units beside their currency.

CREATE TABLE state (
    store_id text COLLATE "C" NOT NULL,
    kind     text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,
    version  bigint NOT NULL CHECK (version >= 1),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    unit     uuid NOT NULL,
    label    text COLLATE "C",
    links    jsonb NOT NULL,
    document jsonb NOT NULL,
    void_at  timestamptz,
    PRIMARY KEY (store_id, kind, id)
) WITH (fillfactor = 80);
CREATE INDEX state_by_label ON state (store_id, kind, label, id) WHERE label IS NOT NULL;
-- What has a life is swept once it is over.
CREATE INDEX state_by_life ON state (void_at) WHERE void_at IS NOT NULL;

-- Apart from the rows they belong to, so that erasure leaves an order whole.
CREATE TABLE personal (
    store_id text COLLATE "C" NOT NULL,
    kind     text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (store_id, kind, id)
);

CREATE TABLE event (
    store_id     text COLLATE "C" NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    sequence     bigint NOT NULL CHECK (sequence >= 1),
    type         text NOT NULL,
    data         jsonb NOT NULL,
    unit         uuid NOT NULL,
    committed_at timestamptz NOT NULL,
    PRIMARY KEY (store_id, kind, id, sequence)
);

CREATE TABLE attempt (
    store_id     text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    payment      text COLLATE "C" NOT NULL,
    tender       text COLLATE "C" NOT NULL,
    account      text NOT NULL,
    state        text NOT NULL,
    live         boolean NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text NOT NULL,
    object       text,
    PRIMARY KEY (store_id, id)
);
CREATE UNIQUE INDEX attempt_live_by_tender ON attempt (store_id, tender) WHERE live;
CREATE INDEX attempt_by_payment ON attempt (store_id, payment);

CREATE TABLE operation (
    store_id        text COLLATE "C" NOT NULL,
    id              text COLLATE "C" NOT NULL,
    attempt         text COLLATE "C" NOT NULL,
    kind            text NOT NULL,
    state           text NOT NULL,
    amount_minor    bigint NOT NULL,
    currency        text NOT NULL,
    reference       text NOT NULL,
    idempotency_key text NOT NULL,
    send_by         timestamptz,
    PRIMARY KEY (store_id, id)
);
CREATE INDEX operation_by_attempt ON operation (store_id, attempt);

CREATE TABLE orders (
    store_id      text COLLATE "C" NOT NULL,
    id            text COLLATE "C" NOT NULL,
    checkout      text COLLATE "C" NOT NULL,
    cart          text COLLATE "C" NOT NULL,
    total_minor   bigint NOT NULL,
    currency      text NOT NULL,
    state         text NOT NULL,
    payment_state text NOT NULL,
    placed_at     timestamptz NOT NULL,
    PRIMARY KEY (store_id, id)
);
CREATE UNIQUE INDEX orders_by_checkout ON orders (store_id, checkout);
CREATE UNIQUE INDEX orders_by_cart ON orders (store_id, cart);

CREATE TABLE placement (
    store_id text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,
    checkout text COLLATE "C" NOT NULL,
    cart     text COLLATE "C" NOT NULL,
    state    text NOT NULL,
    live     boolean NOT NULL,
    PRIMARY KEY (store_id, id)
);
CREATE UNIQUE INDEX placement_live_by_checkout ON placement (store_id, checkout) WHERE live;
CREATE UNIQUE INDEX placement_live_by_cart ON placement (store_id, cart) WHERE live;

CREATE TABLE counter (
    store_id text COLLATE "C" NOT NULL,
    name     text COLLATE "C" NOT NULL,
    total    bigint NOT NULL CHECK (total >= 0),
    held     bigint NOT NULL CHECK (held >= 0),
    used     bigint NOT NULL CHECK (used >= 0),
    PRIMARY KEY (store_id, name)
) WITH (fillfactor = 50);

CREATE TABLE reply (
    store_id     text COLLATE "C" NOT NULL,
    method       text COLLATE "C" NOT NULL,
    request_id   uuid NOT NULL,
    fingerprint  bytea NOT NULL CHECK (length(fingerprint) = 32),
    subject_kind text,
    subject_id   text,
    body         bytea,
    unit         uuid NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (store_id, method, request_id),
    CHECK ((subject_kind IS NULL) = (subject_id IS NULL))
);
CREATE INDEX reply_by_expiry ON reply (expires_at);

-- Without a due time it was cleared, and keeps only its fence, so that none is given twice.
CREATE TABLE timer (
    store_id    text COLLATE "C" NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    fence       bigint NOT NULL CHECK (fence >= 0),
    due_at      timestamptz,
    worker      uuid,
    lease_until timestamptz,
    PRIMARY KEY (store_id, kind, id),
    CHECK ((worker IS NULL) = (lease_until IS NULL))
) WITH (fillfactor = 50);
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
