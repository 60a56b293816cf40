"""The ledger: objects, what moved on each of them, answers by key, tombstones, and what is to be notified.

It knows no gRPC. Every operation is one transaction of SQLite, durable before anybody is answered, so that each promise
of the gateway is a line here: a key is executed once because its answer is written with its effect; a lookup sees every
effect because it reads the same file; a tombstone holds because nothing is authorised without looking for it.
"""

import hashlib
import json
import re
import secrets
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, store TEXT NOT NULL, payment TEXT NOT NULL,
    currency TEXT NOT NULL, minor INTEGER NOT NULL CHECK (minor > 0), card TEXT NOT NULL,
    return_url TEXT NOT NULL, state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_payment ON objects (payment);
-- Only ever added to: held, captured, released, refunded.
CREATE TABLE IF NOT EXISTS moves (
    number INTEGER PRIMARY KEY, object TEXT NOT NULL REFERENCES objects (id), kind TEXT NOT NULL,
    minor INTEGER NOT NULL CHECK (minor > 0), key TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_object ON moves (object);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tombstones (payment TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notifications (id TEXT PRIMARY KEY, body TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0);
"""

# Longer than any transaction takes; who waits longer is told that nothing was done.
PATIENCE_SECONDS = 5


class Busy(Exception):
    """Nothing was begun."""


class TooLate(Exception):
    """The deadline passed before the commit, and nothing was done."""


class OtherRequest(Exception):
    """The key was used before, for something else."""


@dataclass(frozen=True)
class Object:
    """An object as it stands; `id` is empty where there is none, only a tombstone."""

    id: str
    payment: str
    currency: str
    minor: int
    state: str
    card: str = ""
    held: int = 0
    captured: int = 0
    refunded: int = 0
    # What the refund that was asked about gave back; None where none was.
    this_refund: int | None = None


@dataclass(frozen=True)
class Refused:
    """Refused for good, and nothing was changed."""

    code: str
    decline_class: str = "DECLINE_CLASS_UNSPECIFIED"


@dataclass(frozen=True)
class Missing:
    """There is no such thing."""


class Ledger:
    """The books of one merchant account."""

    def __init__(self, path, account):
        self._db = sqlite3.connect(path, timeout=PATIENCE_SECONDS, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + SCHEMA)
        self._lock = threading.Lock()
        self._token = re.compile(rf"tok_{re.escape(account)}_(approve|decline|action|lost)(\.[a-z0-9]{{1,64}})?")

    # -- what changes something ---------------------------------------------------------------------------------------

    def once(self, key, request, operate, in_time):
        """Runs `operate` for the first request under a key, and tells what became of it for every other. Tells also
        whether it was the first. `in_time` is asked right before the commit, which is the effect."""
        digest = hashlib.sha256(request).hexdigest()
        with self._transaction(in_time):
            row = self._db.execute("SELECT request, answer FROM answers WHERE key = ?", (key,)).fetchone()
            if row is None:
                answer = operate()
                self._db.execute("INSERT INTO answers VALUES (?, ?, ?)", (key, digest, _stored(answer)))
                return answer, True
            if row[0] != digest:
                raise OtherRequest
            return self._restored(row[1]), False

    def authorise(self, key, store, payment, currency, minor, token, return_url):
        """Makes an object and asks for its money. What the token is like decides what comes of it."""
        known = self._token.fullmatch(token)
        if known is None:
            return Refused("unknown_token", "DECLINE_CLASS_TOKEN_INVALID")
        if self._db.execute("SELECT 1 FROM tombstones WHERE payment = ?", (payment,)).fetchone():
            return Object("", payment, currency, minor, "voided")
        object_id = "obj_" + secrets.token_hex(12)
        behaviour = known[1]
        state = {"decline": "declined", "action": "action_needed"}.get(behaviour, "authorised")
        # The token is a secret of the customer: what is kept of it is a fingerprint of the card that it names.
        card = hashlib.sha256((known[2] or behaviour).encode()).hexdigest()[:32]
        self._db.execute(
            "INSERT INTO objects (id, store, payment, currency, minor, card, return_url, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (object_id, store, payment, currency, minor, card, return_url, state),
        )
        if state == "authorised":
            self._move(object_id, "held", minor, key)
        return self._object(object_id)

    def capture(self, key, object_id, minor):
        """Takes what is held, or a part of it; the rest is given back at once."""
        found = self._object(object_id)
        if found is None:
            return Missing()
        if found.state != "authorised" or not 0 < minor <= found.held:
            return Refused("more_than_is_held")
        self._move(object_id, "captured", minor, key)
        if minor < found.held:
            self._move(object_id, "released", found.held - minor, key)
        return self._become(object_id, "captured")

    def void(self, key, object_id):
        """Gives back what is held. A voided object stays so: nothing here leads out of that state."""
        found = self._object(object_id)
        if found is None:
            return Missing()
        if found.state not in ("authorised", "action_needed"):
            return found
        if found.held:
            self._move(object_id, "released", found.held, key)
        return self._become(object_id, "voided")

    def void_payment(self, key, payment, currency, minor):
        """Gives back what is held for a payment, and leaves a tombstone, also where nothing was known of it."""
        self._db.execute("INSERT OR IGNORE INTO tombstones VALUES (?)", (payment,))
        for (object_id,) in self._db.execute("SELECT id FROM objects WHERE payment = ?", (payment,)).fetchall():
            self.void(key, object_id)
        return self._of_payment(payment) or Object("", payment, currency, minor, "voided")

    def refund(self, key, object_id, minor):
        """Gives captured money back."""
        found = self._object(object_id)
        if found is None:
            return Missing()
        if not 0 < minor <= found.captured - found.refunded:
            return Refused("more_than_was_captured")
        self._move(object_id, "refunded", minor, key)
        return self._object(object_id, refund=key)

    def act(self, object_id, allow):
        """The customer decides on the bank's page. It is what Cashwrap cannot know, so that it is notified."""
        with self._transaction(lambda: True):
            found = self._object(object_id)
            if found is None or found.state != "action_needed":
                return found
            if allow:
                self._move(object_id, "held", found.minor, "customer")
            found = self._become(object_id, "authorised" if allow else "declined")
            store = self._db.execute("SELECT store FROM objects WHERE id = ?", (object_id,)).fetchone()[0]
            change = "CHANGE_HELD" if allow else "CHANGE_GONE"
            body = {"store": store, "payment": found.payment, "object": object_id, "change": change}
            self._db.execute(
                "INSERT INTO notifications (id, body) VALUES (?, ?)",
                ("msg_" + secrets.token_hex(12), json.dumps(body)),
            )
            return found

    # -- what only reads ----------------------------------------------------------------------------------------------

    def find_object(self, object_id):
        """The object with this id."""
        with self._locked():
            return self._object(object_id) or Missing()

    def find_payment(self, payment):
        """The object of a payment: the one that holds or took money, else the latest."""
        with self._locked():
            return self._of_payment(payment) or Missing()

    def find_refund(self, object_id, key):
        """The refund that was asked for under a key."""
        with self._locked():
            found = self._object(object_id, refund=key)
            return found if found is not None and found.this_refund is not None else Missing()

    def return_url(self, object_id):
        """Where the customer goes back to."""
        with self._locked():
            row = self._db.execute("SELECT return_url FROM objects WHERE id = ?", (object_id,)).fetchone()
            return row[0] if row else ""

    def unsent(self):
        """What was not notified yet, the oldest first."""
        with self._locked():
            return self._db.execute("SELECT id, body FROM notifications WHERE sent = 0 ORDER BY rowid").fetchall()

    def sent(self, notification):
        """Cashwrap has taken it."""
        with self._transaction(lambda: True):
            self._db.execute("UPDATE notifications SET sent = 1 WHERE id = ?", (notification,))

    # -- how ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self):
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            raise Busy
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def _transaction(self, in_time):
        with self._locked():
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise Busy from error
            try:
                yield
                if not in_time():
                    raise TooLate
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _move(self, object_id, kind, minor, key):
        self._db.execute(
            "INSERT INTO moves (object, kind, minor, key) VALUES (?, ?, ?, ?)", (object_id, kind, minor, key)
        )

    def _become(self, object_id, state):
        self._db.execute("UPDATE objects SET state = ? WHERE id = ?", (state, object_id))
        return self._object(object_id)

    def _object(self, object_id, refund=None):
        row = self._db.execute(
            "SELECT payment, currency, minor, state, card FROM objects WHERE id = ?", (object_id,)
        ).fetchone()
        if row is None:
            return None
        sums = dict(self._db.execute("SELECT kind, sum(minor) FROM moves WHERE object = ? GROUP BY kind", (object_id,)))
        captured = sums.get("captured", 0)
        held = sums.get("held", 0) - sums.get("released", 0) - captured
        this_refund = None
        if refund is not None:
            this_refund = self._db.execute(
                "SELECT sum(minor) FROM moves WHERE object = ? AND kind = 'refunded' AND key = ?", (object_id, refund)
            ).fetchone()[0]
        return Object(object_id, *row, held, captured, sums.get("refunded", 0), this_refund)

    def _of_payment(self, payment):
        row = self._db.execute(
            "SELECT id FROM objects WHERE payment = ?"
            " ORDER BY state IN ('authorised', 'captured') DESC, number DESC LIMIT 1",
            (payment,),
        ).fetchone()
        return self._object(row[0]) if row else None

    def _restored(self, stored):
        kind, *rest = json.loads(stored)
        if kind == "refused":
            return Refused(*rest)
        if kind == "missing":
            return Missing()
        if kind == "tombstone":
            return Object(*rest, "voided")
        object_id, this_refund = rest
        # An object is told as it stands now, which is more than it was then.
        found = self._object(object_id)
        return Object(**{**found.__dict__, "this_refund": this_refund})


def _stored(answer):
    if isinstance(answer, Refused):
        kept = ("refused", answer.code, answer.decline_class)
    elif isinstance(answer, Missing):
        kept = ("missing",)
    elif not answer.id:
        kept = ("tombstone", "", answer.payment, answer.currency, answer.minor)
    else:
        kept = ("object", answer.id, answer.this_refund)
    return json.dumps(kept)
